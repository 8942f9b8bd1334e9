"""Stress tests: lists of scenarios that might turn the answer to a claim, and what they give.

No claim needs code of its own for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from reportlib.assess.assessment import Assessment
from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.evaluation import Evaluator
from reportlib.assess.perturbation import perturb_cited_rows
from reportlib.assess.scenarios import Scenario, list_positions
from reportlib.assess.verdict_rules import classify_verdict
from reportlib.load.csv_rows import group_by_key
from reportlib.load.datapackage import KNOWN_FROM
from reportlib.load.parameters import AS_OF, OUTCOMES_UNTIL, SOURCE_FLOOR, Setting
from reportlib.model.evidence import SOURCES, table_of
from reportlib.model.findings import Record
from reportlib.model.formatting import format_value
from reportlib.model.robustness import Backtest, ScenarioResult, StressTests
from reportlib.model.vocabulary import Grade


def stress_test(assessment: Assessment, claim_id: str, test: ClaimTest | None = None) -> Record:
    """Return the record of a claim, with what came of every attempt to turn it."""
    evaluator = assessment.evaluator(claim_id, test)
    record = try_scenarios(assessment, evaluator)
    if test is None:
        return record
    perturbation = perturb_cited_rows(assessment, evaluator)
    return replace(record, stress_tests=replace(record.stress_tests, perturbation=perturbation))


def try_scenarios(assessment: Assessment, evaluator: Evaluator) -> Record:
    """Return the record of a claim, with what came of every attempt but the perturbation."""
    record = assessment.record(evaluator)
    claim = evaluator.claim
    tests = StressTests()
    if claim.kind.checkable:
        tests = StressTests(
            without_origin=tuple(_leave_out_origins(assessment, evaluator, record)),
            from_grade=tuple(_raise_floor(assessment, evaluator, record)),
            backtest=run_backtest(assessment, evaluator),
        )
    if claim.has_verdict:
        tests = replace(tests, positions=_try_positions(assessment, evaluator, record))
    return replace(record, stress_tests=tests)


def evaluate(
    assessment: Assessment, evaluator: Evaluator, scenario: Scenario, **changes: Setting
) -> ScenarioResult:
    """Return the answer to a claim under a scenario, over its plausible settings."""
    return _summarise(assessment.record(evaluator, scenario), **changes)


def _summarise(record: Record, **changes: Setting) -> ScenarioResult:
    return ScenarioResult(
        changes=changes,
        verdict=record.verdict,
        unsettled=record.unsettled,
        outcome=record.outcome,
        found=format_value(record.value, record.unit),
        reason=record.reason,
        roles=record.roles,
    )


def _leave_out_origins(
    assessment: Assessment, evaluator: Evaluator, record: Record
) -> Iterator[ScenarioResult]:
    """Leave out the word of each origin that counts, one at a time."""
    counted = [item for item in record.items if not item.set_aside]
    own_acts = {item.origin for item in counted if item.direct_primary}
    for origin in sorted({item.origin for item in counted}):
        scenario = replace(assessment.scenario, without_origin=origin)
        result = evaluate(assessment, evaluator, scenario, without_origin=origin)
        yield replace(result, turns=_turns(result, record), own_act=origin in own_acts)


def _raise_floor(
    assessment: Assessment, evaluator: Evaluator, record: Record
) -> Iterator[ScenarioResult]:
    """Raise the floor, one grade at a time."""
    for grade in reversed(Grade):
        if grade < assessment.scenario.source_floor:
            scenario = replace(assessment.scenario, source_floor=grade)
            result = evaluate(assessment, evaluator, scenario, source_floor=str(grade))
            yield replace(result, turns=_turns(result, record))


def _turns(result: ScenarioResult, record: Record) -> bool:
    return classify_verdict(result.verdict) != classify_verdict(record.verdict)


def _try_positions(
    assessment: Assessment, evaluator: Evaluator, record: Record
) -> dict[str, ScenarioResult]:
    """Evaluate every position of the switch that can bear on the claim; keep what differs."""
    day = AS_OF if evaluator.horizon_end is None else OUTCOMES_UNTIL
    relevant = {*evaluator.turns_on, SOURCE_FLOOR, day}
    results = {}
    for position in list_positions(assessment.parameters, assessment.settings):
        if relevant.isdisjoint(position.changed):
            continue
        values = position.settings.values
        changes = {name: values[name] for name in sorted(position.changed)}
        result = evaluate(assessment, evaluator, Scenario.of(position.settings), **changes)
        if _shown(result) != _shown(record):
            results[position.id] = result
    return results


def _shown(answer: ScenarioResult | Record) -> tuple[object, ...]:
    return answer.verdict, answer.unsettled, answer.outcome, answer.reason, answer.roles


def run_backtest(assessment: Assessment, evaluator: Evaluator) -> Backtest:
    """Compare the verdict on the article's day with that on the last day that is looked at.

    Where they differ, the days between on which anything cited became known are gone through, and
    the first is named from which the verdict is that of today, with what became known on it.
    """

    def record_on(day: date) -> Record:
        return assessment.record(evaluator, replace(assessment.scenario, as_of=day))

    first, last = assessment.article_day, assessment.settings.outcomes_until
    then, now = record_on(first), record_on(last)
    backtest = Backtest(
        _summarise(then, as_of=first.isoformat()), _summarise(now, as_of=last.isoformat())
    )
    if not backtest.differs:
        return backtest
    cited = [*_list_cited(then), *_list_cited(now)]
    days = sorted({day for _, day in _date_references(assessment, cited) if first < day <= last})
    turned_on = _find_turn(record_on, now, days)
    while turned_on is not None and _same_state(
        eve := record_on(turned_on - timedelta(days=1)), now
    ):
        # What was cited on the eve and is cited no more had turned it before.
        dated = _date_references(assessment, _list_cited(eve))
        known = {day for _, day in dated if first < day < turned_on}
        if known <= set(days):
            break
        days = sorted({*days, *known})
        turned_on = _find_turn(record_on, now, days)
    if turned_on is None:
        return backtest
    cited = list(dict.fromkeys([*_list_cited(record_on(turned_on)), *_list_cited(now)]))
    new = {row for row, day in _date_references(assessment, cited) if day == turned_on}
    return replace(backtest, turned_on=turned_on, rows=tuple(row for row in cited if row in new))


def _find_turn(record_on: Callable[[date], Record], now: Record, days: list[date]) -> date | None:
    """The first of some days from which the verdict stays what it is now."""
    turned_on = None
    for day in reversed(days):
        if not _same_state(record_on(day), now):
            break
        turned_on = day
    return turned_on


def _same_state(record: Record, other: Record) -> bool:
    return (record.verdict, record.unsettled) == (other.verdict, other.unsettled)


def _list_cited(record: Record) -> list[str]:
    """What bears on a record: the rows of its finding, and what was read and counts."""
    counted = [item for item in record.items if not item.set_aside]
    return [*record.rows, *(target for item in counted for target in item.targets)]


def _date_references(
    assessment: Assessment, references: Iterable[str]
) -> Iterator[tuple[str, date]]:
    """The days on which rows or documents, or a date in a row, became known."""
    for table, cited in group_by_key((table_of(name), name) for name in references).items():
        if table == SOURCES:
            published = assessment.study_data.published
            yield from ((name, published[name]) for name in cited if name in published)
        elif KNOWN_FROM in (frame := assessment.frames[table]):
            dated = frame.select_dtypes("datetime").loc[list(cited)]
            for column in dated:
                known = dated[column].dropna()
                yield from zip(map(str, known.index), known.dt.date, strict=True)
