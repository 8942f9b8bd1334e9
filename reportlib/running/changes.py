"""What changed since the lock: claim by claim, with the cause found step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reportlib.errors import NotInHistory, ReportError
from reportlib.judging.changes import Snapshots, changes_between, differs
from reportlib.reading.ledger import Ledger
from reportlib.reading.parts import digest_of_data, digest_of_parameters
from reportlib.running.lock import Lock
from reportlib.running.past import accepted_inputs, composed
from reportlib.running.rehearsal import Rehearsal, rehearse
from reportlib.running.snapshots import snapshots
from reportlib.study import Study
from reportlib.values.changes import Causes, Changes
from reportlib.values.findings import Record
from reportlib.values.phrases import joined
from reportlib.values.words import Cause

Step = tuple[Causes, Snapshots]
"""What was exchanged since the step before, and how every claim stands then."""


def changes_in(found: Rehearsal, lock: Lock) -> Changes:
    """Return what of a rehearsal under the set base is not as it was accepted.

    Raises:
        BadData: a file cannot be read as it is described.
    """
    now = Lock.of(found)
    changes = changes_since(found.study, lock, found.inquiry.ledger, found.records)
    moved = {change.claim for change in changes.changes}
    unmoved = [
        claim
        for claim, digests in now.digests.items()
        if claim not in moved and digests != lock.digests.get(claim)
    ]
    return replace(changes, unmoved=len(unmoved))


def changes_since(
    study: Study, lock: Lock, ledger: Ledger, records: Mapping[str, Record]
) -> Changes:
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
    now = snapshots(study, ledger, records)
    changes = changes_between(lock.claims, now, ledger, records)
    if not changes:
        return Changes()
    try:
        with TemporaryDirectory(prefix="reportlib-") as folder:
            steps, notes = _steps(study, lock, now, Path(folder))
    except NotInHistory as problem:
        unknown = tuple(replace(change, causes=((Cause.UNKNOWN,),)) for change in changes)
        return Changes(unknown, notes=(f"The cause is not known. {problem}",))
    told = (replace(change, causes=_causes(change.claim, lock.claims, steps)) for change in changes)
    return Changes(tuple(told), notes=tuple(notes))


def _steps(study: Study, lock: Lock, now: Snapshots, folder: Path) -> tuple[list[Step], list[str]]:
    """Exchange one part after the other; parts that are as they were need no step.

    A step that cannot be run, such as a new method on old rows that lack a column, is joined with
    the next, and a note says so. The last step is what is found now.
    """
    past = accepted_inputs(study, lock, folder / "past")
    exchanged = [Cause.METHOD]
    if digest_of_parameters(study) != digest_of_parameters(past.study):
        exchanged.append(Cause.PARAMETERS)
    if digest_of_data(study) != digest_of_data(past.study):
        exchanged.append(Cause.DATA)
    steps: list[Step] = []
    notes = []
    if past.strayed:
        notes.append(
            f"The {joined(past.strayed)} of commit {past.commit} are not those that were accepted: "
            "what moved by them cannot be told from a change of method."
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
                found = rehearse(between)
            except ReportError as problem:
                told = " ".join(str(problem).split())
                notes.append(f"A change of {cause} cannot be told from the next: {told}")
                continue
            standing = snapshots(between, found.inquiry.ledger, found.records)
        steps.append((tuple(one for one in Cause if one in waiting), standing))
        waiting.clear()
    return steps, notes


def _causes(claim: str, before: Snapshots, steps: Iterable[Step]) -> tuple[Causes, ...]:
    """The steps at which a claim moved."""
    causes = []
    for exchanged, after in steps:
        if differs(before.get(claim), after.get(claim)):
            causes.append(exchanged)
        before = after
    return tuple(causes)
