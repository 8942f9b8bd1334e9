"""Tables: each described file as a typed frame, and the same frames cut to a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import pandas as pd

from reportlib.errors import BadData
from reportlib.load.data_view import DataView, Frames
from reportlib.load.datapackage import COVERAGE, KNOWN_FROM, Descriptor, Field, Resource
from reportlib.load.parameters import Parameters
from reportlib.load.validation import find_package_faults
from reportlib.model.evidence import table_of
from reportlib.study import Study

VIEWS_KEPT = 16
"""The number of days, and of days without an origin, that successive claims have in common."""


@dataclass(frozen=True)
class Tables:
    """The tables of a study, each read once and when it is first asked for."""

    study: Study
    parameters: Parameters

    def at(self, day: date) -> DataView:
        """Return a view of every table, cut to what was public on a day.

        A row that became known later is not in it, nor one whose day is not known; a day that had
        not yet come is blank.

        Raises:
            BadData: a file cannot be read as it is described.
        """
        return self._views(day)

    def public_from(self, row: str) -> date | None:
        """Return the day from which a row is in the view, or None if it never is."""
        frame = self.frames.get(table_of(row))
        if frame is None or row not in frame.index:
            return None
        if not _is_cut(frame, table_of(row)):
            return date.min
        first = frame.at[row, KNOWN_FROM]
        return first.date() if isinstance(first, pd.Timestamp) else None

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """What the descriptor says of each table."""
        return Descriptor.read(self.study).tables

    @cached_property
    def frames(self) -> Mapping[str, pd.DataFrame]:
        """Every table, uncut.

        Asking for one raises ``BadData`` if its file cannot be read as it is described.
        """
        return Frames(self.resources, lambda table: self._read(self.resources[table]))

    @cached_property
    def _views(self) -> Callable[[date], DataView]:
        def cut(day: date) -> DataView:
            frames = Frames(self.frames, lambda table: cut_to_day(self.frames[table], table, day))
            return DataView(frames, self.parameters)

        return lru_cache(VIEWS_KEPT)(cut)

    def _read(self, resource: Resource) -> pd.DataFrame:
        try:
            return read_frame(resource)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            if faults := find_package_faults(self.study):
                raise BadData(faults) from problem
            raise


def read_frame(resource: Resource) -> pd.DataFrame:
    """Read one table; its index holds the references of its rows, ``table#key``.

    Days are timestamps, lists are tuples, whole numbers may be missing.
    """
    frame = pd.read_csv(
        resource.path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8"
    )
    typed = {field.name: _convert(frame[field.name], field) for field in resource.fields}
    index = pd.Index(resource.name + "#" + frame["key"].astype("str"), name="row")
    return pd.DataFrame({name: column.to_numpy() for name, column in typed.items()}, index=index)


def cut_to_day(frame: pd.DataFrame, table: str, day: date) -> pd.DataFrame:
    """Cut a table to what was public on a day; see ``Tables.at``."""
    if not _is_cut(frame, table):
        return frame
    moment = pd.Timestamp(day)
    kept = frame[frame[KNOWN_FROM] <= moment]
    days = kept.select_dtypes("datetime").columns
    cut = kept.assign(**{column: kept[column].where(kept[column] <= moment) for column in days})
    return cut.copy()  # brings columns of one type together in memory: what is taken of it is cheap


def _is_cut(frame: pd.DataFrame, table: str) -> bool:
    return table != COVERAGE and KNOWN_FROM in frame


def _split_cells(column: pd.Series[Any], delimiter: str) -> pd.Series[Any]:
    cells = [
        tuple(part.strip() for part in cell.split(delimiter)) if isinstance(cell, str) else ()
        for cell in column
    ]
    return pd.Series(cells, index=column.index, dtype="object")


def _convert(column: pd.Series[Any], described: Field) -> pd.Series[Any]:
    """Return a column of text as the type that the descriptor gives it."""
    match described.type:
        case "date":
            return pd.to_datetime(column, format="%Y-%m-%d").astype("datetime64[s]")
        case "number":
            return pd.to_numeric(column).astype("float64")
        case "integer" | "year":
            return pd.to_numeric(column).astype("Int64")
        case "list":
            return _split_cells(column, described.delimiter)
        case _:
            return column
