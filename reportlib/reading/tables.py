"""Tables: each described file as a typed frame, read again only when the file has changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from reportlib.errors import BadData
from reportlib.reading.descriptor import COVERAGE, KNOWN_FROM, Descriptor, Field, Resource
from reportlib.reading.parameters import Parameters
from reportlib.reading.validation import faults_in_package
from reportlib.reading.view import Data
from reportlib.study import Study

Stamp = tuple[int, int, int]


@dataclass
class Tables:
    """The tables of a study, seen through ``at``; a file that was saved since is read anew."""

    study: Study
    parameters: Parameters
    _frames: dict[str, tuple[Stamp, pd.DataFrame]] = field(default_factory=dict)
    _views: dict[tuple[date, frozenset[str]], tuple[Any, Data]] = field(default_factory=dict)

    def at(self, day: date, without: Collection[str] = ()) -> Data:
        """Return a view of every table, cut to what was public on a day.

        A row that became known later is not in it, nor one whose day is not known; a day that had
        not yet come is blank.

        Args:
            day: the day whose knowledge counts.
            without: references of rows to leave out, as if they had never been found.

        Raises:
            BadData: a file cannot be read as it is described.
        """
        frames = self.frames()
        stamp = tuple(seen for seen, _ in self._frames.values())
        asked = (day, frozenset(without))
        cached = self._views.get(asked)
        if cached is not None and cached[0] == stamp:
            return cached[1]
        view = Data({n: cut(f, n, day, without) for n, f in frames.items()}, self.parameters)
        self._views[asked] = (stamp, view)
        return view

    def frames(self) -> Mapping[str, pd.DataFrame]:
        """Return every table, uncut."""
        descriptor = Descriptor.read(self.study)
        frames = {}
        for name, resource in descriptor.tables.items():
            try:
                frames[name] = self._frame(resource)
            except (OSError, ValueError, KeyError, TypeError) as problem:
                faults = faults_in_package(self.study)
                if faults:
                    raise BadData(faults) from problem
                raise
        return frames

    def _frame(self, resource: Resource) -> pd.DataFrame:
        state = resource.path.stat()
        stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
        kept = self._frames.get(resource.name)
        if kept is None or kept[0] != stamp:
            kept = (stamp, read_frame(resource))
            self._frames[resource.name] = kept
        return kept[1]


def read_frame(resource: Resource) -> pd.DataFrame:
    """Read one table; its index holds the references of its rows, ``table#key``.

    Days are timestamps, lists are tuples, whole numbers may be missing.
    """
    frame = pd.read_csv(
        resource.path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8"
    )
    typed = {one.name: _TYPED.get(one.type, _text)(frame[one.name], one) for one in resource.fields}
    index = pd.Index(resource.name + "#" + frame["key"].astype("str"), name="row")
    return pd.DataFrame({name: column.to_numpy() for name, column in typed.items()}, index=index)


def cut(frame: pd.DataFrame, table: str, day: date, without: Collection[str]) -> pd.DataFrame:
    """Cut a table to what was public on a day; see ``Tables.at``."""
    kept = frame.drop(index=[row for row in without if row in frame.index])
    if table == COVERAGE or KNOWN_FROM not in frame:
        return kept
    moment = pd.Timestamp(day)
    kept = kept[kept[KNOWN_FROM] <= moment]
    days = kept.select_dtypes("datetime").columns
    return kept.assign(**{column: kept[column].where(kept[column] <= moment) for column in days})


def _text(column: pd.Series[Any], _field: Field) -> pd.Series[Any]:
    return column


def _day(column: pd.Series[Any], _field: Field) -> pd.Series[Any]:
    return pd.to_datetime(column, format="%Y-%m-%d").astype("datetime64[s]")


def _number(column: pd.Series[Any], _field: Field) -> pd.Series[Any]:
    return pd.to_numeric(column).astype("float64")


def _whole(column: pd.Series[Any], _field: Field) -> pd.Series[Any]:
    return pd.to_numeric(column).astype("Int64")


def _list(column: pd.Series[Any], one: Field) -> pd.Series[Any]:
    parted = [
        tuple(part.strip() for part in cell.split(one.delimiter)) if isinstance(cell, str) else ()
        for cell in column
    ]
    return pd.Series(parted, index=column.index, dtype="object")


_TYPED: Mapping[str, Callable[[pd.Series[Any], Field], pd.Series[Any]]] = {
    "date": _day,
    "number": _number,
    "integer": _whole,
    "year": _whole,
    "list": _list,
}
