"""Sources, and the report itself, as citation records that other programs read."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from pybtex.database import Entry, parse_string

from reportlib.load.datapackage import Author, PackageMetadata
from reportlib.load.provenance import Provenance
from reportlib.model.evidence import Source
from reportlib.publish.citations import format_bibtex, make_citation, make_report_citation
from reportlib.study import Study

TYPES = {"press": "article-newspaper"}
LOG = Source(
    id="town_log",
    title="Log of works",
    publisher="Town of Millford",
    origin="Town of Millford",
    published_date="2014-07-21",
    url="https://town.example/log",
    part="",
    also_at="",
    kind="official",
    seen_as="page excerpt",
    confidence="high",
    note="",
)


def read_back(*citations: Any) -> dict[str, Entry]:
    """The entries of BibTeX as another program has them."""
    return dict(parse_string(format_bibtex(citations), "bibtex").entries)


def printed(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """The entries of a list of references, as a processor of citation styles prints them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*unsupported: custom$")
        source = CiteProcJSON([dict(record) for record in records])
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    references = CitationStylesBibliography(style, source, formatter.plain)
    for record in records:
        references.register(Citation([CitationItem(record["id"])]))
    return [str(entry) for entry in references.bibliography()]


def plain(tex: str) -> str:
    """A field that holds no other commands than escaped signs, as it is printed."""
    return re.sub(r"\\([#$%&_])", r"\1", tex.strip("{}"))


def test_a_publisher_is_the_author_of_what_it_says_itself() -> None:
    assert make_citation(LOG, TYPES) == {
        "id": "town_log",
        "type": "webpage",
        "title": "Log of works",
        "author": [{"literal": "Town of Millford"}],
        "publisher": "Town of Millford",
        "issued": {"date-parts": [[2014, 7, 21]]},
        "URL": "https://town.example/log",
        "note": "Seen: page excerpt.",
        "custom": {
            "kind": "official",
            "origin": "Town of Millford",
            "seen_as": "page excerpt",
            "confidence": "high",
        },
    }


def test_a_paper_is_where_a_report_stands_and_nobody_is_made_its_author() -> None:
    found = make_citation(replace(LOG, kind="press", publisher="Millford Gazette"), TYPES)

    assert found["type"] == "article-newspaper"
    assert found["container-title"] == "Millford Gazette"
    assert found.keys().isdisjoint({"author", "publisher"})
    (entry,) = read_back(found).values()
    assert entry.fields["howpublished"] == "{Millford Gazette}"
    assert list(entry.persons) == []


@pytest.mark.parametrize(
    ("printed", "parts", "in_bibtex"),
    [
        ("2014-07-21", [[2014, 7, 21]], ("2014", "July", "21")),
        ("2014-07", [[2014, 7]], ("2014", "July", None)),
        ("2014", [[2014]], ("2014", None, None)),
        ("", None, (None, None, None)),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(
    printed: str, parts: list[list[int]] | None, in_bibtex: tuple[str | None, ...]
) -> None:
    found = make_citation(replace(LOG, published_date=printed), TYPES)

    assert found.get("issued", {}).get("date-parts") == parts
    (entry,) = read_back(found).values()
    assert tuple(entry.fields.get(name) for name in ("year", "month", "day")) == in_bibtex


def test_an_address_is_given_only_if_a_reader_may_follow_it() -> None:
    found = make_citation(replace(LOG, url="javascript:alert(1)", also_at="file:///etc"), TYPES)

    assert (found["type"], "URL" in found) == ("document", False)
    assert "also_at" not in found["custom"]
    assert "url" not in read_back(found)["town_log"].fields


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("Arms & the “man”: 100% of $5 #1_a", r"Arms \& the “man”: 100\% of \$5 \#1\_a"),
        ("a ~ b ^ c", r"a \textasciitilde{} b \textasciicircum{} c"),
        (r"\input{it}", r"\textbackslash{}input\textbraceleft{}it\textbraceright{}"),
        ("One } too many", r"One \textbraceright{} too many"),
        ("One { too few", r"One \textbraceleft{} too few"),
        ('A " and an @comment, a = b', 'A " and an @comment, a = b'),
        ("Müller über 한국: «ça»,\n1 × 2", "Müller über 한국: «ça», 1 × 2"),
    ],
)
def test_no_text_ends_its_field_or_is_obeyed(text: str, tex: str) -> None:
    found = read_back(
        make_citation(replace(LOG, title=text, note=text, publisher=text), TYPES),
        make_citation(replace(LOG, id="second"), TYPES),
    )

    assert list(found) == ["town_log", "second"]
    assert found["town_log"].fields["title"] == f"{{{tex}}}"
    assert found["town_log"].fields["note"] == f"Seen: page excerpt. {tex}."
    assert [str(one) for one in found["town_log"].persons["author"]] == [f"{{{tex}}}"]


def test_a_title_keeps_its_capitals_and_a_body_with_and_in_it_is_one_name() -> None:
    (entry,) = read_back(make_citation(replace(LOG, publisher="Town and County"), TYPES)).values()

    assert entry.fields["title"] == "{Log of works}"
    assert [str(one) for one in entry.persons["author"]] == ["{Town and County}"]


def test_an_address_keeps_its_signs_but_those_that_would_end_its_field() -> None:
    address = "https://town.example/a_b?c=%20&d=#e"
    (entry,) = read_back(make_citation(replace(LOG, url=address + "}{\\"), TYPES)).values()

    assert entry.fields["url"] == address + "%7D%7B%5C"


def test_marks_by_which_a_name_could_look_like_another_are_gone() -> None:
    found = make_citation(replace(LOG, publisher="\u202eback\u202c\x07"), TYPES)

    assert found["author"] == [{"literal": "back"}]


def test_the_report_is_cited_with_its_authors_day_version_set_and_edition(tiny: Study) -> None:
    person = Author("Jane Doe", "Doe", "Jane")
    imprint = replace(PackageMetadata.read(tiny), authors=(person, Author("Readers' Club")))

    found = make_report_citation(imprint, "base", "3f2a")
    (entry,) = read_back(found).values()

    (line,) = printed([found])
    assert line.startswith("Doe, J. and Readers' Club (2018)")
    assert entry.key == "footbridge"
    assert [str(one) for one in entry.persons["author"]] == ["{Doe}, Jane", "{Readers' Club}"]
    assert entry.fields["title"] == "{A column about a footbridge, looked up}"
    assert (entry.fields["year"], entry.fields["month"]) == ("2018", "February")
    assert entry.fields["note"] == "Version 0.1.0. Parameter set base, edition 3f2a."


def test_every_source_of_the_real_study_keeps_the_schema_and_is_read_back(real: Study) -> None:
    sources, imprint = Provenance.read(real).sources, PackageMetadata.read(real)
    found = [make_citation(source, imprint.document_types) for source in sources.values()]

    assert len(printed(found)) == len(found)
    entries = read_back(*found)
    assert list(entries) == list(sources)
    assert {plain(entries[id].fields["title"]) for id in sources} == {
        " ".join(source.title.split()) for source in sources.values()
    }


def test_the_exported_records_are_those_of_the_documents_on_the_page(
    two_builds: tuple[Study, Study],
) -> None:
    build = two_builds[0].build("base")
    page = build.page.read_text(encoding="utf-8")
    records = json.loads(build.citations.read_text(encoding="utf-8"))
    entries = parse_string(build.bibliography.read_text(encoding="utf-8"), "bibtex").entries

    lines = " ".join(printed(records))
    assert all(record["title"] in lines for record in records)
    ids = [record["id"] for record in records]
    assert ids == ["club_count", "column", "gazette_opening", "letter", "town_count", "town_log"]
    assert list(entries) == ids
    assert all(f'<li id="sources--{id}">' in page for id in ids)
