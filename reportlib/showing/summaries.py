"""Summaries: the claims that have something in common, each with the sentence that says what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from reportlib.judging.argument import Argument, Standing
from reportlib.reading.parameters import Parameters
from reportlib.showing.marks import Mark, mark_of, word_of
from reportlib.showing.markup import render
from reportlib.values.claims import Group, Member
from reportlib.values.findings import Record
from reportlib.values.phrases import counted, joined
from reportlib.values.words import Grounding, Match, Stance, Verdict


@dataclass(frozen=True)
class SummaryLine:
    """A claim in a summary, and why it stands there."""

    claim: str
    paraphrase: str
    word: str
    mark: Mark
    note: str


def turning(argument: Argument, parameters: Parameters) -> Markup:
    """Where it turns on a definition: the claims whose answer a plausible reading changes."""
    turned = [
        (record, _flips(record, parameters))
        for record in argument.records.values()
        if record.robustness.flips and not record.outcome
    ]
    return _summary(argument, turned, "No answer turns on a definition.")


def outcomes(argument: Argument) -> Markup:
    """What happened next: forecasts and recommendations, with what came within their horizon."""
    came = [(record, record.reason) for record in argument.records.values() if record.outcome]
    return _summary(argument, came, "No forecast or recommendation has been looked at.")


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
    found = [
        (record, argument.reason(record.claim))
        for record in argument.records.values()
        if record.grounding in (Grounding.PARTLY, Grounding.ASSUMED)
        and not record.outcome
        and all(_right(argument, beneath) for beneath in _beneath(argument, record.claim))
    ]
    return _summary(argument, found, "None: where a judgement is weak, a detail beneath it is too.")


def single_origin(argument: Argument) -> Markup:
    """What rests on one origin: facts for which no second body speaks."""
    alone = [
        (record, f"Only {origins[0]} speaks for it.")
        for record in argument.records.values()
        if record.kind.checkable and len(origins := supporting_origins(record)) == 1
    ]
    return _summary(argument, alone, "No fact rests on one origin.")


def falling_with(argument: Argument, claim: str) -> list[str]:
    """The parents of a claim of which a group falls because the claim does."""
    return list(
        dict.fromkeys(
            group.parent
            for group, member in _places(argument, claim)
            if argument.standing(group, member) is Standing.FALLS
            and argument.group_standing(group) is Standing.FALLS
        )
    )


def need_of(argument: Argument, claim: str) -> str:
    """Say whether the argument needs what a claim gets wrong."""
    places = _places(argument, claim)
    parents = joined(dict.fromkeys(group.parent for group, _ in places))
    if not places:
        return "Nothing in the argument rests on it."
    if falling := falling_with(argument, claim):
        return f"The argument needs it: {joined(falling)} falls with it."
    if any(argument.standing(group, m) is Standing.FALLS for group, m in places):
        return f"The argument does without it: other premises carry {parents}."
    return f"The argument does not need the detail: what {parents} needs of it holds."


def _places(argument: Argument, claim: str) -> list[tuple[Group, Member]]:
    return [
        (group, member)
        for group in argument.ledger.groups
        for member in group.members
        if member.claim == claim
    ]


def supporting_origins(record: Record) -> list[str]:
    """The bodies whose word counts for a claim."""
    return sorted(
        {i.origin for i in record.items if i.stance is Stance.SUPPORTS and not i.set_aside}
    )


def _found(record: Record) -> str:
    found = joined(part.found for part in record.parts if part.match is Match.DIFFERS)
    return f"The record has {found}. " if record.parts else ""


def _flips(record: Record, parameters: Parameters) -> str:
    robust = record.robustness
    said = [
        f"{parameters.by_name[flip.parameter].label}: "
        f"{parameters.by_name[flip.parameter].label_of(flip.value)} gives {flip.verdict}"
        f"{' (though the text fixes it)' if flip.fixed else ''}"
        for flip in robust.flips
    ]
    share = f"The same at {robust.same} of {counted(robust.decided, 'setting')} with data."
    return f"{share} {'; '.join(said)}."


def _beneath(argument: Argument, claim: str) -> set[str]:
    """Every claim beneath one, however deep."""
    found: set[str] = set()
    queue = [claim]
    while queue:
        for group in argument.ledger.groups_of(queue.pop()):
            for member in group.members:
                if member.claim not in found:
                    found.add(member.claim)
                    queue.append(member.claim)
    return found


def _right(argument: Argument, claim: str) -> bool:
    record = argument.records.get(claim)
    if not argument.ledger.claims[claim].kind.checkable:
        return True
    return record is not None and record.verdict is not None and record.verdict.holds


def _summary(argument: Argument, found: Iterable[tuple[Record, str]], none: str) -> Markup:
    lines = [
        SummaryLine(
            record.claim,
            argument.ledger.claims[record.claim].paraphrase,
            word_of(record),
            mark_of(record),
            note,
        )
        for record, note in found
    ]
    return render("summary.html.j2", lines=lines, none=none)
