"""The lock: what was accepted of each claim, and digests of what it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from reportlib.assess.assessment import Assessment
from reportlib.errors import BadLock, NotAccepted
from reportlib.execute.files import write_atomically
from reportlib.model.findings import Record
from reportlib.model.snapshots import InputDigests, Snapshot
from reportlib.review.input_digests import digest_inputs
from reportlib.review.snapshots import restore_value, take_snapshots
from reportlib.study import Study

FORM = "reportlib verdicts, form 2"
"""Stands in every lock; a change of what a lock holds, or of how digests are made, counts it up."""


@dataclass(frozen=True)
class VerdictLock:
    """The accepted claims of a study, under the parameter set base."""

    claims: Mapping[str, Snapshot]
    inputs: InputDigests

    @classmethod
    def of(cls, study: Study, assessment: Assessment, records: Mapping[str, Record]) -> VerdictLock:
        """Return the lock that accepts these records.

        Raises:
            BadData: a file cannot be read as it is described.
        """
        return cls(take_snapshots(study, assessment, records), digest_inputs(study, assessment))

    @classmethod
    def read(cls, study: Study) -> VerdictLock:
        """Read the lock of a study.

        Raises:
            NotAccepted: there is none.
            BadLock: it is damaged, or was written by another program or version.
        """
        where = study.relative(study.lock)
        hint = "Restore it from git, or let `make accept` write it anew."
        try:
            content = json.loads(study.lock.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotAccepted(
                f"There is no {where}: no state has been accepted yet. `make accept` writes it."
            ) from None
        except (ValueError, OSError) as problem:
            raise BadLock(f"{where} cannot be read ({problem}). {hint}") from None
        if not isinstance(content, dict) or content.pop("form", None) != FORM:
            raise BadLock(f"{where} is no lock of this version of the library. {hint}")
        try:
            lock = _LOCKS.validate_python(content)
        except ValidationError as problem:
            raise BadLock(
                f"{where} is damaged ({' '.join(str(problem).split())}). {hint}"
            ) from None
        claims = {
            claim: replace(snapshot, value=restore_value(snapshot.value))
            for claim, snapshot in lock.claims.items()
        }
        return replace(lock, claims=claims)

    def write(self, study: Study) -> None:
        """Write the lock, whole or not at all; a file that says the same already is left alone."""
        content = {"form": FORM, **_LOCKS.dump_python(self, mode="json", exclude_defaults=True)}
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if not study.lock.is_file() or study.lock.read_text(encoding="utf-8") != text:
            write_atomically(study.lock, text)


_LOCKS = TypeAdapter(VerdictLock)
