"""The definition switch: what every other choice changes, as a table and as data for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reportlib.judging.argument import Argument
from reportlib.judging.inquiry import Inquiry
from reportlib.judging.shifted import at_position
from reportlib.judging.switch import Position, positions
from reportlib.showing.answer import tally
from reportlib.showing.marks import StateShown
from reportlib.showing.markup import clean, render
from reportlib.values.findings import Record


@dataclass(frozen=True)
class CardShown:
    """A claim's state and reason, as its card shows them."""

    state: StateShown
    reason: str

    @classmethod
    def of(cls, record: Record) -> CardShown:
        """What the card of a record shows."""
        return cls(StateShown.of(record), record.reason)


@dataclass(frozen=True)
class Shift:
    """A position of the switch, and the claims that it changes."""

    position: Position
    claims: dict[str, CardShown]
    numbers: dict[str, str]
    """The numbers of the front, by name."""


def shifts(inquiry: Inquiry, recorded: Argument, argument: Argument) -> list[Shift]:
    """Return what each position changes.

    Args:
        inquiry: the study as it was read.
        recorded: the records as the chapters made them, without groundings.
        argument: the records as the page shows them.
    """
    own = {claim: CardShown.of(record) for claim, record in argument.records.items()}
    found = []
    for position in positions(inquiry.parameters, inquiry.settings):
        moved = at_position(recorded, position.id)
        there = {claim: CardShown.of(record) for claim, record in moved.records.items()}
        claims = {claim: shown for claim, shown in there.items() if shown != own[claim]}
        found.append(Shift(position, claims, tally(inquiry, moved).numbers))
    return found


def switch_table(inquiry: Inquiry, argument: Argument, moved: list[Shift]) -> Markup:
    """Return every position with the states that it changes, readable without script."""
    lines = [
        (
            shift.position,
            [
                (claim, shown.state)
                for claim, shown in shift.claims.items()
                if shown.state != StateShown.of(argument.records[claim])
            ],
        )
        for shift in moved
    ]
    return render("switch.html.j2", lines=lines, set_name=inquiry.settings.set_name)


def switch_data(inquiry: Inquiry, moved: list[Shift]) -> dict[str, Any]:
    """Return what the page's script needs: the controls, and what each position shows."""
    named = inquiry.parameters.by_name
    return {
        "set": inquiry.settings.set_name,
        "sets": [shift.position.id for shift in moved if not shift.position.group],
        "definitions": [
            {
                "name": name,
                "label": clean(parameter.label),
                "question": clean(parameter.question),
                "own": f"{name}:{inquiry.settings.values[name]}",
                "values": [
                    {"id": f"{name}:{value}", "label": clean(choice.label)}
                    for value, choice in parameter.choices.items()
                ],
            }
            for name, parameter in named.items()
            if parameter.choices
        ],
        "positions": {shift.position.id: _as_data(inquiry, shift) for shift in moved},
    }


def _as_data(inquiry: Inquiry, shift: Shift) -> dict[str, Any]:
    values = shift.position.settings.values
    return {
        "label": clean(f"{shift.position.group}: {shift.position.label}".removeprefix(": ")),
        "values": [
            f"{name}:{values[name]}"
            for name, parameter in inquiry.parameters.by_name.items()
            if parameter.choices
        ],
        "numbers": shift.numbers,
        "claims": {
            claim: {
                "word": shown.state.word,
                "detail": shown.state.detail,
                "tone": shown.state.mark.tone,
                "path": shown.state.mark.path,
                "reason": clean(shown.reason),
            }
            for claim, shown in shift.claims.items()
        },
    }
