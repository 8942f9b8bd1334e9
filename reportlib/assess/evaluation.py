"""Evaluation: a claim with its test and its evidence, judged at one setting of one scenario."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.comparison import compare
from reportlib.assess.evidence_items import list_computed_items, list_read_items
from reportlib.assess.scenarios import Scenario
from reportlib.assess.verdict_rules import WeighedVerdict, weigh
from reportlib.errors import BadTest, did_you_mean
from reportlib.load.parameters import Setting
from reportlib.load.study_data import StudyData
from reportlib.model.claims import Assertion, Claim
from reportlib.model.evidence import Evidence, Item, table_of
from reportlib.model.findings import Finding, PartMatch
from reportlib.model.vocabulary import Basis, Match, Outcome, OutcomeKind, Unsettled, Verdict

Values = tuple[Setting, ...]
"""The values of a claim's parameters, in the order in which the evaluator names them."""


@dataclass(frozen=True)
class TestResult:
    """The finding of a test on a day, the tables that it read for it, and the items that follow."""

    finding: Finding | None
    """None: there is no test."""
    tables_read: frozenset[str] = frozenset()
    items: dict[Match, tuple[Item, ...]] = field(default_factory=dict)
    """By how the finding matches what is asserted, as far as that was needed."""


@dataclass(frozen=True)
class Evaluation:
    """The answer at one setting of a scenario, by the rules that need no other setting."""

    finding: Finding | None
    parts: tuple[PartMatch, ...]
    weighed: WeighedVerdict
    tables_read: frozenset[str] = frozenset()

    @property
    def has_data(self) -> bool:
        """Whether the test decided; without a test, documents do."""
        return self.finding is None or _worst(self.parts) is not Match.NO_DATA

    @property
    def finding_counts(self) -> bool:
        """Whether the finding itself counts: a source of it is good enough."""
        return any(item.basis is Basis.COMPUTED for item in self.weighed.counted)


@dataclass(frozen=True)
class Evaluator:
    """A claim, its test and its evidence, which evaluates each scenario once."""

    claim: Claim
    test: ClaimTest | None
    assertions: tuple[Assertion, ...]
    evidence: tuple[Evidence, ...]
    turns_on: tuple[str, ...]
    """The parameters that the claim turns on: of its test, and of its tolerances."""
    horizon_end: date | None
    """The last day whose events count for the claim's outcome; None for a claim without one."""
    study_data: StudyData
    _results: dict[tuple[date, str, Values], TestResult] = field(default_factory=dict)
    _evaluations: dict[tuple[date, str, str, Values], Evaluation] = field(default_factory=dict)

    def setting(self, scenario: Scenario) -> dict[str, Setting]:
        """Return the values that a scenario gives to the parameters of the claim."""
        return {name: scenario.parameters[name] for name in self.turns_on}

    def day(self, scenario: Scenario) -> date:
        """Return the day whose knowledge counts; an outcome is not seen beyond its horizon."""
        if self.horizon_end is None:
            return scenario.as_of
        return min(scenario.outcomes_until, self.horizon_end)

    def outcome(self, verdict: Verdict, scenario: Scenario) -> Outcome | None:
        """Return what a verdict makes of a forecast or a recommendation; None for other claims."""
        if self.horizon_end is None:
            return None
        forecast = self.claim.outcome_kind is OutcomeKind.FORECAST
        if verdict.holds:
            return Outcome.CONSISTENT if forecast else Outcome.ADOPTED
        if verdict is Verdict.NOT_SUPPORTED and self.horizon_end <= scenario.outcomes_until:
            return Outcome.CONTRARY if forecast else Outcome.NOT_ADOPTED
        return Outcome.INDETERMINATE

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """Judge the claim at the setting of a scenario.

        Raises:
            BadTest: the test stopped, its value does not fit what is asserted, or it cites a row
                that is nowhere.
        """
        values = tuple(scenario.parameters[name] for name in self.turns_on)
        key = (self.day(scenario), scenario.source_floor, scenario.without_origin, values)
        if key not in self._evaluations:
            self._evaluations[key] = self._evaluate_anew(scenario)
        return self._evaluations[key]

    def _evaluate_anew(self, scenario: Scenario) -> Evaluation:
        result = self._find(scenario)
        parts: tuple[PartMatch, ...] = ()
        if result.finding is not None and self.assertions:
            parts = compare(result.finding, self.assertions, scenario.parameters)
        match = _worst(parts)
        if match not in result.items:
            result.items[match] = self._list_items(result.finding, match, self.day(scenario))
        # Items are listed before an origin is left out: it changes no item of another origin.
        left_out = scenario.without_origin
        items = [item for item in result.items[match] if not left_out or item.origin != left_out]
        weighed = weigh(items, scenario.source_floor, loose=match is Match.LOOSE)
        if parts and match is Match.NO_DATA:
            # What a test should compute is not settled by documents that retell it.
            weighed = replace(weighed, verdict=Verdict.NOT_SETTLED, unsettled=Unsettled.NO_DATA)
        return Evaluation(result.finding, parts, weighed, result.tables_read)

    def _list_items(self, finding: Finding | None, match: Match, day: date) -> tuple[Item, ...]:
        provenance = self.study_data.provenance
        public = self.study_data.list_public((piece.target for piece in self.evidence), day)
        return (
            *(list_computed_items(finding, match, provenance.links) if finding is not None else ()),
            *list_read_items(self.evidence, provenance.links, provenance.classes, public, finding),
        )

    def _find(self, scenario: Scenario) -> TestResult:
        """Call the test, unless it was called before where all that it reads was the same."""
        if self.test is None:
            values: Values = ()
        else:
            values = tuple(scenario.parameters[name] for name in self.test.names)
        key = (self.day(scenario), scenario.without_origin, values)
        if key not in self._results:
            self._results[key] = self._find_anew(scenario)
        return self._results[key]

    def _find_anew(self, scenario: Scenario) -> TestResult:
        day, origin = self.day(scenario), scenario.without_origin
        if origin:
            result = self._find(replace(scenario, without_origin=""))
            if result.tables_read.isdisjoint(self.study_data.tables_of_origin.get(origin, ())):
                return result
        if self.test is None:
            return TestResult(None)
        data = self.study_data.view(day, origin).watched()
        try:
            finding = self.test(data, scenario.parameters)
        except BadTest as problem:
            less = f" less what {origin} alone attests" if origin else ""
            raise BadTest(f"{problem}, on what was known by {day}{less}") from problem
        self._refuse_unknown_rows(self.test, finding)
        return TestResult(finding, frozenset(data.read))

    def _refuse_unknown_rows(self, test: ClaimTest, finding: Finding) -> None:
        """Refuse rows that no table has, which would be cited in vain."""
        frames = self.study_data.tables.frames
        for row in finding.rows:
            table = table_of(row)
            if table not in frames or row not in frames[table].index:
                hint = did_you_mean(row, frames[table].index if table in frames else frames)
                raise BadTest(
                    f"{test.claim}: the test {test.function.__name__} cites {row}, which is not "
                    f"there. {hint}"
                )


def _worst(parts: tuple[PartMatch, ...]) -> Match:
    """A claim is as good as its worst part; a part that differs decides before one without data."""
    order = (Match.DIFFERS, Match.NO_DATA, Match.LOOSE, Match.EXACT)
    return min((part.match for part in parts), key=order.index, default=Match.NO_DATA)
