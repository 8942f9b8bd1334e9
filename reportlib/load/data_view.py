"""The view that a test is given: tables cut to a day, read-only, remembering what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from reportlib.errors import BadTest, did_you_mean
from reportlib.load.csv_rows import group_by_key
from reportlib.load.datapackage import COVERAGE
from reportlib.load.parameters import Parameters, Setting
from reportlib.model.evidence import table_of

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Choices = tuple[tuple[str, Setting], ...]
"""Parameters, each with the value that is chosen."""
_CHOICES_KEPT = 4
"""A test is called with the same choices for each value of what it applies itself, such as a day;
the next claim often makes the same ones."""


class Frames(Mapping[str, pd.DataFrame]):
    """Tables by name, each made when it is first asked for."""

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


class RowFilter:
    """Which rows of some tables count at choices of parameters, each worked out once."""

    def __init__(
        self,
        frames: Mapping[str, pd.DataFrame],
        parameters: Parameters,
        masks: dict[tuple[str, str, Setting], Mask],
    ) -> None:
        self.masks = masks
        self._frames = frames
        self._parameters = parameters

    def select(self, table: str, choices: Choices) -> pd.DataFrame:
        """Return the rows that count at all of some choices."""
        return self._frames[table][self.mask(table, choices)]

    def mask(self, table: str, choices: Choices) -> Mask:
        """Return which rows count at all of some choices.

        Raises:
            BadTest: a parameter is unknown, or speaks of no column that the table has.
        """
        frame = self._frames[table]
        mask = np.ones(len(frame), dtype=bool)
        for name, value in choices:
            key = table, name, value
            if key not in self.masks:
                self.masks[key] = _match_any(frame, table, self._columns(name, value), name)
            mask &= self.masks[key]
        return mask

    def _columns(self, name: str, value: Setting) -> Mapping[str, tuple[str, ...]]:
        if name not in self._parameters.by_name:
            hint = did_you_mean(name, self._parameters.by_name)
            raise BadTest(f"There is no parameter “{name}”. {hint}")
        choices = self._parameters.by_name[name].choices
        if value not in choices:
            hint = did_you_mean(str(value), [str(choice) for choice in choices])
            raise BadTest(f"“{value}” is no value of {name}. {hint}")
        return choices[value].rows


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
    ) -> None:
        """Wrap frames that are already cut; masks are what a like view knows of their rows."""
        self._frames = frames
        self._parameters = parameters
        self._filter = RowFilter(frames, parameters, {} if masks is None else masks)
        self._select = lru_cache(_CHOICES_KEPT)(self._filter.select)
        self.read: set[str] = set()

    def watched(self) -> DataView:
        """Return the same view with an empty memory of the tables that were read."""
        view = copy(self)
        view.read = set()
        return view

    def without(self, rows: Iterable[str]) -> DataView:
        """Return the same view less some rows, as if they had never been found."""
        gone = group_by_key((table_of(row), row) for row in rows)
        masks = self._filter.masks
        kept = {t: _exclude(self.frame(t), gone[t]) for t in gone if any(t == m[0] for m in masks)}

        def remove_rows(table: str) -> pd.DataFrame:
            frame = self.frame(table)
            return frame[_exclude(frame, gone[table])] if table in gone else frame

        remaining = {  # a row that stays counts as before
            key: mask[kept[key[0]]] if key[0] in kept else mask for key, mask in masks.items()
        }
        return DataView(Frames(self._frames, remove_rows), self._parameters, remaining)

    def replaced(self, frames: Mapping[str, pd.DataFrame]) -> DataView:
        """Return the same view with other frames in place of some tables."""
        masks = {key: mask for key, mask in self._filter.masks.items() if key[0] not in frames}
        replaced = Frames(self._frames, lambda t: frames[t] if t in frames else self.frame(t))
        return DataView(replaced, self._parameters, masks)

    def frame(self, table: str) -> pd.DataFrame:
        """Return a table by name, not to be changed, and without remembering that it was read."""
        return self._frames[table]

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
        self._table(table)
        return self._select(table, tuple(choices.items())).copy()

    def registers(
        self, table: str, since: pd.Timestamp, until: pd.Timestamp, **choices: Setting
    ) -> pd.DataFrame:
        """Return what ``coverage`` says of every register in scope for a period.

        In scope is a register of that table, or one that was not collected at all, whose programme
        and agency count at these choices.
        """
        coverage = self._table(COVERAGE)
        mask = self._filter.mask(COVERAGE, tuple(choices.items()))
        mask &= coverage["from"].to_numpy() <= until.to_datetime64()
        mask &= coverage["to"].to_numpy() >= since.to_datetime64()
        described = coverage["table"]
        return coverage[mask & (described.isna() | described.eq(table)).to_numpy()]

    def _table(self, table: str) -> pd.DataFrame:
        if table not in self._frames:
            raise BadTest(f"There is no table “{table}”. {did_you_mean(table, self._frames)}")
        self.read.add(table)
        return self.frame(table)


def _exclude(frame: pd.DataFrame, rows: Sequence[str]) -> Mask:
    """Which rows of a table are none of these."""
    at = frame.index.get_indexer_for(pd.Index(rows))
    mask = np.ones(len(frame), dtype=bool)
    mask[at[at >= 0]] = False
    return mask


def _match_any(
    frame: pd.DataFrame, table: str, columns: Mapping[str, tuple[str, ...]], name: str
) -> Mask:
    """Which rows hold one of the values in any of the columns that the table has."""
    if not columns:
        return np.ones(len(frame), dtype=bool)
    present = [column for column in columns if column in frame]
    if not present:
        raise BadTest(f"{name} speaks of {', '.join(columns)}; {table} has no such column.")
    mask = np.zeros(len(frame), dtype=bool)
    for column in present:
        mask |= _match_cells(frame[column], set(columns[column]))
    return mask


def _match_cells(column: pd.Series[Any], values: set[str]) -> Mask:
    """Which cells are, or list, one of the values."""
    if column.dtype != "object":
        return column.isin(values).to_numpy(dtype=bool)
    cells = (
        not values.isdisjoint(cell) if isinstance(cell, tuple) else cell in values
        for cell in column
    )
    return np.fromiter(cells, dtype=bool, count=len(column))
