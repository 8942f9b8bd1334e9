"""Then and now: a claim on the article's day and in hindsight, and what came between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from reportlib.judging.inquiry import Inquiry
from reportlib.judging.question import Question
from reportlib.reading.descriptor import KNOWN_FROM
from reportlib.reading.parameters import AS_OF, Settings
from reportlib.values.findings import Record
from reportlib.values.phrases import in_words
from reportlib.values.sources import SOURCES, table_of
from reportlib.values.trials import OnDay, ThenAndNow


def then_and_now(inquiry: Inquiry, question: Question) -> ThenAndNow:
    """Compare the verdict on the article's day with that on the last day that is looked at.

    Where they differ, the days between on which anything cited became known are gone through, and
    the first is named from which the verdict is that of today, with what became known on it.
    """

    def on(day: date) -> Record:
        values = {**inquiry.settings.values, AS_OF: day.isoformat()}
        return inquiry.under(Settings(inquiry.settings.set_name, values)).record(question)

    first, last = inquiry.article_day, inquiry.settings.outcomes_until
    then, now = on(first), on(last)
    found = ThenAndNow(_on_day(then, first), _on_day(now, last))
    if not found.differs:
        return found
    cited = [*_cited(then), *_cited(now)]
    days = sorted(day for day in _days_of(inquiry, cited) if first < day <= last)
    turned_on = _turned_on(on, now, days)
    if turned_on is None:
        return found
    bearing = dict.fromkeys([*_cited(on(turned_on)), *_cited(now)])
    new = [one for one in bearing if turned_on in _days_of(inquiry, [one])]
    return ThenAndNow(found.then, found.now, turned_on, tuple(new))


def _turned_on(on: Callable[[date], Record], now: Record, days: list[date]) -> date | None:
    """The first of some days from which the verdict stays what it is now."""
    turned_on = None
    for day in reversed(days):
        record = on(day)
        if (record.verdict, record.unsettled) != (now.verdict, now.unsettled):
            break
        turned_on = day
    return turned_on


def _on_day(record: Record, day: date) -> OnDay:
    assert record.verdict is not None
    found = in_words(record.value, record.unit)
    return OnDay(day, found, record.verdict, record.unsettled, dict(record.roles))


def _cited(record: Record) -> list[str]:
    """What bears on a record: the rows of its finding, and what was read and counts."""
    counted = [item for item in record.items if not item.set_aside]
    return [*record.rows, *(target for item in counted for target in item.targets)]


def _days_of(inquiry: Inquiry, references: Iterable[str]) -> set[date]:
    """The days on which rows or documents, or a date in a row, became known."""
    days: set[date] = set()
    for reference in references:
        table = table_of(reference)
        if table == SOURCES:
            if (day := inquiry.known.published(reference)) is not None:
                days.add(day)
            continue
        frame = inquiry.known.tables.frames[table]
        if KNOWN_FROM not in frame:
            continue
        dated = frame.loc[[reference]].select_dtypes("datetime").iloc[0]
        days |= {moment.date() for moment in dated.dropna()}
    return days
