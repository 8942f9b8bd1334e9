"""The ledger: claims and what they assert, their groups, evidence and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from reportlib.load.csv_rows import CsvRow, CsvRows, T, group_by_key, make_value, split_list
from reportlib.model.claims import (
    WHOLE,
    Assertion,
    Claim,
    Definition,
    Demand,
    Edge,
    Group,
    Member,
    Sentence,
)
from reportlib.model.evidence import Evidence
from reportlib.model.text_checks import PrintedValue, TextCheck
from reportlib.model.vocabulary import (
    Comparison,
    Directness,
    Kind,
    Mode,
    OutcomeKind,
    Relation,
    Role,
    Stance,
    TextRelation,
)
from reportlib.study import Study


@dataclass(frozen=True)
class Ledger:
    """The claims, with all that people keep about them, by the claim's id."""

    claims: Mapping[str, Claim]
    assertions: Mapping[str, tuple[Assertion, ...]]
    definitions: Mapping[str, tuple[Definition, ...]]
    groups: tuple[Group, ...]
    edges: tuple[Edge, ...]
    rivals: Mapping[str, tuple[str, ...]]
    """Other plausible readings of a judgement or a cause."""
    evidence: Mapping[str, tuple[Evidence, ...]]
    sentences: tuple[Sentence, ...]
    consistencies: tuple[TextCheck, ...] = ()
    """Relations between places of the article, which need no outside fact."""

    @classmethod
    def read(cls, study: Study) -> Ledger:
        """Read ``data/chain/``.

        Raises:
            BadData: with every fault of the data package.
        """
        with CsvRows(study) as rows:

            def group(name: str, make: Callable[[CsvRow], T]) -> dict[str, tuple[T, ...]]:
                return group_by_key((row["claim"], make(row)) for row in rows.of(name))

            sentences = tuple(map(_sentence, rows.of("sentences")))
            locators = group_by_key((claim, s.locator) for s in sentences for claim in s.claims)
            members = group_by_key((row["group"], _member(row)) for row in rows.of("members"))
            assertions = group("assertions", _assertion)
            printed = sorted(rows.of("printed"), key=lambda row: int(row["place"]))
            places = group_by_key((r["consistency"], _printed(r, assertions)) for r in printed)
            return cls(
                claims={
                    row["claim"]: _claim(row, locators.get(row["claim"], ()))
                    for row in rows.of("claims")
                },
                assertions=assertions,
                definitions=group("definitions", _definition),
                groups=tuple(_group(r, members.get(r["group"], ())) for r in rows.of("groups")),
                edges=tuple(
                    Edge(row["child"], row["parent"], Relation(row["relation"]))
                    for row in rows.of("edges")
                ),
                rivals=group("rivals", lambda row: row["reading"]),
                evidence=group("evidence", _evidence),
                sentences=sentences,
                consistencies=tuple(
                    _text_check(row, places.get(row["key"], ())) for row in rows.of("consistency")
                ),
            )

    def groups_of(self, parent: str) -> tuple[Group, ...]:
        """The groups of premises beneath a claim."""
        return self._by_parent.get(parent, ())

    def children_of(self, parent: str) -> list[str]:
        """The claims in the groups beneath a claim, each once."""
        groups = self.groups_of(parent)
        return list(dict.fromkeys(member.claim for group in groups for member in group.members))

    def places_of(self, child: str) -> tuple[tuple[Group, Member], ...]:
        """The groups that a claim stands in, each with the claim as its member."""
        return self._by_member.get(child, ())

    def members_among(self, group: Group, claims: Iterable[str]) -> tuple[Member, ...]:
        """The members of a group that are some of these claims."""
        members = self._members[group.id]
        return tuple(members[claim] for claim in claims if claim in members)

    def roles_of(self, child: str) -> Mapping[str, Demand]:
        """What the groups that a claim stands in need of it, where that is less than all of it."""
        return {
            group.id: member.requires
            for group, member in self.places_of(child)
            if member.requires is not None
        }

    def above(self, claim: str) -> tuple[str, ...]:
        """Every claim that a claim is a premise of, however far, in the order of the groups."""
        found: set[str] = set()
        queue = [claim]
        while queue:
            parents = {group.parent for group, _ in self.places_of(queue.pop())} - found
            found |= parents
            queue.extend(parents)
        return tuple(sorted(found, key=self._order.__getitem__))

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The claims that support no other: what the article is for."""
        return tuple(parent for parent in self._order if parent not in self._by_member)

    @cached_property
    def pillars(self) -> tuple[str, ...]:
        """The claims that a root needs, all of them."""
        return tuple(
            member.claim
            for root in self.roots
            for group in self.groups_of(root)
            if group.mode is Mode.LINKED
            for member in group.members
        )

    @cached_property
    def _by_parent(self) -> Mapping[str, tuple[Group, ...]]:
        return group_by_key((group.parent, group) for group in self.groups)

    @cached_property
    def _by_member(self) -> Mapping[str, tuple[tuple[Group, Member], ...]]:
        pairs = ((group, member) for group in self.groups for member in group.members)
        return group_by_key((member.claim, (group, member)) for group, member in pairs)

    @cached_property
    def _members(self) -> Mapping[str, Mapping[str, Member]]:
        return {group.id: {m.claim: m for m in group.members} for group in self.groups}

    @cached_property
    def _order(self) -> Mapping[str, int]:
        """The place of each parent among the groups."""
        return {parent: number for number, parent in enumerate(self._by_parent)}


def _claim(row: CsvRow, locators: tuple[str, ...]) -> Claim:
    return make_value(
        Claim,
        row,
        id=row["claim"],
        kind=Kind(row["kind"]),
        outcome_kind=OutcomeKind(row["outcome_kind"]) if row["outcome_kind"] else None,
        reconstructed=row["reconstructed"] == "yes",
        locators=locators,
    )


def _assertion(row: CsvRow) -> Assertion:
    comparison = Comparison(row["comparison"])
    return make_value(Assertion, row, comparison=comparison, note=row.get("note", ""))


def _definition(row: CsvRow) -> Definition:
    return make_value(Definition, row, fixed=row["fixed"] == "yes")


def _member(row: CsvRow) -> Member:
    requires = row["requires"]
    demand = Demand(Comparison(requires), row["requires_value"]) if requires else None
    return Member(row["member"], demand, row["why"])


def _group(row: CsvRow, members: tuple[Member, ...]) -> Group:
    mode = Mode(row["mode"])
    needed = len(members) if mode is Mode.LINKED else int(row["needed"])
    return Group(row["group"], row["parent"], mode, needed, row["warrant"], members)


def _evidence(row: CsvRow) -> Evidence:
    return make_value(
        Evidence,
        row,
        stance=Stance(row["stance"]),
        directness=Directness(row["directness"]),
        source_class=row["class"],
    )


def _sentence(row: CsvRow) -> Sentence:
    claims, words = split_list(row["claims"]), int(row["words"])
    return make_value(Sentence, row, role=Role(row["role"]), claims=claims, words=words)


def _text_check(row: CsvRow, places: tuple[PrintedValue, ...]) -> TextCheck:
    relation, concerns = TextRelation(row["relation"]), split_list(row["concerns"])
    return make_value(TextCheck, row, relation=relation, places=places, concerns=concerns)


def _printed(row: CsvRow, assertions: Mapping[str, tuple[Assertion, ...]]) -> PrintedValue:
    """A value as it is printed, or the one that a claim asserts."""
    if not row["claim"]:
        return PrintedValue(row["locator"], row["value"])
    part = row["part"] or WHOLE
    asserted = {assertion.part: assertion for assertion in assertions[row["claim"]]}[part]
    return PrintedValue(row["locator"], asserted.value, asserted.unit, row["claim"], part)
