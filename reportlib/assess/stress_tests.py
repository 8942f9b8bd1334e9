"""Trials: every attempt to turn the answer to a claim, with no further code for the claim."""

from __future__ import annotations

from dataclasses import replace

from reportlib.assess.assessment import Assessment
from reportlib.assess.backtest import run_backtest
from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.evaluation import Evaluator
from reportlib.assess.perturbation import perturb_cited_rows
from reportlib.assess.robustness import classify_answer
from reportlib.assess.scenarios import list_positions
from reportlib.load.parameters import AS_OF, OUTCOMES_UNTIL, SOURCE_FLOOR, Settings
from reportlib.model.findings import Record
from reportlib.model.robustness import AtPosition, LeftOut, StressTests
from reportlib.model.vocabulary import Grade


def stress_test(assessment: Assessment, claim_id: str, test: ClaimTest | None = None) -> Record:
    """Return the record of a claim, with what came of every attempt to turn it."""
    question = assessment.question(claim_id, test)
    record = try_scenarios(assessment, question)
    if test is None:
        return record
    return replace(
        record, trials=replace(record.trials, canary=perturb_cited_rows(assessment, question))
    )


def try_scenarios(assessment: Assessment, question: Evaluator) -> Record:
    """Return the record of a claim, with what came of every attempt but the canary."""
    record = assessment.record(question)
    checkable = question.claim.kind.checkable
    trials = StressTests(
        without_origin=_without_origin(assessment, question, record) if checkable else (),
        from_grade=_from_grade(assessment, question, record) if checkable else (),
        then_and_now=run_backtest(assessment, question) if checkable else None,
        positions=_at_positions(assessment, question, record) if question.claim.has_verdict else {},
    )
    return replace(record, trials=trials)


def _without_origin(
    assessment: Assessment, question: Evaluator, record: Record
) -> tuple[LeftOut, ...]:
    """Leave out the word of each origin that counts, one at a time."""
    counted = [item for item in record.items if not item.set_aside]
    own_act = {item.origin for item in counted if item.direct_primary}
    tried = []
    for origin in sorted({item.origin for item in counted}):
        without = assessment.under(assessment.settings, without=origin).record(question)
        tried.append(_left_out(origin, record, without, own_act=origin in own_act))
    return tuple(tried)


def _from_grade(assessment: Assessment, question: Evaluator, record: Record) -> tuple[LeftOut, ...]:
    """Raise the floor, one grade at a time."""
    floor = Grade(assessment.settings.source_floor)
    tried = []
    for grade in (one for one in reversed(Grade) if one < floor):
        values = {**assessment.settings.values, SOURCE_FLOOR: str(grade)}
        above = assessment.under(Settings(assessment.settings.set_name, values)).record(question)
        tried.append(_left_out(grade, record, above))
    return tuple(tried)


def _left_out(name: str, whole: Record, less: Record, *, own_act: bool = False) -> LeftOut:
    assert whole.verdict is not None
    assert less.verdict is not None
    turns = classify_answer(less.verdict) != classify_answer(whole.verdict)
    return LeftOut(name, less.verdict, less.unsettled, turns, own_act)


def _at_positions(
    assessment: Assessment, question: Evaluator, record: Record
) -> dict[str, AtPosition]:
    """Ask again at every position of the switch that can bear on the claim."""
    day = OUTCOMES_UNTIL if question.claim.outcome_kind is not None else AS_OF
    bears = {*question.turns_on, SOURCE_FLOOR, day}
    own = _as_seen(record)
    found = {}
    for position in list_positions(assessment.parameters, assessment.settings):
        if bears.isdisjoint(position.changed):
            continue
        seen = _as_seen(assessment.under(position.settings).record(question))
        if seen != own:
            found[position.id] = seen
    return found


def _as_seen(record: Record) -> AtPosition:
    return AtPosition(
        record.verdict, record.unsettled, record.outcome, record.reason, dict(record.roles)
    )
