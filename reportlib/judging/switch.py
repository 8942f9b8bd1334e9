"""The definition switch: every other choice of parameters whose results a reader can look at."""

from __future__ import annotations

from dataclasses import dataclass

from reportlib.reading.parameters import Parameters, Settings


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


def positions(parameters: Parameters, settings: Settings) -> tuple[Position, ...]:
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
