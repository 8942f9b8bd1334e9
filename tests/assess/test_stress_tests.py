"""Trials: what comes of leaving out an origin, raising the floor, another day, another choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from reportlib.assess.assessment import Assessment
from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.scenarios import list_positions
from reportlib.assess.stress_tests import stress_test, try_scenarios
from reportlib.model.findings import Finding, Record
from reportlib.model.robustness import ScenarioResult, StressTests
from reportlib.model.vocabulary import Outcome, Unsettled, Verdict
from reportlib.study import Study
from tests.conftest import add_row, assess_study, set_cell

Test = Callable[..., Finding]

SUPPORTED, NOT_SUPPORTED = (Verdict.SUPPORTED, None), (Verdict.NOT_SUPPORTED, None)
WEAK = (Verdict.NOT_SETTLED, Unsettled.WEAK)
NO_DATA = (Verdict.NOT_SETTLED, Unsettled.NO_DATA)
TOWN, CLUB, GAZETTE = "Town of Millford", "Walkers' Club", "Millford Gazette"
OPENING, REPAIR = "works#opening", "works#repair"


def day_of(kind: str) -> Test:
    """A test for the first work of a kind. The column has the opening in May 2011."""

    def first_day(data):
        works = data.works[data.works.kind.eq(kind)]
        return Finding(works.date.min(), works.index)

    return first_day


def most_walkers(data):
    """The highest count of walkers that is public, and who counted."""
    counts = data.crossings[data.crossings.walkers.eq(data.crossings.walkers.max())]
    return Finding(counts.walkers.max(), counts.index, unit="walkers")


def record_of(study: Study, claim: str, test: Test | None = None, **changes: str) -> Record:
    """All that is kept of a claim, with this function as its test."""
    assessment = assess_study(study, **changes)
    bound = None if test is None else ClaimTest.of(claim, test, assessment.parameters)
    return stress_test(assessment, claim, bound)


def asserts(study: Study, at_least: int, unit: str) -> None:
    """Let B2 say that there were at least so many of something."""
    for column, value in {"comparison": "at_least", "value": str(at_least), "unit": unit}.items():
        set_cell(study, "chain/assertions.csv", "B2", column, value)


def reads(study: Study, claim: str, origin: str, stance: str, source_class: str = "press") -> None:
    """Let a person have read a document of a body that bears on a claim directly."""
    add_row(
        study,
        "chain/evidence.csv",
        key=f"{claim}-{origin}-{stance}".lower().replace(" ", "-"),
        claim=claim,
        target="sources#gazette_opening",
        stance=stance,
        directness="direct",
        origin=origin,
        note="for this test",
        **{"class": source_class},
    )


def state(one: Record | ScenarioResult) -> tuple[Verdict | None, Unsettled | None]:
    return one.verdict, one.unsettled


def without(record: Record) -> dict[str, tuple[Verdict | None, Unsettled | None]]:
    return {one.name: state(one) for one in record.stress_tests.without_origin}


# Origins


def test_without_the_only_origin_nothing_is_left(tiny: Study) -> None:
    def repairs(data):
        works = data.works[data.works.kind.eq("repair")]
        return Finding(len(works), works.index)

    asserts(tiny, 1, "repairs")
    record = record_of(tiny, "B2", repairs)  # the town's log alone has the repair

    assert state(record) == SUPPORTED
    assert without(record) == {TOWN: NO_DATA}
    (result,) = record.stress_tests.rests_on
    assert (result.name, state(result), result.turns, result.own_act) == (TOWN, NO_DATA, True, True)


def test_a_row_that_two_origins_attest_survives_the_loss_of_one(tiny: Study) -> None:
    record = record_of(tiny, "B1", day_of("opening"))  # in the town's log and in the Gazette

    assert state(record) == NOT_SUPPORTED
    assert without(record) == {GAZETTE: NOT_SUPPORTED, TOWN: WEAK}
    assert [one.name for one in record.stress_tests.rests_on] == [TOWN]


def test_an_origin_whose_rows_others_attest_takes_only_its_word_with_it(tiny: Study) -> None:
    assessment = assess_study(tiny)
    evaluator = assessment.evaluator("B1", bound(assessment, "B1", day_of("opening")))

    record = assessment.record(evaluator, replace(assessment.scenario, without_origin=TOWN))

    assert record.rows == (OPENING,)
    assert [item.origin for item in record.items if not item.set_aside] == [GAZETTE]
    assert assessment.study_data.rows_of_origin[TOWN] == (
        REPAIR,
        "works#painting",
        "crossings#town-2014",
    )


def test_the_origin_of_a_document_is_left_out_too(tiny: Study) -> None:
    reads(tiny, "B1", "Another paper", "contradicts")

    record = record_of(tiny, "B1")  # no test: the Gazette and another paper, both only fair

    assert state(record) == NOT_SUPPORTED
    assert without(record) == {"Another paper": WEAK, GAZETTE: WEAK}


def test_an_answer_that_is_as_open_without_an_origin_does_not_rest_on_it(tiny: Study) -> None:
    record = record_of(tiny, "B1")  # the Gazette alone, which is too little

    assert state(record) == WEAK
    assert without(record) == {GAZETTE: NO_DATA}
    assert record.stress_tests.rests_on == ()


def test_an_origin_whose_word_is_set_aside_is_not_left_out(tiny: Study) -> None:
    reads(tiny, "B1", "a neighbour", "supports", "hearsay")

    assert set(without(record_of(tiny, "B1"))) == {GAZETTE}


def test_a_test_is_not_called_again_without_an_origin_whose_rows_it_does_not_read(
    tiny: Study,
) -> None:
    for key, stance in {"walkers": "supports", "walkers-too": "context"}.items():
        add_row(
            tiny, "chain/evidence.csv", key=key, claim="B1", target="crossings#club-2012",
            stance=stance, directness="proxy",
        )  # fmt: skip
    calls: list[int] = []

    def counted(data):
        calls.append(len(data.works))
        return day_of("opening")(data)

    assessment = assess_study(tiny)
    record = try_scenarios(assessment, assessment.evaluator("B1", bound(assessment, "B1", counted)))

    assert set(without(record)) == {TOWN, CLUB, GAZETTE}
    # As it is; without the town, whose log alone has two of three works; on the last day.
    # The club attests crossings alone, and the Gazette nothing alone.
    assert calls == [3, 1, 3]


def bound(assessment: Assessment, claim: str, test: Test) -> ClaimTest:
    return ClaimTest.of(claim, test, assessment.parameters)


# Own acts, grades, and what is fragile


def left_out(name: str, *, turns: bool, own_act: bool = False) -> ScenarioResult:
    return ScenarioResult({"without": name}, *NO_DATA, turns=turns, own_act=own_act)


@pytest.mark.parametrize(
    ("origins", "grades", "fragile", "fair"),
    [
        ([left_out("a body on itself", turns=True, own_act=True)], [], False, False),
        ([left_out("a body on others", turns=True)], [], True, False),
        ([left_out("one of many", turns=False)], [], False, False),
        ([], [left_out("B", turns=True)], True, True),
        ([], [left_out("B", turns=False), left_out("A", turns=True)], False, False),
        ([], [], False, False),
    ],
)
def test_fragile_is_what_rests_on_one_body_on_others_or_on_sources_that_are_only_fair(
    origins: list[ScenarioResult], grades: list[ScenarioResult], fragile: bool, fair: bool
) -> None:
    trials = StressTests(without_origin=tuple(origins), from_grade=tuple(grades))

    assert (trials.fragile, trials.needs_fair_sources) == (fragile, fair)


def test_whose_act_it_is_says_the_class_of_its_document(tiny: Study) -> None:
    asserts(tiny, 600, "walkers")
    club = record_of(tiny, "B2", most_walkers)
    town = record_of(tiny, "B2", most_walkers, as_of="2017-12-31")

    assert [(o.name, o.own_act) for o in club.stress_tests.without_origin] == [(CLUB, False)]
    assert [(o.name, o.own_act) for o in town.stress_tests.without_origin] == [(TOWN, True)]
    assert (club.stress_tests.fragile, town.stress_tests.fragile) == (False, False)


def test_two_fair_papers_are_fragile_and_fall_from_grade_b_on(tiny: Study) -> None:
    reads(tiny, "B1", "Another paper", "contradicts")

    trials = record_of(tiny, "B1").stress_tests

    assert [(one.name, state(one), one.turns) for one in trials.from_grade] == [
        ("B", NO_DATA, True),
        ("A", NO_DATA, True),
    ]
    assert trials.fragile


@pytest.mark.parametrize(("floor", "raised_to"), [("C", ["B", "A"]), ("B", ["A"]), ("A", [])])
def test_the_floor_is_raised_from_that_of_the_run_on(
    floor: str, raised_to: list[str], tiny: Study
) -> None:
    record = record_of(tiny, "B1", day_of("opening"), source_floor=floor)

    assert [one.name for one in record.stress_tests.from_grade] == raised_to
    assert not any(
        one.turns for one in record.stress_tests.from_grade
    )  # the town's log is of grade A


# Then and now. The column is of 1 March 2015; the town's count was published on 11 April 2016.


def test_the_day_is_named_and_the_row_that_turned_it(tiny: Study) -> None:
    asserts(tiny, 600, "walkers")

    found = record_of(tiny, "B2", most_walkers).stress_tests.backtest

    assert found is not None
    assert (found.then.name, found.then.found, state(found.then)) == (
        "2015-03-01", "412 walkers", WEAK,
    )  # fmt: skip
    assert (found.now.name, found.now.found, state(found.now)) == (
        "2017-12-31", "655 walkers", SUPPORTED,
    )  # fmt: skip
    assert (found.turned_on, found.rows) == (date(2016, 4, 11), ("crossings#town-2014",))
    assert found.differs


def test_then_and_now_are_the_same_whatever_the_day_of_the_run(tiny: Study) -> None:
    asserts(tiny, 600, "walkers")
    early, late = (
        record_of(tiny, "B2", most_walkers, as_of=day) for day in ("2012-01-01", "2017-12-31")
    )

    assert early.stress_tests.backtest == late.stress_tests.backtest


def test_a_verdict_that_does_not_change_is_turned_by_nothing(tiny: Study) -> None:
    found = record_of(tiny, "B1", day_of("opening")).stress_tests.backtest

    assert found is not None
    assert (state(found.then), state(found.now)) == (NOT_SUPPORTED, NOT_SUPPORTED)
    assert (found.differs, found.turned_on, found.rows) == (False, None, ())


def count_walkers(study: Study, key: str, day: str, walkers: int) -> None:
    """Let the town count again, and publish it on the same day."""
    add_row(
        study, "tables/crossings.csv", key=key, date=day, walkers=str(walkers), riders="0",
        counted_by=TOWN, known_from=day,
    )  # fmt: skip
    add_row(
        study, "sources/row_sources.csv", table="crossings", key=key, source="town_count",
        origin=TOWN, **{"class": "own_act"},
    )  # fmt: skip


def latest_counts(data):
    """The last two counts that became public decide: the last of them is the value."""
    known = data.crossings.sort_values("known_from").tail(2)
    return Finding(known.walkers.tail(1).max(), known.index, unit="walkers")


def test_a_verdict_that_turns_back_in_between_turned_for_good_on_the_last_day(tiny: Study) -> None:
    asserts(tiny, 600, "walkers")
    # 412, then 655 on 11 April 2016, then 300, then 700: enough, too few, enough.
    count_walkers(tiny, "town-2016", "2016-09-30", 300)
    count_walkers(tiny, "town-2017", "2017-09-30", 700)

    found = record_of(tiny, "B2", latest_counts).stress_tests.backtest

    assert found is not None
    assert (state(found.then), state(found.now)) == (WEAK, SUPPORTED)
    assert (found.turned_on, found.rows) == (date(2017, 9, 30), ("crossings#town-2017",))


def all_counts(data):
    """Every count that is public is cited; the last of them is the value."""
    known = data.crossings.sort_values("known_from")
    return Finding(known.walkers.tail(1).max(), known.index, unit="walkers")


@pytest.mark.parametrize("day", ["2017-09-30", "2017-12-31"])  # the second: the last looked at
def test_of_two_days_that_turned_a_verdict_the_one_since_which_it_stays_is_named(
    day: str, tiny: Study
) -> None:
    asserts(tiny, 600, "walkers")
    count_walkers(tiny, "town-2016", "2016-09-30", 300)
    count_walkers(tiny, "town-2017", day, 700)

    backtest = record_of(tiny, "B2", all_counts).stress_tests.backtest

    assert backtest is not None
    assert (str(backtest.turned_on), backtest.rows) == (day, ("crossings#town-2017",))


def test_a_verdict_that_is_back_where_it_was_does_not_differ(tiny: Study) -> None:
    asserts(tiny, 600, "walkers")
    count_walkers(tiny, "town-2014-again", "2015-01-31", 500)
    count_walkers(tiny, "town-2017", "2017-09-30", 300)

    found = record_of(tiny, "B2", latest_counts).stress_tests.backtest

    assert found is not None
    assert (found.then.found, found.now.found) == ("500 walkers", "300 walkers")
    assert (found.differs, found.turned_on) == (False, None)


def test_a_document_that_came_later_turns_it_and_is_named(tiny: Study) -> None:
    reads(tiny, "B1", "Another paper", "contradicts")
    set_cell(tiny, "chain/evidence.csv", "b1-another-paper-contradicts", "target",
             "sources#town_count")  # fmt: skip

    found = record_of(tiny, "B1").stress_tests.backtest

    assert found is not None
    assert (state(found.then), state(found.now)) == (WEAK, NOT_SUPPORTED)
    assert (found.turned_on, found.rows) == (date(2016, 4, 11), ("sources#town_count",))


@pytest.mark.parametrize("claim", ["B1", "B2", "B3"])
def test_only_what_data_can_check_is_tried(claim: str, tiny: Study) -> None:
    trials = record_of(tiny, claim).stress_tests

    checkable = claim != "B3"
    assert (trials.backtest is not None, bool(trials.from_grade)) == (checkable, checkable)
    assert trials.perturbation is None  # no test


# Positions of the switch


def closures(data, closures):
    """The works after the repair that closed the bridge."""
    works = data.rows("works", closures=closures)
    works = works[works.date.gt("2013-09-10")]
    return Finding(len(works), [*works.index, REPAIR])


@pytest.mark.parametrize(
    ("claim", "test", "tolerances", "closed"),
    [("B1", day_of("opening"), {0, 7}, {"whole"}), ("B2", closures, {0}, {"whole", "any"})],
)
def test_a_claim_is_asked_only_at_positions_that_bear_on_it(
    claim: str,
    test: Test,
    tolerances: set[int],
    closed: set[str],
    tiny: Study,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assessment = assess_study(tiny)
    tried = []
    record = Assessment.record

    def spied(self: Assessment, evaluator, scenario=None):
        tried.append(scenario or self.scenario)
        return record(self, evaluator, scenario)

    monkeypatch.setattr(Assessment, "record", spied)
    try_scenarios(assessment, assessment.evaluator(claim, bound(assessment, claim, test)))

    assert {scenario.parameters["tolerance_days"] for scenario in tried} == tolerances
    assert {scenario.parameters["closures"] for scenario in tried} == closed
    assert {scenario.source_floor for scenario in tried} == {"C", "B", "A"}
    assert {scenario.as_of.isoformat() for scenario in tried} == {"2015-03-01", "2017-12-31"}


def test_what_does_not_differ_is_not_kept(tiny: Study) -> None:
    opening = record_of(tiny, "B1", day_of("opening")).stress_tests.positions
    asserts(tiny, 600, "walkers")
    walkers = record_of(tiny, "B2", most_walkers).stress_tests.positions

    # Neither a better floor nor hindsight changes the day of the opening; a week's leave does.
    assert {id: seen.verdict for id, seen in opening.items()} == {
        "tolerance_days:7": Verdict.CAVEAT
    }
    assert {id: state(seen) for id, seen in walkers.items()} == {
        "hindsight": SUPPORTED,
        "source_floor:A": NO_DATA,
    }


def test_what_is_kept_of_a_position_is_the_record_of_a_run_there(tiny: Study) -> None:
    asserts(tiny, 600, "walkers")
    here = record_of(tiny, "B2", most_walkers)
    there = record_of(tiny, "B2", most_walkers, as_of="2017-12-31")

    for seen, record in (
        (here.stress_tests.positions["hindsight"], there),
        (there.stress_tests.positions["base"], here),
    ):
        assert (state(seen), seen.reason) == (state(record), record.reason)


def test_an_outcome_is_asked_on_its_own_day_and_not_on_that_of_the_verdicts(tiny: Study) -> None:
    (tiny.params / "early.yaml").write_text('outcomes_until: "2015-06-30"\n', encoding="utf-8")
    for column, value in {
        "outcome_kind": "forecast", "horizon": "P4Y", "indicator": "Counts.",
    }.items():  # fmt: skip
        set_cell(tiny, "chain/claims.csv", "B3", column, value)
    add_row(
        tiny, "chain/assertions.csv", claim="B3", part="whole", comparison="at_least",
        value="600", unit="walkers",
    )  # fmt: skip

    record = record_of(tiny, "B3", most_walkers)

    assert record.outcome is Outcome.CONSISTENT
    assert {id: seen.outcome for id, seen in record.stress_tests.positions.items()} == {
        "early": Outcome.INDETERMINATE
    }


@pytest.mark.parametrize(
    ("set_name", "others"),
    [("base", ["hindsight", "strict"]), ("hindsight", ["base", "same", "strict"])],
)
def test_a_set_that_chooses_as_the_run_does_has_no_position(
    set_name: str, others: list[str], tiny: Study
) -> None:
    (tiny.params / "same.yaml").write_text("closures: whole\n", encoding="utf-8")
    (tiny.params / "strict.yaml").write_text("source_floor: B\n", encoding="utf-8")
    assessment = assess_study(tiny, set_name)

    found = list_positions(assessment.parameters, assessment.settings)

    assert [one.id for one in found if not one.group] == others
    assert [one.id for one in found if one.group] == [
        "source_floor:B", "source_floor:A", "tolerance_days:7", "closures:any",
    ]  # fmt: skip
