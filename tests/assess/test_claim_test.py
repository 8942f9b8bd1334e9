"""A claim's test: bound by the names of its arguments, and nothing but a finding comes out."""

from __future__ import annotations

from datetime import date

import pytest

from reportlib.assess.assessment import Assessment
from reportlib.assess.claim_test import ClaimTest
from reportlib.errors import BadTest
from reportlib.load.parameters import Parameters
from reportlib.load.study_data import StudyData
from reportlib.load.tables import Tables
from reportlib.model.findings import Finding
from reportlib.model.vocabulary import Unsettled, Verdict


def bound(study, function) -> ClaimTest:
    return ClaimTest.of("B2", function, Parameters.read(study))


def call(study, function, **settings) -> Finding:
    data = Tables(study, Parameters.read(study)).at(date(2015, 3, 1))
    return bound(study, function)(data, settings)


def closures_found(data, closures):
    rows = data.rows("works", closures=closures)
    return Finding(len(rows), rows.index, unit="closures")


def test_a_test_turns_on_the_parameters_that_it_names(tiny):
    assert bound(tiny, closures_found).names == ("closures",)
    assert bound(tiny, lambda data: None).names == ()


def test_a_test_is_called_with_the_settings_that_it_names_and_no_others(tiny):
    one = call(tiny, closures_found, closures="whole", tolerance_days=7)
    two = call(tiny, closures_found, closures="any")

    assert (one.value, one.rows) == (1, ("works#repair",))
    assert (two.value, two.rows) == (2, ("works#repair", "works#painting"))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda: None, "B2: a test's first argument is `data`, here it is ``."),
        (lambda tables: None, "B2: a test's first argument is `data`, here it is `tables`."),
        (
            lambda data, closure: None,
            'B2: `closure` is not a parameter. Did you mean "closures"?',
        ),
        (
            lambda data, as_of: None,
            "B2: `as_of` is applied by the library; a test does not name it.",
        ),
        (
            lambda data, source_floor: None,
            "B2: `source_floor` is applied by the library; a test does not name it.",
        ),
    ],
)
def test_a_function_that_can_be_no_test_is_refused_with_the_reason(tiny, function, message):
    with pytest.raises(BadTest) as told:
        bound(tiny, function)

    assert str(told.value) == message


def divides(data, closures):
    return Finding(1 // 0, data.works.index)


def test_an_error_in_a_test_is_told_with_claim_function_and_setting(tiny):
    with pytest.raises(BadTest) as told:
        call(tiny, divides, closures="any")

    assert str(told.value) == (
        "B2: the test divides stopped with ZeroDivisionError (integer division or modulo by zero)"
        ", at {'closures': 'any'}"
    )
    assert isinstance(told.value.__cause__, ZeroDivisionError)


def test_what_the_library_says_in_a_test_is_passed_on_as_it_is(tiny):
    with pytest.raises(BadTest, match=r"^There is no table “work”"):
        call(tiny, lambda data: Finding(1, data.work.index))


@pytest.mark.parametrize("result", [None, 3, (3, ["works#opening"])])
def test_a_test_that_returns_something_else_than_a_finding_is_told(tiny, result):
    with pytest.raises(BadTest, match=r"B2: a test returns a Finding, here it is "):
        call(tiny, lambda data: result)


def test_the_same_data_and_settings_give_the_same_finding(tiny):
    assert call(tiny, closures_found, closures="any") == call(tiny, closures_found, closures="any")


def spoils(data, closures):
    frame = data.works
    frame["closed_to"] = [("nobody",)] * len(frame)
    frame["key"].array[0] = "spoilt"
    return Finding(len(data.rows("works", closures=closures)), data.works.index)


def test_a_test_that_spoils_its_frames_finds_at_every_setting_what_it_would_alone(tiny):
    parameters = Parameters.read(tiny)
    assessment = Assessment(StudyData.read(tiny, parameters), parameters.settings())
    record = assessment.record(assessment.evaluator("B2", ClaimTest.of("B2", spoils, parameters)))

    assert [(at.changes, at.found) for at in record.robustness.settings] == [
        ({"closures": "whole"}, "1"),
        ({"closures": "any"}, "2"),
    ]


def test_a_test_that_finds_no_rows_leaves_the_claim_unsettled_for_want_of_data(tiny):
    parameters = Parameters.read(tiny)
    assessment = Assessment(StudyData.read(tiny, parameters), parameters.settings())
    test = ClaimTest.of("B2", lambda data: Finding(0, ()), parameters)

    record = assessment.record(assessment.evaluator("B2", test))

    assert (record.verdict, record.unsettled) == (Verdict.NOT_SETTLED, Unsettled.NO_DATA)


def test_the_record_says_which_tables_were_read_and_which_settings_held(tiny):
    parameters = Parameters.read(tiny)
    assessment = Assessment(StudyData.read(tiny, parameters), parameters.settings())

    record = assessment.record(
        assessment.evaluator("B2", ClaimTest.of("B2", closures_found, parameters))
    )

    assert record.tables_read == ("works",)
    assert record.parameters == {"closures": "whole"}
    assert record.test == "closures_found"
    assert record.rows == ("works#repair",)
