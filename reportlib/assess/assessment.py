"""An assessment: one reading of a study at one setting, which makes the records of its claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import pandas as pd

from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.comparison import meets_demand
from reportlib.assess.evaluation import Evaluation, Evaluator
from reportlib.assess.explanation import explain_verdict
from reportlib.assess.scenarios import Scenario, make_grid
from reportlib.assess.verdict_rules import measure_robustness, settle
from reportlib.errors import BadTest, did_you_mean
from reportlib.load.data_view import DataView
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import AS_OF, Parameters, Setting, Settings
from reportlib.load.provenance import Provenance
from reportlib.load.study_data import StudyData
from reportlib.model.claims import Claim
from reportlib.model.dates import add_duration
from reportlib.model.findings import Record
from reportlib.model.formatting import format_value
from reportlib.model.robustness import ScenarioResult
from reportlib.model.vocabulary import Verdict


@dataclass(frozen=True)
class Assessment:
    """What was read of a study, judged at one setting of its parameters."""

    study_data: StudyData
    settings: Settings

    @property
    def ledger(self) -> Ledger:
        """The claims, with all that people keep about them."""
        return self.study_data.ledger

    @property
    def parameters(self) -> Parameters:
        """The parameters and the named sets."""
        return self.study_data.parameters

    @property
    def provenance(self) -> Provenance:
        """The documents, and the links from rows to them."""
        return self.study_data.provenance

    @property
    def frames(self) -> Mapping[str, pd.DataFrame]:
        """The tables, uncut."""
        return self.study_data.tables.frames

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario of the run."""
        return Scenario.of(self.settings)

    @property
    def data(self) -> DataView:
        """The tables as they were known on the day of the run."""
        return self.study_data.view(self.settings.as_of)

    @property
    def article_day(self) -> date:
        """The article's own day, from which horizons run: ``as_of`` of the published page."""
        return date.fromisoformat(str(self.parameters.base[AS_OF]))

    def claim(self, claim: str) -> Claim:
        """Return a claim of the ledger.

        Raises:
            BadTest: there is no such claim.
        """
        if claim not in self.ledger.claims:
            hint = did_you_mean(claim, self.ledger.claims)
            raise BadTest(f"There is no claim {claim} in data/chain/claims.csv. {hint}")
        return self.ledger.claims[claim]

    def evaluator(self, claim_id: str, test: ClaimTest | None = None) -> Evaluator:
        """Return what evaluates a claim by its test and by what was read."""
        claim = self.claim(claim_id)
        assertions = self.ledger.assertions.get(claim_id, ())
        tolerances = [a.tolerance for a in assertions if a.tolerance in self.parameters.by_name]
        has_outcome = claim.outcome_kind is not None
        return Evaluator(
            claim=claim,
            test=test,
            assertions=assertions,
            evidence=self.ledger.evidence.get(claim_id, ()),
            turns_on=tuple(dict.fromkeys([*test.names, *tolerances])) if test else (),
            horizon_end=add_duration(self.article_day, claim.horizon) if has_outcome else None,
            study_data=self.study_data,
        )

    def record(self, evaluator: Evaluator, scenario: Scenario | None = None) -> Record:
        """Return the record of a claim under a scenario, by default under that of the run.

        It has the verdict or the outcome, the reason and what it rests on. A judgement or a cause
        has its evidence here, and its grounding from the argument.
        """
        scenario = scenario or self.scenario
        claim, evaluation = evaluator.claim, evaluator.evaluate(scenario)
        finding = evaluation.finding
        record = Record(
            claim=claim.id,
            kind=claim.kind,
            chapter=claim.chapter,
            test=evaluator.test.function.__name__ if evaluator.test else "",
            parts=evaluation.parts,
            value=finding.value if finding else None,
            unit=finding.unit if finding else "",
            missing=finding.missing if finding else "",
            rows=finding.rows if finding else (),
            context=finding.context if finding else (),
            parameters=evaluator.setting(scenario),
            tables_read=tuple(sorted(evaluation.tables_read)),
            items=evaluation.weighed.items,
        )
        return self._judge(evaluator, scenario, record) if claim.has_verdict else record

    def _judge(self, evaluator: Evaluator, scenario: Scenario, record: Record) -> Record:
        """Add the verdict over the plausible settings, or the outcome, with the reason."""
        own = evaluator.evaluate(scenario)
        definitions = self.ledger.definitions.get(record.claim, ())
        fixed = {definition.parameter: definition.fixed for definition in definitions}
        results, whole = self._evaluate_grid(evaluator, scenario, record.parameters)
        verdict = settle(own.weighed.verdict, results, fixed)
        outcome = evaluator.outcome(verdict, scenario)
        open_verdict = outcome is None and verdict is Verdict.NOT_SETTLED
        record = replace(
            record,
            verdict=verdict if outcome is None else None,
            unsettled=own.weighed.unsettled if open_verdict else None,
            outcome=outcome,
            robustness=measure_robustness(results, fixed, whole),
            roles=self._roles(record.claim, own),
        )
        end = evaluator.horizon_end
        still_open = end is not None and end > scenario.outcomes_until
        horizon = (end, scenario.outcomes_until) if end and still_open else None
        return replace(record, reason=explain_verdict(record, verdict, self.parameters, horizon))

    def _evaluate_grid(
        self, evaluator: Evaluator, scenario: Scenario, chosen: Mapping[str, Setting]
    ) -> tuple[list[ScenarioResult], bool]:
        """Return the answer at every plausible setting, and whether all combinations were tried."""
        plausible = {name: self.parameters.plausible(name) for name in chosen}
        settings, whole = make_grid(plausible, chosen)
        results = []
        for setting in settings:
            evaluation = evaluator.evaluate(replace(scenario, parameters=setting))
            finding, weighed = evaluation.finding, evaluation.weighed
            result = ScenarioResult(
                changes=setting,
                verdict=weighed.verdict,
                unsettled=weighed.unsettled,
                outcome=evaluator.outcome(weighed.verdict, scenario),
                found=format_value(finding.value, finding.unit) if finding else "",
                has_data=evaluation.has_data,
            )
            results.append(result)
        return results, whole

    def _roles(self, claim: str, evaluation: Evaluation) -> dict[str, bool | None]:
        """By group, whether the finding does what the parent needs; None where it does not say."""
        finding = evaluation.finding if evaluation.finding_counts else None
        return {
            group: meets_demand(finding, demand) if finding is not None else None
            for group, demand in self.ledger.roles_of(claim).items()
        }
