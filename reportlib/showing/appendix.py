"""The appendix: every cited row with its content and sources, and every document behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reportlib.judging.argument import Argument
from reportlib.judging.inquiry import Inquiry
from reportlib.reading.descriptor import Descriptor, Field
from reportlib.showing.markup import render
from reportlib.showing.source_summary import SourceSummary, summary_of
from reportlib.values.findings import plain
from reportlib.values.phrases import DATE, in_words
from reportlib.values.sources import SOURCES, Link, Source, key_of, table_of

_UNSEEN = "a value of this row"


@dataclass(frozen=True)
class CitedRow:
    """A row as a reader sees it: its filled cells, its sources, and the claims that cite it."""

    reference: str
    cells: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A source, with the rows and claims that lead to it."""

    source: Source
    rows: tuple[str, ...]
    claims: tuple[str, ...]
    is_article: bool
    """It is the article itself."""


def cited_rows(inquiry: Inquiry, argument: Argument, downloads: Mapping[str, str]) -> Markup:
    """Return every cited row, table by table.

    Args:
        inquiry: the study as it was read.
        argument: the records, whose rows these are.
        downloads: by table, the address at which a reader gets the whole of it.
    """
    tables = inquiry.known.tables
    frames, described = tables.frames, Descriptor.read(tables.study).tables
    citing = citations(argument)
    by_table: dict[str, list[CitedRow]] = {}
    for table in sorted({table_of(reference) for reference in citing} - {SOURCES}):
        cited = frames[table][frames[table].index.isin(citing)].sort_index()
        by_table[table] = []
        for reference, *row in cited.itertuples(name=None):
            cells = _cells(dict(zip(cited.columns, row, strict=True)), described[table].fields)
            links = inquiry.provenance.links.get(reference, ())
            seen = tuple(link for link in links if link.is_seen)
            if len(seen) < len(links):
                cells = (*cells, ("without a source", _UNSEEN))
            by_table[table].append(CitedRow(reference, cells, seen, citing[reference]))
    return render(
        "rows.html.j2",
        tables={table: rows for table, rows in by_table.items() if rows},
        downloads=downloads,
        sources=inquiry.provenance.sources,
    )


def documents(inquiry: Inquiry, argument: Argument, article: str = "") -> Markup:
    """Return every document behind the cited rows and the evidence, and what they come to.

    Args:
        inquiry: the study as it was read.
        argument: the records, and how they stand on each other.
        article: the source that is the article itself, which is listed too.
    """
    found = cited_documents(inquiry, argument, article)
    return render(
        "documents.html.j2",
        documents=found,
        classes=inquiry.provenance.classes.values(),
        summary=_summary(found, inquiry, argument),
    )


def cited_documents(inquiry: Inquiry, argument: Argument, article: str) -> list[Document]:
    """Return the article, every document that was read, and those behind every cited row.

    That no source was seen for a value is no document: its row says so.
    """
    rows: dict[str, list[str]] = defaultdict(list)
    claims: dict[str, list[str]] = defaultdict(list)
    for reference, citing in sorted(citations(argument).items()):
        if table_of(reference) == SOURCES:
            claims[key_of(reference)].extend(citing)
        for link in inquiry.provenance.links.get(reference, ()):
            if link.is_seen:
                rows[link.source].append(reference)
    return [
        Document(
            inquiry.provenance.sources[name],
            tuple(dict.fromkeys(rows[name])),
            tuple(dict.fromkeys(claims[name])),
            name == article,
        )
        for name in sorted({*rows, *claims, *filter(None, [article])})
    ]


def _summary(found: Sequence[Document], inquiry: Inquiry, argument: Argument) -> SourceSummary:
    of_row = inquiry.provenance.links
    links = {row: of_row[row] for row in citations(argument) if row in of_row}
    sources = [document.source for document in found]
    return summary_of(sources, links, [one.source.origin for one in found if one.claims])


def citations(argument: Argument) -> dict[str, tuple[str, ...]]:
    """Return, by reference, the claims whose finding or evidence cites it."""
    citing: dict[str, list[str]] = defaultdict(list)
    for claim, record in argument.records.items():
        targets = [target for item in record.items for target in item.targets]
        aged = record.trials.then_and_now
        later = aged.rows if aged is not None else ()
        for reference in dict.fromkeys([*record.rows, *targets, *later]):
            citing[reference].append(claim)
    return {reference: tuple(claims) for reference, claims in citing.items()}


def _cells(row: Mapping[str, Any], fields: Sequence[Field]) -> tuple[tuple[str, str], ...]:
    filled = ((field, plain(row[field.name])) for field in fields if field.name != "key")
    return tuple(
        (field.name.replace("_", " "), _cell(value, field))
        for field, value in filled
        if value is not None and value != ()
    )


def _cell(value: Any, field: Field) -> str:
    """A cell in words: a word of a fixed list without underscores, a year as no quantity.

    A pattern is what leaves open whether a day, a month or a year is given.
    """
    if field.type == "year":
        return str(value)
    if isinstance(value, str) and "enum" in field.constraints:
        return value.replace("_", " ")
    return in_words(value, DATE if "pattern" in field.constraints else "")
