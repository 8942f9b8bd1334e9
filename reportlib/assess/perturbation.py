"""Perturbation: a finding must move when a row that it cites is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from reportlib.assess.assessment import Assessment
from reportlib.assess.evaluation import Evaluator
from reportlib.assess.scenarios import make_grid
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
"""The number of other words of its column that are tried for a word, the most frequent first."""


def _change_row(frame: pd.DataFrame, row: str, words: Words) -> Iterator[pd.DataFrame]:
    """Return the table with one row changed, in one way after the other, the most telling first.

    A row is left out, or one of its cells is blanked, or filled with what such a cell could hold;
    or it stands there twice. Other days come first: they decide most, and are few.
    """
    yield frame.drop(index=row)
    cells = [(name, frame.at[row, name]) for name in frame.columns]
    days = {name: value for name, value in cells if isinstance(value, pd.Timestamp)}
    for column, day in days.items():
        for other in _list_alternatives(frame, row, column, day, ()):
            yield _set_cell(frame, row, column, other)
    for column, value in cells:
        yield _set_cell(frame, row, column, () if isinstance(value, tuple) else None)
    for column, value in cells:
        if column not in days:
            for other in _list_alternatives(frame, row, column, value, words.get(column, ())):
                yield _set_cell(frame, row, column, other)
    yield _add_row(frame, frame.loc[[row]])


def _add_row(frame: pd.DataFrame, like: pd.DataFrame, **cells: Any) -> pd.DataFrame:
    """Return the table with one row more: like another, but for some cells."""
    columns = {column: [value] for column, value in cells.items()}
    return pd.concat([frame, like.set_axis([f"{like.index[0]}-again"]).assign(**columns)])


def _set_cell(frame: pd.DataFrame, row: str, column: str, value: Any) -> pd.DataFrame:
    copied = frame.copy(deep=False)
    copied.at[row, column] = value
    return copied


def _list_alternatives(
    frame: pd.DataFrame, row: str, column: str, value: Any, words: tuple[str, ...]
) -> Iterator[Any]:
    """The other values that a cell could hold."""
    values = frame[column]
    if isinstance(value, tuple):
        yield from {other for other in values if other != value} | {(word,) for word in words}
    elif isinstance(value, pd.Timestamp):
        yield from (value + shift for shift in _SHIFTS)
    elif isinstance(value, str):
        if (span := Span.of(value)) is not None:  # a day, month or year kept as it is printed
            yield from ((span.first + shift).isoformat()[: len(value)] for shift in _SHIFTS)
        frequent = values.value_counts().index[: _OTHER_WORDS + 1]
        yield from (str(word) for word in frequent if word != value)
        yield from words
    elif not pd.isna(value):
        yield from (value + 1, value - 1, value * 10, 0)
    elif pd.api.types.is_datetime64_dtype(values):
        for day in frame.loc[[row]].select_dtypes("datetime").iloc[0].dropna().unique():
            yield from (day, *(day + shift for shift in _SHIFTS))
    else:
        yield from values.value_counts().index[:_OTHER_WORDS]
        yield from words


def perturb_cited_rows(assessment: Assessment, evaluator: Evaluator) -> Perturbation:
    """Change each row that a finding cites, alone and in every way, until the finding moves.

    A row is left out, doubled, or has one cell blanked or changed for another value that such a
    cell could hold. Only the value counts, or why there is none: what is cited must not just be
    listed. A row whose change is not detected because others say the same is changed again without
    them. Where nothing was found, a row is added, which must be detected: like one of the table, or
    almost like one that is found under another definition. The rows that a finding declares to be
    context are not changed.
    """
    probe = _Probe(assessment, evaluator)
    missed = [row for row in probe.cited if not probe.detects_change(row, probe.data)]
    insensitive = [
        row
        for row in missed
        if not probe.detects_change(row, probe.spare([other for other in missed if other != row]))
    ]
    return Perturbation(len(probe.cited), tuple(insensitive), probe.detects_new_row())


class _Probe:
    """A test with its finding on the data as they are, called again on changed data."""

    def __init__(self, assessment: Assessment, evaluator: Evaluator) -> None:
        assert evaluator.test is not None
        scenario = assessment.scenario
        own = evaluator.evaluate(scenario)
        assert own.finding is not None
        absence = any(a.comparison is Comparison.NONE_FOUND for a in evaluator.assertions)
        day = evaluator.day(scenario)
        self._test = evaluator.test
        self._setting = evaluator.setting(scenario)
        self._finding = own.finding
        self._frames = assessment.frames
        self._tables = sorted(own.tables_read - {COVERAGE})
        self._words = _map_words(assessment.parameters)
        self._found_nothing = not own.finding.rows or (absence and not own.finding.value)
        self._elsewhere = (
            _list_cited_elsewhere(assessment, evaluator) if self._found_nothing else []
        )
        self._day = pd.Timestamp(day)
        self.data = assessment.study_data.view(day)
        self.cited = [row for row in own.finding.rows if row not in own.finding.context]

    def detects_change(self, row: str, data: DataView) -> bool:
        """Whether any change of a row moves the finding; a row that is not known yet has none."""
        frame = data.frame(table_of(row))
        if row not in frame.index:
            return False
        return self._moves_with_any(data, table_of(row), _change_row(frame, row, self._words))

    def detects_new_row(self) -> bool | None:
        """Whether an added row moves the finding, where nothing was found; None: something was."""
        if not self._found_nothing:
            return None
        return any(self._moves_with_any(self.data, t, self._add_rows(t)) for t in self._tables)

    def spare(self, rows: Iterable[str]) -> DataView:
        """Return the data less as many of some rows as the finding can spare."""
        data = self.data
        for row in rows:
            less = data.without([row])
            if not self._moves(less):
                data = less
        return data

    def _moves_with_any(self, data: DataView, table: str, frames: Iterable[pd.DataFrame]) -> bool:
        return any(self._moves(data.replaced({table: frame})) for frame in frames)

    def _moves(self, data: DataView) -> bool:
        try:
            finding = self._test(data, self._setting)
        except ReportError:  # that the test cannot read the data does not show what it reads
            return False
        if self._finding.value is not None and finding.value is None and not self._found_nothing:
            return False  # that there is nothing without a row does not bind a value to it
        return (finding.value, finding.missing) != (self._finding.value, self._finding.missing)

    def _add_rows(self, table: str) -> Iterator[pd.DataFrame]:
        """The table with one row more: between the days cited, or almost as found elsewhere."""
        frame, whole = self.data.frame(table), self._frames[table]
        cited = [row for row in self.cited if row in whole.index]
        days = sorted({*_list_days(whole.loc[cited]), self._day})
        between = [early + (late - early) / 2 for early, late in pairwise(days)]
        dated = list(map(str, whole.select_dtypes("datetime")))
        for row in dict.fromkeys([*cited, *whole.index]):
            for day in between or days:
                cells = dict.fromkeys(dated, day.normalize())
                yield _add_row(frame, whole.loc[[row]], **cells)
        for row in (row for row in self._elsewhere if row in frame.index):
            like = frame.loc[[row]]
            for day in _list_days(like):
                yield _add_row(frame, like, **dict.fromkeys(dated, day.normalize()))
            for column in (name for name in self._words if name in frame):
                is_list = isinstance(like[column].iloc[0], tuple)
                for word in self._words[column]:
                    yield _add_row(frame, like, **{column: (word,) if is_list else word})


def _list_days(frame: pd.DataFrame) -> set[pd.Timestamp]:
    """Every day that some rows hold."""
    dated = frame.select_dtypes("datetime")
    return {day for name in dated for day in dated[name].dropna()}


def _map_words(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """By column, the words that let a row count at some choice of a parameter."""
    return group_by_key(
        (column, word)
        for parameter in parameters.by_name.values()
        for choice in parameter.choices.values()
        for column, words in choice.rows.items()
        for word in words
    )


def _list_cited_elsewhere(assessment: Assessment, evaluator: Evaluator) -> list[str]:
    """What the finding cites at other settings: almost what it looks for."""
    own = evaluator.setting(assessment.scenario)
    settings, _ = make_grid({name: assessment.parameters.plausible(name) for name in own}, own)
    evaluations = (evaluator.evaluate(replace(assessment.scenario, parameters=s)) for s in settings)
    findings = (evaluation.finding for evaluation in evaluations)
    return list(dict.fromkeys(row for f in findings if f is not None for row in f.rows))
