"""Cards: a claim, its state and the reason for it, with all that it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.assess.comparison import describe
from reportlib.assess.text_checks import run_text_checks
from reportlib.model.claims import WHOLE, Assertion, Demand
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
    claim, ledger = assessment.claim(claim_id), assessment.ledger
    record = argument.records.get(claim_id)
    # An empty record stands for a claim that no chapter has recorded.
    shown = record or Record(claim_id, claim.kind, claim.chapter)
    labels = {name: p.label_of for name, p in assessment.parameters.by_name.items()}
    return render(
        "card.html.j2",
        claim=claim,
        record=record,
        shown=StateLabel.of(record),
        said=said,
        disagreements=[
            result
            for result in run_text_checks(assessment)
            if claim_id in result.claims and not result.agrees
        ],
        agreements=AGREEMENTS,
        alone=alone,
        asserted=[_assertion(a) for a in ledger.assertions.get(claim_id, ())],
        sides=_sides(shown),
        set_aside=[item for item in shown.items if item.set_aside],
        roles=_roles(assessment, shown),
        groups=ledger.groups_of(claim_id),
        rivals=ledger.rivals.get(claim_id, ()),
        parents=sorted({group.parent for group, _ in ledger.places_of(claim_id)}),
        edges=[edge for edge in ledger.edges if edge.child == claim_id],
        falls=_falls(argument, claim_id),
        badges=_badges(shown),
        right=list_right_details(argument, assessment.parameters, record, alone=alone),
        flips=_flips(assessment, shown),
        tried=_tried(assessment, shown),
        load_bearing=argument.bears_load(claim_id),
        only_detail=shown.verdict is Verdict.NOT_SUPPORTED,
        settings=[
            (result, [labels[name](value) for name, value in result.changes.items()])
            for result in shown.robustness.settings
        ],
        setting_columns=[
            *(assessment.parameters.by_name[name].label for name in shown.parameters),
            "Found",
            "State",
        ],
        day=assessment.settings.outcomes_until if claim.outcome_kind else assessment.settings.as_of,
    )


def _falls(argument: Argument, claim: str) -> dict[tuple[Grounding, Grounding], list[str]]:
    """The claims whose grounding changes if this one falls, by what it is and what it would be."""
    falls: dict[tuple[Grounding, Grounding], list[str]] = defaultdict(list)
    for moved, after in argument.if_it_falls(claim).items():
        falls[argument.grounding(moved), after].append(moved)
    return falls


def _flips(assessment: Assessment, record: Record) -> str:
    """The definitions of which another choice alone gives another verdict."""
    if len(record.robustness.settings) < 2:
        return ""
    fixed = {flip.parameter: flip.fixed for flip in record.robustness.flips}
    definitions = (
        f"the definition of “{assessment.parameters.by_name[name].label}”"
        + (" (against the text)" if against else "")
        for name, against in fixed.items()
    )
    return "; ".join(definitions) or "no definition alone"


def _badges(record: Record) -> list[str]:
    """What a hurried reader must know of how firm a verdict is."""
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


def _tried(assessment: Assessment, record: Record) -> list[tuple[str, str]]:
    """What was tried, by column of the table that has all verdicts."""
    if record.verdict is None:
        return []
    row = make_robustness_row(record, assessment.parameters)
    return list(zip(COLUMNS, row.cells, strict=True))[2:]


def _assertion(assertion: Assertion) -> str:
    text, note = describe(assertion.demand, assertion.unit, assertion.hedge), assertion.note
    if note and assertion.demand == Demand(Comparison.HOLDS, "yes"):
        text, note = note, ""
    part = "" if assertion.part == WHOLE else f"{assertion.part}: "
    source = f"attributed to: {assertion.attributed_to}" if assertion.attributed_to else ""
    notes = "; ".join(filter(None, [note, source]))
    return f"{part}{text}" + (f" ({notes})" if notes else "")


def _sides(record: Record) -> dict[str, list[Item]]:
    counted = sorted(
        (item for item in record.items if not item.set_aside),
        key=lambda item: (item.basis is Basis.READ, item.grade, item.origin),
    )
    sides = {label: [i for i in counted if i.stance is stance] for stance, label in SIDES.items()}
    return {label: items for label, items in sides.items() if items}


def _roles(assessment: Assessment, record: Record) -> list[RoleKept]:
    assertions = assessment.ledger.assertions.get(record.claim, ())
    unit = assertions[0].unit if assertions else ""
    return [
        RoleKept(
            group.parent, describe(member.requires, unit), record.roles.get(group.id), member.why
        )
        for group, member in assessment.ledger.places_of(record.claim)
        if member.requires is not None
    ]
