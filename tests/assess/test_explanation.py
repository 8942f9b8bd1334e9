"""The reason for a state: plain sentences, whose every number is computed."""

from __future__ import annotations

from datetime import date

import pytest

from reportlib.assess.explanation import explain_settings, explain_verdict
from reportlib.load.parameters import Choice, Parameter, Parameters
from reportlib.model.findings import PartMatch, Record
from reportlib.model.robustness import Flip, Robustness
from reportlib.model.vocabulary import Comparison, Kind, Match, Outcome, Verdict

WHO = Parameter(
    "who", "Who", "", "", {key: Choice(key, f"the {key}", {}) for key in ("few", "many")}
)
PARAMETERS = Parameters({"who": WHO}, {})
SUPPORTED, NOT_SUPPORTED = Verdict.SUPPORTED, Verdict.NOT_SUPPORTED


def record(*parts: PartMatch, verdict: Verdict | None = None, **robust: object) -> Record:
    return Record(
        "C1", Kind.COUNT, "chapter", verdict=verdict, test="counts", rows=("t#1",), parts=parts,
        robustness=Robustness(**robust),  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            PartMatch("", "May 2011", "3 May 2011", Match.EXACT),
            "Asserted: May 2011; on record: 3 May 2011.",
        ),
        (
            PartMatch("month", "May 2011", "June 2011", Match.DIFFERS),
            "Asserted (month): May 2011; on record, in 1 row: June 2011.",
        ),
        (
            PartMatch("", "at least 1 test", "9 tests", Match.EXACT, Comparison.AT_LEAST),
            "Asserted, as tested: at least 1 test; on record: 9 tests.",
        ),
        (
            PartMatch("", "no tests", "none", Match.EXACT, Comparison.NONE_FOUND),
            "Asserted, as tested: no tests; on record: none.",
        ),
        (
            PartMatch("early", "that it holds", "yes", Match.EXACT, Comparison.HOLDS),
            "As tested, “early” holds.",
        ),
        (
            PartMatch(
                "fewer", "that it holds", "no", Match.DIFFERS, Comparison.HOLDS, "fewer votes"
            ),
            "Tested: fewer votes. That does not hold.",
        ),
        (
            PartMatch("", "that it does not hold", "no", Match.EXACT, Comparison.HOLDS, "any vote"),
            "Tested: any vote. That does not hold.",
        ),
        (
            PartMatch("", "2 firms", "", Match.NO_DATA),
            "Asserted: 2 firms; the record has no value for it.",
        ),
    ],
)
def test_what_is_asserted_stands_beside_what_is_on_record(part: PartMatch, said: str) -> None:
    assert explain_verdict(record(part), SUPPORTED, PARAMETERS) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((1, 1, 1, 1), ""),
        ((2, 2, 2, 2), "The same answer in both settings tried that have data."),
        ((12, 12, 2, 2), "The same answer in all 12 settings tried that have data."),
        ((2, 3, 2, 3), "The same answer in 2 of the 3 settings tried that have data."),
        (
            (4, 12, 1, 1),
            "Of the 12 settings tried that have data the text allows 1, and that one gives this "
            "answer; of the 11 others 3 do.",
        ),
        (
            (3, 6, 3, 3),
            "Of the 6 settings tried that have data the text allows 3, all of which give this "
            "answer; of the 3 others none does.",
        ),
        (
            (2, 4, 1, 3),
            "Of the 4 settings tried that have data the text allows 3, of which 1 gives this "
            "answer; so does the other.",
        ),
        (
            (1, 2, 1, 1),
            "Of the 2 settings tried that have data the text allows 1, and that one gives this "
            "answer; the other does not.",
        ),
    ],
)
def test_readings_that_the_text_allows_are_counted_apart_from_the_others(
    counts: tuple[int, int, int, int], said: str
) -> None:
    same, decided, same_allowed, allowed = counts
    found = record(same=same, decided=decided, same_allowed=same_allowed, allowed=allowed)

    told = explain_settings(found, PARAMETERS)

    together = "It changes only where several definitions are changed together."
    assert told == (said if same == decided else f"{said} {together}")


@pytest.mark.parametrize(
    ("verdict", "fixed", "intro"),
    [
        (Verdict.DEPENDS, False, "What the text leaves open changes it"),
        (NOT_SUPPORTED, True, "It would change only against the text's own words"),
        (Verdict.CAVEAT, True, "But it holds only in the text's own words"),
    ],
)
def test_what_changes_an_answer_is_named_and_a_cap_is_told_as_the_caveat(
    verdict: Verdict, fixed: bool, intro: str
) -> None:
    flip = Flip("who", "many", NOT_SUPPORTED, fixed)
    found = record(verdict=verdict, same=1, decided=2, same_allowed=1, allowed=2, flips=(flip,))

    assert explain_settings(found, PARAMETERS).endswith(
        f"data. {intro}: “Who” taken as “the many” gives “not supported as written”."
    )


def test_a_flip_of_an_outcome_is_told_in_the_word_of_its_kind() -> None:
    flip = Flip("who", "many", SUPPORTED, fixed=False, outcome=Outcome.ADOPTED)
    found = record(same=1, decided=2, same_allowed=1, allowed=2, flips=(flip,))

    assert explain_settings(found, PARAMETERS).endswith("gives “adopted”.")


def test_a_horizon_that_is_not_over_is_told_with_the_day_up_to_which_outcomes_count() -> None:
    days = (date(2020, 6, 30), date(2018, 12, 31))

    assert explain_verdict(record(), SUPPORTED, PARAMETERS, days).startswith(
        "Its horizon runs to 30 June 2020; outcomes are looked at up to 31 December 2018, so it "
        "is still open."
    )
