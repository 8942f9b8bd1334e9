"""Lists of claims that have something in common, and what is right about a claim that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from reportlib.assess.argument import Argument, Standing
from reportlib.assess.assessment import Assessment
from reportlib.assess.explanation import explain_settings
from reportlib.assess.text_checks import run_text_checks
from reportlib.load.parameters import Parameters
from reportlib.model.claims import Assertion
from reportlib.model.dates import Span
from reportlib.model.findings import Record
from reportlib.model.formatting import format_count, join_words
from reportlib.model.robustness import ScenarioResult
from reportlib.model.vocabulary import Grounding, Match, Verdict
from reportlib.render.robustness_table import format_state
from reportlib.render.state_icons import AGREEMENTS, StateLabel
from reportlib.render.templating import render


def list_right_details(
    argument: Argument, parameters: Parameters, record: Record | None, *, alone: bool = False
) -> str:
    """Return what the record bears out of a claim that is wrong as written; nothing for others.

    Where a chapter stands alone, the others are not known, nor what the argument needs.
    """
    if record is None or record.verdict is not Verdict.NOT_SUPPORTED:
        return ""
    sentences = [
        _list_right_parts(record),
        _compare_dates(argument.ledger.assertions.get(record.claim, ()), record),
        _name_definition(record, parameters),
        "" if alone else need_of(argument, record.claim),
    ]
    return " ".join(filter(None, sentences)) or "Nothing that is on record."


def _list_right_parts(record: Record) -> str:
    """The parts that are as asserted, where others are not."""
    right = [part.part or part.found for part in record.parts if part.match is Match.EXACT]
    return f"As the article has it: {join_words(right)}." if right else ""


def _compare_dates(assertions: tuple[Assertion, ...], record: Record) -> str:
    """What agrees of a date, and how far off it is."""
    found = Span.of(str(record.value)) if isinstance(record.value, str) else None
    asserted = Span.of(assertions[0].value) if len(assertions) == 1 else None
    if found is None or asserted is None or found.first.year != asserted.first.year:
        return ""
    same_month = found.first.month == asserted.first.month
    agrees = "year and month are" if same_month else "the year is"
    days = format_count(found.days_from(asserted), "day")
    return f"Of the date {agrees} right, and the record is {days} away from it."


def _name_definition(record: Record, parameters: Parameters) -> str:
    """The first definition at which it would stand."""
    flips = (flip for flip in record.robustness.flips if flip.verdict.holds)
    taken = (parameters.by_name[flip.parameter].taken_as(flip.value) for flip in flips)
    return next((f"With {definition} it would stand." for definition in taken), "")


def render_text_checks(assessment: Assessment) -> Markup:
    """Return every relation within the text, first those in which it does not agree with itself."""
    results = sorted(run_text_checks(assessment), key=lambda result: result.agrees)
    return render("consistency.html.j2", found=results, marks=AGREEMENTS)


@dataclass(frozen=True)
class SummaryLine:
    """A claim in a summary, and why it stands there."""

    claim: str
    paraphrase: str
    state: StateLabel
    note: str


def render_turning(argument: Argument, parameters: Parameters) -> Markup:
    """Return where it turns on a definition: the answers that a plausible reading changes."""
    turned = (
        (record, explain_settings(record, parameters))
        for record in argument.records.values()
        if record.robustness.flips or record.verdict is Verdict.DEPENDS
    )
    return _summary(argument, turned, "No answer turns on a definition.")


def render_outcomes(argument: Argument) -> Markup:
    """Return what happened next: what came of forecasts and recommendations in their horizon."""
    came = ((record, record.reason) for record in argument.records.values() if record.outcome)
    return _summary(argument, came, "No forecast or recommendation has been looked at.")


def render_right(argument: Argument) -> Markup:
    """Return where details are right: the claims that the record bears out."""
    right = (
        (record, _found(record))
        for record in argument.records.values()
        if record.verdict is not None and record.verdict.holds
    )
    return _summary(argument, right, "No detail has been found right.")


def render_details(argument: Argument) -> Markup:
    """Return where details are wrong, and whether the argument needs them."""
    wrong = (
        (record, f"{_found(record)}{need_of(argument, record.claim)}")
        for record in argument.records.values()
        if record.verdict is Verdict.NOT_SUPPORTED
    )
    return _summary(argument, wrong, "No detail is wrong.")


def render_weak(argument: Argument) -> Markup:
    """Return where the argument is weak though its details are right."""
    judged = [
        record
        for record in argument.records.values()
        if record.grounding is not None and not record.outcome
        if argument.ledger.places_of(record.claim)
    ]
    weak = []
    for record in judged:
        groups = [group for group in argument.ledger.groups_of(record.claim) if group.needed]
        needed = list(dict.fromkeys(claim for group in groups for claim in group.claims))
        if len(needed) != 1 and record.grounding is not Grounding.PARTLY:
            continue
        if all(_is_not_wrong(argument, claim) for claim in _list_beneath(argument, record.claim)):
            alone = f"It rests on {needed[0]} alone." if len(needed) == 1 else ""
            weak.append((record, alone or argument.reason(record.claim)))
    summary = _summary(
        argument, weak, "Of no judgement that rests on right details alone is more to be said."
    )
    assumed = [record.claim for record in judged if record.grounding is Grounding.ASSUMED]
    tail = Markup("<p>Assumed, with no checkable claim beneath that they need: {}.</p>")
    return summary + tail.format(join_words(assumed)) if assumed else summary


def render_single_origin(argument: Argument) -> Markup:
    """Return what rests on one origin: the answers that would change without one body."""
    resting = (
        (record, " ".join(map(_describe_loss, record.stress_tests.rests_on)))
        for record in argument.records.values()
        if record.stress_tests.rests_on
    )
    return _summary(argument, resting, "No verdict would change without one body.")


def _describe_loss(result: ScenarioResult) -> str:
    speaks = " speaks of its own act or count; without it:" if result.own_act else " left out:"
    return f"{result.name}{speaks} {format_state(result)}."


def need_of(argument: Argument, claim: str) -> str:
    """Return whether the argument needs what a claim gets wrong, in a sentence."""
    places = argument.ledger.places_of(claim)
    parents = join_words(dict.fromkeys(group.parent for group, _ in places))
    if not places:
        return "Nothing in the argument rests on it."
    if needed_by := argument.needs(claim):
        return f"The argument needs it: with it {join_words(needed_by)} would be better grounded."
    if any(argument.standing(group, m) is Standing.FALLS for group, m in places):
        return f"The argument does without it: other premises carry {parents}."
    return f"The argument does not need the detail: what {parents} needs of it holds."


def _found(record: Record) -> str:
    differing = [part for part in record.parts if part.match is Match.DIFFERS]
    found = join_words(part.found for part in differing or record.parts)
    return f"On record: {found}. " if record.parts else ""


def _list_beneath(argument: Argument, claim: str) -> set[str]:
    """Every claim beneath one, however deep."""
    beneath: set[str] = set()
    queue = [claim]
    while queue:
        new = [c for c in argument.ledger.children_of(queue.pop()) if c not in beneath]
        beneath.update(new)
        queue.extend(new)
    return beneath


def _is_not_wrong(argument: Argument, claim: str) -> bool:
    record = argument.records.get(claim)
    return record is not None and record.verdict is not Verdict.NOT_SUPPORTED


def _summary(argument: Argument, notes: Iterable[tuple[Record, str]], none: str) -> Markup:
    claims = argument.ledger.claims
    lines = [
        SummaryLine(record.claim, claims[record.claim].paraphrase, StateLabel.of(record), note)
        for record, note in notes
    ]
    return render("summary.html.j2", lines=lines, none=none)
