"""The robustness pass: every attempt to turn an answer, for every claim, but the canary."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reportlib.assess.assessment import Assessment
from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.evaluation import Evaluator
from reportlib.assess.stress_tests import try_scenarios
from reportlib.model.findings import Record
from tests.bench.timing import calls

Tests = Mapping[str, ClaimTest]


def robustness_pass(assessment: Assessment, tests: Tests) -> dict[str, Record]:
    """Try to turn the answer to each claim."""
    return {
        claim: try_scenarios(assessment, assessment.evaluator(claim, tests.get(claim)))
        for claim in assessment.ledger.claims
    }


def fresh(open_study: Callable[[], Assessment], tests: Tests) -> Callable[[], Mapping[str, Record]]:
    """Return a pass over a study that has been read, and of which nothing was asked yet."""
    assessment = open_study()
    assert assessment.frames
    return lambda: robustness_pass(assessment, tests)


def evaluations(run: Callable[[], object]) -> int:
    """Return how often something calls a test with its comparison and weighing."""
    with calls(Evaluator, "_evaluate_anew") as made:
        run()
    return len(made)
