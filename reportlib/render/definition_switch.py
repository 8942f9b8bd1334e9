"""The definition switch: what every other choice changes, as a table and as data for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.assess.scenarios import Position, list_positions, shift_to_position
from reportlib.model.findings import Record
from reportlib.render.state_icons import StateLabel
from reportlib.render.summary import count_states
from reportlib.render.templating import render, strip_controls


@dataclass(frozen=True)
class CardShown:
    """A claim's state and reason, as its card shows them."""

    state: StateLabel
    reason: str

    @classmethod
    def of(cls, record: Record) -> CardShown:
        """What the card of a record shows."""
        return cls(StateLabel.of(record), record.reason)


@dataclass(frozen=True)
class Shift:
    """A position of the switch, and the claims that it changes."""

    position: Position
    claims: dict[str, CardShown]
    numbers: dict[str, str]
    """The numbers of the front, by name."""


def list_shifts(assessment: Assessment, recorded: Argument, argument: Argument) -> list[Shift]:
    """Return what each position changes.

    Args:
        assessment: the study as it was read.
        recorded: the records as the chapters made them, without groundings.
        argument: the records as the page shows them.
    """
    own = {claim: CardShown.of(record) for claim, record in argument.records.items()}
    found = []
    for position in list_positions(assessment.parameters, assessment.settings):
        moved = shift_to_position(recorded, position.id)
        there = {claim: CardShown.of(record) for claim, record in moved.records.items()}
        claims = {claim: shown for claim, shown in there.items() if shown != own[claim]}
        found.append(Shift(position, claims, count_states(assessment, moved).numbers))
    return found


def render_switch_table(assessment: Assessment, argument: Argument, moved: list[Shift]) -> Markup:
    """Return every position with the states that it changes, readable without script."""
    lines = [
        (
            shift.position,
            [
                (claim, shown.state)
                for claim, shown in shift.claims.items()
                if shown.state != StateLabel.of(argument.records[claim])
            ],
        )
        for shift in moved
    ]
    return render("switch.html.j2", lines=lines, set_name=assessment.settings.set_name)


def make_switch_data(assessment: Assessment, moved: list[Shift]) -> dict[str, Any]:
    """Return what the page's script needs: the controls, and what each position shows."""
    named = assessment.parameters.by_name
    return {
        "set": assessment.settings.set_name,
        "sets": [shift.position.id for shift in moved if not shift.position.group],
        "definitions": [
            {
                "name": name,
                "label": strip_controls(parameter.label),
                "question": strip_controls(parameter.question),
                "own": f"{name}:{assessment.settings.values[name]}",
                "values": [
                    {"id": f"{name}:{value}", "label": strip_controls(choice.label)}
                    for value, choice in parameter.choices.items()
                ],
            }
            for name, parameter in named.items()
            if parameter.choices
        ],
        "positions": {shift.position.id: _as_data(assessment, shift) for shift in moved},
    }


def _as_data(assessment: Assessment, shift: Shift) -> dict[str, Any]:
    values = shift.position.settings.values
    return {
        "label": strip_controls(
            f"{shift.position.group}: {shift.position.label}".removeprefix(": ")
        ),
        "values": [
            f"{name}:{values[name]}"
            for name, parameter in assessment.parameters.by_name.items()
            if parameter.choices
        ],
        "numbers": shift.numbers,
        "claims": {
            claim: {
                "word": shown.state.word,
                "detail": shown.state.detail,
                "tone": shown.state.mark.tone,
                "path": shown.state.mark.path,
                "reason": strip_controls(shown.reason),
            }
            for claim, shown in shift.claims.items()
        },
    }
