"""Snapshots: the claims of a study as they stand, in a form that a lock can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from reportlib.assess.assessment import Assessment
from reportlib.execute.inputs import digest_value
from reportlib.load.csv_rows import CsvRows
from reportlib.load.ledger import Ledger
from reportlib.model.evidence import SOURCES, key_of, table_of
from reportlib.model.findings import Record
from reportlib.model.snapshots import Snapshot
from reportlib.model.vocabulary import NOT_LOOKED_AT, Basis
from reportlib.notebook.outputs import dump_record
from reportlib.review.input_digests import digest_tests
from reportlib.study import Study


def take_snapshots(
    study: Study, assessment: Assessment, records: Mapping[str, Record]
) -> dict[str, Snapshot]:
    """Return a snapshot of every claim of the ledger, recorded by a chapter or not.

    Raises:
        BadData: a file cannot be read as it is described.
    """
    ledger = assessment.ledger
    targets = {item.target for items in ledger.evidence.values() for item in items}
    cited = {row for record in records.values() for row in record.rows}
    rows = _digest_rows(study, cited | targets)
    tests = digest_tests(study)
    return {
        claim: replace(
            _snapshot(records[claim], ledger, rows)
            if claim in records
            else Snapshot(NOT_LOOKED_AT),
            test=digest_value([tests.get(claim), _assertions(ledger, claim)]),
            evidence=_digest_evidence(assessment, claim, rows),
        )
        for claim in ledger.claims
    }


def _snapshot(record: Record, ledger: Ledger, rows: Mapping[str, str]) -> Snapshot:
    assertions = ledger.assertions.get(record.claim, ())
    units = {record.unit, *(assertion.unit for assertion in assertions)} - {""}
    return Snapshot(
        state=record.state or NOT_LOOKED_AT,
        detail=record.unsettled or "",
        grounding=record.grounding or "",
        value=restore_value(dump_record(record)["value"]),
        unit=record.unit or (units.pop() if len(units) == 1 else ""),
        rows={row: rows[row] for row in sorted(record.rows) if row in rows},
        read=_digest_items(record),
        roles=dict(record.roles),
        parameters=dict(record.parameters),
        tables=record.tables_read,
    )


def _digest_rows(study: Study, references: Iterable[str]) -> dict[str, str]:
    """Return the digest of the filled cells of each row that is referred to."""
    wanted = {row for row in references if table_of(row) != SOURCES}
    digests = {}
    with CsvRows(study) as tables:
        for table in {table_of(row) for row in wanted}:
            for cells in tables.of(table):
                row = f"{table}#{cells['key']}"
                if row in wanted:
                    digests[row] = digest_value(
                        {name: cell for name, cell in cells.items() if cell}
                    )
    return digests


def _digest_items(record: Record) -> dict[str, str]:
    """Return the digest of how each row or document that a person read counts, without notes."""
    items_by_target: dict[str, list[Any]] = {}
    for item in record.items:
        if item.basis is Basis.READ:
            content = asdict(replace(item, note="", set_aside="yes" if item.set_aside else ""))
            for target in item.targets:
                items_by_target.setdefault(target, []).append(content)
    return {target: digest_value(items) for target, items in sorted(items_by_target.items())}


def _assertions(ledger: Ledger, claim_id: str) -> list[Any]:
    """Return what the ledger says of a claim that its state can follow from."""
    claim = ledger.claims[claim_id]
    return [
        [claim.kind, claim.outcome_kind, claim.horizon],
        [asdict(assertion) for assertion in ledger.assertions.get(claim_id, ())],
        [(choice.parameter, choice.fixed) for choice in ledger.definitions.get(claim_id, ())],
        [
            (
                group.mode,
                group.needed,
                [(member.claim, member.requires) for member in group.members],
            )
            for group in ledger.groups_of(claim_id)
        ],
    ]


def _digest_evidence(assessment: Assessment, claim: str, rows: Mapping[str, str]) -> str:
    """Return the digest of what was read for and against a claim, with its rows and documents."""
    links, sources = assessment.provenance.links, assessment.provenance.sources
    evidence = [
        [
            asdict(item),
            rows.get(item.target),
            asdict(sources[key_of(item.target)]) if table_of(item.target) == SOURCES else None,
            [asdict(link) for link in links.get(item.target, ())],
        ]
        for item in assessment.ledger.evidence.get(claim, ())
    ]
    return digest_value(evidence) if evidence else ""


def restore_value(value: Any) -> Any:
    """Return a value that JSON has as text or list: days, and tuples of values."""
    if isinstance(value, dict):
        return {part: restore_value(inner) for part, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(restore_value(inner) for inner in value)
    if isinstance(value, str) and len(value) == len("2017-06-29"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
