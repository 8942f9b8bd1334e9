"""Perturbation: a finding must move when a row that it cites is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from reportlib.assess.assessment import Assessment
from reportlib.assess.evaluation import Evaluator
from reportlib.assess.robustness import make_grid
from reportlib.errors import ReportError
from reportlib.load.csv_rows import group_by_key
from reportlib.load.data_view import DataView
from reportlib.load.datapackage import COVERAGE
from reportlib.load.parameters import Parameters
from reportlib.model.dates import Span
from reportlib.model.evidence import table_of
from reportlib.model.robustness import Perturbation
from reportlib.model.vocabulary import Comparison

Words = Mapping[str, tuple[str, ...]]
"""By column, words that a cell can hold though no row may."""

_SHIFTS = (timedelta(days=1), timedelta(days=-1), timedelta(days=400), timedelta(days=-400))
_OTHER_WORDS = 12
"""So many other words of its column are tried in place of a word, the most frequent first."""


def changed(frame: pd.DataFrame, row: str, words: Words) -> Iterator[pd.DataFrame]:
    """Return the table with one row changed, in one way after the other, the most telling first.

    A row is left out, or one of its cells is blanked, or filled with what such a cell could hold;
    or it stands there twice. Other days come first: they decide most, and are few.
    """
    yield frame.drop(index=row)
    cells = [(name, frame.at[row, name]) for name in frame.columns]
    days = {name: value for name, value in cells if isinstance(value, pd.Timestamp)}
    for column, day in days.items():
        for other in _others(frame, row, column, day, ()):
            yield _with(frame, row, column, other)
    for column, value in cells:
        yield _with(frame, row, column, () if isinstance(value, tuple) else None)
    for column, value in cells:
        if column not in days:
            for other in _others(frame, row, column, value, words.get(column, ())):
                yield _with(frame, row, column, other)
    yield added(frame, frame.loc[[row]])


def added(frame: pd.DataFrame, like: pd.DataFrame, **cells: Any) -> pd.DataFrame:
    """Return the table with one row more: like another, but for some cells."""
    held = {column: [value] for column, value in cells.items()}
    return pd.concat([frame, like.set_axis([f"{like.index[0]}-again"]).assign(**held)])


def on_other_days(frame: pd.DataFrame, like: pd.DataFrame, days: Any) -> Iterator[pd.DataFrame]:
    """Return the table with one row more, like another, of which every day is one of some days."""
    dated = list(like.select_dtypes("datetime"))
    for day in days:
        yield added(frame, like, **dict.fromkeys(dated, day.normalize()))


def under_other_words(
    frame: pd.DataFrame, like: pd.DataFrame, words: Words
) -> Iterator[pd.DataFrame]:
    """Return the table with one row more, like another but for one word."""
    for column in (name for name in words if name in frame):
        listed = isinstance(like[column].iloc[0], tuple)
        for word in words[column]:
            yield added(frame, like, **{column: (word,) if listed else word})


def _with(frame: pd.DataFrame, row: str, column: str, value: Any) -> pd.DataFrame:
    copied = frame.copy(deep=False)
    copied.at[row, column] = value
    return copied


def _others(
    frame: pd.DataFrame, row: str, column: str, value: Any, words: tuple[str, ...]
) -> Iterator[Any]:
    """What a cell could hold instead."""
    held = frame[column]
    if isinstance(value, tuple):
        yield from {other for other in held if other != value} | {(word,) for word in words}
    elif isinstance(value, pd.Timestamp):
        yield from (value + shift for shift in _SHIFTS)
    elif isinstance(value, str):
        yield from _other_words(held, value)
        yield from words
    elif not pd.isna(value):
        yield from (value + 1, value - 1, value * 10, 0)
    elif pd.api.types.is_datetime64_dtype(held):
        for day in frame.loc[[row]].select_dtypes("datetime").iloc[0].dropna().unique():
            yield from (day, *(day + shift for shift in _SHIFTS))
    else:
        yield from held.value_counts().index[:_OTHER_WORDS]
        yield from words


def _other_words(held: pd.Series[Any], value: str) -> Iterator[str]:
    span = Span.of(value)
    if span is not None:  # a day, month or year kept as it is printed
        for shift in _SHIFTS:
            yield (span.first + shift).isoformat()[: len(value)]
    frequent = held.value_counts().index[: _OTHER_WORDS + 1]
    yield from (str(word) for word in frequent if word != value)


def perturb_cited_rows(assessment: Assessment, question: Evaluator) -> Perturbation:
    """Change each row that a finding cites, alone and in every way, until the finding moves.

    A row is left out, doubled, or has one cell blanked or changed for another value that such a
    cell could hold. Only the value counts, or why there is none: what is cited must not just be
    listed. A row whose change is not heard because others say the same is changed again without
    them. Where nothing was found, a row is put in, which must be heard: like one of the table, or
    almost like one that is found under another definition. The rows that a finding declares to be
    context are not changed.
    """
    perch = _Perch(assessment, question)
    unheard = [row for row in perch.cited if not perch.hears(row, perch.data)]
    deaf = [
        row
        for row in unheard
        if not perch.hears(row, perch.without([other for other in unheard if other != row]))
    ]
    return Perturbation(len(perch.cited), tuple(deaf), perch.hears_a_new_row())


class _Perch:
    """A finding under watch: what it says now, and whether it says something else elsewhere."""

    def __init__(self, assessment: Assessment, question: Evaluator) -> None:
        assert question.test is not None
        footing = assessment.footing(question.claim)
        self._test = question.test
        self._setting = question.setting(assessment.settings.values)
        own = question.at(footing, self._setting)
        assert own.finding is not None
        self._own = own.finding
        self._frames = assessment.known.tables.frames
        self._tables = sorted(own.tables_read - {COVERAGE})
        absence = any(one.comparison is Comparison.NONE_FOUND for one in question.assertions)
        self._words = _word_columns(assessment.parameters)
        self._nothing = not own.finding.rows or (absence and not own.finding.value)
        self._elsewhere = _cited_elsewhere(assessment, question) if self._nothing else []
        self._day = pd.Timestamp(footing.day)
        self.data = assessment.known.data(footing.day)
        self.cited = [row for row in own.finding.rows if row not in own.finding.context]

    def hears(self, row: str, data: DataView) -> bool:
        """Whether any change of a row moves the finding; what is not known yet, nobody changes."""
        frame = data.frame(table_of(row))
        if row not in frame.index:
            return False
        return self._moved(data, table_of(row), changed(frame, row, self._words))

    def hears_a_new_row(self) -> bool | None:
        """Whether a row put in is heard, where nothing was found; None: something was."""
        if not self._nothing:
            return None
        return any(self._moved(self.data, name, self._inserted(name)) for name in self._tables)

    def without(self, rows: Iterable[str]) -> DataView:
        """The data less as many of some rows as the finding can spare."""
        data = self.data
        for row in rows:
            less = data.without([row])
            if not self._moves(less):
                data = less
        return data

    def _moved(self, data: DataView, table: str, frames: Iterable[pd.DataFrame]) -> bool:
        return any(self._moves(data.replaced({table: frame})) for frame in frames)

    def _moves(self, data: DataView) -> bool:
        try:
            found = self._test(data, self._setting)
        except ReportError:  # what the test cannot read tells nothing
            return False
        if self._own.value is not None and found.value is None and not self._nothing:
            return False  # that there is nothing without a row does not bind a value to it
        return (found.value, found.missing) != (self._own.value, self._own.missing)

    def _inserted(self, table: str) -> Iterator[pd.DataFrame]:
        """The table with one row more: between the days cited, or almost as found elsewhere."""
        frame, whole = self.data.frame(table), self._frames[table]
        cited = [row for row in self.cited if row in whole.index]
        days = sorted({*_day_columns(whole.loc[cited]), self._day})
        between = [early + (late - early) / 2 for early, late in pairwise(days)]
        for row in dict.fromkeys([*cited, *whole.index]):
            yield from on_other_days(frame, whole.loc[[row]], between or days)
        for row in (row for row in self._elsewhere if row in frame.index):
            like = frame.loc[[row]]
            yield from on_other_days(frame, like, _day_columns(like))
            yield from under_other_words(frame, like, self._words)


def _day_columns(frame: pd.DataFrame) -> set[pd.Timestamp]:
    """Every day that some rows hold."""
    dated = frame.select_dtypes("datetime")
    return {day for name in dated for day in dated[name].dropna()}


def _word_columns(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """By column, the words that let a row count at some choice of a parameter."""
    return group_by_key(
        (column, word)
        for parameter in parameters.by_name.values()
        for choice in parameter.choices.values()
        for column, words in choice.rows.items()
        for word in words
    )


def _cited_elsewhere(assessment: Assessment, question: Evaluator) -> list[str]:
    """What the finding cites at other settings: almost what it looks for."""
    own = question.setting(assessment.settings.values)
    footing = assessment.footing(question.claim)
    settings, _ = make_grid({name: assessment.parameters.plausible(name) for name in own}, own)
    found = (question.at(footing, setting).finding for setting in settings)
    return list(dict.fromkeys(row for one in found if one is not None for row in one.rows))
