"""The article held against itself: relations between its places, evaluated like tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations, groupby

from reportlib.assess.assessment import Assessment
from reportlib.errors import BadTest
from reportlib.load.parameters import Parameters, Setting
from reportlib.model.dates import Span
from reportlib.model.formatting import (
    format_count,
    format_span,
    format_value,
    join_alternatives,
    join_words,
)
from reportlib.model.text_checks import (
    PARSERS,
    PrintedValue,
    TextCheck,
    TextCheckResult,
    parse_number,
    parse_span,
)
from reportlib.model.vocabulary import Agreement, TextRelation

Places = tuple[PrintedValue, ...]


def run_text_checks(assessment: Assessment) -> tuple[TextCheckResult, ...]:
    """Return what comes of every relation of the ledger at the setting in use, in its order."""
    settings = assessment.settings.values
    checks = assessment.ledger.consistencies
    return tuple(compare_places(check, settings, assessment.parameters) for check in checks)


def compare_places(
    check: TextCheck, settings: Mapping[str, Setting], parameters: Parameters
) -> TextCheckResult:
    """Compare the places of one relation with each other.

    Example: of 29 June and 21 June for one moment it says what stands where, and that they are 8
    days apart. A tolerance that names a parameter takes its value from ``settings``, and each of
    its plausible values is tried.

    Raises:
        BadTest: the tolerance is no number of days.
    """
    evaluate, name = _EVALUATIONS[check.relation], check.tolerance
    is_parameter = name in parameters.by_name
    tolerance = settings[name] if is_parameter else name
    agrees, comparison = evaluate(check.places, _parse_days(tolerance))
    agrees_at = {
        value: evaluate(check.places, _parse_days(value))[0]
        for value in (parameters.plausible(name) if is_parameter else ())
    }
    others = _describe_other_tolerances(agrees_at, agrees, name, parameters)
    return TextCheckResult(
        key=check.key,
        about=check.about,
        note=check.note,
        relation=check.relation,
        agrees=agrees,
        found=f"{_describe_places(check)}: {comparison}.{others}",
        places=check.places,
        claims=check.claims,
        parameters={name: tolerance} if is_parameter else {},
        agrees_at=agrees_at,
    )


def _same_date(places: Places, tolerance: int) -> tuple[bool, str]:
    """Dates for one moment: each can be the same day, at the precision with which it is printed."""
    spans = [parse_span(place.value) for place in places]
    gap = max(one.days_from(other) for one, other in combinations(spans, 2))
    if gap == 0:
        return True, "the same" if len(set(spans)) == 1 else "the same, as exactly as each is given"
    furthest = "they are" if len(spans) == 2 else "the furthest are"
    near = " and within the tolerance" if gap <= tolerance else ""
    return gap <= tolerance, f"{furthest} {_format_days(gap, *spans)} apart{near}"


def _in_order(places: Places, _tolerance: int) -> tuple[bool, str]:
    """Dates in the order of the places: none lies wholly after one that should follow it."""
    spans = [parse_span(place.value) for place in places]
    late = [(one, other) for one, other in combinations(spans, 2) if one.first > other.last]
    if not late:
        return True, "in that order"
    one, other = max(late, key=lambda pair: pair[0].days_from(pair[1]))
    days = _format_days(one.days_from(other), one, other)
    return False, f"what should come first, {format_span(one)}, comes {days} later"


def _same_name(places: Places, _tolerance: int) -> tuple[bool, str]:
    """One name, spelled alike to the letter."""
    spellings = {place.value for place in places}
    alike = len(spellings) == 1
    return alike, "spelled alike" if alike else f"{len(spellings)} spellings of one name"


def _adds_up(places: Places, _tolerance: int) -> tuple[bool, str]:
    """The numbers of all places but the last make the number of the last."""
    *parts, whole = (parse_number(place.value) for place in places)
    total = sum(parts)
    gap = abs(total - whole)
    if gap == 0:
        return True, f"the parts make {format_value(float(whole))}"
    side = "more" if total > whole else "fewer"
    return False, f"the parts make {format_value(float(total))}, {format_value(float(gap))} {side}"


_EVALUATIONS: Mapping[TextRelation, Callable[[Places, int], tuple[bool, str]]] = {
    TextRelation.SAME_DATE: _same_date,
    TextRelation.IN_ORDER: _in_order,
    TextRelation.SAME_NAME: _same_name,
    TextRelation.ADDS_UP: _adds_up,
}


def _describe_places(check: TextCheck) -> str:
    return ", ".join(
        f"{locator} has {join_words(_describe_place(check.relation, place) for place in places)}"
        for locator, places in groupby(check.places, key=lambda place: place.locator)
    )


def _describe_place(relation: TextRelation, place: PrintedValue) -> str:
    value = PARSERS[relation](place.value)
    if isinstance(value, Span):
        return format_span(value)
    return value if isinstance(value, str) else format_value(float(value), place.unit)


def _format_days(days: int, *spans: Span) -> str:
    """A number of days, which of months and years is only the least that it can be."""
    exact = all(span.first == span.last for span in spans)
    return format_count(days, "day") if exact else f"at least {format_count(days, 'day')}"


def _describe_other_tolerances(
    agrees_at: Mapping[Setting, bool], agrees: bool, name: str, parameters: Parameters
) -> str:
    """Say whether another plausible value of the tolerance gives another answer."""
    if not agrees_at:
        return ""
    parameter = parameters.by_name[name]
    others = [
        f"“{parameter.label_of(value)}”"
        for value, other in agrees_at.items()
        if other is not agrees
    ]
    if not others:
        settings = format_count(len(agrees_at), "plausible setting")
        return f" The same at all {settings} of “{parameter.label}”."
    word = Agreement.DISAGREES if agrees else Agreement.AGREES
    taken = f"“{parameter.label}” taken as {join_alternatives(others)}"
    return f" At another plausible setting it {word}: {taken}."


def _parse_days(tolerance: Setting) -> int:
    try:
        return int(tolerance or 0)
    except ValueError:
        raise BadTest(f"A tolerance of dates is a number of days; “{tolerance}” is none.") from None
