"""The article held against itself: each relation, the tiny study, and what this one's text has."""

from __future__ import annotations

import json

import pytest

from reportlib.assess.assessment import Assessment
from reportlib.assess.text_checks import compare_places, run_text_checks
from reportlib.errors import BadData, BadTest
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import Choice, Parameter, Parameters
from reportlib.load.study_data import StudyData
from reportlib.load.validation import find_package_faults
from reportlib.model.text_checks import PARSERS, PrintedValue, TextCheck, TextCheckResult
from reportlib.model.vocabulary import Agreement, TextRelation
from reportlib.render.claim_lists import render_text_checks
from reportlib.render.state_icons import AGREEMENTS, MARKS
from reportlib.study import Study
from tests.conftest import add_row, drop_rows, set_cell

SLACK = Parameter(
    "slack", "Slack", "", "", {days: Choice(days, f"{days} days", {}) for days in (0, 7, 30)}
)


def held(relation: str, *values: str, tolerance: str = "", slack: int = 0) -> TextCheckResult:
    """Compare values that stand in the sentences p1s1, p1s2 and so on."""
    places = tuple(PrintedValue(f"p1s{number}", value) for number, value in enumerate(values, 1))
    one = TextCheck("one", "One thing", TextRelation(relation), places, tolerance)
    return compare_places(one, {"slack": slack}, Parameters({"slack": SLACK}, {}))


@pytest.mark.parametrize(
    ("relation", "values", "agrees", "found"),
    [
        ("same_date", ("2011-05-09", "2011-05-09"), True, "the same"),
        ("same_date", ("2011-05", "2011-05-09"), True, "the same, as exactly as each is given"),
        ("same_date", ("2011", "2011-05", "2011-05-09"), True, "the same, as exactly as each"),
        ("same_date", ("2017-06-29", "2017-06-21"), False, "they are 8 days apart"),
        ("same_date", ("2017-06-21", "2017-06-22"), False, "they are 1 day apart"),
        ("same_date", ("2011-05", "2011-06"), False, "they are at least 1 day apart"),
        ("same_date", ("2011", "2011-05-09", "2011-05-12"), False, "the furthest are at least 3"),
        ("same_name", ("Alder Lane", "Alder Lane"), True, "spelled alike"),
        ("same_name", ("Alder Lane", "Elder Lane"), False, "2 spellings of one name"),
        ("same_name", ("Alder", "Elder", "Alder", "alder"), False, "3 spellings of one name"),
        ("in_order", ("2011", "2012-01-01"), True, "in that order"),
        ("in_order", ("2011-05-09", "2011-05-09"), True, "in that order"),
        ("in_order", ("2011-05-09", "2011-05"), True, "in that order"),
        ("in_order", ("2017-06-29", "2017-06-21"), False, "29 June 2017, comes 8 days later"),
        ("in_order", ("2012", "2011"), False, "first, 2012, comes at least 1 day later"),
        ("in_order", ("2011-05-20", "2011-05", "2011-05-10"), False, "20 May 2011, comes 10 days"),
        ("adds_up", ("2", "2", "4"), True, "the parts make 4"),
        ("adds_up", ("0.1", "0.2", "0.3"), True, "the parts make 0.3"),
        ("adds_up", ("7", "7"), True, "the parts make 7"),
        ("adds_up", ("2", "3", "4"), False, "the parts make 5, 1 more"),
        ("adds_up", ("500", "400", "1000"), False, "the parts make 900, 100 fewer"),
    ],
)  # fmt: skip
def test_each_relation_tells_what_agrees_from_what_does_not(relation, values, agrees, found):
    compared = held(relation, *values)

    assert compared.agrees is agrees
    assert found in compared.found


def test_every_relation_holds_fails_and_refuses_in_these_tables():
    told = test_each_relation_tells_what_agrees_from_what_does_not.pytestmark[0].args[1]
    refused = test_a_value_of_the_wrong_kind_is_refused.pytestmark[0].args[1]

    assert {(relation, agrees) for relation, _, agrees, _ in told} == {
        (relation, agrees) for relation in TextRelation for agrees in (True, False)
    }
    assert {relation for relation, _, _ in refused} == set(TextRelation) == set(PARSERS)


@pytest.mark.parametrize(
    ("relation", "value", "told"),
    [
        ("same_date", "spring", '"spring" is not a day, month or year'),
        ("same_date", "2011-13", '"2011-13" is not a day, month or year'),
        ("in_order", "4", '"4" is not a day, month or year'),
        ("adds_up", "many", '"many" is not a number'),
        ("adds_up", "2011-05", '"2011-05" is not a number'),
        ("adds_up", "nan", '"nan" is not a number'),
        ("adds_up", "1,000", '"1,000" is not a number'),
        ("same_name", "2011-05", '"2011-05" is not a name'),
        ("same_name", "", '"" is not a name'),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(relation, value, told):
    with pytest.raises(ValueError, match=told):
        held(relation, value, value)


def test_one_place_cannot_be_held_against_itself():
    with pytest.raises(ValueError, match="fewer than two places"):
        held("same_date", "2011-05")


def test_it_says_what_stands_where_in_the_order_of_the_places():
    two_in_one = (PrintedValue("p1s1", "1", "firms"), PrintedValue("p1s1", "2", "people"))
    one = TextCheck(
        "targets", "Targets", TextRelation.ADDS_UP, (*two_in_one, PrintedValue("p4s2", "4"))
    )

    compared = compare_places(one, {}, Parameters({}, {}))

    assert compared.found == "p1s1 has 1 firm and 2 people, p4s2 has 4: the parts make 3, 1 fewer."
    assert held("same_date", "2017-06-29", "2017-06-21").found == (
        "p1s1 has 29 June 2017, p1s2 has 21 June 2017: they are 8 days apart."
    )


@pytest.mark.parametrize(
    ("tolerance", "slack", "agrees", "tail"),
    [
        ("", 0, False, "they are 8 days apart."),
        ("7", 0, False, "they are 8 days apart."),
        ("8", 0, True, "they are 8 days apart and within the tolerance."),
        (
            "slack", 0, False,
            "they are 8 days apart. At another plausible setting it agrees: “Slack” taken as "
            "“30 days”.",
        ),
        (
            "slack", 30, True,
            "within the tolerance. At another plausible setting it disagrees: “Slack” taken as "
            "“0 days” or “7 days”.",
        ),
    ],
)  # fmt: skip
def test_a_tolerance_is_a_number_of_days_or_a_parameter_of_which_every_value_is_tried(
    tolerance, slack, agrees, tail
):
    compared = held("same_date", "2017-06-29", "2017-06-21", tolerance=tolerance, slack=slack)

    assert compared.agrees is agrees
    assert compared.found.endswith(tail)
    assert compared.parameters == ({"slack": slack} if tolerance == "slack" else {})
    expected = {0: False, 7: False, 30: True} if tolerance == "slack" else {}
    assert compared.agrees_at == expected


def test_what_no_plausible_tolerance_turns_is_said_to_be_the_same_at_all():
    compared = held("same_date", "2017-06-29", "2017-04-21", tolerance="slack")

    assert compared.found.endswith("apart. The same at all 3 plausible settings of “Slack”.")


def test_a_tolerance_that_is_no_number_of_days_is_told():
    with pytest.raises(BadTest, match="“week” is none"):
        held("same_date", "2011", "2012", tolerance="week")


def test_the_claims_are_those_compared_and_those_that_turn_on_it_each_once():
    places = (PrintedValue("p1s1", "2011", claim="C2"), PrintedValue("p1s2", "2011"))
    one = TextCheck("k", "K", TextRelation.SAME_DATE, places, concerns=("C1", "C2"))

    assert one.claims == ("C2", "C1")


def test_agreement_has_shapes_of_its_own_and_no_state_shares_them():
    shapes = [mark.path for mark in AGREEMENTS.values()]

    assert set(AGREEMENTS) == set(Agreement)
    assert len(set(shapes)) == len(shapes)
    assert {mark.path for mark in MARKS.values()}.isdisjoint(shapes)


def assess_study(study: Study, **changes: int) -> Assessment:
    parameters = Parameters.read(study)
    return Assessment(StudyData.read(study, parameters), parameters.settings("base", changes))


def test_the_column_of_the_tiny_study_agrees_with_itself_once_and_once_not(tiny):
    in_order, opening = run_text_checks(assess_study(tiny))

    assert (in_order.agrees, in_order.found) == (
        True, "p1s1 has May 2011, p1s2 has September 2013: in that order."
    )  # fmt: skip
    assert (opening.agrees, opening.found, opening.claims) == (
        False,
        "p1s1 has May 2011, p2s2 has June 2011: they are at least 1 day apart. At another "
        "plausible setting it agrees: “Tolerance in days” taken as “a week”.",
        ("B1", "B3"),
    )


def test_the_setting_in_use_decides(tiny):
    _, opening = run_text_checks(assess_study(tiny, tolerance_days=7))

    assert (opening.agrees, opening.parameters) == (True, {"tolerance_days": 7})


def test_places_are_compared_in_their_order_and_not_in_that_of_the_lines(tiny):
    drop_rows(tiny, "chain/printed.csv", "opening-and-repair")
    for place, locator, value in (("2", "p1s2", "2013-09"), ("1", "p1s1", "2011-05")):
        cells = {"consistency": "opening-and-repair", "place": place, "locator": locator}
        add_row(tiny, "chain/printed.csv", **cells, value=value)

    assert run_text_checks(assess_study(tiny))[0].found.startswith("p1s1 has May 2011, p1s2 has")


def test_what_is_asserted_anew_is_compared_anew(tiny):
    set_cell(tiny, "chain/assertions.csv", "B1", "value", "2011-06")

    assert [one.agrees for one in run_text_checks(assess_study(tiny))] == [True, True]


def test_disagreements_stand_first_each_with_its_word_and_links(tiny):
    shown = str(render_text_checks(assess_study(tiny)))

    assert "agrees with itself in 1 of 2 relations" in shown
    assert shown.index(">disagrees</strong> The month of the opening") < shown.index(
        ">agrees</strong> The opening, and the repair"
    )
    assert '<a href="#B1">B1</a>, <a href="#B3">B3</a>' in shown


def test_a_study_whose_text_was_not_held_against_itself_says_so(tiny):
    drop_rows(tiny, "chain/consistency.csv", "opening-and-repair", "day-of-opening")
    drop_rows(tiny, "chain/printed.csv", "opening-and-repair", "day-of-opening")

    assert find_package_faults(tiny) == []
    assert "No relation within the text is on record." in str(
        render_text_checks(assess_study(tiny))
    )


def test_the_run_puts_it_on_the_page_on_the_cards_and_into_the_findings(builds, tiny):
    assert builds.run(tiny) == 0
    build = tiny.build("base")
    page = build.page.read_text(encoding="utf-8")
    cards = {text.partition('id="')[2][:2]: text for text in page.split("<article ")[1:]}
    listed = json.loads(build.findings.read_text(encoding="utf-8"))["consistency"]

    assert "agrees with itself in 1 of 2 relations" in page
    assert {id: "The text itself disagrees:" in card for id, card in cards.items()} == {
        "B1": True, "B2": False, "B3": True,
    }  # fmt: skip
    assert "The opening, and the repair" not in cards["B1"]
    assert [(one["key"], one["agrees"], one["claims"]) for one in listed] == [
        ("opening-and-repair", True, ["B1"]),
        ("day-of-opening", False, ["B1", "B3"]),
    ]
    assert listed[1]["tried"] == [{"value": 0, "agrees": False}, {"value": 7, "agrees": True}]


RELATIONS, PLACES = "chain/consistency.csv", "chain/printed.csv"
BRIDGE = {"consistency": "opening-and-repair", "place": "3", "locator": "p1s2"}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({}, 'column value: is empty, and so is claim.'),
        ({"value": "spring"}, 'column value: "spring" is not a day, month or year. in_order'),
        ({"claim": "B1", "locator": "p1s1", "value": "2013"}, 'column value: "2013" is not all'),
        ({"value": "2013", "part": "whole"}, 'column part: "whole" is not allowed. It is a part'),
        ({"claim": "B1"}, 'column locator: "B1" does not stand in p1s2. See data/chain/sent'),
        ({"claim": "B2"}, 'column claim: "B2" (whole) asserts no value. It must equal'),
        ({"claim": "B1", "locator": "p1s1", "part": "day"}, 'column claim: "B1" (day) asserts no'),
        ({"claim": "B9"}, "row 6"),
        ({"value": "2013", "locator": "p9s9"}, "p9s9"),
        ({"value": "2013", "consistency": "repair"}, "repair"),
        ({"value": "A whole sentence of the column, and more words"}, "maxLength"),
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_compared_is_told(tiny, cells, told):
    add_row(tiny, PLACES, **(BRIDGE | cells))

    faults = [str(fault) for fault in find_package_faults(tiny)]

    assert any(f"data/{PLACES}, row 6" in fault and told in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("key", "column", "value", "told"),
    [
        ("day-of-opening", "tolerance", "closures", '"closures" is no number of days and no par'),
        ("day-of-opening", "tolerance", "tolerance_day", 'Did you mean "tolerance_days"?'),
        ("opening-and-repair", "tolerance", "7", '"7" is not allowed. It is for same_date alone.'),
        ("day-of-opening", "concerns", "B1;B7", '"B7" is not a claim. Known: B1, B2, B3.'),
        ("day-of-opening", "relation", "same_day", "same_date, same_name, in_order, adds_up"),
        ("day-of-opening", "about", "", '"" is not allowed'),
    ],
)
def test_a_relation_that_cannot_be_evaluated_is_told(tiny, key, column, value, told):
    set_cell(tiny, RELATIONS, key, column, value)

    (fault,) = map(str, find_package_faults(tiny))

    assert fault.startswith(f"data/{RELATIONS}, row ")
    assert f", column {column}: " in fault
    assert told in fault


def test_all_that_is_wrong_is_told_at_once(tiny):
    add_row(tiny, RELATIONS, key="width", about="Its width", relation="adds_up")
    add_row(tiny, PLACES, consistency="width", place="1", locator="p2s1", value="wide")
    add_row(tiny, PLACES, **BRIDGE)

    assert [str(fault) for fault in sorted(find_package_faults(tiny))] == [
        'data/chain/consistency.csv, row 4, column key: "width" compares 1 place. Two at least: '
        "add lines to data/chain/printed.csv.",
        'data/chain/printed.csv, row 6, column value: "wide" is not a number. adds_up compares '
        "such.",
        "data/chain/printed.csv, row 7, column value: is empty, and so is claim.",
    ]


def test_whoever_reads_a_value_of_the_wrong_kind_is_told_as_of_any_fault(tiny):
    set_cell(tiny, "chain/assertions.csv", "B1", "value", "spring")

    with pytest.raises(BadData, match='column claim: "spring" is not a day, month or year'):
        Ledger.read(tiny)


def test_each_relation_in_the_article_of_this_repository_agrees_as_it_did_when_it_was_read(real):
    found = {one.key: one for one in run_text_checks(assess_study(real))}

    assert {key: one.agrees for key, one in found.items()} == {
        "sanctions-and-arms": False,
        "what-should-wait": False,
        "number-of-targets": True,
        "day-of-sanctions": True,
        "day-of-permits": True,
        "earlier-step": True,
        "steps-in-order": True,
        "research-group": False,
        "two-reports": True,
        "shipment-and-report": True,
        "warning-and-sanctions": True,
        "killing-and-permits": True,
    }
    assert found["sanctions-and-arms"].found == (
        "p1s1 has 29 June 2017, p8s1 has 21 June 2017: they are 8 days apart. The same at all 3 "
        "plausible settings of “Tolerance in days”."
    )
    assert found["research-group"].found == (
        "p5s2 has C4ADS, p6s1 has C4DS: 2 spellings of one name."
    )
    assert found["number-of-targets"].found == (
        "p1s1 has 2 firms and 2 people, p4s2 has 4: the parts make 4."
    )


@pytest.mark.parametrize("set_name", ["base", "hindsight", "strict"])
def test_no_parameter_set_turns_a_relation_in_the_article_of_this_repository(real, set_name):
    parameters = Parameters.read(real)
    assessment = Assessment(StudyData.read(real, parameters), parameters.settings(set_name))

    assert [one.key for one in run_text_checks(assessment) if not one.agrees] == [
        "sanctions-and-arms", "what-should-wait", "research-group",
    ]  # fmt: skip
