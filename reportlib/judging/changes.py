"""Changes between two times: which claims differ, in which rows, and which groundings they move."""

from __future__ import annotations

from collections.abc import Mapping

from reportlib.reading.ledger import Ledger
from reportlib.values.changes import Change, Moved, Snapshot
from reportlib.values.findings import Record

Snapshots = Mapping[str, Snapshot]


def changes_between(
    before: Snapshots, after: Snapshots, ledger: Ledger, records: Mapping[str, Record]
) -> list[Change]:
    """Return the claims of which state, value or rows differ, in the order of the ledger.

    Causes are not told here; claims that are gone stand last.

    Args:
        before: what was accepted.
        after: what is found now.
        ledger: the ledger as it is now.
        records: the records as they are now, for their reasons.
    """
    order = [*ledger.claims, *sorted(before.keys() - ledger.claims.keys())]
    return [
        Change(
            claim=claim,
            paraphrase=ledger.claims[claim].paraphrase if claim in ledger.claims else "",
            before=before.get(claim),
            after=after.get(claim),
            reason=records[claim].reason if claim in records else "",
            rows=_moved(_rows(before.get(claim)), _rows(after.get(claim))),
            read=_moved(_read(before.get(claim)), _read(after.get(claim))),
            moves=_moves(claim, before, after, ledger),
        )
        for claim in order
        if differs(before.get(claim), after.get(claim))
    ]


def differs(before: Snapshot | None, after: Snapshot | None) -> bool:
    """Whether there is something between the two that a person has to judge."""
    if before is None or after is None:
        return before is not after
    return not before.same_result(after)


def _rows(snapshot: Snapshot | None) -> Mapping[str, str]:
    return snapshot.rows if snapshot is not None else {}


def _read(snapshot: Snapshot | None) -> Mapping[str, str]:
    return snapshot.read if snapshot is not None else {}


def _moved(before: Mapping[str, str], after: Mapping[str, str]) -> Moved:
    return Moved(
        came=tuple(sorted(after.keys() - before.keys())),
        went=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(
            sorted(one for one in before.keys() & after.keys() if before[one] != after[one])
        ),
    )


def _moves(claim: str, before: Snapshots, after: Snapshots, ledger: Ledger) -> tuple[str, ...]:
    """The judgements above a claim whose grounding is another, as far as its own change carries.

    It carries into a group if what the parent sees of it there is another, and further up from a
    judgement that is itself grounded otherwise than before.
    """
    found: set[str] = set()
    climbing = [claim]
    while climbing:
        child = climbing.pop()
        for group in ledger.groups:
            if group.parent in found or child not in group.claims:
                continue
            turned = _seen(before.get(child), group.id) != _seen(after.get(child), group.id)
            if turned and _grounding(before, group.parent) != _grounding(after, group.parent):
                found.add(group.parent)
                climbing.append(group.parent)
    return tuple(one for one in ledger.claims if one in found)


def _seen(snapshot: Snapshot | None, group: str) -> str | bool | None:
    """What a parent sees of a claim: its role in the group where it has one, else its state."""
    if snapshot is None:
        return None
    role = snapshot.roles.get(group)
    return role if role is not None else snapshot.grounding or snapshot.state


def _grounding(snapshots: Snapshots, claim: str) -> str:
    return snapshots[claim].grounding if claim in snapshots else ""
