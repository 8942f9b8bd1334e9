"""The canary: every test is bound to the rows that it cites, and one that is not is found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from reportlib.assess.absence import none_found
from reportlib.assess.argument import Argument
from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.perturbation import _change_row, perturb_cited_rows
from reportlib.assess.stress_tests import stress_test
from reportlib.errors import BadTest
from reportlib.load.parameters import Parameters
from reportlib.model.evidence import table_of
from reportlib.model.findings import Finding, Record
from reportlib.model.robustness import Perturbation, StressTests
from reportlib.model.vocabulary import Kind, Verdict
from reportlib.render.cards import render_card
from reportlib.render.robustness_table import make_robustness_row
from reportlib.review.dry_run import DryRun
from reportlib.study import Study
from tests.conftest import assess_study

TESTED = [
    "C03", "C04", "C06", "C07", "C10", "C11", "C14", "C20", "C22", "C23", "C26", "C27", "C29",
    "C30", "C31", "C33", "C34", "C37", "C38", "C41", "C43", "C44", "C47", "C50", "C53", "C56",
    "C58", "C60",
]  # fmt: skip
"""The claims of the article that have a test."""

Test = Callable[..., Finding]


def watch_test(article: DryRun, claim: str, function: Test) -> Perturbation:
    """Perturb what a function cites that takes the place of a claim's test."""
    test = replace(article.tests[claim], function=function)
    return perturb_cited_rows(article.assessment, article.assessment.evaluator(claim, test))


def finding_of(article: DryRun, claim: str) -> Finding:
    """What the claim's own test finds at the setting in use."""
    evaluator = article.assessment.evaluator(claim, article.tests[claim])
    evaluation = evaluator.evaluate(article.assessment.scenario)
    assert evaluation.finding is not None
    return evaluation.finding


def test_every_claim_that_has_a_test_is_watched_here(article: DryRun) -> None:
    assert sorted(article.tests) == TESTED


def test_each_claims_own_test_hears_every_row_that_it_cites(article: DryRun) -> None:
    for claim in TESTED:
        seen = watch_test(article, claim, article.tests[claim].function)

        own = finding_of(article, claim)
        assert seen.passed, (claim, seen)
        assert seen.changed_rows == len(own.rows) - len(own.context), claim


def test_a_constant_in_the_place_of_a_claims_test_is_found_out(article: DryRun) -> None:
    for claim in TESTED:
        constant = finding_of(article, claim)

        seen = watch_test(article, claim, lambda data, constant=constant, **parameters: constant)

        assert not seen.passed, (claim, seen)


def test_a_test_that_cites_its_claims_rows_and_ignores_them_hears_none_of_them(
    article: DryRun,
) -> None:
    for claim in ("C10", "C37", "C44"):
        constant = finding_of(article, claim)

        def cites(data, constant=constant, **_parameters):
            there = [row for row in constant.rows if row in getattr(data, table_of(row)).index]
            return Finding(constant.value, there, constant.unit, constant.missing)

        seen = watch_test(article, claim, cites)

        assert not seen.passed, (claim, seen)
        assert set(seen.insensitive_rows) == set(constant.rows), claim


# The tiny study: a log of works, of which the town is the origin, and counts of walkers.

OPENING, REPAIR, PAINTING = "works#opening", "works#repair", "works#painting"
CLUB = "crossings#club-2012"


def heard(study: Study, function: Test, claim: str = "B3", **changes: str) -> Perturbation:
    """The canary of a function as the test of a claim; of B3 the ledger asserts no value."""
    assessment = assess_study(study, **changes)
    test = ClaimTest.of(claim, function, assessment.parameters)
    return perturb_cited_rows(assessment, assessment.evaluator(claim, test))


def test_cited_rows_that_the_value_ignores_are_named_as_deaf(tiny: Study) -> None:
    def day_of_opening(data):
        works = data.works
        return Finding(works[works.kind.eq("opening")].date.min(), works.index)

    assert heard(tiny, day_of_opening) == Perturbation(
        changed_rows=3, insensitive_rows=(REPAIR, PAINTING)
    )


def test_a_blank_is_filled_and_a_word_is_changed_for_one_that_only_a_parameter_knows(
    tiny: Study,
) -> None:
    def closed_to_all(data):
        works = data.works.filter([OPENING, PAINTING], axis="index")
        everyone = works.closed_to.map(lambda whom: whom == ("everyone",))
        return Finding(everyone.sum(), works.index)

    # No row of the table has this cell; the opening's is empty.
    assert heard(tiny, closed_to_all) == Perturbation(changed_rows=2)


@pytest.mark.parametrize(("held", "tried"), [("w01", range(2, 14)), (None, range(1, 13))])
def test_a_word_is_changed_for_the_twelve_most_frequent_others(
    held: str | None, tried: range
) -> None:
    words = [f"w{n:02}" for n in range(1, 21) for _ in range(21 - n)]  # w01 the most frequent
    rows = ["t#changed", *(f"t#{n}" for n in range(len(words)))]
    frame = pd.DataFrame({"word": [held, *words]}, index=rows)

    changed = [
        table.at["t#changed", "word"]
        for table in _change_row(frame, "t#changed", {"word": ("of a parameter",)})
        if "t#changed" in table.index
    ]

    others = [word for word in changed if isinstance(word, str) and word != held]
    assert others == [*(f"w{n:02}" for n in tried), "of a parameter"]


def with_context(data):
    line = data.works.filter([OPENING], axis="index")
    return Finding(line.date.min(), [*line.index, CLUB], context=[CLUB])


def test_a_row_declared_as_context_is_not_changed(tiny: Study) -> None:
    assert heard(tiny, with_context) == Perturbation(changed_rows=1)


def test_a_row_declared_as_context_is_shown_and_is_no_evidence(tiny: Study) -> None:
    def without_context(data):
        finding = with_context(data)
        return Finding(finding.value, finding.rows)

    assessment = assess_study(tiny)
    records = [
        stress_test(assessment, "B1", ClaimTest.of("B1", function, assessment.parameters))
        for function in (with_context, without_context)
    ]

    assert [record.rows for record in records] == [(OPENING, CLUB)] * 2
    assert [record.context for record in records] == [(CLUB,), ()]
    assert [[item.origin for item in r.items if not item.set_aside] for r in records] == [
        ["Millford Gazette", "Town of Millford"],
        ["Millford Gazette", "Town of Millford", "Walkers' Club"],
    ]


def test_rows_that_are_heard_only_together_sing(tiny: Study) -> None:
    # Two works after the opening; the bridge was worked on even if one of them had not been.
    def was_worked_on(data):
        later = data.works[data.works.date.gt("2012-01-01")]
        return Finding(len(later) >= 1, later.index)

    assert heard(tiny, was_worked_on) == Perturbation(changed_rows=2)


def closures(since: str, kinds: list[str]) -> Test:
    """A test that looks for closures of some kinds after a work of the log."""

    def found_since(data):
        start = data.works.filter([since], axis="index")
        day, column = start.date.min(), pd.Timestamp("2015-03-01")
        works = data.works[data.works.kind.isin(kinds)]
        return none_found(
            works[works.date.gt(day) & works.date.lt(column)],
            ends=start,
            registers=data.registers("works", day, column),
            since=day,
            until=column,
        )

    return found_since


@pytest.mark.parametrize("as_of", ["2015-03-01", "2016-06-01"])
def test_an_absence_is_broken_by_a_row_put_in(tiny: Study, as_of: str) -> None:
    seen = heard(tiny, closures(REPAIR, ["repair"]), claim="B2", as_of=as_of)

    assert (seen.passed, seen.detects_new_row) == (True, True)


def test_an_absence_of_what_no_row_could_be_does_not_sing(tiny: Study) -> None:
    seen = heard(tiny, closures(REPAIR, ["earthquake"]), claim="B2")

    assert (seen.passed, seen.detects_new_row) == (False, False)


def test_where_something_was_found_no_row_is_put_in(tiny: Study) -> None:
    assert heard(tiny, closures(OPENING, ["repair"]), claim="B2").detects_new_row is None


def test_what_is_found_under_another_definition_alone_is_put_in_as_this_one_wants_it(
    tiny: Study,
) -> None:
    # The painting was closed to riders: it is found where that is enough, and else nothing is.
    def paintings(data, closures):
        found = data.rows("works", closures=closures)
        found = found[found.kind.eq("painting")]
        return Finding(len(found), found.index)

    assert heard(tiny, paintings, claim="B2") == Perturbation(changed_rows=0, detects_new_row=True)


def test_that_a_test_stops_on_changed_data_is_not_hearing(tiny: Study) -> None:
    def stops(data):
        if len(data.works) != 3:
            raise BadTest("there are three works")
        return Finding(1, [PAINTING])

    def divides(data):
        return Finding(1 // (3 // len(data.works)), [PAINTING])

    assert heard(tiny, stops) == Perturbation(changed_rows=1, insensitive_rows=(PAINTING,))
    assert heard(tiny, divides) == Perturbation(changed_rows=1, insensitive_rows=(PAINTING,))


def test_a_row_that_is_cited_before_it_is_known_is_deaf(tiny: Study) -> None:
    def knows_too_much(data):
        return Finding(data.works.date.min(), [OPENING, "crossings#town-2014"])

    assert heard(tiny, knows_too_much) == Perturbation(
        changed_rows=2, insensitive_rows=("crossings#town-2014",)
    )


def test_a_row_that_no_table_has_is_told(tiny: Study) -> None:
    with pytest.raises(BadTest) as told:
        heard(tiny, lambda data: Finding(1, ["works#openin"]))

    assert str(told.value) == (
        "B3: the test <lambda> cites works#openin, which is not there. "
        'Did you mean "works#opening"?'
    )


def test_a_test_that_cites_no_row_and_finds_nothing_hears_a_row_put_in_or_does_not_sing(
    tiny: Study,
) -> None:
    def counts(data):
        lights = data.works[data.works.kind.eq("opening") & data.works.date.gt("2012-01-01")]
        return Finding(len(lights), lights.index)

    assert heard(tiny, counts) == Perturbation(changed_rows=0, detects_new_row=True)
    assert heard(tiny, lambda data: Finding(0, data.works.index[:0])).passed is False
    assert heard(tiny, lambda data: Finding(0, ())).passed is False


# What a reader is told of it


@pytest.mark.parametrize(
    ("seen", "told", "sings"),
    [
        (None, "no test", None),
        (Perturbation(1), "its row is heard", True),
        (Perturbation(3), "each of 3 rows is heard", True),
        (Perturbation(2, (), True), "each of 2 rows is heard; a row put in is heard", True),
        (Perturbation(0, (), True), "a row put in is heard", True),
        (Perturbation(3, ("a#1", "a#2")), "SILENT: a#1 and a#2 can change unheard", False),
        (
            Perturbation(2, (), False),
            "each of 2 rows is heard; SILENT: no row put in is heard",
            False,
        ),
        (Perturbation(0, (), False), "SILENT: no row put in is heard", False),
        (Perturbation(0), "SILENT", False),
    ],
)
def test_a_reader_is_told_what_is_heard(
    seen: Perturbation | None, told: str, sings: bool | None, tiny: Study
) -> None:
    record = Record(
        "B1", Kind.DATE, "bridge", Verdict.SUPPORTED, stress_tests=StressTests(perturbation=seen)
    )

    assert make_robustness_row(record, Parameters.read(tiny)).perturbation == told
    assert (seen.passed if seen is not None else None) is sings


@pytest.mark.parametrize(("day", "bound"), [(None, True), (date(2011, 6, 3), False)])
def test_a_card_says_that_a_finding_is_not_bound_to_its_data(
    day: date | None, bound: bool, tiny: Study
) -> None:
    def day_of_opening(data):
        works = data.works[data.works.kind.eq("opening")]
        return Finding(works.date.min() if day is None else day, works.index)

    assessment = assess_study(tiny)
    record = stress_test(
        assessment, "B1", ClaimTest.of("B1", day_of_opening, assessment.parameters)
    )
    shown = render_card(assessment, Argument(assessment.ledger, {"B1": record}), "B1")

    assert ("<li>not bound to its data</li>" in shown) is not bound
    assert ("SILENT: works#opening can change unheard" in shown) is not bound
