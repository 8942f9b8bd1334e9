"""An inquiry: one reading of a study, which turns a claim's test and evidence into its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from reportlib.errors import BadTest, did_you_mean
from reportlib.judging import robustness as grids
from reportlib.judging.claim_test import ClaimTest
from reportlib.judging.comparison import compare, meets
from reportlib.judging.items import computed_items, read_items
from reportlib.judging.reason import reason_for
from reportlib.judging.weighing import Weighing, weigh
from reportlib.reading.ledger import Ledger
from reportlib.reading.parameters import Parameters, Setting, Settings
from reportlib.reading.provenance import Provenance
from reportlib.reading.tables import Tables
from reportlib.reading.view import Data
from reportlib.study import Study
from reportlib.values.claims import Assertion, Claim
from reportlib.values.days import Span, after
from reportlib.values.evidence import Item
from reportlib.values.findings import AtSetting, Finding, PartMatch, Record
from reportlib.values.phrases import in_words
from reportlib.values.sources import SOURCES
from reportlib.values.words import Grade, Match, Outcome, OutcomeKind, Verdict


@dataclass(frozen=True)
class _Weighed:
    """What comes out at one setting."""

    finding: Finding | None
    parts: tuple[PartMatch, ...]
    weighing: Weighing

    @property
    def has_data(self) -> bool:
        return self.finding is not None and all(p.match is not Match.NO_DATA for p in self.parts)


@dataclass(frozen=True)
class Inquiry:
    """A study read once, at one setting of its parameters."""

    ledger: Ledger
    provenance: Provenance
    parameters: Parameters
    tables: Tables
    settings: Settings
    _known: dict[date, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def open(cls, study: Study, settings: Settings, parameters: Parameters) -> Inquiry:
        """Read the ledger and the sources of a study; tables are read when they are asked for.

        Raises:
            BadData: with every fault of the data package.
        """
        tables = Tables(study, parameters)
        return cls(Ledger.read(study), Provenance.read(study), parameters, tables, settings)

    @property
    def data(self) -> Data:
        """The tables as they were known on the day of the run."""
        return self.tables.at(self.settings.as_of)

    def claim(self, claim: str) -> Claim:
        """Return a claim of the ledger.

        Raises:
            BadTest: there is no such claim.
        """
        if claim not in self.ledger.claims:
            hint = did_you_mean(claim, self.ledger.claims)
            raise BadTest(f"There is no claim {claim} in data/chain/claims.csv. {hint}")
        return self.ledger.claims[claim]

    def record(self, claim_id: str, test: ClaimTest | None = None) -> Record:
        """Return what a run keeps of a claim: verdict or outcome, why, and on what it rests.

        A judgement or a cause gets its evidence here, and its grounding from the argument.
        """
        claim = self.claim(claim_id)
        day = self._day_for(claim)
        data = self.tables.at(day).watched()
        setting = self._own_setting(claim, test)
        own = self._weigh(claim, test, data, day, setting)
        record = Record(
            claim=claim.id,
            kind=claim.kind,
            chapter=claim.chapter,
            test=test.function.__name__ if test else "",
            parts=own.parts,
            value=own.finding.value if own.finding else None,
            unit=own.finding.unit if own.finding else "",
            missing=own.finding.missing if own.finding else "",
            rows=own.finding.rows if own.finding else (),
            parameters=setting,
            tables_read=tuple(sorted(data.read)),
            items=own.weighing.items,
        )
        if not claim.kind.checkable and claim.outcome_kind is None:
            return record
        return self._judged(claim, test, data, day, own, record)

    def _judged(
        self,
        claim: Claim,
        test: ClaimTest | None,
        data: Data,
        day: date,
        own: _Weighed,
        record: Record,
    ) -> Record:
        """Add the verdict over the plausible settings, or the outcome, with the reason."""
        fixed = {d.parameter: d.fixed for d in self.ledger.definitions.get(claim.id, ())}
        tried, whole = self._over_the_grid(claim, test, data, day, record.parameters)
        verdict = grids.settle(own.weighing.verdict, tried, fixed)
        unsettled = own.weighing.unsettled if verdict is Verdict.NOT_SETTLED else None
        record = replace(
            record,
            verdict=verdict,
            unsettled=unsettled,
            robustness=grids.robustness(tried, fixed, whole) if test else record.robustness,
            roles={
                group: meets(own.finding, demand) if own.finding else None
                for group, demand in self.ledger.roles_of(claim.id).items()
            },
        )
        if claim.outcome_kind is not None:
            outcome = self._outcome(claim, verdict)
            record = replace(record, verdict=None, unsettled=None, outcome=outcome)
        return replace(record, reason=reason_for(record, verdict, self.parameters))

    def _over_the_grid(
        self,
        claim: Claim,
        test: ClaimTest | None,
        data: Data,
        day: date,
        own: Mapping[str, Setting],
    ) -> tuple[list[tuple[AtSetting, bool]], bool]:
        plausible = {name: self.parameters.plausible(name) for name in own}
        settings, whole = grids.grid(plausible, own)
        tried = []
        for setting in settings:
            at = self._weigh(claim, test, data, day, setting)
            found = in_words(at.finding.value, at.finding.unit) if at.finding else ""
            verdict, unsettled = at.weighing.verdict, at.weighing.unsettled
            decided = at.has_data or test is None
            tried.append((AtSetting(setting, found, verdict, unsettled), decided))
        return tried, whole

    def _weigh(
        self,
        claim: Claim,
        test: ClaimTest | None,
        data: Data,
        day: date,
        setting: Mapping[str, Setting],
    ) -> _Weighed:
        finding = test(data, setting) if test else None
        parts: tuple[PartMatch, ...] = ()
        items: list[Item] = []
        match = Match.NO_DATA
        if finding is not None and (assertions := self._assertions(claim)):
            parts = compare(finding, assertions, setting)
            match = _worst(parts)
            items = computed_items(finding, match, self.provenance.links)
        items += read_items(
            self.ledger.evidence.get(claim.id, ()),
            self.provenance.links,
            self.provenance.classes,
            self._known_on(day),
            finding,
        )
        floor = Grade(self.settings.source_floor)
        return _Weighed(finding, parts, weigh(items, floor, loose=match is Match.LOOSE))

    def _assertions(self, claim: Claim) -> tuple[Assertion, ...]:
        return self.ledger.assertions.get(claim.id, ())

    def _own_setting(self, claim: Claim, test: ClaimTest | None) -> dict[str, Setting]:
        """The parameters that a claim turns on: of its test, and of its tolerances."""
        names = list(test.names) if test else []
        if test:
            names += [
                assertion.tolerance
                for assertion in self._assertions(claim)
                if assertion.tolerance in self.parameters.by_name
            ]
        return {name: self.settings.values[name] for name in dict.fromkeys(names)}

    def _day_for(self, claim: Claim) -> date:
        """Outcomes are seen from ``outcomes_until``, but not beyond the claim's horizon."""
        if claim.outcome_kind is None:
            return self.settings.as_of
        return min(self.settings.outcomes_until, self._horizon_end(claim))

    def _horizon_end(self, claim: Claim) -> date:
        return after(date.fromisoformat(str(self.parameters.base["as_of"])), claim.horizon)

    def _outcome(self, claim: Claim, verdict: Verdict) -> Outcome:
        forecast = claim.outcome_kind is OutcomeKind.FORECAST
        if verdict.holds:
            return Outcome.CONSISTENT if forecast else Outcome.ADOPTED
        over = self.settings.outcomes_until >= self._horizon_end(claim)
        if verdict is Verdict.NOT_SUPPORTED and over:
            return Outcome.CONTRARY if forecast else Outcome.NOT_ADOPTED
        return Outcome.INDETERMINATE

    def _known_on(self, day: date) -> frozenset[str]:
        """The references of every row and document that was public on a day."""
        if day not in self._known:
            rows = self.tables.at(day).references()
            spans = ((s.id, Span.of(s.published_date)) for s in self.provenance.sources.values())
            documents = (
                f"{SOURCES}#{name}" for name, span in spans if span is not None and span.last <= day
            )
            self._known[day] = frozenset(rows).union(documents)
        return self._known[day]


def _worst(parts: tuple[PartMatch, ...]) -> Match:
    """A claim is as good as its worst part; a part that differs decides before one without data."""
    order = (Match.DIFFERS, Match.NO_DATA, Match.LOOSE, Match.EXACT)
    return min((part.match for part in parts), key=order.index)
