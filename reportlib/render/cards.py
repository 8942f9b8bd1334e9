"""Cards: a claim, its state and the reason for it, with all that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.assess.comparison import describe
from reportlib.assess.text_checks import run_text_checks
from reportlib.model.claims import Claim, Demand
from reportlib.model.evidence import Item
from reportlib.model.findings import Record
from reportlib.model.formatting import join_alternatives
from reportlib.model.robustness import ScenarioResult
from reportlib.model.vocabulary import Basis, Comparison, Grounding, Stance, Verdict
from reportlib.render.claim_lists import list_right_details
from reportlib.render.robustness_table import COLUMNS, format_state, make_robustness_row
from reportlib.render.state_icons import AGREEMENTS, StateLabel
from reportlib.render.templating import render

SIDES = {
    Stance.SUPPORTS: "For",
    Stance.CONTRADICTS: "Against",
    Stance.QUALIFIES: "Qualifying",
}


@dataclass(frozen=True)
class RoleKept:
    """What a parent needs of a claim, and whether the record has it."""

    parent: str
    asked: str
    kept: bool | None
    why: str


def render_card(
    assessment: Assessment,
    argument: Argument,
    claim_id: str,
    *,
    said: Sequence[str] = (),
    alone: bool = False,
) -> Markup:
    """Return the card of a claim.

    Args:
        assessment: the study as it was read.
        argument: the records, and how they stand on each other.
        claim_id: the claim.
        said: sentences of its chapter that belong beside the reason.
        alone: the card stands in its chapter, where the other chapters are not known.
    """
    claim = assessment.claim(claim_id)
    record = argument.records.get(claim_id)
    return render(
        "card.html.j2",
        claim=claim,
        record=record,
        shown=StateLabel.of(record),
        said=said,
        disagreements=[
            one for one in run_text_checks(assessment) if claim_id in one.claims and not one.agrees
        ],
        agreements=AGREEMENTS,
        alone=alone,
        asserted=_asserted(assessment, claim),
        sides=_sides(record),
        set_aside=[item for item in _items(record) if item.set_aside],
        roles=_roles(assessment, argument, record),
        groups=assessment.ledger.groups_of(claim_id),
        rivals=assessment.ledger.rivals.get(claim_id, ()),
        parents=sorted({group.parent for group, _ in assessment.ledger.places_of(claim_id)}),
        edges=[edge for edge in assessment.ledger.edges if edge.child == claim_id],
        falls=_falls(argument, claim_id),
        badges=_badges(record),
        right=list_right_details(argument, assessment.parameters, record, alone=alone),
        flips=_flips(assessment, record),
        tried=_tried(assessment, record),
        load_bearing=argument.bears_load(claim_id),
        only_detail=record is not None and record.verdict is Verdict.NOT_SUPPORTED,
        settings=_settings(assessment, record),
        setting_columns=_setting_columns(assessment, record),
        day=assessment.settings.outcomes_until if claim.outcome_kind else assessment.settings.as_of,
    )


def _falls(argument: Argument, claim: str) -> dict[tuple[Grounding, Grounding], list[str]]:
    """The claims whose grounding changes if this one falls, by what it is and what it would be."""
    found: dict[tuple[Grounding, Grounding], list[str]] = {}
    for moved, after in argument.if_it_falls(claim).items():
        found.setdefault((argument.grounding(moved), after), []).append(moved)
    return found


def _flips(assessment: Assessment, record: Record | None) -> str:
    """The definitions of which another choice alone gives another verdict."""
    if record is None or len(record.robustness.settings) < 2:
        return ""
    fixed = {flip.parameter: flip.fixed for flip in record.robustness.flips}
    if not fixed:
        return "no definition alone"
    return "; ".join(
        f"the definition of “{assessment.parameters.by_name[name].label}”"
        + (" (against the text)" if against else "")
        for name, against in fixed.items()
    )


def _badges(record: Record | None) -> list[str]:
    """What a hurried reader must know of how firm a verdict is."""
    if record is None:
        return []
    tests, backtest = record.stress_tests, record.stress_tests.backtest
    badges = [_resting(tests.rests_on)] if tests.rests_on else []
    if tests.needs_fair_sources:
        badges.append("rests on sources that are only fair")
    if backtest is not None and format_state(backtest.now) != format_state(record):
        badges.append(f"in hindsight: {format_state(backtest.now)}")
    if tests.perturbation is not None and not tests.perturbation.passed:
        badges.append("not bound to its data")
    return badges


def _resting(results: Sequence[ScenarioResult]) -> str:
    if len(results) > 1:
        return f"the verdict would change without {join_alternatives(r.name for r in results)}"
    own = ", on its own act or count" if results[0].own_act else ""
    return f"rests on one origin: {results[0].name}{own}"


def _tried(assessment: Assessment, record: Record | None) -> list[tuple[str, str]]:
    """What was tried, by column of the table that has all verdicts."""
    if record is None or record.verdict is None:
        return []
    line = make_robustness_row(record, assessment.parameters)
    return list(zip(COLUMNS, line.cells, strict=True))[2:]


def _asserted(assessment: Assessment, claim: Claim) -> list[str]:
    lines = []
    for one in assessment.ledger.assertions.get(claim.id, ()):
        said = describe(one.demand, one.unit, one.hedge)
        note = one.note
        if note and one.demand == Demand(Comparison.HOLDS, "yes"):
            said, note = note, ""
        part = "" if one.part == "whole" else f"{one.part}: "
        notes = [note, f"attributed to: {one.attributed_to}" if one.attributed_to else ""]
        told = f" ({'; '.join(filter(None, notes))})" if any(notes) else ""
        lines.append(f"{part}{said}{told}")
    return lines


def _items(record: Record | None) -> tuple[Item, ...]:
    return record.items if record is not None else ()


def _sides(record: Record | None) -> dict[str, list[Item]]:
    counted = [item for item in _items(record) if not item.set_aside]
    sides = {
        label: sorted(
            (item for item in counted if item.stance is stance),
            key=lambda item: (item.basis is Basis.READ, item.grade, item.origin),
        )
        for stance, label in SIDES.items()
    }
    return {label: items for label, items in sides.items() if items}


def _roles(assessment: Assessment, argument: Argument, record: Record | None) -> list[RoleKept]:
    if record is None:
        return []
    unit = _unit(assessment, record.claim)
    return [
        RoleKept(
            group.parent, describe(member.requires, unit), record.roles.get(group.id), member.why
        )
        for group, member in assessment.ledger.places_of(record.claim)
        if member.requires is not None
    ]


def _unit(assessment: Assessment, claim: str) -> str:
    return next((one.unit for one in assessment.ledger.assertions.get(claim, ())), "")


def _settings(
    assessment: Assessment, record: Record | None
) -> list[tuple[ScenarioResult, list[str]]]:
    """Each setting that was tried, with the labels of its values."""
    results = record.robustness.settings if record is not None else ()
    named = assessment.parameters.by_name
    return [
        (r, [named[name].label_of(value) for name, value in r.changes.items()]) for r in results
    ]


def _setting_columns(assessment: Assessment, record: Record | None) -> list[str]:
    """The parameters that the test names, and what came of each of their settings."""
    names = record.parameters if record is not None else ()
    return [*(assessment.parameters.by_name[name].label for name in names), "Found", "State"]
