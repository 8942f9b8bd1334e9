"""A card never says only that a claim is wrong: it says what is right about it too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.model.findings import PartMatch, Record
from reportlib.model.robustness import Flip, Robustness
from reportlib.model.vocabulary import Kind, Match, Verdict
from reportlib.render.cards import render_card
from reportlib.render.claim_lists import list_right_details
from reportlib.study import Study
from tests.conftest import assess_study

WRONG = Record(
    "B1", Kind.DATE, "bridge", verdict=Verdict.NOT_SUPPORTED, value="2011-06-03", roles={"G1": True}
)


def said(assessment: Assessment, record: Record, *, alone: bool = False) -> str:
    argument = Argument(assessment.ledger, {record.claim: record})
    return list_right_details(argument, assessment.parameters, record, alone=alone)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2011-06-03", "Of the date the year is right, and the record is 3 days away from it."),
        ("2011-06-01", "Of the date the year is right, and the record is 1 day away from it."),
        ("2012-06-01", "Nothing that is on record."),
    ],
)
def test_of_a_date_it_says_what_agrees_and_by_how_many_days_the_record_lies_off(
    value: str, expected: str, tiny: Study
) -> None:
    assert said(assess_study(tiny), replace(WRONG, value=value), alone=True) == expected


def test_it_says_whether_the_argument_needs_the_detail_where_the_other_chapters_are_known(
    tiny: Study,
) -> None:
    need = "The argument does not need the detail: what B3 needs of it holds."
    assert said(assess_study(tiny), WRONG).endswith(need)
    assert need not in said(assess_study(tiny), WRONG, alone=True)


def test_it_names_the_parts_that_are_as_asserted_and_a_definition_at_which_it_would_stand(
    tiny: Study,
) -> None:
    parts = (
        PartMatch("month", "May", "May", Match.EXACT),
        PartMatch("day", "2", "3", Match.DIFFERS),
    )
    flip = Flip("tolerance_days", 7, Verdict.CAVEAT, fixed=False)
    record = replace(WRONG, value=None, parts=parts, robustness=Robustness(flips=(flip,)))
    assessment = assess_study(tiny)
    parameter = assessment.parameters.by_name["tolerance_days"]
    assert said(assessment, record, alone=True) == (
        f"As the article has it: month. With “{parameter.label}” taken as "
        f"“{parameter.label_of(7)}” it would stand."
    )


def test_only_of_a_wrong_detail_the_card_says_that_what_is_needed_of_it_would_have_to_fall_too(
    tiny: Study,
) -> None:
    assessment = assess_study(tiny)
    for verdict in (Verdict.NOT_SUPPORTED, Verdict.SUPPORTED):
        records = {"B1": replace(WRONG, verdict=verdict)}
        shown = render_card(assessment, Argument(assessment.ledger, records), "B1")
        wrong = verdict is Verdict.NOT_SUPPORTED
        assert ("If what the argument needs of it fell too" in shown) is wrong
        assert (">If it falls<" in shown) is not wrong


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.NOT_SUPPORTED])
def test_of_every_other_verdict_it_is_silent(verdict: Verdict, tiny: Study) -> None:
    assert said(assess_study(tiny), replace(WRONG, verdict=verdict)) == ""


def test_the_card_of_a_wrong_claim_has_it_beside_the_reason_and_no_other_card(tiny: Study) -> None:
    assessment = assess_study(tiny)
    for verdict in Verdict:
        argument = Argument(assessment.ledger, {"B1": replace(WRONG, verdict=verdict)})
        shown = render_card(assessment, argument, "B1")
        assert ("What is right about it:" in shown) is (verdict is Verdict.NOT_SUPPORTED)
