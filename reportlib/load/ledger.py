"""The ledger: claims and what they assert, their groups, evidence and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from reportlib.load.csv_rows import CsvRow, CsvRows, group_by_key, split_list
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
        with CsvRows(study) as lines:
            sentences = tuple(_sentence(line) for line in lines.of("sentences"))
            locators = group_by_key(
                (claim, sentence.locator) for sentence in sentences for claim in sentence.claims
            )
            members = group_by_key((line["group"], _member(line)) for line in lines.of("members"))
            assertions = group_by_key(
                (line["claim"], _assertion(line)) for line in lines.of("assertions")
            )
            in_order = sorted(lines.of("printed"), key=lambda line: int(line["place"]))
            places = group_by_key(
                (line["consistency"], _printed(line, assertions)) for line in in_order
            )
            return cls(
                claims={
                    line["claim"]: _claim(line, locators.get(line["claim"], ()))
                    for line in lines.of("claims")
                },
                assertions=assertions,
                definitions=group_by_key(
                    (line["claim"], _definition(line)) for line in lines.of("definitions")
                ),
                groups=tuple(
                    _group(line, members.get(line["group"], ())) for line in lines.of("groups")
                ),
                edges=tuple(_edge(line) for line in lines.of("edges")),
                rivals=group_by_key(
                    (line["claim"], line["reading"]) for line in lines.of("rivals")
                ),
                evidence=group_by_key(
                    (line["claim"], _evidence(line)) for line in lines.of("evidence")
                ),
                sentences=sentences,
                consistencies=tuple(
                    _consistency(line, places.get(line["key"], ()))
                    for line in lines.of("consistency")
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


def _claim(line: CsvRow, locators: tuple[str, ...]) -> Claim:
    return Claim(
        id=line["claim"],
        paraphrase=line["paraphrase"],
        kind=Kind(line["kind"]),
        chapter=line["chapter"],
        outcome_kind=OutcomeKind(line["outcome_kind"]) if line["outcome_kind"] else None,
        horizon=line["horizon"],
        indicator=line["indicator"],
        method=line["method"],
        falsifier=line["falsifier"],
        settled_by=line["settled_by"],
        reconstructed=line["reconstructed"] == "yes",
        locators=locators,
    )


def _assertion(line: CsvRow) -> Assertion:
    return Assertion(
        claim=line["claim"],
        part=line["part"],
        comparison=Comparison(line["comparison"]),
        value=line["value"],
        unit=line["unit"],
        tolerance=line["tolerance"],
        hedge=line["hedge"],
        attributed_to=line["attributed_to"],
        note=line.get("note", ""),
    )


def _edge(line: CsvRow) -> Edge:
    return Edge(line["child"], line["parent"], Relation(line["relation"]))


def _definition(line: CsvRow) -> Definition:
    return Definition(line["claim"], line["parameter"], line["fixed"] == "yes", line["why"])


def _member(line: CsvRow) -> Member:
    requires = (
        Demand(Comparison(line["requires"]), line["requires_value"]) if line["requires"] else None
    )
    return Member(line["member"], requires, line["why"])


def _group(line: CsvRow, members: tuple[Member, ...]) -> Group:
    mode = Mode(line["mode"])
    needed = len(members) if mode is Mode.LINKED else int(line["needed"])
    return Group(line["group"], line["parent"], mode, needed, line["warrant"], members)


def _evidence(line: CsvRow) -> Evidence:
    return Evidence(
        key=line["key"],
        claim=line["claim"],
        target=line["target"],
        stance=Stance(line["stance"]),
        directness=Directness(line["directness"]),
        origin=line["origin"],
        source_class=line["class"],
        note=line["note"],
    )


def _sentence(line: CsvRow) -> Sentence:
    return Sentence(
        line["locator"],
        Role(line["role"]),
        split_list(line["claims"]),
        int(line["words"]),
        line["sha256"],
    )


def _consistency(line: CsvRow, places: tuple[PrintedValue, ...]) -> TextCheck:
    return TextCheck(
        key=line["key"],
        about=line["about"],
        relation=TextRelation(line["relation"]),
        places=places,
        tolerance=line["tolerance"],
        concerns=split_list(line["concerns"]),
        note=line["note"],
    )


def _printed(line: CsvRow, assertions: Mapping[str, tuple[Assertion, ...]]) -> PrintedValue:
    """A value as it is printed, or the one that a claim asserts."""
    if not line["claim"]:
        return PrintedValue(line["locator"], line["value"])
    part = line["part"] or WHOLE
    asserted = {one.part: one for one in assertions[line["claim"]]}[part]
    return PrintedValue(line["locator"], asserted.value, asserted.unit, line["claim"], part)
