"""The appendix: every cited row with its content and sources, and every document behind them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportlib.judging.argument import Argument
from reportlib.judging.inquiry import Inquiry
from reportlib.showing.markup import render
from reportlib.values.findings import plain
from reportlib.values.phrases import in_words
from reportlib.values.sources import SOURCES, Link, Source, key_of, table_of


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


def cited_rows(inquiry: Inquiry, argument: Argument) -> Markup:
    """Return every cited row, table by table."""
    frames = inquiry.known.tables.frames
    by_table: dict[str, list[CitedRow]] = defaultdict(list)
    for reference, claims in sorted(citations(argument).items()):
        table = table_of(reference)
        if table == SOURCES or reference not in frames[table].index:
            continue
        links = inquiry.provenance.links.get(reference, ())
        cells = _cells(frames[table].loc[[reference]].iloc[0])
        by_table[table].append(CitedRow(reference, cells, links, claims))
    return render("rows.html.j2", tables=dict(by_table))


def documents(inquiry: Inquiry, argument: Argument) -> Markup:
    """Return every document behind the cited rows and the evidence that was read."""
    rows: dict[str, list[str]] = defaultdict(list)
    claims: dict[str, list[str]] = defaultdict(list)
    for reference, citing in sorted(citations(argument).items()):
        if table_of(reference) == SOURCES:
            claims[key_of(reference)].extend(citing)
        for link in inquiry.provenance.links.get(reference, ()):
            rows[link.source].append(reference)
    found = [
        Document(
            inquiry.provenance.sources[name],
            tuple(dict.fromkeys(rows[name])),
            tuple(dict.fromkeys(claims[name])),
        )
        for name in sorted(set(rows) | set(claims))
    ]
    classes = inquiry.provenance.classes.values()
    return render("documents.html.j2", documents=found, classes=classes)


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


def _cells(row: pd.Series[Any]) -> tuple[tuple[str, str], ...]:
    filled = ((str(name), plain(value)) for name, value in row.items() if name != "key")
    return tuple(
        (name.replace("_", " "), in_words(value))
        for name, value in filled
        if value is not None and value != ()
    )
