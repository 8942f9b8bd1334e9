"""The view that a test is given: tables cut to a day, read-only, remembering what was read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

from reportlib.errors import BadTest, did_you_mean
from reportlib.load.csv_rows import group_by_key
from reportlib.load.datapackage import COVERAGE
from reportlib.load.parameters import Parameters, Setting
from reportlib.model.evidence import table_of

Mask = np.ndarray[Any, np.dtype[np.bool_]]
_CHOICES_KEPT = 4
"""A test is called with the same choices for each value of what it applies itself, such as a day;
the next claim often makes the same ones."""


V = TypeVar("V")


class LruCache(Generic[V]):
    """So many values as were asked for last, by name.

    Example: ``views.get(day, lambda: cut(day))`` cuts to a day once, while it stays in use.
    """

    def __init__(self, most: int) -> None:
        """Keep at most so many values."""
        self._most = most
        self._values: dict[Hashable, V] = {}

    def get(self, name: Hashable, make: Callable[[], V]) -> V:
        """Return the value of a name, which is made if it is not among those kept."""
        value = self._values.pop(name) if name in self._values else make()
        self._values[name] = value  # last in order: asked for most recently
        if len(self._values) > self._most:
            del self._values[next(iter(self._values))]
        return value


class Frames(Mapping[str, pd.DataFrame]):
    """Tables by name. Nobody pays for one that is not looked at, and for none twice."""

    def __init__(self, names: Iterable[str], make: Callable[[str], pd.DataFrame]) -> None:
        self._names = dict.fromkeys(names)
        self._make = make
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table not in self._names:
            raise KeyError(table)
        if table not in self._made:
            self._made[table] = self._make(table)
        return self._made[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class DataView:
    """A read-only view of the tables of a study.

    ``data.events`` is a frame whose index holds references, ``events#key``; what is done to it
    changes no other. ``data.rows("events", parties="firms")`` is the part of it that counts at that
    choice, as params/parameters.yaml says. A test gets a view of its own, which remembers the
    tables that it read.
    """

    def __init__(
        self,
        frames: Mapping[str, pd.DataFrame],
        parameters: Parameters,
        masks: dict[tuple[str, str, Setting], Mask] | None = None,
        instead: Mapping[str, pd.DataFrame] | None = None,
        counted: LruCache[pd.DataFrame] | None = None,
    ) -> None:
        """Wrap frames that are already cut.

        Args:
            frames: the tables, by name.
            parameters: what their values let count.
            masks: which rows count at a choice, as far as that was asked before.
            instead: frames that stand in place of some of the tables.
            counted: the rows that count at the choices asked for last.
        """
        self._frames = frames
        self._parameters = parameters
        self._masks = {} if masks is None else masks
        self._instead = {} if instead is None else instead
        self._counted = LruCache(_CHOICES_KEPT) if counted is None else counted
        self.read: set[str] = set()

    def watched(self) -> DataView:
        """Return the same view with an empty memory."""
        return DataView(self._frames, self._parameters, self._masks, self._instead, self._counted)

    def without(self, rows: Iterable[str]) -> DataView:
        """Return the same view less some rows, as if they had never been found."""
        gone = group_by_key((table_of(row), row) for row in rows)
        counted = {table for table, _, _ in self._masks} & gone.keys()
        kept = {table: _others(self.frame(table), gone[table]) for table in counted}

        def less(table: str) -> pd.DataFrame:
            frame = self.frame(table)
            return frame[_others(frame, gone[table])] if table in gone else frame

        masks = {
            asked: mask[kept[asked[0]]] if asked[0] in kept else mask  # who stays counts as before
            for asked, mask in self._masks.items()
        }
        return DataView(Frames(self._frames, less), self._parameters, masks)

    def replaced(self, frames: Mapping[str, pd.DataFrame]) -> DataView:
        """Return the same view with other frames in place of some tables."""
        masks = {asked: mask for asked, mask in self._masks.items() if asked[0] not in frames}
        return DataView(self._frames, self._parameters, masks, {**self._instead, **frames})

    def frame(self, table: str) -> pd.DataFrame:
        """Return a table by name, not to be changed, and without remembering that it was read."""
        return self._instead[table] if table in self._instead else self._frames[table]

    def counts(self) -> dict[str, int]:
        """Return how many rows of each table are in the view."""
        return {table: len(self.frame(table)) for table in self._frames}

    def __getattr__(self, table: str) -> pd.DataFrame:
        """Return a table by name.

        Raises:
            BadTest: there is no such table.
        """
        if table.startswith("_"):
            raise AttributeError(table)
        return self._table(table).copy()  # deep: arrays of a shallow copy can be written to

    def rows(self, table: str, **choices: Setting) -> pd.DataFrame:
        """Return the rows of a table that count at these choices of parameters.

        A choice that lets every row count changes nothing.

        Raises:
            BadTest: a parameter is unknown, or speaks of no column that the table has.
        """
        frame = self._table(table)
        asked = (table, tuple(choices.items()))
        counted = self._counted.get(asked, lambda: frame[self._counting(table, frame, choices)])
        return counted.copy()

    def registers(
        self, table: str, since: pd.Timestamp, until: pd.Timestamp, **choices: Setting
    ) -> pd.DataFrame:
        """Return what ``coverage`` says of every register in scope for a period.

        In scope is a register of that table, or one that was not collected at all, whose programme
        and agency count at these choices.
        """
        known = self._table(COVERAGE)
        kept = self._counting(COVERAGE, known, choices)
        kept &= known["from"].to_numpy() <= until.to_datetime64()
        kept &= known["to"].to_numpy() >= since.to_datetime64()
        of = known["table"]
        return known[kept & (of.isna() | of.eq(table)).to_numpy()]

    def _table(self, table: str) -> pd.DataFrame:
        if table not in self._frames:
            hint = did_you_mean(table, self._frames)
            raise BadTest(f"There is no table “{table}”. {hint}")
        self.read.add(table)
        return self.frame(table)

    def _counting(self, table: str, frame: pd.DataFrame, choices: Mapping[str, Setting]) -> Mask:
        kept = np.ones(len(frame), dtype=bool)
        for name, value in choices.items():
            kept &= self._mask(table, frame, name, value)
        return kept

    def _mask(self, table: str, frame: pd.DataFrame, name: str, value: Setting) -> Mask:
        known = self._masks.get((table, name, value))
        if known is None:
            known = _counting(frame, table, self._columns(name, value), name)
            self._masks[table, name, value] = known
        return known

    def _columns(self, name: str, value: Setting) -> Mapping[str, tuple[str, ...]]:
        if name not in self._parameters.by_name:
            hint = did_you_mean(name, self._parameters.by_name)
            raise BadTest(f"There is no parameter “{name}”. {hint}")
        choices = self._parameters.by_name[name].choices
        if value not in choices:
            hint = did_you_mean(str(value), [str(known) for known in choices])
            raise BadTest(f"“{value}” is no value of {name}. {hint}")
        return choices[value].rows


def _others(frame: pd.DataFrame, rows: Sequence[str]) -> Mask:
    """Which rows of a table are none of these."""
    at = frame.index.get_indexer_for(pd.Index(rows))
    others = np.ones(len(frame), dtype=bool)
    others[at[at >= 0]] = False
    return others


def _counting(
    frame: pd.DataFrame, table: str, columns: Mapping[str, tuple[str, ...]], name: str
) -> Mask:
    """Which rows hold one of the values in any of the columns that the table has."""
    if not columns:
        return np.ones(len(frame), dtype=bool)
    present = [column for column in columns if column in frame]
    if not present:
        raise BadTest(f"{name} speaks of {', '.join(columns)}; {table} has no such column.")
    kept = np.zeros(len(frame), dtype=bool)
    for column in present:
        kept |= _holding(frame[column], set(columns[column]))
    return kept


def _holding(column: pd.Series[Any], wanted: set[str]) -> Mask:
    """Which cells are, or list, one of the values."""
    if column.dtype != "object":
        return column.isin(wanted).to_numpy(dtype=bool)
    cells = (
        not wanted.isdisjoint(cell) if isinstance(cell, tuple) else cell in wanted
        for cell in column
    )
    return np.fromiter(cells, dtype=bool, count=len(column))
