"""Trials: every attempt to turn the answer to a claim, with no further code for the claim."""

from __future__ import annotations

from dataclasses import replace

from reportlib.judging.canary import canary
from reportlib.judging.claim_test import ClaimTest
from reportlib.judging.hindsight import then_and_now
from reportlib.judging.inquiry import Inquiry
from reportlib.judging.question import Question
from reportlib.judging.robustness import answer
from reportlib.judging.switch import positions
from reportlib.reading.parameters import AS_OF, OUTCOMES_UNTIL, SOURCE_FLOOR, Settings
from reportlib.values.findings import Record
from reportlib.values.trials import AtPosition, LeftOut, Trials
from reportlib.values.words import Grade


def examined(inquiry: Inquiry, claim_id: str, test: ClaimTest | None = None) -> Record:
    """Return the record of a claim, with what came of every attempt to turn it."""
    question = inquiry.question(claim_id, test)
    record = tried(inquiry, question)
    if test is None:
        return record
    return replace(record, trials=replace(record.trials, canary=canary(inquiry, question)))


def tried(inquiry: Inquiry, question: Question) -> Record:
    """Return the record of a claim, with what came of every attempt but the canary."""
    record = inquiry.record(question)
    checkable = question.claim.kind.checkable
    trials = Trials(
        without_origin=_without_origin(inquiry, question, record) if checkable else (),
        from_grade=_from_grade(inquiry, question, record) if checkable else (),
        then_and_now=then_and_now(inquiry, question) if checkable else None,
        positions=_at_positions(inquiry, question, record) if question.claim.has_verdict else {},
    )
    return replace(record, trials=trials)


def _without_origin(inquiry: Inquiry, question: Question, record: Record) -> tuple[LeftOut, ...]:
    """Leave out the word of each origin that counts, one at a time."""
    counted = [item for item in record.items if not item.set_aside]
    own_act = {item.origin for item in counted if item.direct_primary}
    tried = []
    for origin in sorted({item.origin for item in counted}):
        without = inquiry.under(inquiry.settings, without=origin).record(question)
        tried.append(_left_out(origin, record, without, own_act=origin in own_act))
    return tuple(tried)


def _from_grade(inquiry: Inquiry, question: Question, record: Record) -> tuple[LeftOut, ...]:
    """Raise the floor, one grade at a time."""
    floor = Grade(inquiry.settings.source_floor)
    tried = []
    for grade in (one for one in reversed(Grade) if one < floor):
        values = {**inquiry.settings.values, SOURCE_FLOOR: str(grade)}
        above = inquiry.under(Settings(inquiry.settings.set_name, values)).record(question)
        tried.append(_left_out(grade, record, above))
    return tuple(tried)


def _left_out(name: str, whole: Record, less: Record, *, own_act: bool = False) -> LeftOut:
    assert whole.verdict is not None
    assert less.verdict is not None
    turns = answer(less.verdict) != answer(whole.verdict)
    return LeftOut(name, less.verdict, less.unsettled, turns, own_act)


def _at_positions(inquiry: Inquiry, question: Question, record: Record) -> dict[str, AtPosition]:
    """Ask again at every position of the switch that can bear on the claim."""
    day = OUTCOMES_UNTIL if question.claim.outcome_kind is not None else AS_OF
    bears = {*question.turns_on, SOURCE_FLOOR, day}
    own = _as_seen(record)
    found = {}
    for position in positions(inquiry.parameters, inquiry.settings):
        if bears.isdisjoint(position.changed):
            continue
        seen = _as_seen(inquiry.under(position.settings).record(question))
        if seen != own:
            found[position.id] = seen
    return found


def _as_seen(record: Record) -> AtPosition:
    return AtPosition(
        record.verdict, record.unsettled, record.outcome, record.reason, dict(record.roles)
    )
