"""What is asserted against what was found: every comparison, tolerance and type."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportlib.assess.comparison import compare, describe, meets_demand
from reportlib.errors import BadTest
from reportlib.model.claims import WHOLE, Assertion, Demand
from reportlib.model.findings import Finding
from reportlib.model.vocabulary import Comparison, Match

EXACT, LOOSE, DIFFERS, NO_DATA = Match.EXACT, Match.LOOSE, Match.DIFFERS, Match.NO_DATA
ROWS = ("events#one",)


def asserted(
    comparison: str, value: str, *, part: str = WHOLE, unit: str = "", tolerance: str = ""
) -> Assertion:
    return Assertion("C1", part, Comparison(comparison), value, unit, tolerance, "", "")


def match(comparison: str, value: str, found, tolerance: str = "", settings=None) -> Match:
    assertion = asserted(comparison, value, tolerance=tolerance)
    (part,) = compare(Finding(found, ROWS), (assertion,), settings or {})
    return part.match


@pytest.mark.parametrize(
    ("comparison", "value", "found", "expected"),
    [
        ("equals", "3", 3, EXACT),
        ("equals", "3", 3.0, EXACT),
        ("equals", "3", 4, DIFFERS),
        ("equals", "2.5", 2.5, EXACT),
        ("equals", "0", 0, EXACT),
        ("equals", "proposed", "proposed", EXACT),
        ("equals", "proposed", "final", DIFFERS),
        ("equals", "yes", True, EXACT),
        ("equals", "no", True, DIFFERS),
        ("equals", "no", False, EXACT),
        ("equals", "2011-05", date(2011, 5, 1), EXACT),
        ("equals", "2011-05", date(2011, 5, 31), EXACT),
        ("equals", "2011-05", date(2011, 6, 1), DIFFERS),
        ("equals", "2011-05-09", date(2011, 5, 9), EXACT),
        ("equals", "2011", "2011-05", EXACT),
        ("equals", "2011-05", "2011", DIFFERS),
        ("includes", "b", {"a", "b"}, EXACT),
        ("includes", "c", {"a", "b"}, DIFFERS),
        ("includes", "b", "b", EXACT),
        ("includes", "3", [1, 3], EXACT),
        ("includes", "2011-05", [date(2011, 5, 9), date(2012, 1, 1)], EXACT),
        ("includes", "2011-05", [date(2012, 5, 9)], DIFFERS),
        ("includes", "2011-05", [], DIFFERS),
        ("one_of", "freeze;ban", "ban", EXACT),
        ("one_of", "freeze;ban", "none", DIFFERS),
        ("one_of", "3;4", 4, EXACT),
        ("at_least", "3", 3, EXACT),
        ("at_least", "3", 2, DIFFERS),
        ("at_most", "3", 3, EXACT),
        ("at_most", "3", 4, DIFFERS),
        ("more_than", "3", 4, EXACT),
        ("more_than", "3", 3, DIFFERS),
        ("fewer_than", "3", 2, EXACT),
        ("fewer_than", "3", 3, DIFFERS),
        ("none_found", "", 0, EXACT),
        ("none_found", "", 1, DIFFERS),
        ("before", "2011-05", date(2011, 4, 30), EXACT),
        ("before", "2011-05", date(2011, 5, 1), DIFFERS),
        ("on_or_before", "2011-05", date(2011, 5, 31), EXACT),
        ("on_or_before", "2011-05", date(2011, 6, 1), DIFFERS),
        ("after", "2011-05", date(2011, 6, 1), EXACT),
        ("after", "2011-05", date(2011, 5, 31), DIFFERS),
        ("on_or_after", "2011-05", date(2011, 5, 1), EXACT),
        ("on_or_after", "2011-05", date(2011, 4, 30), DIFFERS),
        ("holds", "yes", True, EXACT),
        ("holds", "yes", False, DIFFERS),
        ("holds", "no", False, EXACT),
        ("holds", "no", True, DIFFERS),
    ],
)
def test_each_comparison_tells_what_matches_from_what_differs(comparison, value, found, expected):
    assert match(comparison, value, found) is expected


def test_every_comparison_stands_in_that_table():
    table = test_each_comparison_tells_what_matches_from_what_differs.pytestmark[0].args[1]

    assert {(comparison, expected) for comparison, _, _, expected in table} == {
        (comparison, expected) for comparison in Comparison for expected in (EXACT, DIFFERS)
    }


@pytest.mark.parametrize(
    ("value", "found", "tolerance", "expected"),
    [
        ("2011-05", date(2011, 6, 3), "3", LOOSE),
        ("2011-05", date(2011, 6, 3), "2", DIFFERS),
        ("2011-05", date(2011, 4, 28), "3", LOOSE),
        ("2011-05", date(2011, 5, 3), "0", EXACT),
        ("2011-05", date(2011, 6, 1), "0", DIFFERS),
        ("100", 103, "3", LOOSE),
        ("100", 97, "3", LOOSE),
        ("100", 104, "3", DIFFERS),
        ("100", 100, "3", EXACT),
        ("100", 110, "10%", LOOSE),
        ("100", 90, "10%", LOOSE),
        ("100", 111, "10%", DIFFERS),
        ("-100", -109, "10%", LOOSE),
        ("2.5", 2.52, "2%", LOOSE),
        ("100", 101, "exact", DIFFERS),
        ("100", 100, "exact", EXACT),
        ("100", 101, "", DIFFERS),
    ],
)
def test_a_tolerance_makes_near_values_match_loosely(value, found, tolerance, expected):
    assert match("equals", value, found, tolerance) is expected


@pytest.mark.parametrize(
    ("value", "found", "expected"),
    [
        ("1000", 1499, LOOSE),
        ("1000", 501, LOOSE),
        ("1000", 1501, DIFFERS),
        ("1000", 499, DIFFERS),
        ("2000", 1500, LOOSE),
        ("2000", 2500, LOOSE),
        ("3000", 2500, LOOSE),
        ("12000", 12400, LOOSE),
        ("12000", 12600, DIFFERS),
        ("790000", 794999, LOOSE),
        ("790000", 795001, DIFFERS),
        ("7", 7.4, LOOSE),
        ("7", 7.6, DIFFERS),
        ("2.5", 2.54, LOOSE),
        ("2.5", 2.56, DIFFERS),
        ("0.6", 0.65, LOOSE),
        ("0.65", 0.654, LOOSE),
        ("0.65", 0.656, DIFFERS),
        ("2.50", 2.504, LOOSE),
        ("2.50", 2.51, DIFFERS),
        ("0", 0.4, LOOSE),
        ("0", 4, DIFFERS),
        ("10", 14, LOOSE),
        ("10", 16, DIFFERS),
    ],
)
def test_printed_precision_reaches_half_of_the_last_digit_that_is_printed(value, found, expected):
    assert match("equals", value, found, "printed") is expected


def test_a_tolerance_may_name_a_parameter():
    one_day_late = date(2011, 6, 1)

    assert match("equals", "2011-05", one_day_late, "days", {"days": 0}) is DIFFERS
    assert match("equals", "2011-05", one_day_late, "days", {"days": 1}) is LOOSE
    assert match("equals", "100", 104, "rounding", {"rounding": "printed"}) is LOOSE
    assert match("equals", "100", 104, "rounding", {"rounding": "exact"}) is DIFFERS


@pytest.mark.parametrize(
    ("comparison", "value", "found"), [("at_least", "3", 2), ("before", "2011", date(2011, 1, 1))]
)
def test_a_tolerance_bends_nothing_but_equality(comparison, value, found):
    assert match(comparison, value, found, "400") is DIFFERS


@pytest.mark.parametrize(
    ("comparison", "value", "found"),
    [
        ("equals", "3", date(2011, 5, 1)),
        ("equals", "3", True),
        ("equals", "many", 3),
        ("equals", "2011-05", 2011),
        ("at_least", "3", "many"),
        ("at_least", "3", date(2011, 5, 1)),
        ("at_least", "3", True),
        ("before", "2011-05", 3),
        ("before", "2011-05", "spring"),
        ("after", "spring", date(2011, 5, 1)),
        ("holds", "yes", 1),
        ("holds", "yes", "yes"),
        ("none_found", "", "none"),
        ("none_found", "", False),
        ("equals", "a", {"a"}),
        ("at_least", "1", [1, 2]),
        ("none_found", "", []),
    ],
)
def test_a_value_of_the_wrong_type_is_the_tests_fault_and_never_a_difference(
    comparison, value, found
):
    with pytest.raises(BadTest):
        match(comparison, value, found)


def test_near_values_of_the_wrong_type_are_the_tests_fault_too():
    with pytest.raises(BadTest, match="a day, month or year"):
        match("equals", "2011-05", "spring", "3")


def test_each_part_is_compared_with_its_own_assertion():
    finding = Finding({"firms": 2, "people": 5}, ROWS)
    assertions = (
        asserted("equals", "2", part="firms", unit="firms"),
        asserted("at_most", "4", part="people", unit="people"),
    )

    firms, people = compare(finding, assertions, {})

    assert (firms.part, firms.asserted, firms.found, firms.match) == (
        "firms", "2 firms", "2 firms", EXACT
    )  # fmt: skip
    assert (people.part, people.asserted, people.found, people.match) == (
        "people", "at most 4 people", "5 people", DIFFERS
    )  # fmt: skip


def test_a_part_without_a_value_has_no_data_and_the_others_are_compared():
    finding = Finding({"firms": 2, "people": None}, ROWS)
    assertions = (asserted("equals", "2", part="firms"), asserted("equals", "2", part="people"))

    assert [part.match for part in compare(finding, assertions, {})] == [EXACT, NO_DATA]


def test_a_part_that_the_test_does_not_give_is_named_with_those_that_it_gives():
    with pytest.raises(BadTest, match=r"C1.*“persons”.*firms, people"):
        compare(
            Finding({"firms": 2, "people": 2}, ROWS), (asserted("equals", "2", part="persons"),), {}
        )


def test_one_value_where_parts_are_asserted_is_the_tests_fault():
    with pytest.raises(BadTest, match="mapping from part to value"):
        compare(Finding(2, ROWS), (asserted("equals", "2", part="firms"),), {})


@pytest.mark.parametrize("finding", [Finding(None, ROWS), Finding(0, ()), Finding({}, ())])
def test_no_rows_and_no_value_never_mean_false(finding):
    (part,) = compare(finding, (asserted("none_found", ""),), {})

    assert part.match is NO_DATA


def test_missing_marks_and_numbers_of_the_frame_library_are_plain_values():
    assert Finding(pd.NaT, ROWS).value is None
    assert Finding(float("nan"), ROWS).value is None
    assert match("equals", "3", pd.Series([3]).sum()) is EXACT
    assert match("equals", "2011-05-09", pd.Timestamp("2011-05-09")) is EXACT
    assert match("holds", "yes", pd.Series([True]).all()) is EXACT
    assert match("includes", "b", pd.Series(["a", None, "b"])) is EXACT


@pytest.mark.parametrize(
    ("finding", "demand", "expected"),
    [
        (Finding(date(2011, 6, 3), ROWS), Demand(Comparison.BEFORE, "2013"), True),
        (Finding(date(2013, 6, 3), ROWS), Demand(Comparison.BEFORE, "2013"), False),
        (Finding({"a": 2, "b": 3}, ROWS), Demand(Comparison.AT_LEAST, "2"), True),
        (Finding({"a": 2, "b": 1}, ROWS), Demand(Comparison.AT_LEAST, "2"), False),
        (Finding({"a": 2, "b": None}, ROWS), Demand(Comparison.AT_LEAST, "2"), None),
        (Finding({"a": 1, "b": None}, ROWS), Demand(Comparison.AT_LEAST, "2"), False),
        (Finding(None, ROWS), Demand(Comparison.AT_LEAST, "2"), None),
        (Finding(3, ()), Demand(Comparison.AT_LEAST, "2"), None),
    ],
)
def test_a_role_is_kept_lost_or_not_known(finding, demand, expected):
    assert meets_demand(finding, demand) is expected


@pytest.mark.parametrize(
    ("demand", "unit", "hedge", "said"),
    [
        (("equals", "2011-05"), "date", "", "May 2011"),
        (("equals", "1902976"), "USD", "", "USD 1,902,976"),
        (("equals", "1000"), "people", "about", "about 1,000 people"),
        (("at_least", "1"), "inquiries", "", "at least 1 inquiry"),
        (("none_found", ""), "closures", "", "no closures"),
        (("none_found", ""), "", "", "none"),
        (("one_of", "freeze;ban"), "clause", "", "“freeze” or “ban”"),
        (("equals", "in force"), "stage", "", "“in force”"),
        (("holds", "yes"), "", "", "that it holds"),
        (("holds", "no"), "", "", "that it does not hold"),
        (("on_or_before", "2011-05-01"), "date", "", "on or before 1 May 2011"),
    ],
)
def test_what_is_asserted_is_said_in_words(demand, unit, hedge, said):
    comparison, value = demand

    assert describe(Demand(Comparison(comparison), value), unit, hedge) == said


@given(st.integers(-(10**9), 10**9), st.integers(0, 100))
def test_a_number_that_is_within_a_percentage_is_within_every_larger_one(found, percent):
    near = match("equals", "1000000", found, f"{percent}%")
    nearer = match("equals", "1000000", found, f"{percent + 1}%")

    assert near is DIFFERS or nearer is not DIFFERS
