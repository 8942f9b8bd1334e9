"""The difference between accepted and current verdicts: claims, rows, groundings and causes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reportlib.errors import NotInHistory, ReportError
from reportlib.execute.inputs import digest_data, digest_parameters
from reportlib.load.ledger import Ledger
from reportlib.model.findings import Record
from reportlib.model.formatting import join_words
from reportlib.model.snapshots import Causes, ClaimChange, Diff, ReferenceChanges, Snapshot
from reportlib.model.vocabulary import Cause
from reportlib.review.dry_run import DryRun, run_dry
from reportlib.review.history import accepted_inputs, composed
from reportlib.review.snapshots import take_snapshots
from reportlib.review.verdict_lock import VerdictLock
from reportlib.study import Study

Snapshots = Mapping[str, Snapshot]


def compare_snapshots(
    before: Snapshots, after: Snapshots, ledger: Ledger, records: Mapping[str, Record]
) -> list[ClaimChange]:
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
        ClaimChange(
            claim=claim,
            paraphrase=ledger.claims[claim].paraphrase if claim in ledger.claims else "",
            before=before.get(claim),
            after=after.get(claim),
            reason=records[claim].reason if claim in records else "",
            rows=_moved(_compare_rows(before.get(claim)), _compare_rows(after.get(claim))),
            read=_moved(_compare_read(before.get(claim)), _compare_read(after.get(claim))),
            moves=_moves(claim, before, after, ledger),
        )
        for claim in order
        if differ(before.get(claim), after.get(claim))
    ]


def differ(before: Snapshot | None, after: Snapshot | None) -> bool:
    """Whether there is something between the two that a person has to judge."""
    if before is None or after is None:
        return before is not after
    return not before.same_result(after)


def _compare_rows(snapshot: Snapshot | None) -> Mapping[str, str]:
    return snapshot.rows if snapshot is not None else {}


def _compare_read(snapshot: Snapshot | None) -> Mapping[str, str]:
    return snapshot.read if snapshot is not None else {}


def _moved(before: Mapping[str, str], after: Mapping[str, str]) -> ReferenceChanges:
    return ReferenceChanges(
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
            turned = _content(before.get(child), group.id) != _content(after.get(child), group.id)
            if turned and _grounding(before, group.parent) != _grounding(after, group.parent):
                found.add(group.parent)
                climbing.append(group.parent)
    return tuple(one for one in ledger.claims if one in found)


def _content(snapshot: Snapshot | None, group: str) -> str | bool | None:
    """What a parent sees of a claim: its role in the group where it has one, else its state."""
    if snapshot is None:
        return None
    role = snapshot.roles.get(group)
    return role if role is not None else snapshot.grounding or snapshot.state


def _grounding(snapshots: Snapshots, claim: str) -> str:
    return snapshots[claim].grounding if claim in snapshots else ""


Step = tuple[Causes, Snapshots]
"""What was exchanged since the step before, and how every claim stands then."""


def diff_dry_run(found: DryRun, lock: VerdictLock) -> Diff:
    """Return what of a rehearsal under the set base is not as it was accepted.

    Raises:
        BadData: a file cannot be read as it is described.
    """
    now = VerdictLock.of(found)
    changes = diff_since_lock(found.study, lock, found.assessment.ledger, found.records)
    moved = {change.claim for change in changes.changes}
    unmoved = [
        claim
        for claim, digests in now.digests.items()
        if claim not in moved and digests != lock.digests.get(claim)
    ]
    return replace(changes, unmoved=len(unmoved))


def diff_since_lock(
    study: Study, lock: VerdictLock, ledger: Ledger, records: Mapping[str, Record]
) -> Diff:
    """Return which claims are not as they were accepted, and why.

    The cause is looked for only if there is a change: the accepted inputs are taken from git and
    rehearsed under the method of today, then with the parameters of today, then with its data.

    Args:
        study: the study as it is now.
        lock: what was accepted.
        ledger: its ledger, as it is now.
        records: its records as they are now, under the set base.

    Raises:
        BadData: a file cannot be read as it is described.
    """
    now = take_snapshots(study, ledger, records)
    changes = compare_snapshots(lock.claims, now, ledger, records)
    if not changes:
        return Diff()
    try:
        with TemporaryDirectory(prefix="reportlib-") as folder:
            steps, notes = _steps(study, lock, now, Path(folder))
    except NotInHistory as problem:
        unknown = tuple(replace(change, causes=((Cause.UNKNOWN,),)) for change in changes)
        return Diff(unknown, notes=(f"The cause is not known. {problem}",))
    told = (
        replace(change, causes=_find_causes(change.claim, lock.claims, steps)) for change in changes
    )
    return Diff(tuple(told), notes=tuple(notes))


def _steps(
    study: Study, lock: VerdictLock, now: Snapshots, folder: Path
) -> tuple[list[Step], list[str]]:
    """Exchange one part after the other; parts that are as they were need no step.

    A step that cannot be run, such as a new method on old rows that lack a column, is joined with
    the next, and a note says so. The last step is what is found now.
    """
    past = accepted_inputs(study, lock, folder / "past")
    exchanged = [Cause.METHOD]
    if digest_parameters(study) != digest_parameters(past.study):
        exchanged.append(Cause.PARAMETERS)
    if digest_data(study) != digest_data(past.study):
        exchanged.append(Cause.DATA)
    steps: list[Step] = []
    notes = []
    if past.strayed:
        notes.append(
            f"The {join_words(past.strayed)} of commit {past.commit} are not those that were "
            "accepted: what moved by them cannot be told from a change of method."
        )
    waiting = set(past.strayed)
    for cause in exchanged:
        waiting.add(cause)
        standing = now
        if cause is not exchanged[-1]:
            parameters = past.study if cause is Cause.METHOD else study
            try:
                between = composed(
                    folder / cause, method=study, parameters=parameters, data=past.study
                )
                found = run_dry(between)
            except ReportError as problem:
                told = " ".join(str(problem).split())
                notes.append(f"A change of {cause} cannot be told from the next: {told}")
                continue
            standing = take_snapshots(between, found.assessment.ledger, found.records)
        steps.append((tuple(one for one in Cause if one in waiting), standing))
        waiting.clear()
    return steps, notes


def _find_causes(claim: str, before: Snapshots, steps: Iterable[Step]) -> tuple[Causes, ...]:
    """The steps at which a claim moved."""
    causes = []
    for exchanged, after in steps:
        if differ(before.get(claim), after.get(claim)):
            causes.append(exchanged)
        before = after
    return tuple(causes)
