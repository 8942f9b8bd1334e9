"""Then and now: a claim on the article's day and in hindsight, and what came between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from reportlib.assess.assessment import Assessment
from reportlib.assess.evaluation import Evaluator
from reportlib.load.csv_rows import group_by_key
from reportlib.load.datapackage import KNOWN_FROM
from reportlib.load.parameters import AS_OF, Settings
from reportlib.model.evidence import SOURCES, table_of
from reportlib.model.findings import Record
from reportlib.model.formatting import format_value
from reportlib.model.robustness import Backtest, OnDay


def run_backtest(assessment: Assessment, question: Evaluator) -> Backtest:
    """Compare the verdict on the article's day with that on the last day that is looked at.

    Where they differ, the days between on which anything cited became known are gone through, and
    the first is named from which the verdict is that of today, with what became known on it.
    """

    def on(day: date) -> Record:
        values = {**assessment.settings.values, AS_OF: day.isoformat()}
        return assessment.under(Settings(assessment.settings.set_name, values)).record(question)

    first, last = assessment.article_day, assessment.settings.outcomes_until
    then, now = on(first), on(last)
    found = Backtest(_on_day(then, first), _on_day(now, last))
    if not found.differs:
        return found
    cited = [*_cited(then), *_cited(now)]
    days = sorted({day for _, day in _known_days(assessment, cited) if first < day <= last})
    turned_on = _turned_on(on, now, days)
    while turned_on is not None and _alike(eve := on(turned_on - timedelta(days=1)), now):
        # Something that was displaced since had turned it before.
        known = {day for _, day in _known_days(assessment, _cited(eve)) if first < day < turned_on}
        if known <= set(days):
            break
        days = sorted({*days, *known})
        turned_on = _turned_on(on, now, days)
    if turned_on is None:
        return found
    bearing = dict.fromkeys([*_cited(on(turned_on)), *_cited(now)])
    of_that_day = {one for one, day in _known_days(assessment, bearing) if day == turned_on}
    new = tuple(one for one in bearing if one in of_that_day)
    return Backtest(found.then, found.now, turned_on, new)


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
    found = format_value(record.value, record.unit)
    return OnDay(day, found, record.verdict, record.unsettled, dict(record.roles))


def _cited(record: Record) -> list[str]:
    """What bears on a record: the rows of its finding, and what was read and counts."""
    counted = [item for item in record.items if not item.set_aside]
    return [*record.rows, *(target for item in counted for target in item.targets)]


def _known_days(assessment: Assessment, references: Iterable[str]) -> Iterator[tuple[str, date]]:
    """The days on which rows or documents, or a date in a row, became known."""
    for table, cited in group_by_key((table_of(one), one) for one in references).items():
        if table == SOURCES:
            days = ((one, assessment.known.published(one)) for one in cited)
            yield from ((one, day) for one, day in days if day is not None)
            continue
        frame = assessment.known.tables.frames[table]
        if KNOWN_FROM not in frame:
            continue
        dated = frame.select_dtypes("datetime").loc[list(cited)]
        for column in dated:
            known = dated[column].dropna()
            yield from zip(map(str, known.index), known.dt.date, strict=True)
