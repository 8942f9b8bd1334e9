"""What is known on a footing: rows, documents, and whose word stands behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from reportlib.load.csv_rows import group_by_key
from reportlib.load.data_view import DataView, LruCache
from reportlib.load.provenance import Provenance
from reportlib.load.tables import VIEWS_KEPT, Tables
from reportlib.model.dates import Span
from reportlib.model.evidence import SOURCES, table_of
from reportlib.model.vocabulary import Grade


class Footing(NamedTuple):
    """What an answer may rest on."""

    day: date
    """What was public by then counts."""
    floor: Grade
    """The lowest grade that counts."""
    without: str = ""
    """An origin whose word is left out."""


@dataclass(frozen=True)
class KnowledgeBase:
    """The tables and sources of a study, as they stand on any footing."""

    tables: Tables
    provenance: Provenance
    _data: LruCache[DataView] = field(default_factory=lambda: LruCache(VIEWS_KEPT))
    _first_days: dict[str, date | None] = field(default_factory=dict)

    def data(self, day: date, without: str = "") -> DataView:
        """Return the tables, less the rows that nobody but the origin left out attests."""
        if not without:
            return self.tables.at(day)
        return self._data.get(
            (day, without), lambda: self.tables.at(day).without(self.alone(without))
        )

    def public(self, references: Iterable[str], day: date) -> frozenset[str]:
        """Return those of some rows and documents that were public on a day."""
        known = ((one, self._public_from(one)) for one in references)
        return frozenset(one for one, first in known if first is not None and first <= day)

    def published(self, document: str) -> date | None:
        """Return the last day on which a document can have been published, if that is known."""
        return self._documents.get(document)

    def alone(self, origin: str) -> tuple[str, ...]:
        """Return the rows that one origin alone attests."""
        return self._alone.get(origin, ())

    def thinned(self, origin: str) -> frozenset[str]:
        """Return the tables that have fewer rows without an origin's word."""
        return self._thinned.get(origin, frozenset())

    def _public_from(self, reference: str) -> date | None:
        if reference not in self._first_days:
            document = table_of(reference) == SOURCES
            first = self.published(reference) if document else self.tables.public_from(reference)
            self._first_days[reference] = first
        return self._first_days[reference]

    @cached_property
    def _alone(self) -> dict[str, tuple[str, ...]]:
        by_row = (
            (row, {link.origin for link in links}) for row, links in self.provenance.links.items()
        )
        return group_by_key(
            (next(iter(origins)), row) for row, origins in by_row if len(origins) == 1
        )

    @cached_property
    def _thinned(self) -> dict[str, frozenset[str]]:
        return {origin: frozenset(map(table_of, rows)) for origin, rows in self._alone.items()}

    @cached_property
    def _documents(self) -> dict[str, date]:
        spans = ((s.id, Span.of(s.published_date)) for s in self.provenance.sources.values())
        return {f"{SOURCES}#{name}": span.last for name, span in spans if span is not None}
