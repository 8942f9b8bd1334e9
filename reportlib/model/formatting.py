"""Values in words: the one way in which numbers, days and sets of them are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from reportlib.model.dates import Span, parse_duration

DATE = "date"
"""The unit of a value that is a day, a month or a year."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def format_day(day: date) -> str:
    """Return ``1 June 2017``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_span(span: Span) -> str:
    """Return ``1 June 2017``, ``June 2017`` or ``2017``, whichever the span is."""
    if span.first == span.last:
        return format_day(span.first)
    if (span.first.month, span.first.year) == (span.last.month, span.last.year):
        return f"{MONTHS[span.first.month - 1]} {span.first.year}"
    return str(span.first.year)


def format_duration(duration: str) -> str:
    """Return an ISO 8601 duration in words: ``P1Y6M`` is ``1 year and 6 months``."""
    named = zip(parse_duration(duration), ("year", "month", "day"), strict=True)
    return join_words(format_count(number, noun) for number, noun in named if number)


def format_value(value: Any, unit: str = "") -> str:
    """Return a found value as a reader would write it, with its unit.

    Example: ``in_words(1_902_976, "USD")`` is ``USD 1,902,976``; None is ``no value``.
    """
    if value is None:
        return "no value"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{part}: {format_value(inner)}" for part, inner in value.items())
    if isinstance(value, (tuple, list)):
        return join_words(format_value(inner) for inner in value)
    if isinstance(value, (int, float)):
        return _format_number(value, unit)
    span = Span.of(value) if isinstance(value, date) or unit == DATE else None
    return format_span(span) if span else str(value)


def quote_value(value: Any, unit: str = "") -> str:
    """Return a value as a sentence has it: as ``in_words``, with text that is no day in quotes."""
    if isinstance(value, tuple):
        return join_words(quote_value(inner, unit) for inner in value)
    said = format_value(value, unit)
    return f"“{said}”" if isinstance(value, str) and unit != DATE else said


def join_words(parts: Iterable[str]) -> str:
    """Return ``a, b and c``."""
    *head, last = list(parts) or ["none"]
    return f"{', '.join(head)} and {last}" if head else last


def join_alternatives(parts: Iterable[str]) -> str:
    """Return ``a, b or c``."""
    *head, last = list(parts)
    return f"{', '.join(head)} or {last}" if head else last


def format_count(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 row``, ``6 rows``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _format_number(number: float, unit: str) -> str:
    whole = isinstance(number, int) or number.is_integer()
    text = f"{int(number):,}" if whole else f"{number:,.10g}"
    if unit.isupper():
        return f"{unit} {text}"
    if number == 1 and unit.endswith("s") and not unit.endswith("ss"):
        return f"{text} {_singular(unit)}"
    return f"{text} {unit}".rstrip()


def _singular(unit: str) -> str:
    if unit.endswith("ies"):
        return unit[:-3] + "y"
    return unit[:-1]
