"""The argument: groundings from groups and roles, and the claims on which a pillar rests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from itertools import accumulate

from reportlib.load.ledger import Ledger
from reportlib.model.claims import Group, Member
from reportlib.model.findings import Record
from reportlib.model.formatting import join_words
from reportlib.model.vocabulary import Grounding, Mode, Verdict


class Standing(IntEnum):
    """How a premise stands in a group, worst first."""

    FALLS = 0
    IN_PART = 1
    STANDS = 2


_GROUNDING = {
    Standing.STANDS: Grounding.GROUNDED,
    Standing.IN_PART: Grounding.PARTLY,
    Standing.FALLS: Grounding.UNGROUNDED,
    None: Grounding.ASSUMED,
}
_WORDS = {Standing.STANDS: "stands", Standing.IN_PART: "in part", Standing.FALLS: "falls"}


@dataclass(frozen=True)
class Argument:
    """The claims of a ledger as they stand on each other, given what was recorded of them.

    A claim that no chapter has recorded stands in part: nothing is known against it, nor for it.
    """

    ledger: Ledger
    records: Mapping[str, Record]
    fallen: frozenset[str] = frozenset()
    """Claims taken to fall, whatever their record says: for asking "what if"."""
    held: frozenset[str] = frozenset()
    """Claims taken to stand, likewise."""
    _before: Argument | None = field(default=None, repr=False, compare=False)
    """The argument without the "what if": all but the moving claims stand as they do there."""
    _moving: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    """The claims taken to fall or to stand, and all that rests on them."""

    def grounding(self, claim: str) -> Grounding:
        """Return the grounding of a judgement, a cause or a forecast."""
        return _GROUNDING[self._claim_standing(claim)]

    def standing(self, group: Group, member: Member) -> Standing | None:
        """Return how a member stands in a group; None: an assumption, which counts neither way.

        Where the parent needs less than the claim as written, the role decides: kept, the member
        stands whatever its detail; lost, it falls.
        """
        claim = member.claim
        if claim in self.fallen:
            return Standing.FALLS
        if claim in self.held:
            return Standing.STANDS
        if not self.ledger.claims[claim].kind.checkable:
            return self._claim_standing(claim)
        record = self.records.get(claim)
        if record is None or record.verdict is None:
            return Standing.IN_PART
        role = record.roles.get(group.id)
        if role is not None:
            return Standing.STANDS if role else Standing.FALLS
        if record.verdict.holds:
            return Standing.STANDS
        return Standing.FALLS if record.verdict is Verdict.NOT_SUPPORTED else Standing.IN_PART

    def group_standing(self, group: Group) -> Standing | None:
        """Return the standing of the weakest member that the group needs.

        That is the weakest of all where all are needed, the k-th best where k are.
        """
        counts = self._counts(group)
        total = counts.total()
        if not total or group.needed == 0:
            return None
        needed = total if group.mode is Mode.LINKED else min(group.needed, total)
        best_first = tuple(reversed(Standing))
        so_far = accumulate(counts[standing] for standing in best_first)
        return next(s for s, count in zip(best_first, so_far, strict=True) if count >= needed)

    def _counts(self, group: Group) -> Counter[Standing]:
        """Count the standings of the members; in a "what if" only those that move are looked at."""
        if group.id not in self._group_counts:
            counts: Counter[Standing] = Counter()
            moving: Iterable[Member] = group.members
            if self._before is not None:
                moving = self.ledger.members_among(group, self._moving)
                counts.update(self._before._counts(group))
                counts.subtract(_count_standings(self._before, group, moving))
            counts.update(_count_standings(self, group, moving))
            self._group_counts[group.id] = counts
        return self._group_counts[group.id]

    def _claim_standing(self, claim: str) -> Standing | None:
        """As good as the weakest group; None: nothing beneath can be checked."""
        if claim in self.fallen:
            return Standing.FALLS
        if self._before is not None and claim not in self._moving:
            return self._before._claim_standing(claim)
        if claim not in self._standings:
            groups = map(self.group_standing, self.ledger.groups_of(claim))
            self._standings[claim] = min((s for s in groups if s is not None), default=None)
        return self._standings[claim]

    @cached_property
    def _standings(self) -> dict[str, Standing | None]:
        return {}

    @cached_property
    def _group_counts(self) -> dict[str, Counter[Standing]]:
        return {}

    @property
    def settles_nothing(self) -> tuple[str, ...]:
        """The checkable claims, if not one of them is settled; none, if one is.

        A report in which no fact is settled says nothing, and is more likely a mistake.
        """
        checkable = [claim.id for claim in self.ledger.claims.values() if claim.kind.checkable]
        verdicts = {self.records[c].verdict for c in checkable if c in self.records}
        return () if verdicts - {None, Verdict.NOT_SETTLED} else tuple(checkable)

    @property
    def roots(self) -> tuple[str, ...]:
        """The claims that support no other: what the article is for."""
        return self.ledger.roots

    @property
    def pillars(self) -> tuple[str, ...]:
        """The claims that a root needs, all of them."""
        return self.ledger.pillars

    def knocked_out(self, claims: Collection[str]) -> Argument:
        """Return the same argument, with some claims taken to fall."""
        return self._what_if(claims, self.fallen | frozenset(claims), self.held)

    def needs(self, claim: str) -> tuple[str, ...]:
        """Return the judgements that would be better grounded if this claim stood."""
        with_it = self._what_if([claim], self.fallen, self.held | {claim})
        return self._list_differing(with_it, claim)

    def moved_by(self, claim: str) -> tuple[str, ...]:
        """Return the claims whose grounding changes if this one falls."""
        return tuple(self.if_it_falls(claim))

    def if_it_falls(self, claim: str) -> dict[str, Grounding]:
        """Return, by claim, each grounding that changes if this one falls, as it would be."""
        without = self.knocked_out([claim])
        return {c: without.grounding(c) for c in self._list_differing(without, claim)}

    def _what_if(
        self, claims: Collection[str], fallen: frozenset[str], held: frozenset[str]
    ) -> Argument:
        above = (parent for claim in claims for parent in self.ledger.above(claim))
        moving = frozenset(claims).union(above)
        return Argument(self.ledger, self.records, fallen, held, self, moving)

    def _list_differing(self, other: Argument, claim: str) -> tuple[str, ...]:
        return tuple(
            parent
            for parent in self.ledger.above(claim)
            if parent != claim
            and not self.ledger.claims[parent].kind.checkable
            and other.grounding(parent) is not self.grounding(parent)
        )

    def bears_load(self, claim: str) -> bool:
        """Whether the fall of a claim, which is no pillar itself, changes a pillar."""
        return claim not in self.pillars and not set(self.pillars).isdisjoint(self.moved_by(claim))

    @cached_property
    def load_bearing(self) -> tuple[str, ...]:
        """The claims whose fall changes a pillar."""
        return tuple(claim for claim in self.ledger.claims if self.bears_load(claim))

    def completed(self) -> dict[str, Record]:
        """Return the records, each with the grounding of its claim if it has one."""
        return {claim: self.complete(record) for claim, record in self.records.items()}

    def complete(self, record: Record) -> Record:
        """Return a record with the grounding of its claim if it has one, and the reason for it."""
        if record.kind.checkable:
            return record
        reason = f"{record.reason} {self.reason(record.claim)}".strip()
        return replace(record, grounding=self.grounding(record.claim), reason=reason)

    def reason(self, claim: str) -> str:
        """Return why a claim has its grounding: how each premise beneath it stands."""
        groups = [group for group in self.ledger.groups_of(claim) if group.needed]
        if all(self.group_standing(group) is None for group in groups):
            return "Assumed: no checkable claim that it needs stands beneath it."
        return " ".join(
            f"{f'Needs {group.how_many}'.rstrip()} "
            f"{join_words(self._describe_member(group, member) for member in group.members)}."
            for group in groups
        )

    def _describe_member(self, group: Group, member: Member) -> str:
        claim, record = self.ledger.claims[member.claim], self.records.get(member.claim)
        standing = self.standing(group, member)
        if record is not None and record.outcome is not None:
            outcome = f"as a {claim.outcome_kind}: {record.outcome}"
            return f"{claim.id} (premises {self.grounding(claim.id)}; {outcome})"
        if standing is None:
            return f"{claim.id} (assumed)"
        if record is None and claim.kind.checkable:
            return f"{claim.id} (not looked at yet)"
        if record is not None and record.roles.get(group.id) and record.verdict is not None:
            kept = "stands" if record.verdict.holds else "its role is kept"
            return f"{claim.id} ({record.verdict}; {kept})"
        return f"{claim.id} ({_WORDS[standing]})"


def _count_standings(
    argument: Argument, group: Group, members: Iterable[Member]
) -> Counter[Standing]:
    """Count how some members stand; assumptions count neither way."""
    standings = (argument.standing(group, member) for member in members)
    return Counter(standing for standing in standings if standing is not None)
