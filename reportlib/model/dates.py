"""Days, months and years as printed: a span from the first day to the last day that is meant."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_PRINTED = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")


@dataclass(frozen=True)
class Span:
    """The days that a printed date can mean: one day, a month or a year."""

    first: date
    last: date

    @classmethod
    def of(cls, printed: str | date) -> Span | None:
        """Return the span of an ISO day, month or year; None if it is not one.

        Example: ``Span.of("2017-05")`` runs from 1 to 31 May 2017.
        """
        if isinstance(printed, date):
            return cls(printed, printed)
        found = _PRINTED.fullmatch(printed)
        if found is None:
            return None
        year, month, day = (int(part) if part else None for part in found.groups())
        if year is None:
            return None
        try:
            first = date(year, month or 1, day or 1)
        except ValueError:
            return None
        if day is not None:
            return cls(first, first)
        end_month = month or 12
        return cls(first, date(year, end_month, monthrange(year, end_month)[1]))

    def within(self, other: Span) -> bool:
        """Whether every day of this span lies in the other."""
        return other.first <= self.first and self.last <= other.last

    def days_from(self, other: Span) -> int:
        """The days between the two spans; 0 where they touch or overlap."""
        return max((self.first - other.last).days, (other.first - self.last).days, 0)


def parse_duration(duration: str) -> tuple[int, int, int]:
    """Return the years, months and days of an ISO 8601 duration.

    Example: ``parts_of("P1Y6M")`` is ``(1, 6, 0)``.

    Raises:
        ValueError: the duration is not of that form.
    """
    found = _DURATION.fullmatch(duration)
    if found is None or not any(found.groups()):
        raise ValueError(f'"{duration}" is not a duration such as P12M')
    years, months, days = (int(part or 0) for part in found.groups())
    return years, months, days


def add_duration(start: date, duration: str) -> date:
    """Return the day that lies an ISO 8601 duration of years, months and days after a day.

    Example: ``after(date(2017, 6, 30), "P12M")`` is 30 June 2018. A day that the month does not
    have becomes its last day.

    Raises:
        ValueError: the duration is not of that form.
    """
    years, months, days = parse_duration(duration)
    count = start.year * 12 + start.month - 1 + years * 12 + months
    year, month = divmod(count, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return date.fromordinal(date(year, month + 1, day).toordinal() + days)
