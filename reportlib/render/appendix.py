"""The appendix: every cited row with its content and sources, and every document behind them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.load.datapackage import Field
from reportlib.model.evidence import NOBODY, SOURCES, Link, Source, key_of, table_of
from reportlib.model.findings import to_plain
from reportlib.model.formatting import DATE, format_value
from reportlib.model.vocabulary import Grade
from reportlib.render.templating import render


@dataclass(frozen=True)
class SourceSummary:
    """The documents of a page and the rows that they stand behind, in numbers."""

    documents: int
    publishers: int
    origins: int
    """Bodies that the facts go back to."""
    rows: int
    good: int
    """Rows with a source of grade A or B."""
    fair: int
    """Rows of which the best source has grade C."""
    unreliable: int
    """Rows with no source that counts."""
    one_origin: int
    """Rows that go back to one body."""
    seen: Sequence[tuple[str, int]]
    """Of how many documents what was seen, the most frequent first."""
    kinds: Sequence[tuple[str, int]]


def summarise_sources(
    sources: Collection[Source], links: Mapping[str, Sequence[Link]], read_of: Iterable[str] = ()
) -> SourceSummary:
    """Return what sources and links, by row, come to.

    ``read_of`` are the origins of documents that were read for themselves, behind no row.
    """
    best = [min(link.source_class.grade for link in of_row) for of_row in links.values()]
    origins = [{link.origin for link in of_row} - {NOBODY} for of_row in links.values()]
    return SourceSummary(
        documents=len(sources),
        publishers=len({source.publisher for source in sources}),
        origins=len(set().union(*origins, read_of) - {NOBODY}),
        rows=len(links),
        good=sum(grade in (Grade.A, Grade.B) for grade in best),
        fair=best.count(Grade.C),
        unreliable=best.count(Grade.D),
        one_origin=sum(len(of_row) == 1 for of_row in origins),
        seen=_by_number(source.seen_as for source in sources),
        kinds=_by_number(source.kind.replace("_", " ") for source in sources),
    )


def _by_number(words: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0]))


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


def render_cited_rows(
    assessment: Assessment, argument: Argument, downloads: Mapping[str, str]
) -> Markup:
    """Return every cited row, table by table; ``downloads`` has the address of each table."""
    frames, described = assessment.frames, assessment.study_data.tables.resources
    citing = map_citations(argument)
    by_table: dict[str, list[CitedRow]] = defaultdict(list)
    for table in sorted({table_of(reference) for reference in citing} - {SOURCES}):
        cited = frames[table][frames[table].index.isin(citing)].sort_index()
        for reference, *row in cited.itertuples(name=None):
            cells = _cells(dict(zip(cited.columns, row, strict=True)), described[table].fields)
            links = assessment.provenance.links.get(reference, ())
            seen = tuple(link for link in links if link.is_seen)
            if len(seen) < len(links):
                cells = (*cells, ("without a source", "a value of this row"))
            by_table[table].append(CitedRow(reference, cells, seen, citing[reference]))
    return render(
        "rows.html.j2",
        tables=by_table,
        downloads=downloads,
        sources=assessment.provenance.sources,
    )


def render_documents(assessment: Assessment, argument: Argument, article: str = "") -> Markup:
    """Return every document behind the cited rows and the evidence, and what they come to.

    The source that is the article itself is listed too.
    """
    documents = list_cited_documents(assessment, argument, article)
    links = assessment.provenance.links
    summary = summarise_sources(
        [document.source for document in documents],
        {row: links[row] for row in map_citations(argument) if row in links},
        [document.source.origin for document in documents if document.claims],
    )
    return render(
        "documents.html.j2",
        documents=documents,
        classes=assessment.provenance.classes.values(),
        summary=summary,
    )


def list_cited_documents(
    assessment: Assessment, argument: Argument, article: str
) -> list[Document]:
    """Return the article, every document that was read, and those behind every cited row.

    That no source was seen for a value is no document: its row says so.
    """
    rows: dict[str, list[str]] = defaultdict(list)
    claims: dict[str, list[str]] = defaultdict(list)
    for reference, citing in sorted(map_citations(argument).items()):
        if table_of(reference) == SOURCES:
            claims[key_of(reference)].extend(citing)
        for link in assessment.provenance.links.get(reference, ()):
            if link.is_seen:
                rows[link.source].append(reference)
    return [
        Document(
            assessment.provenance.sources[name],
            tuple(dict.fromkeys(rows[name])),
            tuple(dict.fromkeys(claims[name])),
            name == article,
        )
        for name in sorted({*rows, *claims, *filter(None, [article])})
    ]


def map_citations(argument: Argument) -> dict[str, tuple[str, ...]]:
    """Return, by reference, the claims whose finding or evidence cites it."""
    citing: dict[str, list[str]] = defaultdict(list)
    for claim, record in argument.records.items():
        targets = [target for item in record.items for target in item.targets]
        backtest = record.stress_tests.backtest
        later = backtest.rows if backtest is not None else ()
        for reference in dict.fromkeys([*record.rows, *targets, *later]):
            citing[reference].append(claim)
    return {reference: tuple(claims) for reference, claims in citing.items()}


def _cells(row: Mapping[str, Any], fields: Sequence[Field]) -> tuple[tuple[str, str], ...]:
    filled = ((field, to_plain(row[field.name])) for field in fields if field.name != "key")
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
    return format_value(value, DATE if "pattern" in field.constraints else "")
