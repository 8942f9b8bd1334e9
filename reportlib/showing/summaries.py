"""Summaries: the claims that have something in common, each with the sentence that says what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from reportlib.judging.argument import Argument, Standing
from reportlib.judging.reason import on_the_settings
from reportlib.reading.parameters import Parameters
from reportlib.showing.marks import StateShown
from reportlib.showing.markup import render
from reportlib.showing.tried import state_in_words
from reportlib.values.findings import Record
from reportlib.values.phrases import joined
from reportlib.values.trials import LeftOut
from reportlib.values.words import Grounding, Match, Verdict


@dataclass(frozen=True)
class SummaryLine:
    """A claim in a summary, and why it stands there."""

    claim: str
    paraphrase: str
    state: StateShown
    note: str


def turning(argument: Argument, parameters: Parameters) -> Markup:
    """Where it turns on a definition: the claims whose answer a plausible reading changes."""
    turned = [
        (record, on_the_settings(record, parameters))
        for record in argument.records.values()
        if record.robustness.flips or record.verdict is Verdict.DEPENDS
    ]
    return _summary(argument, turned, "No answer turns on a definition.")


def outcomes(argument: Argument) -> Markup:
    """What happened next: forecasts and recommendations, with what came within their horizon."""
    came = [(record, record.reason) for record in argument.records.values() if record.outcome]
    return _summary(argument, came, "No forecast or recommendation has been looked at.")


def right(argument: Argument) -> Markup:
    """Where details are right: the claims that the record bears out."""
    held = [
        (record, _found(record))
        for record in argument.records.values()
        if record.verdict is not None and record.verdict.holds
    ]
    return _summary(argument, held, "No detail has been found right.")


def details(argument: Argument) -> Markup:
    """Where details are wrong, and whether the argument needs them."""
    wrong = [
        (record, f"{_found(record)}{need_of(argument, record.claim)}")
        for record in argument.records.values()
        if record.verdict is Verdict.NOT_SUPPORTED
    ]
    return _summary(argument, wrong, "No detail is wrong.")


def weak(argument: Argument) -> Markup:
    """Where the argument is weak though its details are right."""
    judged = [
        record
        for record in argument.records.values()
        if record.grounding is not None and not record.outcome
        if argument.ledger.places_of(record.claim)
    ]
    found = [
        (record, f"It rests on {beneath[0]} alone.")
        if len(beneath) == 1
        else (record, argument.reason(record.claim))
        for record in judged
        for beneath in [_members(argument, record.claim)]
        if record.grounding is Grounding.PARTLY or len(beneath) == 1
        if all(_not_wrong(argument, deeper) for deeper in _beneath(argument, record.claim))
    ]
    assumed = [record.claim for record in judged if record.grounding is Grounding.ASSUMED]
    none = "Of no judgement that rests on right details alone is more to be said."
    tail = Markup("<p>Assumed, with no checkable claim beneath that they need: {}.</p>").format(
        joined(assumed)
    )
    return _summary(argument, found, none) + (tail if assumed else Markup(""))


def single_origin(argument: Argument) -> Markup:
    """What rests on one origin: checkable claims whose answer would change without one body."""
    alone = [
        (record, " ".join(_without(one) for one in record.trials.rests_on))
        for record in argument.records.values()
        if record.trials.rests_on
    ]
    return _summary(argument, alone, "No verdict would change without one body.")


def _without(one: LeftOut) -> str:
    speaks = " speaks of its own act or count; without it:" if one.own_act else " left out:"
    return f"{one.name}{speaks} {state_in_words(one.verdict, one.unsettled)}."


def need_of(argument: Argument, claim: str) -> str:
    """Say whether the argument needs what a claim gets wrong."""
    places = argument.ledger.places_of(claim)
    parents = joined(dict.fromkeys(group.parent for group, _ in places))
    if not places:
        return "Nothing in the argument rests on it."
    if needed_by := argument.needs(claim):
        return f"The argument needs it: with it {joined(needed_by)} would be better grounded."
    if any(argument.standing(group, m) is Standing.FALLS for group, m in places):
        return f"The argument does without it: other premises carry {parents}."
    return f"The argument does not need the detail: what {parents} needs of it holds."


def _found(record: Record) -> str:
    differing = [part for part in record.parts if part.match is Match.DIFFERS]
    found = joined(part.found for part in differing or record.parts)
    return f"On record: {found}. " if record.parts else ""


def _members(argument: Argument, claim: str) -> list[str]:
    """The claims directly beneath one that it needs."""
    groups = [group for group in argument.ledger.groups_of(claim) if group.needed]
    return list(dict.fromkeys(member.claim for group in groups for member in group.members))


def _beneath(argument: Argument, claim: str) -> set[str]:
    """Every claim beneath one, however deep."""
    found: set[str] = set()
    queue = [claim]
    while queue:
        new = [c for c in argument.ledger.children_of(queue.pop()) if c not in found]
        found.update(new)
        queue.extend(new)
    return found


def _not_wrong(argument: Argument, claim: str) -> bool:
    record = argument.records.get(claim)
    return record is not None and record.verdict is not Verdict.NOT_SUPPORTED


def _summary(argument: Argument, found: Iterable[tuple[Record, str]], none: str) -> Markup:
    lines = [
        SummaryLine(
            record.claim,
            argument.ledger.claims[record.claim].paraphrase,
            StateShown.of(record),
            note,
        )
        for record, note in found
    ]
    return render("summary.html.j2", lines=lines, none=none)
