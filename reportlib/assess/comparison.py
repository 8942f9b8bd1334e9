"""Comparing what a test found with what the article asserts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from math import isclose
from typing import Any

from reportlib.errors import BadTest
from reportlib.model.claims import WHOLE, Assertion, Demand
from reportlib.model.dates import Span
from reportlib.model.findings import Finding, PartMatch, Scalar, Value
from reportlib.model.formatting import DATE, join_alternatives, quote_value
from reportlib.model.vocabulary import Comparison, Match

_ON_NUMBERS: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.AT_LEAST: operator.ge,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE_THAN: operator.gt,
    Comparison.FEWER_THAN: operator.lt,
}
_ON_DAYS: Mapping[Comparison, Callable[[Span, Span], bool]] = {
    Comparison.BEFORE: lambda found, asked: found.last < asked.first,
    Comparison.ON_OR_BEFORE: lambda found, asked: found.last <= asked.last,
    Comparison.AFTER: lambda found, asked: found.first > asked.last,
    Comparison.ON_OR_AFTER: lambda found, asked: found.first >= asked.first,
}


def compare(
    finding: Finding, assertions: tuple[Assertion, ...], settings: Mapping[str, str | int]
) -> tuple[PartMatch, ...]:
    """Compare a finding with every part of an assertion.

    A tolerance that names a parameter takes its value from ``settings``. A finding that does not
    decide gives "no data" for every part: no rows never mean "false".

    Raises:
        BadTest: the value does not have the parts, or not the type, that the assertion speaks of.
    """
    return tuple(_compare_part(finding, assertion, settings) for assertion in assertions)


def _compare_part(
    finding: Finding, assertion: Assertion, settings: Mapping[str, str | int]
) -> PartMatch:
    found = _part(finding, assertion) if finding.decides else None
    unit = assertion.unit or finding.unit
    tolerance = str(settings.get(assertion.tolerance, assertion.tolerance))
    match = Match.NO_DATA if found is None else _match(assertion, found, tolerance)
    is_none = assertion.comparison is Comparison.NONE_FOUND and match is Match.EXACT
    return PartMatch(
        part="" if assertion.part == WHOLE else assertion.part,
        asserted=describe(assertion.demand, unit, assertion.hedge),
        found="none" if is_none else quote_value(found, unit),
        match=match,
        comparison=assertion.comparison,
        note=assertion.note,
    )


def meets_demand(finding: Finding, demand: Demand) -> bool | None:
    """Whether a finding does what a parent needs of it; None where the data do not decide.

    For a value by part, each part must meet the demand.
    """
    if not finding.decides:
        return None
    values = finding.value.values() if isinstance(finding.value, Mapping) else (finding.value,)
    met = [None if v is None else _holds(demand.comparison, v, demand.value) for v in values]
    if False in met:
        return False
    return None if None in met else True


def describe(demand: Demand, unit: str = "", hedge: str = "") -> str:
    """Return what is asserted in words: ``at least 1 assessment``, ``in May 2017``, ``none``."""
    if demand.comparison is Comparison.NONE_FOUND:
        return f"no {unit}" if unit else "none"
    if demand.comparison is Comparison.HOLDS:
        return "that it holds" if demand.value == "yes" else "that it does not hold"
    if demand.comparison is Comparison.ONE_OF:
        return join_alternatives(quote_value(value, unit) for value in demand.value.split(";"))
    value = quote_value(demand.value if unit == DATE else _scalar(demand.value), unit)
    hedged = f"{hedge} {value}" if hedge else value
    if demand.comparison in (Comparison.EQUALS, Comparison.INCLUDES):
        return hedged
    return f"{demand.comparison.replace('_', ' ')} {hedged}"


def _part(finding: Finding, assertion: Assertion) -> Value:
    if isinstance(finding.value, Mapping) and assertion.part in finding.value:
        return finding.value[assertion.part]
    if isinstance(finding.value, Mapping):
        raise BadTest(
            f"{assertion.claim}: the ledger asserts a part “{assertion.part}”; the test gives "
            f"{', '.join(finding.value)}."
        )
    if assertion.part != WHOLE:
        raise BadTest(
            f"{assertion.claim}: the ledger asserts a part “{assertion.part}”, and the test "
            "gives one value. Let it give a mapping from part to value."
        )
    return finding.value


def _match(assertion: Assertion, found: Value, tolerance: str) -> Match:
    if _holds(assertion.comparison, found, assertion.value):
        return Match.EXACT
    if tolerance and assertion.comparison is Comparison.EQUALS:
        return Match.LOOSE if _near(found, assertion.value, tolerance) else Match.DIFFERS
    return Match.DIFFERS


def _holds(comparison: Comparison, found: Value, asked: str) -> bool:
    if comparison is Comparison.INCLUDES:
        members = found if isinstance(found, tuple) else (found,)
        return any(_same(member, asked) for member in members if member is not None)
    if isinstance(found, tuple) or found is None:
        raise BadTest(f"“{comparison}” compares one value; the test gives {found!r}.")
    if comparison is Comparison.EQUALS:
        return _same(found, asked)
    if comparison is Comparison.ONE_OF:
        return any(_same(found, value) for value in asked.split(";"))
    if comparison is Comparison.NONE_FOUND:
        return _number(found) == 0
    if comparison is Comparison.HOLDS:
        if not isinstance(found, bool):
            raise BadTest(f"“{comparison}” compares a yes or no; the test gives {found!r}.")
        return found is _truth(asked)
    if comparison in _ON_NUMBERS:
        return _ON_NUMBERS[comparison](_number(found), _number(asked))
    return _ON_DAYS[comparison](_span(found), _span(asked))


def _same(found: Scalar, asked: str) -> bool:
    if isinstance(found, bool):
        return found is _truth(asked)
    if isinstance(found, (int, float)):
        return float(found) == _number(asked)
    if isinstance(found, date):
        return _span(found).within(_span(asked))
    span, asked_span = Span.of(found), Span.of(asked)
    if span is not None and asked_span is not None:
        return span.within(asked_span)
    return str(found) == asked


def _near(found: Value, asked: str, tolerance: str) -> bool:
    if isinstance(found, (date, str)):
        return _span(found).days_from(_span(asked)) <= _number(tolerance)
    number, target = _number(found), _number(asked)
    if tolerance == "exact":
        return False
    if tolerance == "printed":
        half = _last_digit(asked) / 2
        return abs(number - target) <= half or isclose(abs(number - target), half)
    if tolerance.endswith("%"):
        return abs(number - target) <= abs(target) * _number(tolerance[:-1]) / 100
    return abs(number - target) <= _number(tolerance)


def _last_digit(printed: str) -> float:
    """The weight of the last digit that a printed number states: 1000 in 12000, 0.1 in 2.5."""
    whole, _, decimals = printed.partition(".")
    if decimals:
        return float(10.0 ** -len(decimals))
    return float(10 ** (len(whole) - len(whole.rstrip("0")))) if float(whole) else 1.0


def _scalar(value: str) -> Scalar:
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() else number


def _truth(asked: str) -> bool:
    if asked not in ("yes", "no"):
        raise BadTest(f"a yes or no is compared here, and {asked!r} is neither.")
    return asked == "yes"


def _number(value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise BadTest(f"a number is compared here, and {value!r} is none.") from None


def _span(value: Any) -> Span:
    span = Span.of(value) if isinstance(value, (str, date)) else None
    if span is None:
        raise BadTest(f"a day, month or year is compared here, and {value!r} is none.")
    return span
