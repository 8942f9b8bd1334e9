"""Study data: everything that is read of a study, and what of it was known on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache

from reportlib.load.csv_rows import group_by_key
from reportlib.load.data_view import DataView
from reportlib.load.datapackage import PackageMetadata
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import Parameters
from reportlib.load.provenance import Provenance
from reportlib.load.tables import VIEWS_KEPT, Tables
from reportlib.model.dates import Span
from reportlib.model.evidence import SOURCES, table_of
from reportlib.study import Study


@dataclass(frozen=True)
class StudyData:
    """The content of a study's data and parameters, on any day and without any one origin."""

    metadata: PackageMetadata
    parameters: Parameters
    ledger: Ledger
    provenance: Provenance
    tables: Tables
    """Each is read when it is first asked for: a notebook depends on those that it reads."""

    @classmethod
    def read(cls, study: Study, parameters: Parameters | None = None) -> StudyData:
        """Read a study; its parameters too, unless they are given.

        Raises:
            BadParameters: with every fault of the parameters.
            BadData: with every fault of the data package.
        """
        parameters = parameters or Parameters.read(study)
        return cls(
            PackageMetadata.read(study),
            parameters,
            Ledger.read(study),
            Provenance.read(study),
            Tables(study, parameters),
        )

    def view(self, day: date, without_origin: str = "") -> DataView:
        """Return the tables of a day, less the rows that only the origin left out attests."""
        return self._less(day, without_origin) if without_origin else self.tables.at(day)

    def list_public(self, references: Iterable[str], day: date) -> frozenset[str]:
        """Return those of some rows and documents that were public on a day."""
        first_days = ((reference, self._public_from(reference)) for reference in references)
        return frozenset(name for name, first in first_days if first is not None and first <= day)

    @cached_property
    def published(self) -> dict[str, date]:
        """By document, the last day on which it can have been published, if that is known."""
        spans = ((s.id, Span.of(s.published_date)) for s in self.provenance.sources.values())
        return {f"{SOURCES}#{name}": span.last for name, span in spans if span is not None}

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
        def find(reference: str) -> date | None:
            is_document = table_of(reference) == SOURCES
            return (self.published.get if is_document else self.tables.public_from)(reference)

        return cache(find)
