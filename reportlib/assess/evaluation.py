"""A question: a claim with its test and its evidence, answered on any footing and setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.comparison import compare
from reportlib.assess.evidence_items import list_computed_items, list_read_items
from reportlib.assess.knowledge_base import Footing, KnowledgeBase
from reportlib.assess.verdict_rules import Weighing, weigh
from reportlib.errors import BadTest, did_you_mean
from reportlib.load.parameters import Setting
from reportlib.model.claims import Assertion, Claim
from reportlib.model.evidence import Evidence, Item, table_of
from reportlib.model.findings import Finding, PartMatch
from reportlib.model.vocabulary import Basis, Match, Unsettled, Verdict

Asked = tuple[Setting, ...]
"""The values of the parameters, in the order in which the question names them."""


@dataclass(frozen=True)
class TestResult:
    """What a test gives on a day, the tables that it read for it, and the items that follow."""

    finding: Finding | None
    """None: there is no test."""
    tables_read: frozenset[str] = frozenset()
    items: dict[Match, tuple[Item, ...]] = field(default_factory=dict)
    """By how the finding matches what is asserted, as far as that was asked."""


@dataclass(frozen=True)
class Evaluation:
    """What comes out on one footing at one setting, by the rules that need no other setting."""

    finding: Finding | None
    parts: tuple[PartMatch, ...]
    weighing: Weighing
    tables_read: frozenset[str] = frozenset()

    @property
    def has_data(self) -> bool:
        """Whether the test decided; without a test, documents do."""
        return self.finding is None or _worst(self.parts) is not Match.NO_DATA

    @property
    def counts(self) -> bool:
        """Whether the finding itself counts: a source of it is good enough."""
        return any(item.basis is Basis.COMPUTED for item in self.weighing.counted)


@dataclass(frozen=True)
class Evaluator:
    """A claim, its test and its evidence. What was answered once is not computed again."""

    claim: Claim
    test: ClaimTest | None
    assertions: tuple[Assertion, ...]
    evidence: tuple[Evidence, ...]
    turns_on: tuple[str, ...]
    """The parameters that the claim turns on: of its test, and of its tolerances."""
    known: KnowledgeBase
    _findings: dict[tuple[date, str, Asked], TestResult] = field(default_factory=dict)
    _answers: dict[tuple[Footing, Asked], Evaluation] = field(default_factory=dict)

    def setting(self, values: Mapping[str, Setting]) -> dict[str, Setting]:
        """Return the part of some choices that the claim turns on."""
        return {name: values[name] for name in self.turns_on}

    def at(self, footing: Footing, setting: Mapping[str, Setting]) -> Evaluation:
        """Answer on a footing at a setting.

        Raises:
            BadTest: the test stopped, its value does not fit what is asserted, or it cites a row
                that is nowhere.
        """
        asked = (footing, tuple(setting.values()))
        if asked not in self._answers:
            self._answers[asked] = self._answered(footing, setting)
        return self._answers[asked]

    def _answered(self, footing: Footing, setting: Mapping[str, Setting]) -> Evaluation:
        found = self._found(footing, setting)
        parts: tuple[PartMatch, ...] = ()
        if found.finding is not None and self.assertions:
            parts = compare(found.finding, self.assertions, setting)
        match = _worst(parts)
        if match not in found.items:
            found.items[match] = self._items(found.finding, match, footing.day)
        without = footing.without
        kept = [item for item in found.items[match] if not without or item.origin != without]
        weighing = weigh(kept, footing.floor, loose=match is Match.LOOSE)
        if parts and match is Match.NO_DATA:
            # What a test should compute is not settled by documents that retell it.
            verdict, unsettled = Verdict.NOT_SETTLED, Unsettled.NO_DATA
            weighing = replace(weighing, verdict=verdict, unsettled=unsettled)
        return Evaluation(found.finding, parts, weighing, found.tables_read)

    def _items(self, finding: Finding | None, match: Match, day: date) -> tuple[Item, ...]:
        """What bears on the claim, an origin that is left out included: it changes no other's."""
        provenance = self.known.provenance
        public = self.known.public((piece.target for piece in self.evidence), day)
        return (
            *(list_computed_items(finding, match, provenance.links) if finding is not None else ()),
            *list_read_items(self.evidence, provenance.links, provenance.classes, public, finding),
        )

    def _found(self, footing: Footing, setting: Mapping[str, Setting]) -> TestResult:
        """Call the test, unless what differs from an earlier call is nothing that it reads."""
        day, origin = footing.day, footing.without
        names = self.test.names if self.test is not None else ()
        asked = (day, origin, tuple(setting[name] for name in names))
        if asked not in self._findings:
            self._findings[asked] = self._found_anew(footing, setting)
        return self._findings[asked]

    def _found_anew(self, footing: Footing, setting: Mapping[str, Setting]) -> TestResult:
        day, origin = footing.day, footing.without
        if origin:
            found = self._found(footing._replace(without=""), setting)
            if found.tables_read.isdisjoint(self.known.thinned(origin)):
                return found
        if self.test is None:
            return TestResult(None)
        data = self.known.data(day, origin).watched()
        try:
            finding = self.test(data, setting)
        except BadTest as problem:
            less = f" less what {origin} alone attests" if origin else ""
            raise BadTest(f"{problem}, on what was known by {day}{less}") from problem
        self._refuse_strangers(self.test, finding)
        return TestResult(finding, frozenset(data.read))

    def _refuse_strangers(self, test: ClaimTest, finding: Finding) -> None:
        """A row that no table has would be cited in vain, and stop something later."""
        frames = self.known.tables.frames
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
