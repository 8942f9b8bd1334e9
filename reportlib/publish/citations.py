"""The bibliography: sources, and the report itself, as records that citation managers read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from reportlib.load.datapackage import Author, PackageMetadata
from reportlib.model.evidence import Source
from reportlib.render.templating import check_web_address, make_anchor, render, strip_controls_deep

Citation = Mapping[str, Any]
"""One record in CSL-JSON, the data model of the Citation Style Language 1.0."""

_PERIODICALS = {"article-journal", "article-magazine", "article-newspaper"}
"""Types of which the publisher is the paper and nobody is known as the author."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The months as every BibTeX style defines them."""
_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {sign: f"\\{sign}" for sign in "#$%&_"}
"""What TeX would obey. A brace is spelled out, since BibTeX counts escaped ones too."""
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def make_citation(source: Source, types: Mapping[str, str]) -> Citation:
    """Return the record of a source.

    A paper or wire is where it stands; any other publisher is its author. When it was looked at
    is not on record, so no such day is given.

    Args:
        source: the document.
        types: by kind of source, the type that it has in citation records; a kind without one is
            a web page if it has an address, and else a document.
    """
    address = check_web_address(source.url)
    type_ = types.get(source.kind, "webpage" if address else "document")
    aside = {
        "part": source.part,
        "kind": source.kind,
        "origin": source.origin,
        "seen_as": source.seen_as,
        "confidence": source.confidence,
        "also_at": check_web_address(source.also_at),
    }
    by = (
        {"container-title": source.publisher}
        if type_ in _PERIODICALS
        else {"author": [{"literal": source.publisher}], "publisher": source.publisher}
    )
    return _filled(
        {
            "id": source.id,
            "type": type_,
            "title": source.title,
            **by,
            "issued": _date(source.published_date),
            "URL": address,
            "note": _note(source),
            "custom": _filled(aside),
        }
    )


def make_report_citation(imprint: PackageMetadata, set_name: str, edition: str) -> Citation:
    """Return the record of the report itself."""
    made = f"Parameter set {set_name}, edition {edition}"
    return _filled(
        {
            "id": imprint.name,
            "type": "report",
            "title": imprint.title,
            "author": [_name(author) for author in imprint.authors],
            "issued": _date(imprint.published),
            "version": imprint.version,
            "note": f"Version {imprint.version}. {made}." if imprint.version else f"{made}.",
        }
    )


def render_how_to_cite(imprint: PackageMetadata, set_name: str, edition: str) -> Markup:
    """Return how to cite the report, in words and as BibTeX."""
    return render(
        "citing.html.j2",
        imprint=imprint,
        authors=[author.name for author in imprint.authors],
        set_name=set_name,
        edition=edition,
        bibtex=format_bibtex([make_report_citation(imprint, set_name, edition)]),
    )


def format_bibtex(citations: Iterable[Citation]) -> str:
    """Return records as BibTeX, in UTF-8; the key of each is its id.

    Titles keep their capitals, a body is one name, and no text can end its field or be obeyed.
    """
    return "\n\n".join(map(_entry, citations)) + "\n"


def _entry(one: Citation) -> str:
    year, month, day = [*one.get("issued", {}).get("date-parts", [[]])[0], "", "", ""][:3]
    names = [_tex_name(name) for name in one.get("author", ())]
    fields = {
        "author": _braced(" and ".join(names)),
        "title": _braced(_braced(_tex(one["title"]))),
        "howpublished": _braced(_braced(_tex(one.get("container-title", "")))),
        "year": _braced(str(year)),
        "month": _MONTHS[month - 1] if month else "",
        "day": _braced(str(day)),
        "url": _braced("".join(one.get("URL", "").split()).translate(_IN_ADDRESS)),
        "note": _braced(_tex(one.get("note", ""))),
    }
    lines = [f"  {name} = {value}" for name, value in fields.items() if value.strip("{}")]
    key = make_anchor(one["id"])
    return "@misc{" + ",\n".join([key, *lines]) + "\n}"


def _braced(text: str) -> str:
    return f"{{{text}}}"


def _tex(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in " ".join(text.split()))


def _tex_name(name: Mapping[str, str]) -> str:
    if "literal" in name:
        return _braced(_tex(name["literal"]))
    return f"{_braced(_tex(name['family']))}, {_tex(name['given'])}"


def _name(author: Author) -> dict[str, str]:
    if author.is_person:
        return {"family": author.family, "given": author.given}
    return {"literal": author.name}


def _note(source: Source) -> str:
    said = [source.part, f"Seen: {source.seen_as}", source.note]
    return " ".join(f"{one.rstrip('.')}." for one in said if one)


def _date(printed: str) -> dict[str, Any]:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", printed)
    return {"date-parts": [[int(part) for part in found.groups() if part]]} if found else {}


def _filled(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: strip_controls_deep(value) for name, value in record.items() if value}
