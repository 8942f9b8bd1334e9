"""What is right about a claim that is not supported as written: never only that it is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from reportlib.judging.argument import Argument
from reportlib.reading.parameters import Parameters
from reportlib.showing.summaries import need_of
from reportlib.values.claims import Assertion
from reportlib.values.days import Span
from reportlib.values.findings import Record
from reportlib.values.phrases import counted, joined
from reportlib.values.words import Match, Verdict


def right_about(
    argument: Argument, parameters: Parameters, record: Record | None, *, alone: bool = False
) -> str:
    """Return what the record bears out of a claim that is wrong as written; nothing for others.

    Args:
        argument: the records, and how they stand on each other.
        parameters: what the settings are called.
        record: what was found on the claim.
        alone: the other chapters are not known, nor what the argument needs.
    """
    if record is None or record.verdict is not Verdict.NOT_SUPPORTED:
        return ""
    said = [
        *_parts(record),
        *_days(argument.ledger.assertions.get(record.claim, ()), record),
        *_settings(record, parameters),
        *([] if alone else [need_of(argument, record.claim)]),
    ]
    return " ".join(said) or "Nothing that is on record."


def _parts(record: Record) -> Iterator[str]:
    """The parts that are as asserted, where others are not."""
    held = [part.part or part.found for part in record.parts if part.match is Match.EXACT]
    if held:
        yield f"As the article has it: {joined(held)}."


def _days(assertions: tuple[Assertion, ...], record: Record) -> Iterator[str]:
    """Of a date, what agrees of it and how far off it is."""
    found = Span.of(str(record.value)) if isinstance(record.value, str) else None
    asserted = Span.of(assertions[0].value) if len(assertions) == 1 else None
    if found is None or asserted is None or found.first.year != asserted.first.year:
        return
    same_month = found.first.month == asserted.first.month
    agrees = "year and month are" if same_month else "the year is"
    days = counted(found.days_from(asserted), "day")
    yield f"Of the date {agrees} right, and the record is {days} away from it."


def _settings(record: Record, parameters: Parameters) -> Iterator[str]:
    """The first definition at which it would stand."""
    for flip in record.robustness.flips:
        if flip.verdict.holds:
            taken = parameters.by_name[flip.parameter].taken_as(flip.value)
            yield f"With {taken} it would stand."
            return
