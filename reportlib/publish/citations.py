"""Citations: sources, and the report itself, as records that citation managers read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from reportlib.load.datapackage import Author, PackageMetadata
from reportlib.model.evidence import Source
from reportlib.publish.schema_org import drop_empty
from reportlib.render.templating import check_web_address, make_anchor, render, strip_controls_deep

Citation = Mapping[str, Any]
"""One record in CSL-JSON, the data model of the Citation Style Language 1.0."""

_PERIODICALS = {"article-journal", "article-magazine", "article-newspaper"}
"""The types whose publisher is the paper, and whose author is not known."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The months as every BibTeX style defines them."""
_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {sign: f"\\{sign}" for sign in "#$%&_"}
"""The signs that TeX would obey. A brace is spelled out: BibTeX counts escaped ones too."""
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def make_citation(source: Source, types: Mapping[str, str]) -> Citation:
    """Return the record of a source.

    A paper or wire is where it stands; any other publisher is its author. When it was looked at
    is not on record, so no such day is given.

    Args:
        source: the document.
        types: the type of citation record for each kind of source; a kind without one is a web
            page if it has an address, and else a document.
    """
    address = check_web_address(source.url)
    type_ = types.get(source.kind, "webpage" if address else "document")
    if type_ in _PERIODICALS:
        publisher: Citation = {"container-title": source.publisher}
    else:
        publisher = {"author": [{"literal": source.publisher}], "publisher": source.publisher}
    notes = [source.part, f"Seen: {source.seen_as}", source.note]
    return _record(
        id=source.id,
        type=type_,
        title=source.title,
        **publisher,
        issued=_parse_date(source.published_date),
        URL=address,
        note=" ".join(f"{note.rstrip('.')}." for note in notes if note),
        custom=drop_empty(
            {
                "part": source.part,
                "kind": source.kind,
                "origin": source.origin,
                "seen_as": source.seen_as,
                "confidence": source.confidence,
                "also_at": check_web_address(source.also_at),
            }
        ),
    )


def make_report_citation(metadata: PackageMetadata, set_name: str, edition: str) -> Citation:
    """Return the record of the report itself."""
    note = f"Parameter set {set_name}, edition {edition}."
    return _record(
        id=metadata.name,
        type="report",
        title=metadata.title,
        author=[_name(author) for author in metadata.authors],
        issued=_parse_date(metadata.published),
        version=metadata.version,
        note=f"Version {metadata.version}. {note}" if metadata.version else note,
    )


def render_how_to_cite(metadata: PackageMetadata, set_name: str, edition: str) -> Markup:
    """Return how to cite the report, in words and as BibTeX."""
    return render(
        "citing.html.j2",
        metadata=metadata,
        authors=[author.name for author in metadata.authors],
        set_name=set_name,
        edition=edition,
        bibtex=format_bibtex([make_report_citation(metadata, set_name, edition)]),
    )


def format_bibtex(citations: Iterable[Citation]) -> str:
    """Return records as BibTeX, in UTF-8; the key of each is its id.

    Titles keep their capitals, a body is one name, and no text can end its field or be obeyed.

    Not pybtex, whose writer gives up at a brace without its pair, leaves backslashes to be obeyed,
    escapes the signs of a web address, which then leads nowhere, and cannot name a month.
    """
    return "\n\n".join(map(_format_entry, citations)) + "\n"


def _format_entry(citation: Citation) -> str:
    year, month, day = [*citation.get("issued", {}).get("date-parts", [[]])[0], "", "", ""][:3]
    address = "".join(citation.get("URL", "").split())
    fields = {
        "author": _brace(" and ".join(map(_format_name, citation.get("author", ())))),
        "title": _brace(_brace(_escape(citation["title"]))),
        "howpublished": _brace(_brace(_escape(citation.get("container-title", "")))),
        "year": _brace(str(year)),
        "month": _MONTHS[month - 1] if month else "",
        "day": _brace(str(day)),
        "url": _brace(address.translate(_IN_ADDRESS)),
        "note": _brace(_escape(citation.get("note", ""))),
    }
    lines = [f"  {name} = {value}" for name, value in fields.items() if value.strip("{}")]
    return "@misc{" + ",\n".join([make_anchor(citation["id"]), *lines]) + "\n}"


def _brace(text: str) -> str:
    return f"{{{text}}}"


def _escape(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in " ".join(text.split()))


def _format_name(name: Mapping[str, str]) -> str:
    if "literal" in name:
        return _brace(_escape(name["literal"]))
    return f"{_brace(_escape(name['family']))}, {_escape(name['given'])}"


def _name(author: Author) -> dict[str, str]:
    if author.is_person:
        return {"family": author.family, "given": author.given}
    return {"literal": author.name}


def _parse_date(printed: str) -> Citation:
    match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", printed)
    return {"date-parts": [[int(part) for part in match.groups() if part]]} if match else {}


def _record(**fields: Any) -> Citation:
    return drop_empty(strip_controls_deep(fields))
