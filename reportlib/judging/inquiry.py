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
from reportlib.reading.parameters import AS_OF, Parameters, Setting, Settings
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
from reportlib.values.words import Basis, Grade, Match, Outcome, OutcomeKind, Unsettled, Verdict


@dataclass(frozen=True)
class _Question:
    """A claim, its test, and the data that were known on the day for which it is asked."""

    claim: Claim
    test: ClaimTest | None
    day: date
    data: Data
    assertions: tuple[Assertion, ...]


@dataclass(frozen=True)
class _Weighed:
    """What comes out at one setting."""

    finding: Finding | None
    parts: tuple[PartMatch, ...]
    weighing: Weighing

    @property
    def has_data(self) -> bool:
        """Whether the test decided; without a test, documents do."""
        return self.finding is None or _worst(self.parts) is not Match.NO_DATA

    @property
    def counts(self) -> bool:
        """Whether the finding itself counts: a source of it is good enough."""
        return any(item.basis is Basis.COMPUTED for item in self.weighing.counted)


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
        question = _Question(claim, test, day, data, self.ledger.assertions.get(claim_id, ()))
        setting = self._own_setting(question)
        own = self._weigh(question, setting)
        found = own.finding
        record = Record(
            claim=claim.id,
            kind=claim.kind,
            chapter=claim.chapter,
            test=test.function.__name__ if test else "",
            parts=own.parts,
            value=found.value if found else None,
            unit=found.unit if found else "",
            missing=found.missing if found else "",
            rows=found.rows if found else (),
            parameters=setting,
            tables_read=tuple(sorted(data.read)),
            items=own.weighing.items,
        )
        if claim.kind.checkable or claim.outcome_kind is not None:
            return self._judged(question, own, record)
        return record

    def _judged(self, question: _Question, own: _Weighed, record: Record) -> Record:
        """Add the verdict over the plausible settings, or the outcome, with the reason."""
        claim = question.claim
        fixed = {d.parameter: d.fixed for d in self.ledger.definitions.get(claim.id, ())}
        tried, whole = self._over_the_grid(question, record.parameters)
        verdict = grids.settle(own.weighing.verdict, tried, fixed)
        record = replace(
            record,
            robustness=grids.robustness(tried, fixed, whole),
            roles={
                group: meets(own.finding, demand) if own.finding and own.counts else None
                for group, demand in self.ledger.roles_of(claim.id).items()
            },
        )
        if claim.outcome_kind is not None:
            record = replace(record, outcome=self._outcome(claim, verdict))
        else:
            unsettled = own.weighing.unsettled if verdict is Verdict.NOT_SETTLED else None
            record = replace(record, verdict=verdict, unsettled=unsettled)
        horizon_end = self._horizon_end(claim) if claim.outcome_kind else question.day
        open_until = horizon_end if horizon_end > self.settings.outcomes_until else None
        reason = reason_for(record, verdict, self.parameters, open_until)
        return replace(record, reason=reason)

    def _over_the_grid(
        self, question: _Question, own: Mapping[str, Setting]
    ) -> tuple[list[tuple[AtSetting, bool]], bool]:
        plausible = {name: self.parameters.plausible(name) for name in own}
        settings, whole = grids.grid(plausible, own)
        tried = []
        for setting in settings:
            at = self._weigh(question, setting)
            found = in_words(at.finding.value, at.finding.unit) if at.finding else ""
            verdict, unsettled = at.weighing.verdict, at.weighing.unsettled
            tried.append((AtSetting(setting, found, verdict, unsettled), at.has_data))
        return tried, whole

    def _weigh(self, question: _Question, setting: Mapping[str, Setting]) -> _Weighed:
        finding = question.test(question.data, setting) if question.test else None
        parts: tuple[PartMatch, ...] = ()
        items: list[Item] = []
        match = Match.NO_DATA
        if finding is not None and question.assertions:
            parts = compare(finding, question.assertions, setting)
            match = _worst(parts)
            items = computed_items(finding, match, self.provenance.links)
        items += read_items(
            self.ledger.evidence.get(question.claim.id, ()),
            self.provenance.links,
            self.provenance.classes,
            self._known_on(question.day),
            finding,
        )
        floor = Grade(self.settings.source_floor)
        weighing = weigh(items, floor, loose=match is Match.LOOSE)
        if parts and match is Match.NO_DATA:
            # What a test should compute is not settled by documents that retell it.
            verdict, unsettled = Verdict.NOT_SETTLED, Unsettled.NO_DATA
            weighing = replace(weighing, verdict=verdict, unsettled=unsettled)
        return _Weighed(finding, parts, weighing)

    def _own_setting(self, question: _Question) -> dict[str, Setting]:
        """The parameters that a claim turns on: of its test, and of its tolerances."""
        if question.test is None:
            return {}
        tolerances = [assertion.tolerance for assertion in question.assertions]
        names = [*question.test.names, *(t for t in tolerances if t in self.parameters.by_name)]
        return {name: self.settings.values[name] for name in dict.fromkeys(names)}

    def _day_for(self, claim: Claim) -> date:
        """Outcomes are seen from ``outcomes_until``, but not beyond the claim's horizon."""
        if claim.outcome_kind is None:
            return self.settings.as_of
        return min(self.settings.outcomes_until, self._horizon_end(claim))

    @property
    def article_day(self) -> date:
        """The article's own day, from which horizons run: ``as_of`` of the published page."""
        return date.fromisoformat(str(self.parameters.base[AS_OF]))

    def _horizon_end(self, claim: Claim) -> date:
        return after(self.article_day, claim.horizon)

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
    return min((part.match for part in parts), key=order.index, default=Match.NO_DATA)
