"""A question: a claim with its test and its evidence, answered on any footing and setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from reportlib.judging.claim_test import ClaimTest
from reportlib.judging.comparison import compare
from reportlib.judging.items import computed_items, read_items
from reportlib.judging.known import Footing, Known
from reportlib.judging.weighing import Weighing, weigh
from reportlib.reading.parameters import Setting
from reportlib.values.claims import Assertion, Claim
from reportlib.values.evidence import Evidence, Item
from reportlib.values.findings import Finding, PartMatch
from reportlib.values.sources import table_of
from reportlib.values.words import Basis, Match, Unsettled, Verdict

Asked = tuple[Setting, ...]
"""The values of the parameters, in the order in which the question names them."""
Found = tuple[Finding, frozenset[str]]
"""A finding, and the tables that were read for it."""


@dataclass(frozen=True)
class Answer:
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
class Question:
    """A claim, its test and its evidence. What was answered once is not computed again."""

    claim: Claim
    test: ClaimTest | None
    assertions: tuple[Assertion, ...]
    evidence: tuple[Evidence, ...]
    turns_on: tuple[str, ...]
    """The parameters that the claim turns on: of its test, and of its tolerances."""
    known: Known
    _findings: dict[tuple[date, str, Asked], Found] = field(default_factory=dict)
    _answers: dict[tuple[Footing, Asked], Answer] = field(default_factory=dict)

    def setting(self, values: Mapping[str, Setting]) -> dict[str, Setting]:
        """Return the part of some choices that the claim turns on."""
        return {name: values[name] for name in self.turns_on}

    def at(self, footing: Footing, setting: Mapping[str, Setting]) -> Answer:
        """Answer on a footing at a setting.

        Raises:
            BadTest: the test stopped, or its value does not fit what is asserted.
        """
        asked = (footing, tuple(setting.values()))
        if asked not in self._answers:
            self._answers[asked] = self._answered(footing, setting)
        return self._answers[asked]

    def _answered(self, footing: Footing, setting: Mapping[str, Setting]) -> Answer:
        finding, tables_read = None, frozenset[str]()
        parts: tuple[PartMatch, ...] = ()
        items: list[Item] = []
        match = Match.NO_DATA
        links = self.known.links(footing.without)
        if self.test is not None:
            finding, tables_read = self._found(self.test, footing, setting)
            if self.assertions:
                parts = compare(finding, self.assertions, setting)
                match = _worst(parts)
                items = computed_items(finding, match, links)
        items += read_items(
            self.evidence,
            links,
            self.known.provenance.classes,
            self.known.references(footing.day),
            finding,
        )
        kept = [item for item in items if not footing.without or item.origin != footing.without]
        weighing = weigh(kept, footing.floor, loose=match is Match.LOOSE)
        if parts and match is Match.NO_DATA:
            # What a test should compute is not settled by documents that retell it.
            verdict, unsettled = Verdict.NOT_SETTLED, Unsettled.NO_DATA
            weighing = replace(weighing, verdict=verdict, unsettled=unsettled)
        return Answer(finding, parts, weighing, tables_read)

    def _found(self, test: ClaimTest, footing: Footing, setting: Mapping[str, Setting]) -> Found:
        """Call the test, unless what differs from an earlier call is nothing that it reads."""
        day, origin = footing.day, footing.without
        asked = (day, origin, tuple(setting[name] for name in test.names))
        if asked in self._findings:
            return self._findings[asked]
        if origin:
            found, tables_read = self._found(test, footing._replace(without=""), setting)
            gone = {table_of(row) for row in self.known.alone(origin)}
            if tables_read.isdisjoint(gone):
                return found, tables_read
        data = self.known.data(day, origin).watched()
        self._findings[asked] = (test(data, setting), frozenset(data.read))
        return self._findings[asked]


def _worst(parts: tuple[PartMatch, ...]) -> Match:
    """A claim is as good as its worst part; a part that differs decides before one without data."""
    order = (Match.DIFFERS, Match.NO_DATA, Match.LOOSE, Match.EXACT)
    return min((part.match for part in parts), key=order.index, default=Match.NO_DATA)
