"""From a number on the page to its rows, their sources, and what was seen of each."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from reportlib.assess.argument import Argument
from reportlib.model.evidence import Link, Source, SourceClass
from reportlib.model.findings import Record
from reportlib.model.vocabulary import Grade, Kind
from reportlib.render.appendix import (
    SourceSummary,
    list_cited_documents,
    render_cited_rows,
    summarise_sources,
)
from reportlib.render.limits import render_limits
from reportlib.study import Study
from tests.conftest import add_row, assess_study

A = SourceClass("own_act", Grade.A, True, "")
C = SourceClass("press", Grade.C, False, "")
D = SourceClass("none", Grade.D, False, "")
PAPER = Source("p1", "One", "Gazette", "Town", "", "", "", "", "wire_report", "whole", "high", "")


def link(row: str, origin: str, source_class: SourceClass) -> Link:
    return Link(row, "p1", origin, source_class, "", "")


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", "", html)).split())


def page_of(study: Study) -> str:
    return study.build("base").page.read_text(encoding="utf-8")


def between(page: str, start: str, end: str) -> str:
    """What stands on a page from one mark to the next."""
    assert start in page
    return start + page.partition(start)[2].partition(end)[0]


def test_a_row_is_as_good_as_its_best_source_and_independent_by_its_origins() -> None:
    links = {
        "t#1": [link("t#1", "Town", A), link("t#1", "Gazette", C)],
        "t#2": [link("t#2", "Gazette", C), link("t#2", "Gazette", C)],
        "t#3": [link("t#3", "none", D)],
    }
    sources = [PAPER, replace(PAPER, id="p2", seen_as="excerpt"), replace(PAPER, id="p3")]

    assert summarise_sources(sources, links, ["Reader"]) == SourceSummary(
        documents=3,
        publishers=1,
        origins=3,
        rows=3,
        good=1,
        fair=1,
        unreliable=1,
        one_origin=1,
        seen=[("whole", 2), ("excerpt", 1)],
        kinds=[("wire report", 3)],
    )


def test_that_no_source_was_seen_is_no_document_and_its_row_says_so(tiny: Study) -> None:
    nobody = {"source": "unseen", "origin": "none"}
    seen = {"title": "None", "publisher": "none", "kind": "press", "seen_as": "whole"}
    add_row(tiny, "sources/sources.csv", confidence="low", **seen, **nobody)
    linked = {"table": "works", "key": "opening", "class": "hearsay"}
    add_row(tiny, "sources/row_sources.csv", **linked, **nobody)
    assessment = assess_study(tiny)
    record = Record("B1", Kind.DATE, "bridge", rows=("works#opening",))
    argument = Argument(assessment.ledger, {"B1": record})

    listed = [one.source.id for one in list_cited_documents(assessment, argument, "")]

    assert listed == ["gazette_opening", "town_log"]
    rows = render_cited_rows(assessment, argument, {})
    assert "<dt>without a source</dt><dd>a value of this row</dd>" in rows
    assert "#sources--unseen" not in rows
    assert "What was seen of all 6 documents on file: whole, 6." in render_limits(assessment)


def test_the_sources_begin_with_what_they_come_to(two_builds: tuple[Study, Study]) -> None:
    page = page_of(two_builds[0])
    first = between(page, '<h2 id="sources">Sources</h2>', "</p>")

    assert text_of(first) == (
        "Sources 6 documents by 3 publishers are listed: those behind 5 cited rows, those read "
        "beside them, and the article itself. The facts go back to 4 bodies. Of the rows, 4 have a "
        "source of good grade (A or B), "
        "0 have fair ones (C) alone, and 1 have none that counts; 4 go back to one body. Seen of "
        "these 6: whole, 6. By kind: press, 3; official, 2; club, 1. As citation records: "
        "sources.bib (BibTeX), sources.csl.json (CSL-JSON). Every document on file: sources.csv."
    )


def test_a_row_names_of_each_source_origin_class_grade_place_and_what_was_seen(
    two_builds: tuple[Study, Study],
) -> None:
    row = between(page_of(two_builds[0]), '<div class="rl-row" id="works--opening">', "</div>")

    assert (
        "town_log (Town of Millford, own act, grade A, line 1; seen: whole); "
        "gazette_opening (Millford Gazette, press, grade C; seen: whole)"
    ) in text_of(row)
    assert '<a href="#sources--town_log">town_log</a>' in row


def test_the_number_of_rows_on_a_card_leads_to_them_and_each_to_its_content(
    two_builds: tuple[Study, Study],
) -> None:
    page = page_of(two_builds[0])
    card = between(page, 'id="B1"', "</article>")

    assert '<a href="#B1-rows">1 row</a>' in card
    rows = between(card, 'id="B1-rows"', "</ul>")
    assert '<a href="#works--opening">' in rows
    assert 'id="works--opening"' in page


def test_the_article_is_linked_on_top_and_listed_among_the_sources(
    two_builds: tuple[Study, Study],
) -> None:
    page = page_of(two_builds[0])
    on_top = between(page, "<main", "<h2")
    listed = between(page, '<li id="sources--column">', "</li>")

    assert '<a href="https://gazette.example/2015-02-28"' in on_top
    assert "The article: Widen the footbridge, Millford Gazette, 28 February 2015." in (
        text_of(on_top)
    )
    assert '<a href="#sources--column">What was seen of it</a>' in on_top
    assert "The article itself; press; seen: whole" in text_of(listed)


def test_the_page_says_how_to_cite_it_in_words_and_as_bibtex(
    two_builds: tuple[Study, Study],
) -> None:
    last = between(page_of(two_builds[0]), '<h2 id="citing">', "</main>")

    assert re.search(
        r"The footbridge readers \(2018\)\. A column about a footbridge, looked up, version 0\.1\.0"
        r"\. Parameter set base, edition [0-9a-f]{16}\.",
        text_of(last),
    )
    assert "@misc{footbridge, author = {{The footbridge readers}}," in text_of(last)
