"""The lock: what was accepted of each claim, and digests of what it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reportlib.assess.assessment import Assessment
from reportlib.errors import BadLock, NotAccepted
from reportlib.execute.files import write_atomically
from reportlib.execute.inputs import digest_data, digest_parameters, digest_table, digest_value
from reportlib.load.datapackage import Descriptor
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import OWN
from reportlib.model.findings import Record
from reportlib.model.snapshots import Snapshot
from reportlib.review.dry_run import DryRun
from reportlib.review.snapshots import restore_value, take_snapshots
from reportlib.study import Study

FORM = "reportlib verdicts, form 1"
"""Stands in every lock; a change of what a lock holds, or of how digests are made, counts it up."""
_SNAPSHOTS = TypeAdapter(Snapshot)
_DIGESTS = TypeAdapter(Mapping[str, str])


@dataclass(frozen=True)
class VerdictLock:
    """The accepted claims of a study, under the parameter set base."""

    claims: Mapping[str, Snapshot]
    digests: Mapping[str, Mapping[str, str]]
    """By claim, of its data, its test and its parameters."""
    inputs: Mapping[str, str]
    """Of all data and of all parameters."""

    @classmethod
    def of(cls, found: DryRun) -> VerdictLock:
        """Return the lock that accepts what was found.

        Raises:
            BadData: a file cannot be read as it is described.
        """
        study, assessment = found.study, found.assessment
        claims = take_snapshots(study, assessment.ledger, found.records)
        resources = Descriptor.read(study).resources
        tables = {name: digest_table(resources[name]) for name in _tables_read(found)}
        return cls(
            claims=claims,
            digests={
                claim: {
                    "data": digest_value(
                        [_of_tables(record, tables), _evidence(assessment, claim)]
                    ),
                    "test": digest_value(
                        [found.sources.get(claim), _asserted(assessment.ledger, claim)]
                    ),
                    "parameters": digest_value(_in_use(assessment, record)),
                }
                for claim in claims
                for record in [found.records.get(claim)]
            },
            inputs={"data": digest_data(study), "parameters": digest_parameters(study)},
        )

    @classmethod
    def read(cls, study: Study) -> VerdictLock:
        """Read the lock of a study.

        Raises:
            NotAccepted: there is none.
            BadLock: it is damaged, or another program's.
        """
        where = study.relative(study.lock)
        again = "Take it from git again, or let `make accept` write it anew."
        try:
            content = json.loads(study.lock.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotAccepted(
                f"There is no {where}: no state has been accepted yet. `make accept` writes it."
            ) from None
        except (ValueError, OSError) as problem:
            raise BadLock(f"{where} cannot be read ({problem}). {again}") from None
        if not isinstance(content, dict) or content.get("form") != FORM:
            raise BadLock(f"{where} is no lock of this version of the library. {again}")
        try:
            return cls(
                claims={
                    claim: restore_value(_SNAPSHOTS.validate_python(entry))
                    for claim, entry in content["claims"].items()
                },
                digests={
                    claim: _DIGESTS.validate_python(entry["digests"])
                    for claim, entry in content["claims"].items()
                },
                inputs=_DIGESTS.validate_python(content["inputs"]),
            )
        except (ValidationError, KeyError, TypeError, AttributeError) as problem:
            told = " ".join(str(problem).split())
            raise BadLock(f"{where} is damaged ({told}). {again}") from None

    def write(self, study: Study) -> None:
        """Write the lock, whole or not at all; one that says the same already is left alone."""
        text = self._text()
        if not study.lock.is_file() or study.lock.read_text(encoding="utf-8") != text:
            write_atomically(study.lock, text)

    def _text(self) -> str:
        claims = {
            claim: _filled(_SNAPSHOTS.dump_python(snapshot, mode="json"))
            | {"digests": dict(self.digests[claim])}
            for claim, snapshot in self.claims.items()
        }
        content = {"form": FORM, "inputs": dict(self.inputs), "claims": claims}
        return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _filled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry without what is empty; an empty value is a value."""
    return {
        name: held
        for name, held in entry.items()
        if held not in (None, "", {}, []) or (name == "value" and held is not None)
    }


def _tables_read(found: DryRun) -> set[str]:
    return {table for record in found.records.values() for table in record.tables_read}


def _of_tables(record: Record | None, tables: Mapping[str, str]) -> dict[str, str]:
    return {name: tables[name] for name in (record.tables_read if record else ())}


def _evidence(assessment: Assessment, claim: str) -> list[Any]:
    """What was read for and against a claim, with the sources of the rows among it."""
    read = assessment.ledger.evidence.get(claim, ())
    links = assessment.provenance.links
    return [(asdict(one), [asdict(link) for link in links.get(one.target, ())]) for one in read]


def _asserted(ledger: Ledger, claim: str) -> list[Any]:
    """What the ledger says of a claim that its state can follow from."""
    told = ledger.claims[claim]
    return [
        [told.kind, told.outcome_kind, told.horizon],
        [asdict(one) for one in ledger.assertions.get(claim, ())],
        [(one.parameter, one.fixed) for one in ledger.definitions.get(claim, ())],
        [
            (group.mode, group.needed, [(one.claim, one.requires) for one in group.members])
            for group in ledger.groups_of(claim)
        ],
    ]


def _in_use(assessment: Assessment, record: Record | None) -> dict[str, Any]:
    """The values of the parameters behind a claim, and all that are plausible."""
    named = dict.fromkeys([*OWN, *(record.parameters if record is not None else ())])
    return {
        name: [
            assessment.settings.values[name],
            [
                (choice.value, {column: list(kept) for column, kept in choice.rows.items()})
                for choice in assessment.parameters.by_name[name].choices.values()
            ],
        ]
        for name in named
    }
