"""An assessment: one reading of a study, which makes records of tests and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from reportlib.assess import robustness as grids
from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.comparison import meets_demand
from reportlib.assess.evaluation import Evaluation, Evaluator
from reportlib.assess.explanation import explain_verdict
from reportlib.assess.knowledge_base import Footing, KnowledgeBase
from reportlib.errors import BadTest, did_you_mean
from reportlib.load.data_view import DataView
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import AS_OF, Parameters, Setting, Settings
from reportlib.load.provenance import Provenance
from reportlib.load.tables import Tables
from reportlib.model.claims import Claim
from reportlib.model.dates import add_duration
from reportlib.model.findings import Record
from reportlib.model.formatting import format_value
from reportlib.model.robustness import AtSetting
from reportlib.model.vocabulary import Grade, Outcome, OutcomeKind, Verdict
from reportlib.study import Study


@dataclass(frozen=True)
class Assessment:
    """A study read once, at one setting of its parameters."""

    ledger: Ledger
    parameters: Parameters
    known: KnowledgeBase
    settings: Settings
    without: str = ""
    """An origin whose word is left out."""

    @classmethod
    def open(cls, study: Study, settings: Settings, parameters: Parameters) -> Assessment:
        """Read the ledger and the sources of a study; tables are read when they are asked for.

        Raises:
            BadData: with every fault of the data package.
        """
        known = KnowledgeBase(Tables(study, parameters), Provenance.read(study))
        return cls(Ledger.read(study), parameters, known, settings)

    def under(self, settings: Settings, without: str = "") -> Assessment:
        """Return the same reading of the study, with other choices, or less one origin."""
        return replace(self, settings=settings, without=without)

    @property
    def provenance(self) -> Provenance:
        """The documents, and the links from rows to them."""
        return self.known.provenance

    @property
    def data(self) -> DataView:
        """The tables as they were known on the day of the run."""
        return self.known.data(self.settings.as_of)

    def claim(self, claim: str) -> Claim:
        """Return a claim of the ledger.

        Raises:
            BadTest: there is no such claim.
        """
        if claim not in self.ledger.claims:
            hint = did_you_mean(claim, self.ledger.claims)
            raise BadTest(f"There is no claim {claim} in data/chain/claims.csv. {hint}")
        return self.ledger.claims[claim]

    def question(self, claim_id: str, test: ClaimTest | None = None) -> Evaluator:
        """Return what is asked of a claim: by its test, and by what was read."""
        assertions = self.ledger.assertions.get(claim_id, ())
        tolerances = [
            one.tolerance for one in assertions if one.tolerance in self.parameters.by_name
        ]
        return Evaluator(
            claim=self.claim(claim_id),
            test=test,
            assertions=assertions,
            evidence=self.ledger.evidence.get(claim_id, ()),
            turns_on=tuple(dict.fromkeys([*test.names, *tolerances])) if test else (),
            known=self.known,
        )

    def record(self, question: Evaluator) -> Record:
        """Return what a run keeps of a claim: verdict or outcome, why, and on what it rests.

        A judgement or a cause gets its evidence here, and its grounding from the argument.
        """
        claim = question.claim
        setting = question.setting(self.settings.values)
        own = question.at(self.footing(claim), setting)
        found = own.finding
        record = Record(
            claim=claim.id,
            kind=claim.kind,
            chapter=claim.chapter,
            test=question.test.function.__name__ if question.test else "",
            parts=own.parts,
            value=found.value if found else None,
            unit=found.unit if found else "",
            missing=found.missing if found else "",
            rows=found.rows if found else (),
            context=found.context if found else (),
            parameters=setting,
            tables_read=tuple(sorted(own.tables_read)),
            items=own.weighing.items,
        )
        return self._judged(question, own, record) if claim.has_verdict else record

    def footing(self, claim: Claim) -> Footing:
        """What the answer to a claim may rest on.

        Outcomes are seen from ``outcomes_until``, but not beyond the claim's horizon.
        """
        day = self.settings.as_of
        if claim.outcome_kind is not None:
            day = min(self.settings.outcomes_until, self._horizon_end(claim))
        return Footing(day, Grade(self.settings.source_floor), self.without)

    @property
    def article_day(self) -> date:
        """The article's own day, from which horizons run: ``as_of`` of the published page."""
        return date.fromisoformat(str(self.parameters.base[AS_OF]))

    def _judged(self, question: Evaluator, own: Evaluation, record: Record) -> Record:
        """Add the verdict over the plausible settings, or the outcome, with the reason."""
        claim = question.claim
        fixed = {d.parameter: d.fixed for d in self.ledger.definitions.get(claim.id, ())}
        tried, whole = self._over_the_grid(question, record.parameters)
        verdict = grids.settle(own.weighing.verdict, tried, fixed)
        record = replace(
            record,
            robustness=grids.measure_robustness(tried, fixed, whole),
            roles={
                group: meets_demand(own.finding, demand) if own.finding and own.counts else None
                for group, demand in self.ledger.roles_of(claim.id).items()
            },
        )
        if claim.outcome_kind is not None:
            record = replace(record, outcome=self._outcome(claim, verdict))
        else:
            unsettled = own.weighing.unsettled if verdict is Verdict.NOT_SETTLED else None
            record = replace(record, verdict=verdict, unsettled=unsettled)
        reason = explain_verdict(record, verdict, self.parameters, self._still_open(claim))
        return replace(record, reason=reason)

    def _over_the_grid(
        self, question: Evaluator, own: Mapping[str, Setting]
    ) -> tuple[list[tuple[AtSetting, bool]], bool]:
        plausible = {name: self.parameters.plausible(name) for name in own}
        settings, whole = grids.make_grid(plausible, own)
        footing = self.footing(question.claim)
        tried = []
        for setting in settings:
            at = question.at(footing, setting)
            found = format_value(at.finding.value, at.finding.unit) if at.finding else ""
            verdict, unsettled = at.weighing.verdict, at.weighing.unsettled
            outcome = (
                self._outcome(question.claim, verdict) if question.claim.outcome_kind else None
            )
            tried.append((AtSetting(setting, found, verdict, unsettled, outcome), at.has_data))
        return tried, whole

    def _still_open(self, claim: Claim) -> tuple[date, date] | None:
        """The end of a horizon that is not over, and the day up to which outcomes count."""
        if claim.outcome_kind is None or self._over(claim):
            return None
        return self._horizon_end(claim), self.settings.outcomes_until

    def _over(self, claim: Claim) -> bool:
        return self._horizon_end(claim) <= self.settings.outcomes_until

    def _horizon_end(self, claim: Claim) -> date:
        return add_duration(self.article_day, claim.horizon)

    def _outcome(self, claim: Claim, verdict: Verdict) -> Outcome:
        forecast = claim.outcome_kind is OutcomeKind.FORECAST
        if verdict.holds:
            return Outcome.CONSISTENT if forecast else Outcome.ADOPTED
        if verdict is Verdict.NOT_SUPPORTED and self._over(claim):
            return Outcome.CONTRARY if forecast else Outcome.NOT_ADOPTED
        return Outcome.INDETERMINATE
