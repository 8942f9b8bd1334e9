"""Scenarios: the circumstances under which a claim is evaluated, and which of them are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, product
from math import prod

from reportlib.assess.argument import Argument
from reportlib.load.parameters import OWN, Parameters, Setting, Settings
from reportlib.model.findings import Record
from reportlib.model.robustness import ScenarioResult, StressTests
from reportlib.model.vocabulary import Grade

LARGEST_GRID = 512
"""Up to this number all combinations are tried; above, each parameter alone and in pairs."""


@dataclass(frozen=True)
class Scenario:
    """What an answer may rest on, and how the open definitions are read."""

    as_of: date
    """What was public by then counts for a verdict."""
    outcomes_until: date
    """What was public by then counts for an outcome."""
    source_floor: Grade
    """The lowest grade that counts."""
    parameters: Mapping[str, Setting]
    without_origin: str = ""
    """An origin whose word is left out."""

    @classmethod
    def of(cls, settings: Settings) -> Scenario:
        """Return the scenario of a run at these settings."""
        return cls(
            settings.as_of,
            settings.outcomes_until,
            Grade(settings.source_floor),
            {name: value for name, value in settings.values.items() if name not in OWN},
        )


def make_grid(
    plausible: Mapping[str, tuple[Setting, ...]], chosen: Mapping[str, Setting]
) -> tuple[list[dict[str, Setting]], bool]:
    """Return the settings to try, the chosen one first, and whether they are all combinations."""
    names = list(plausible)
    own = {name: chosen[name] for name in names}
    whole = prod(len(values) for values in plausible.values()) <= LARGEST_GRID
    varied = [names] if whole else [some for count in (1, 2) for some in combinations(names, count)]
    settings = [
        {**own, **dict(zip(some, values, strict=True))}
        for some in varied
        for values in product(*(plausible[name] for name in some))
    ]
    return list({tuple(setting.items()): setting for setting in [own, *settings]}.values()), whole


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
    sets = [
        Position(name, "", name, other, changed)
        for name in parameters.sets
        for other in [parameters.settings(name)]
        if (
            changed := frozenset(
                name for name, value in settings.values.items() if other.values[name] != value
            )
        )
    ]
    alone = [
        Position(
            f"{name}:{value}",
            parameter.label,
            choice.label,
            Settings(settings.set_name, {**settings.values, name: value}),
            frozenset([name]),
        )
        for name, parameter in parameters.by_name.items()
        for value, choice in parameter.choices.items()
        if value != settings.values[name]
    ]
    return (*sets, *alone)


def shift_argument(
    argument: Argument, select: Callable[[StressTests], ScenarioResult | None]
) -> Argument:
    """Return the argument under the scenario that a function selects.

    Groundings follow from the answers there. A record without such a result stays as it is.
    """
    records = {
        claim: _shift(record, select(record.stress_tests))
        for claim, record in argument.records.items()
    }
    return Argument(argument.ledger, Argument(argument.ledger, records).completed())


def _shift(record: Record, result: ScenarioResult | None) -> Record:
    if result is None:
        return record
    return replace(
        record,
        verdict=result.verdict,
        unsettled=result.unsettled,
        outcome=result.outcome,
        reason=result.reason,
        roles=result.roles,
    )


def shift_to_position(argument: Argument, position: str) -> Argument:
    """Return the argument at a position of the switch, from records without groundings."""
    return shift_argument(argument, lambda tests: tests.positions.get(position))
