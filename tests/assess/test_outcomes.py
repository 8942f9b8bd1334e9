"""What came of forecasts and recommendations: horizon, day of knowledge, and the word for it."""

from __future__ import annotations

import pytest

from reportlib.assess.assessment import Assessment
from reportlib.assess.claim_test import ClaimTest
from reportlib.load.parameters import Parameters
from reportlib.load.study_data import StudyData
from reportlib.model.findings import Finding, Record
from reportlib.model.vocabulary import Outcome
from reportlib.study import Study
from tests.conftest import add_row, set_cell

# The column's day is 1 March 2015. The town's count of 2014 was published on 11 April 2016.
BEFORE_IT, AFTER_IT = "P12M", "P24M"


def counts(data):
    """The counts that are public."""
    return Finding(len(data.crossings), data.crossings.index)


def town_counts(data):
    """The town's own counts that are public."""
    own = data.crossings[data.crossings.counted_by.eq("Town of Millford")]
    return Finding(len(own), [*own.index, *data.works.index])


def outcome(
    study: Study,
    kind: str,
    horizon: str,
    *,
    test=town_counts,
    set_name: str = "base",
    **changes: str,
) -> Record:
    set_cell(study, "chain/claims.csv", "B3", "outcome_kind", kind)
    set_cell(study, "chain/claims.csv", "B3", "horizon", horizon)
    add_row(
        study,
        "chain/assertions.csv",
        claim="B3",
        part="whole",
        comparison="at_least",
        value="1",
        unit="counts",
    )
    parameters = Parameters.read(study)
    assessment = Assessment(
        StudyData.read(study, parameters), parameters.settings(set_name, changes)
    )
    return assessment.record(assessment.evaluator("B3", ClaimTest.of("B3", test, parameters)))


@pytest.mark.parametrize(
    ("kind", "horizon", "until", "expected"),
    [
        ("forecast", AFTER_IT, "2017-12-31", Outcome.CONSISTENT),
        ("forecast", BEFORE_IT, "2017-12-31", Outcome.CONTRARY),
        ("recommendation", AFTER_IT, "2017-12-31", Outcome.ADOPTED),
        ("recommendation", BEFORE_IT, "2017-12-31", Outcome.NOT_ADOPTED),
    ],
)
def test_what_came_within_the_horizon_decides(tiny, kind, horizon, until, expected):
    record = outcome(tiny, kind, horizon, outcomes_until=until)

    assert (record.outcome, record.verdict, record.state) == (expected, None, expected)


@pytest.mark.parametrize("kind", ["forecast", "recommendation"])
@pytest.mark.parametrize(
    ("until", "over"), [("2016-02-29", False), ("2016-03-01", True), ("2016-03-02", True)]
)
def test_that_nothing_came_is_indeterminate_until_the_horizon_is_over(tiny, kind, until, over):
    record = outcome(tiny, kind, "P1Y", outcomes_until=until)

    failed = {"forecast": Outcome.CONTRARY, "recommendation": Outcome.NOT_ADOPTED}[kind]
    assert record.outcome is (failed if over else Outcome.INDETERMINATE)


@pytest.mark.parametrize(
    ("until", "expected"),
    [("2016-04-10", Outcome.INDETERMINATE), ("2016-04-11", Outcome.CONSISTENT)],
)
def test_what_came_counts_at_once_though_the_horizon_runs_on(tiny, until, expected):
    assert outcome(tiny, "forecast", AFTER_IT, outcomes_until=until).outcome is expected


def test_an_outcome_is_the_same_whatever_the_day_of_the_verdicts(tiny, tmp_path):
    early = outcome(tiny, "forecast", AFTER_IT, as_of="2012-01-01")

    parameters = Parameters.read(tiny)
    settings = parameters.settings("base", {"as_of": "2020-12-31"})
    test = ClaimTest.of("B3", town_counts, parameters)
    assessment = Assessment(StudyData.read(tiny, parameters), settings)
    late = assessment.record(assessment.evaluator("B3", test))

    assert (early.outcome, early.value) == (Outcome.CONSISTENT, 1)
    assert (late.outcome, late.value) == (early.outcome, early.value)


def test_what_came_after_the_horizon_is_not_seen(tiny):
    record = outcome(tiny, "forecast", BEFORE_IT, test=counts, outcomes_until="2017-12-31")

    assert record.rows == ("crossings#club-2012",)


def test_a_test_that_finds_no_rows_leaves_an_outcome_indeterminate(tiny):
    record = outcome(tiny, "forecast", BEFORE_IT, test=_nothing, outcomes_until="2017-12-31")

    assert record.outcome is Outcome.INDETERMINATE


def _nothing(data):
    return Finding(0, data.crossings.index[:0])
