"""The robustness pass: every attempt to turn an answer, for every claim, but the canary."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reportlib.judging.claim_test import ClaimTest
from reportlib.judging.inquiry import Inquiry
from reportlib.judging.question import Question
from reportlib.judging.trials import tried
from reportlib.values.findings import Record
from tests.bench.timing import calls

Tests = Mapping[str, ClaimTest]


def robustness_pass(inquiry: Inquiry, tests: Tests) -> dict[str, Record]:
    """Try to turn the answer to each claim."""
    return {
        claim: tried(inquiry, inquiry.question(claim, tests.get(claim)))
        for claim in inquiry.ledger.claims
    }


def fresh(open_study: Callable[[], Inquiry], tests: Tests) -> Callable[[], Mapping[str, Record]]:
    """Return a pass over a study that has been read, and of which nothing was asked yet."""
    inquiry = open_study()
    assert inquiry.known.tables.frames
    return lambda: robustness_pass(inquiry, tests)


def evaluations(run: Callable[[], object]) -> int:
    """Return how often something calls a test with its comparison and weighing."""
    with calls(Question, "_answered") as made:
        run()
    return len(made)
