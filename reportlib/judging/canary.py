"""The canary: a finding that does not move when its rows are changed is not bound to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pandas as pd

from reportlib.errors import ReportError
from reportlib.judging.inquiry import Inquiry
from reportlib.judging.perturbation import changed, on_other_days, under_other_words
from reportlib.judging.question import Question
from reportlib.judging.robustness import grid
from reportlib.reading.descriptor import COVERAGE
from reportlib.reading.lines import gathered
from reportlib.reading.parameters import Parameters
from reportlib.reading.view import Data
from reportlib.values.sources import table_of
from reportlib.values.trials import Canary
from reportlib.values.words import Comparison


def canary(inquiry: Inquiry, question: Question) -> Canary:
    """Change each row that a finding cites, alone and in every way, until the finding moves.

    A row is left out, doubled, or has one cell blanked or changed for another value that such a
    cell could hold. Only the value counts, or why there is none: what is cited must not just be
    listed. A row whose change is not heard because others say the same is changed again without
    them. Where nothing was found, a row is put in, which must be heard: like one of the table, or
    almost like one that is found under another definition. The rows that a finding declares to be
    context are not changed.
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
        self._words = _words(inquiry.parameters)
        self._nothing = not own.finding.rows or (absence and not own.finding.value)
        self._elsewhere = _cited_elsewhere(inquiry, question) if self._nothing else []
        self._day = pd.Timestamp(footing.day)
        self.data = inquiry.known.data(footing.day)
        self.cited = [row for row in own.finding.rows if row not in own.finding.context]

    def hears(self, row: str, data: Data) -> bool:
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
        if self._own.value is not None and found.value is None and not self._nothing:
            return False  # that there is nothing without a row does not bind a value to it
        return (found.value, found.missing) != (self._own.value, self._own.missing)

    def _inserted(self, table: str) -> Iterator[pd.DataFrame]:
        """The table with one row more: between the days cited, or almost as found elsewhere."""
        frame, whole = self.data.frame(table), self._frames[table]
        cited = [row for row in self.cited if row in whole.index]
        days = sorted({*_days(whole.loc[cited]), self._day})
        between = [early + (late - early) / 2 for early, late in pairwise(days)]
        for row in dict.fromkeys([*cited, *whole.index]):
            yield from on_other_days(frame, whole.loc[[row]], between or days)
        for row in (row for row in self._elsewhere if row in frame.index):
            like = frame.loc[[row]]
            yield from on_other_days(frame, like, _days(like))
            yield from under_other_words(frame, like, self._words)


def _days(frame: pd.DataFrame) -> set[pd.Timestamp]:
    """Every day that some rows hold."""
    dated = frame.select_dtypes("datetime")
    return {day for name in dated for day in dated[name].dropna()}


def _words(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """By column, the words that let a row count at some choice of a parameter."""
    return gathered(
        (column, word)
        for parameter in parameters.by_name.values()
        for choice in parameter.choices.values()
        for column, words in choice.rows.items()
        for word in words
    )


def _cited_elsewhere(inquiry: Inquiry, question: Question) -> list[str]:
    """What the finding cites at other settings: almost what it looks for."""
    own = question.setting(inquiry.settings.values)
    footing = inquiry.footing(question.claim)
    settings, _ = grid({name: inquiry.parameters.plausible(name) for name in own}, own)
    found = (question.at(footing, setting).finding for setting in settings)
    return list(dict.fromkeys(row for one in found if one is not None for row in one.rows))
