"""The argument, shifted: as it stands at another position of the switch, or on another day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reportlib.judging.argument import Argument
from reportlib.values.findings import Record
from reportlib.values.trials import AtPosition, ThenAndNow


def at_position(argument: Argument, position: str) -> Argument:
    """Return the argument at a position of the switch, from records without groundings."""
    return _completed(
        argument,
        {
            claim: _moved(record, record.trials.positions.get(position))
            for claim, record in argument.records.items()
        },
    )


def then(argument: Argument) -> Argument:
    """Return the argument on the article's day, from records without groundings."""
    return _completed(
        argument,
        {c: _on(r, r.trials.then_and_now, hindsight=False) for c, r in argument.records.items()},
    )


def now(argument: Argument) -> Argument:
    """Return the argument in hindsight, from records without groundings."""
    return _completed(
        argument,
        {c: _on(r, r.trials.then_and_now, hindsight=True) for c, r in argument.records.items()},
    )


def _completed(argument: Argument, records: Mapping[str, Record]) -> Argument:
    moved = Argument(argument.ledger, records)
    return Argument(argument.ledger, moved.completed())


def _moved(record: Record, seen: AtPosition | None) -> Record:
    if seen is None:
        return record
    return replace(
        record,
        verdict=seen.verdict,
        unsettled=seen.unsettled,
        outcome=seen.outcome,
        reason=seen.reason,
        roles=seen.roles,
    )


def _on(record: Record, found: ThenAndNow | None, *, hindsight: bool) -> Record:
    if found is None:
        return record
    on = found.now if hindsight else found.then
    return replace(record, verdict=on.verdict, unsettled=on.unsettled, roles=on.roles)
