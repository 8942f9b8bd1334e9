"""What the sources come to: how many, by whom, how far they are trusted, what was seen of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reportlib.values.sources import NOBODY, Link, Source
from reportlib.values.words import Grade


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


def summary_of(
    sources: Collection[Source], links: Mapping[str, Sequence[Link]], read_of: Iterable[str] = ()
) -> SourceSummary:
    """Return what sources and links come to.

    Args:
        sources: the documents.
        links: by row, its sources.
        read_of: the origins of documents that were read for themselves, behind no row.
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
        one_origin=sum(len(one) == 1 for one in origins),
        seen=_by_number(source.seen_as for source in sources),
        kinds=_by_number(source.kind.replace("_", " ") for source in sources),
    )


def _by_number(words: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(words).items(), key=lambda one: (-one[1], one[0]))
