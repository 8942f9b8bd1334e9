"""The knowledge base: rows and documents as they were public on a day, and who attests them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from reportlib.load.csv_rows import group_by_key
from reportlib.load.data_view import DataView
from reportlib.load.provenance import Provenance
from reportlib.load.tables import VIEWS_KEPT, Tables
from reportlib.model.dates import Span
from reportlib.model.evidence import SOURCES, table_of


@dataclass(frozen=True)
class KnowledgeBase:
    """The tables and sources of a study, on any day and without any one origin."""

    tables: Tables
    provenance: Provenance

    def view(self, day: date, without_origin: str = "") -> DataView:
        """Return the tables of a day, less the rows that only the origin left out attests."""
        return self._less(day, without_origin) if without_origin else self.tables.at(day)

    def list_public(self, references: Iterable[str], day: date) -> frozenset[str]:
        """Return those of some rows and documents that were public on a day."""
        first_days = ((reference, self._public_from(reference)) for reference in references)
        return frozenset(name for name, first in first_days if first is not None and first <= day)

    def published(self, document: str) -> date | None:
        """Return the last day on which a document can have been published, if that is known."""
        return self._documents.get(document)

    @cached_property
    def rows_of_origin(self) -> dict[str, tuple[str, ...]]:
        """By origin, the rows that it alone attests."""
        return group_by_key(
            (links[0].origin, row)
            for row, links in self.provenance.links.items()
            if len({link.origin for link in links}) == 1
        )

    @cached_property
    def tables_of_origin(self) -> dict[str, frozenset[str]]:
        """By origin, the tables that have fewer rows without its word."""
        return {o: frozenset(map(table_of, rows)) for o, rows in self.rows_of_origin.items()}

    @cached_property
    def _less(self) -> Callable[[date, str], DataView]:
        return lru_cache(VIEWS_KEPT)(
            lambda day, origin: self.tables.at(day).without(self.rows_of_origin.get(origin, ()))
        )

    @cached_property
    def _public_from(self) -> Callable[[str], date | None]:
        return lru_cache(None)(
            lambda reference: (
                self.published(reference)
                if table_of(reference) == SOURCES
                else self.tables.public_from(reference)
            )
        )

    @cached_property
    def _documents(self) -> dict[str, date]:
        spans = ((s.id, Span.of(s.published_date)) for s in self.provenance.sources.values())
        return {f"{SOURCES}#{name}": span.last for name, span in spans if span is not None}
