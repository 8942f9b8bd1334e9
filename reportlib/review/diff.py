"""The difference between accepted and current verdicts: claims, rows, groundings and causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from reportlib.assess.argument import Argument
from reportlib.load.csv_rows import group_by_key
from reportlib.load.parameters import OWN
from reportlib.model.claims import Group
from reportlib.model.snapshots import (
    LIBRARY_RULES,
    ClaimChange,
    Diff,
    ReferenceChanges,
    Snapshot,
)
from reportlib.model.vocabulary import Cause
from reportlib.review.verdict_lock import VerdictLock

_LIBRARY_CHANGED = (
    "The rules of the library have changed since the last acceptance, so method is among the "
    "causes of every change."
)
_UNKNOWN = (
    "A cause is unknown where data, parameters and method are as accepted: something else has "
    "changed, such as a package that the tests use."
)


def diff_locks(accepted: VerdictLock, current: VerdictLock, argument: Argument) -> Diff:
    """Return the claims of which state, value or rows differ, with the causes.

    They stand in the order of the ledger; claims that are gone stand last.

    Args:
        accepted: the lock of the study.
        current: the lock that would accept the study as it is now.
        argument: the claims as they stand now, with their reasons.
    """
    comparison = _Comparison(accepted, current, argument)
    claims = [*current.claims, *sorted(accepted.claims.keys() - current.claims.keys())]
    moved = [claim for claim in claims if comparison.has_moved(claim)]
    changes = tuple(map(comparison.describe, moved))
    notes = []
    if changes and comparison.library_changed:
        notes.append(_LIBRARY_CHANGED)
    if any(change.causes == (Cause.UNKNOWN,) for change in changes):
        notes.append(_UNKNOWN)
    unmoved = sum(bool(comparison.own_causes(claim)) for claim in claims if claim not in moved)
    return Diff(changes, unmoved, tuple(notes))


@dataclass(frozen=True)
class _Comparison:
    """Two locks side by side."""

    accepted: VerdictLock
    current: VerdictLock
    argument: Argument

    def sides(self, claim: str) -> tuple[Snapshot | None, Snapshot | None]:
        """Return a claim before and after; None where it is new or gone."""
        return self.accepted.claims.get(claim), self.current.claims.get(claim)

    def has_moved(self, claim: str) -> bool:
        """Return whether there is something that a person has to judge."""
        before, after = self.sides(claim)
        return before is None or after is None or not before.same_result(after)

    def describe(self, claim: str) -> ClaimChange:
        before, after = self.sides(claim)
        stated = self.argument.ledger.claims.get(claim)
        record = self.argument.records.get(claim)
        return ClaimChange(
            claim=claim,
            paraphrase=stated.paraphrase if stated else "",
            before=before,
            after=after,
            reason=record.reason if record else "",
            rows=_compare(before.rows if before else {}, after.rows if after else {}),
            read=_compare(before.read if before else {}, after.read if after else {}),
            moves=tuple(
                parent
                for parent in self.argument.ledger.claims
                if parent != claim and claim in self._reach(parent)
            ),
            causes=self.causes(claim),
            beneath=tuple(dict.fromkeys(self._beneath.get(claim, ()))),
        )

    def causes(self, claim: str) -> tuple[Cause, ...]:
        """Return all that differs of what a claim rests on, and of what its premises rest on.

        Where no digest of these differs, what changed anywhere in the study is the cause: a test
        may read a table under another setting alone, or a chapter no longer show the claim.
        """
        causes = {cause for premise in self._reach(claim) for cause in self.own_causes(premise)}
        if self.library_changed:
            causes.add(Cause.METHOD)
        causes = causes or {cause for cause, names in self._changed_inputs.items() if names}
        return tuple(cause for cause in Cause if cause in causes) or (Cause.UNKNOWN,)

    def own_causes(self, claim: str) -> set[Cause]:
        """Return all that differs of what a claim itself rests on, but for the library's rules."""
        before, after = self.sides(claim)
        if before is None or after is None:  # asserted anew, or no longer
            return {Cause.METHOD}
        tables = {*before.tables, *after.tables} & self._changed_inputs[Cause.DATA]
        names = {*OWN, *before.parameters, *after.parameters}
        differs = {
            Cause.DATA: bool(tables) or before.read != after.read,
            Cause.PARAMETERS: bool(names & self._changed_inputs[Cause.PARAMETERS]),
            Cause.METHOD: before.test != after.test,
        }
        return {cause for cause in differs if differs[cause]}

    @property
    def library_changed(self) -> bool:
        return LIBRARY_RULES in self._changed_inputs[Cause.METHOD]

    @cached_property
    def _changed_inputs(self) -> dict[Cause, set[str]]:
        """The names of the inputs whose digests differ."""
        return {
            cause: {
                name for name, _ in self.accepted.inputs.get(cause, {}).items() ^ digests.items()
            }
            for cause, digests in self.current.inputs.items()
        }

    @cached_property
    def _beneath(self) -> dict[str, tuple[str, ...]]:
        """By claim, the premises by which its grounding moved."""
        return group_by_key(
            (group.parent, premise)
            for group in self.argument.ledger.groups
            for premise in group.claims
            if self._moves(premise, group)
        )

    def _reach(self, claim: str) -> set[str]:
        """Return a claim with all by which its grounding moved, directly or through others."""
        reached: set[str] = set()
        queue = [claim]
        while queue:
            reached.add(premise := queue.pop())
            queue += set(self._beneath.get(premise, ())) - reached
        return reached

    def _moves(self, premise: str, group: Group) -> bool:
        """Return whether a premise looks different to its group, and the parent's grounding too."""
        before, after = self.sides(group.parent)
        if (before.grounding if before else "") == (after.grounding if after else ""):
            return False
        before, after = self.sides(premise)
        return _standing(before, group) != _standing(after, group)


def _standing(premise: Snapshot | None, group: Group) -> str | bool | None:
    """Return what a group sees of a premise: its role if it has one there, else its state."""
    if premise is None:
        return None
    role = premise.roles.get(group.id)
    return role if role is not None else premise.grounding or premise.state


def _compare(before: Mapping[str, str], after: Mapping[str, str]) -> ReferenceChanges:
    changes = {
        "came": after.keys() - before.keys(),
        "went": before.keys() - after.keys(),
        "changed": {row for row in before.keys() & after.keys() if before[row] != after[row]},
    }
    return {kind: tuple(sorted(references)) for kind, references in changes.items() if references}
