"""Then and now: a claim on the article's day and in hindsight, and what came between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from reportlib.judging.inquiry import Inquiry
from reportlib.judging.question import Question
from reportlib.reading.descriptor import KNOWN_FROM
from reportlib.reading.lines import gathered
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
    days = sorted({day for _, day in _known_days(inquiry, cited) if first < day <= last})
    turned_on = _turned_on(on, now, days)
    while turned_on is not None and _alike(eve := on(turned_on - timedelta(days=1)), now):
        # Something that was displaced since had turned it before.
        known = {day for _, day in _known_days(inquiry, _cited(eve)) if first < day < turned_on}
        if known <= set(days):
            break
        days = sorted({*days, *known})
        turned_on = _turned_on(on, now, days)
    if turned_on is None:
        return found
    bearing = dict.fromkeys([*_cited(on(turned_on)), *_cited(now)])
    of_that_day = {one for one, day in _known_days(inquiry, bearing) if day == turned_on}
    new = tuple(one for one in bearing if one in of_that_day)
    return ThenAndNow(found.then, found.now, turned_on, new)


def _turned_on(on: Callable[[date], Record], now: Record, days: list[date]) -> date | None:
    """The first of some days from which the verdict stays what it is now."""
    turned_on = None
    for day in reversed(days):
        if not _alike(on(day), now):
            break
        turned_on = day
    return turned_on


def _alike(record: Record, other: Record) -> bool:
    return (record.verdict, record.unsettled) == (other.verdict, other.unsettled)


def _on_day(record: Record, day: date) -> OnDay:
    assert record.verdict is not None
    found = in_words(record.value, record.unit)
    return OnDay(day, found, record.verdict, record.unsettled, dict(record.roles))


def _cited(record: Record) -> list[str]:
    """What bears on a record: the rows of its finding, and what was read and counts."""
    counted = [item for item in record.items if not item.set_aside]
    return [*record.rows, *(target for item in counted for target in item.targets)]


def _known_days(inquiry: Inquiry, references: Iterable[str]) -> Iterator[tuple[str, date]]:
    """The days on which rows or documents, or a date in a row, became known."""
    for table, cited in gathered((table_of(one), one) for one in references).items():
        if table == SOURCES:
            days = ((one, inquiry.known.published(one)) for one in cited)
            yield from ((one, day) for one, day in days if day is not None)
            continue
        frame = inquiry.known.tables.frames[table]
        if KNOWN_FROM not in frame:
            continue
        dated = frame.select_dtypes("datetime").loc[list(cited)]
        for column in dated:
            known = dated[column].dropna()
            yield from zip(map(str, known.index), known.dt.date, strict=True)
