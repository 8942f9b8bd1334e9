"""Scenarios: the positions of the definition switch, and the argument at one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reportlib.assess.argument import Argument
from reportlib.load.parameters import Parameters, Settings
from reportlib.model.findings import Record
from reportlib.model.robustness import AtPosition, Backtest


@dataclass(frozen=True)
class Position:
    """One position of the switch: a definition changed alone, or a named set taken whole."""

    id: str
    """``parameter:value``, or the name of a set; so it stands in the address of the page."""
    group: str
    """The label of the parameter; empty for a set."""
    label: str
    settings: Settings
    changed: frozenset[str]
    """The parameters that have another value than in this run."""


def list_positions(parameters: Parameters, settings: Settings) -> tuple[Position, ...]:
    """Return the positions beside the settings of a run: first the sets, then each definition."""
    sets = (
        Position(name, "", name, other, changed)
        for name in parameters.sets
        for other in [parameters.settings(name)]
        if (changed := _changed(settings, other))
    )
    alone = (
        Position(f"{name}:{value}", parameter.label, choice.label, other, frozenset([name]))
        for name, parameter in parameters.by_name.items()
        for value, choice in parameter.choices.items()
        if value != settings.values[name]
        for other in [Settings(settings.set_name, {**settings.values, name: value})]
    )
    return (*sets, *alone)


def _changed(settings: Settings, other: Settings) -> frozenset[str]:
    return frozenset(name for name, value in settings.values.items() if other.values[name] != value)


def shift_to_position(argument: Argument, position: str) -> Argument:
    """Return the argument at a position of the switch, from records without groundings."""
    return _completed(
        argument,
        {
            claim: _moved(record, record.trials.positions.get(position))
            for claim, record in argument.records.items()
        },
    )


def shift_to_article_day(argument: Argument) -> Argument:
    """Return the argument on the article's day, from records without groundings."""
    return _completed(
        argument,
        {c: _on(r, r.trials.then_and_now, hindsight=False) for c, r in argument.records.items()},
    )


def shift_to_hindsight(argument: Argument) -> Argument:
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


def _on(record: Record, found: Backtest | None, *, hindsight: bool) -> Record:
    if found is None:
        return record
    on = found.now if hindsight else found.then
    return replace(record, verdict=on.verdict, unsettled=on.unsettled, roles=on.roles)
