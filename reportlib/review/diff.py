"""The difference between accepted and current verdicts: claims, rows, groundings and causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from reportlib.assess.argument import Argument
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import OWN
from reportlib.model.claims import Group
from reportlib.model.findings import Record
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
    comparison = _Comparison(accepted, current, argument.ledger)
    claims = [*argument.ledger.claims, *sorted(accepted.claims.keys() - current.claims.keys())]
    moved = [claim for claim in claims if comparison.has_moved(claim)]
    changes = tuple(_change(claim, comparison, argument.records.get(claim)) for claim in moved)
    unmoved = sum(bool(comparison.own_causes(claim)) for claim in claims if claim not in moved)
    notes = []
    if changes and comparison.library_changed:
        notes.append(_LIBRARY_CHANGED)
    if any(change.causes == (Cause.UNKNOWN,) for change in changes):
        notes.append(_UNKNOWN)
    return Diff(changes, unmoved, tuple(notes))


def _change(claim: str, comparison: _Comparison, record: Record | None) -> ClaimChange:
    before, after = comparison.before(claim), comparison.after(claim)
    ledger = comparison.ledger
    return ClaimChange(
        claim=claim,
        paraphrase=ledger.claims[claim].paraphrase if claim in ledger.claims else "",
        before=before,
        after=after,
        reason=record.reason if record is not None else "",
        rows=_compare(before.rows if before else {}, after.rows if after else {}),
        read=_compare(before.read if before else {}, after.read if after else {}),
        moves=comparison.moves(claim),
        causes=comparison.causes(claim),
        beneath=comparison.moved_beneath(claim),
    )


def _compare(before: Mapping[str, str], after: Mapping[str, str]) -> ReferenceChanges:
    changes = {
        "came": after.keys() - before.keys(),
        "went": before.keys() - after.keys(),
        "changed": {row for row in before.keys() & after.keys() if before[row] != after[row]},
    }
    return {kind: tuple(sorted(references)) for kind, references in changes.items() if references}


@dataclass(frozen=True)
class _Comparison:
    """Two locks side by side."""

    accepted: VerdictLock
    current: VerdictLock
    ledger: Ledger

    def before(self, claim: str) -> Snapshot | None:
        return self.accepted.claims.get(claim)

    def after(self, claim: str) -> Snapshot | None:
        return self.current.claims.get(claim)

    def has_moved(self, claim: str) -> bool:
        """Return whether there is something that a person has to judge."""
        before, after = self.before(claim), self.after(claim)
        if before is None or after is None:
            return before is not after
        return not before.same_result(after)

    def causes(self, claim: str) -> tuple[Cause, ...]:
        """Return everything that changed among what a claim rests on, with the claims beneath it.

        Where no digest of these differs, what changed anywhere in the study is the cause: a test
        may read a table under another setting alone, or a chapter no longer show the claim.
        """
        reached: set[str] = set()
        queue = [claim]
        while queue:
            reached.add(child := queue.pop())
            queue += set(self.moved_beneath(child)) - reached
        causes = set().union(*map(self.own_causes, reached))
        if self.library_changed:
            causes.add(Cause.METHOD)
        causes = causes or {cause for cause, names in self._changed_inputs.items() if names}
        return tuple(cause for cause in Cause if cause in causes) or (Cause.UNKNOWN,)

    def own_causes(self, claim: str) -> set[Cause]:
        """Return the parts of the study in which something differs that this claim rests on.

        The rules of the library, on which every claim rests, are left to the caller.
        """
        before, after = self.before(claim), self.after(claim)
        if before is None or after is None:  # asserted anew, or no longer
            return {Cause.METHOD}
        tables = {*before.tables, *after.tables}
        parameters = {*OWN, *before.parameters, *after.parameters}
        differing = {
            Cause.DATA: tables & self._changed_inputs[Cause.DATA]
            or before.evidence != after.evidence,
            Cause.PARAMETERS: parameters & self._changed_inputs[Cause.PARAMETERS],
            Cause.METHOD: before.test != after.test,
        }
        return {cause for cause, differs in differing.items() if differs}

    @property
    def library_changed(self) -> bool:
        return LIBRARY_RULES in self._changed_inputs[Cause.METHOD]

    @cached_property
    def _changed_inputs(self) -> dict[Cause, set[str]]:
        """The names of the inputs whose digests differ."""
        changed = {}
        for cause, now in self.current.inputs.items():
            before = self.accepted.inputs.get(cause, {})
            names = before.keys() | now.keys()
            changed[cause] = {name for name in names if before.get(name) != now.get(name)}
        return changed

    def moved_beneath(self, claim: str) -> tuple[str, ...]:
        """Return the premises by which the grounding of a claim moved."""
        groups = self.ledger.groups_of(claim)
        pairs = ((child, group) for group in groups for child in group.claims)
        return tuple(dict.fromkeys(child for child, group in pairs if self._moves(child, group)))

    def moves(self, claim: str) -> tuple[str, ...]:
        """Return the judgements above a claim whose grounding moved by it, however far above."""
        reached: set[str] = set()
        queue = [claim]
        while queue:
            child = queue.pop()
            groups = (group for group, _ in self.ledger.places_of(child))
            parents = {group.parent for group in groups if self._moves(child, group)}
            queue += parents - reached
            reached |= parents
        return tuple(parent for parent in self.ledger.claims if parent in reached)

    def _moves(self, child: str, group: Group) -> bool:
        """Return whether a parent's grounding differs, and what it sees of a child in a group."""
        before, after = self.before(group.parent), self.after(group.parent)
        if (before.grounding if before else "") == (after.grounding if after else ""):
            return False
        return _seen(self.before(child), group.id) != _seen(self.after(child), group.id)


def _seen(snapshot: Snapshot | None, group: str) -> str | bool | None:
    """Return what a parent sees of a claim: its role in the group if it has one, else its state."""
    if snapshot is None:
        return None
    role = snapshot.roles.get(group)
    return role if role is not None else snapshot.grounding or snapshot.state
