"""What is known on a footing: rows, documents, and whose word stands behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from reportlib.judging.items import Links
from reportlib.reading.lines import gathered
from reportlib.reading.provenance import Provenance
from reportlib.reading.tables import Tables
from reportlib.reading.view import Data
from reportlib.values.days import Span
from reportlib.values.sources import SOURCES
from reportlib.values.words import Grade


class Footing(NamedTuple):
    """What an answer may rest on."""

    day: date
    """What was public by then counts."""
    floor: Grade
    """The lowest grade that counts."""
    without: str = ""
    """An origin whose word is left out."""


@dataclass(frozen=True)
class Known:
    """The tables and sources of a study, as they stand on any footing; each is made once."""

    tables: Tables
    provenance: Provenance
    _data: dict[tuple[date, str], Data] = field(default_factory=dict)
    _links: dict[str, Links] = field(default_factory=dict)
    _references: dict[date, frozenset[str]] = field(default_factory=dict)

    def data(self, day: date, without: str = "") -> Data:
        """Return the tables, less the rows that nobody but the origin left out attests."""
        if not without:
            return self.tables.at(day)
        if (day, without) not in self._data:
            self._data[day, without] = self.tables.at(day).without(self.alone(without))
        return self._data[day, without]

    def links(self, origin: str) -> Links:
        """Return the sources of each row, less those of an origin left out."""
        if not origin:
            return self.provenance.links
        if origin not in self._links:
            self._links[origin] = {
                row: tuple(link for link in links if link.origin != origin)
                for row, links in self.provenance.links.items()
            }
        return self._links[origin]

    def references(self, day: date) -> frozenset[str]:
        """Return the references of every row and document that was public on a day."""
        if day not in self._references:
            rows = self.tables.at(day).references()
            documents = (name for name, known in self._documents.items() if known <= day)
            self._references[day] = frozenset(rows).union(documents)
        return self._references[day]

    def published(self, document: str) -> date | None:
        """Return the last day on which a document can have been published, if that is known."""
        return self._documents.get(document)

    def alone(self, origin: str) -> tuple[str, ...]:
        """Return the rows that one origin alone attests."""
        return self._alone.get(origin, ())

    @cached_property
    def _alone(self) -> dict[str, tuple[str, ...]]:
        by_row = (
            (row, {link.origin for link in links}) for row, links in self.provenance.links.items()
        )
        return gathered((next(iter(origins)), row) for row, origins in by_row if len(origins) == 1)

    @cached_property
    def _documents(self) -> dict[str, date]:
        spans = ((s.id, Span.of(s.published_date)) for s in self.provenance.sources.values())
        return {f"{SOURCES}#{name}": span.last for name, span in spans if span is not None}
