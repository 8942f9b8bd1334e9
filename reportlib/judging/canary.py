"""The canary: a finding that does not move when its rows are changed is not bound to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from reportlib.errors import ReportError
from reportlib.judging.inquiry import Inquiry
from reportlib.judging.question import Question
from reportlib.reading.descriptor import COVERAGE
from reportlib.reading.view import Data
from reportlib.values.days import Span
from reportlib.values.sources import table_of
from reportlib.values.trials import Canary
from reportlib.values.words import Comparison

_SHIFTS = (timedelta(days=1), timedelta(days=-1), timedelta(days=400), timedelta(days=-400))
_OTHER_WORDS = 12
"""So many other words of its column are tried in place of a word, the most frequent first."""


def canary(inquiry: Inquiry, question: Question) -> Canary:
    """Change each row that a finding cites, alone and in every way, until the finding moves.

    A row is left out, doubled, or has one cell blanked or changed for another value that such a
    cell could hold. Only the value counts, or why there is none: what is cited must not just be
    listed. A row whose change is not heard because others say the same is changed again without
    them. Where nothing was found, a row is put in, which must be heard. The rows that a finding
    declares to be context are not changed.
    """
    perch = _Perch(inquiry, question)
    unheard = [row for row in perch.cited if not perch.hears(row, perch.data)]
    deaf = [
        row
        for row in unheard
        if not perch.hears(row, perch.without([other for other in unheard if other != row]))
    ]
    return Canary(len(perch.cited), tuple(deaf), perch.hears_a_new_row())


class _Perch:
    """A finding under watch: what it says now, and whether it says something else elsewhere."""

    def __init__(self, inquiry: Inquiry, question: Question) -> None:
        assert question.test is not None
        footing = inquiry.footing(question.claim)
        self._test = question.test
        self._setting = question.setting(inquiry.settings.values)
        own = question.at(footing, self._setting)
        assert own.finding is not None
        self._own = own.finding
        self._frames = inquiry.known.tables.frames
        self._tables = sorted(own.tables_read - {COVERAGE})
        absence = any(one.comparison is Comparison.NONE_FOUND for one in question.assertions)
        self._nothing = not own.finding.rows or (absence and not own.finding.value)
        self._day = pd.Timestamp(footing.day)
        self.data = inquiry.known.data(footing.day)
        self.cited = [row for row in own.finding.rows if row not in own.finding.context]

    def hears(self, row: str, data: Data) -> bool:
        """Whether any change of a row moves the finding."""
        table = table_of(row)
        return self._moved(data, table, _changed(data.frame(table), row))

    def hears_a_new_row(self) -> bool | None:
        """Whether a row put in is heard, where nothing was found; None: something was."""
        if not self._nothing:
            return None
        return any(self._moved(self.data, name, self._inserted(name)) for name in self._tables)

    def without(self, rows: Iterable[str]) -> Data:
        """The data less as many of some rows as the finding can spare."""
        data = self.data
        for row in rows:
            less = data.without([row])
            if not self._moves(less):
                data = less
        return data

    def _moved(self, data: Data, table: str, frames: Iterable[pd.DataFrame]) -> bool:
        return any(self._moves(data.replaced({table: frame})) for frame in frames)

    def _moves(self, data: Data) -> bool:
        try:
            found = self._test(data, self._setting)
        except ReportError:  # what the test cannot read tells nothing
            return False
        return (found.value, found.missing) != (self._own.value, self._own.missing)

    def _inserted(self, table: str) -> Iterator[pd.DataFrame]:
        """The table with one row more: like one of its own, on a day between those cited."""
        frame, whole = self.data.frame(table), self._frames[table]
        first = [row for row in self.cited if row in whole.index]
        dated = whole.select_dtypes("datetime").columns
        days = sorted({day for name in dated for day in whole.loc[first, name].dropna()})
        between = [early + (late - early) / 2 for early, late in pairwise(days)]
        for row in dict.fromkeys([*first, *whole.index]):
            for day in [*between, self._day]:
                new = whole.loc[[row]].rename(index={row: f"{table}#canary"})
                yield pd.concat([frame, new.assign(**dict.fromkeys(dated, day.normalize()))])


def _changed(frame: pd.DataFrame, row: str) -> Iterator[pd.DataFrame]:
    """The table with one row changed, in one way after the other, the most telling first."""
    yield frame.drop(index=row)
    cells = [(name, frame.at[row, name]) for name in frame.columns]
    for column, value in cells:
        yield _with(frame, row, column, () if isinstance(value, tuple) else None)
    for column, value in cells:
        for other in _others(frame[column], value):
            yield _with(frame, row, column, other)
    yield pd.concat([frame, frame.loc[[row]].rename(index={row: f"{row}-again"})])


def _with(frame: pd.DataFrame, row: str, column: str, value: Any) -> pd.DataFrame:
    changed = frame.copy(deep=False)
    changed.at[row, column] = value
    return changed


def _others(column: pd.Series[Any], value: Any) -> Iterator[Any]:
    """What a cell could hold instead."""
    if isinstance(value, tuple):
        yield from {other for other in column if other != value}
    elif isinstance(value, pd.Timestamp):
        yield from (value + shift for shift in _SHIFTS)
    elif isinstance(value, str):
        yield from _other_words(column, value)
    elif value is not None and not pd.isna(value):
        yield from (value + 1, value - 1, value * 10, 0)


def _other_words(column: pd.Series[Any], value: str) -> Iterator[str]:
    span = Span.of(value)
    if span is not None:  # a day, month or year kept as it is printed
        for shift in _SHIFTS:
            yield (span.first + shift).isoformat()[: len(value)]
    frequent = column.value_counts().index[: _OTHER_WORDS + 1]
    yield from (str(word) for word in frequent if word != value)
