"""The definition switch: what every other choice changes, as a table and as data for the page."""

from __future__ import annotations

from collections.abc import Iterable
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
class PositionEffect:
    """A position of the switch, and what it changes on the page."""

    position: Position
    claims: dict[str, CardShown]
    numbers: dict[str, str]
    """The numbers of the front, by name."""


def list_effects(
    assessment: Assessment, recorded: Argument, argument: Argument
) -> list[PositionEffect]:
    """Return what each position changes.

    Args:
        assessment: the study as it was read.
        recorded: the records as the chapters made them, without groundings.
        argument: the records as the page shows them.
    """
    own = {claim: CardShown.of(record) for claim, record in argument.records.items()}
    effects = []
    for position in list_positions(assessment.parameters, assessment.settings):
        there = shift_to_position(recorded, position.id)
        cards = {claim: CardShown.of(record) for claim, record in there.records.items()}
        claims = {claim: card for claim, card in cards.items() if card != own[claim]}
        effects.append(PositionEffect(position, claims, count_states(assessment, there).numbers))
    return effects


def render_switch_table(
    assessment: Assessment, argument: Argument, effects: list[PositionEffect]
) -> Markup:
    """Return every position with the states that it changes, readable without script."""
    own = {claim: StateLabel.of(record) for claim, record in argument.records.items()}
    lines = [
        (
            effect.position,
            [(c, card.state) for c, card in effect.claims.items() if card.state != own[c]],
        )
        for effect in effects
    ]
    return render("switch.html.j2", lines=lines, set_name=assessment.settings.set_name)


def make_switch_data(assessment: Assessment, effects: list[PositionEffect]) -> dict[str, Any]:
    """Return what the page's script needs: the controls, and what each position shows."""
    values = assessment.settings.values
    definitions = {n: p for n, p in assessment.parameters.by_name.items() if p.choices}
    return {
        "set": assessment.settings.set_name,
        "sets": [effect.position.id for effect in effects if not effect.position.group],
        "definitions": [
            {
                "name": name,
                "label": strip_controls(parameter.label),
                "question": strip_controls(parameter.question),
                "own": f"{name}:{values[name]}",
                "values": [
                    {"id": f"{name}:{value}", "label": strip_controls(choice.label)}
                    for value, choice in parameter.choices.items()
                ],
            }
            for name, parameter in definitions.items()
        ],
        "positions": {e.position.id: _make_position_data(e, definitions) for e in effects},
    }


def _make_position_data(effect: PositionEffect, definitions: Iterable[str]) -> dict[str, Any]:
    position = effect.position
    return {
        "label": strip_controls(f"{position.group}: {position.label}".removeprefix(": ")),
        "values": [f"{name}:{position.settings.values[name]}" for name in definitions],
        "numbers": effect.numbers,
        "claims": {
            claim: {
                "word": card.state.word,
                "detail": card.state.detail,
                "tone": card.state.mark.tone,
                "path": card.state.mark.path,
                "reason": strip_controls(card.reason),
            }
            for claim, card in effect.claims.items()
        },
    }
