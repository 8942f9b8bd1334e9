"""Snapshots: the claims of a study as they stand, in a form that a lock can hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from reportlib.assess.assessment import Assessment
from reportlib.execute.inputs import digest_value
from reportlib.load.csv_rows import CsvRows, group_by_key
from reportlib.load.ledger import Ledger
from reportlib.model.evidence import SOURCES, table_of
from reportlib.model.findings import Record
from reportlib.model.snapshots import Snapshot
from reportlib.model.vocabulary import NOT_LOOKED_AT
from reportlib.notebook.outputs import RECORD
from reportlib.review.input_digests import digest_tests
from reportlib.study import Study


def take_snapshots(
    study: Study, assessment: Assessment, records: Mapping[str, Record]
) -> dict[str, Snapshot]:
    """Return a snapshot of every claim of the ledger, recorded by a chapter or not.

    Raises:
        BadData: a file cannot be read as it is described.
    """
    ledger, tests = assessment.ledger, digest_tests(study)
    rows = {row for record in records.values() for row in record.rows}
    rows |= {item.target for items in ledger.evidence.values() for item in items}
    digests = _digest_rows(study, rows)
    return {
        claim: replace(
            _take_snapshot(records[claim], ledger, digests)
            if claim in records
            else Snapshot(NOT_LOOKED_AT),
            read=_digest_evidence(assessment, claim, digests),
            test=digest_value([tests.get(claim), _list_assertions(ledger, claim)]),
        )
        for claim in ledger.claims
    }


def _take_snapshot(record: Record, ledger: Ledger, rows: Mapping[str, str]) -> Snapshot:
    assertions = ledger.assertions.get(record.claim, ())
    units = {record.unit, *(assertion.unit for assertion in assertions)} - {""}
    return Snapshot(
        state=record.state or NOT_LOOKED_AT,
        detail=record.unsettled or "",
        grounding=record.grounding or "",
        value=restore_value(RECORD.dump(record)["value"]),
        unit=record.unit or (units.pop() if len(units) == 1 else ""),
        rows={row: rows[row] for row in sorted(record.rows) if row in rows},
        roles=record.roles,
        parameters=record.parameters,
        tables=record.tables_read,
    )


def _digest_rows(study: Study, references: Collection[str]) -> dict[str, str]:
    """Return the digest of the filled cells of each row that is referred to."""
    digests = {}
    with CsvRows(study) as tables:
        for table in {table_of(row) for row in references} - {SOURCES}:
            for cells in tables.of(table):
                row = f"{table}#{cells['key']}"
                if row in references:
                    filled = {column: cell for column, cell in cells.items() if cell}
                    digests[row] = digest_value(filled)
    return digests


def _list_assertions(ledger: Ledger, claim_id: str) -> list[Any]:
    """Return what the ledger says of a claim that its state can follow from."""
    claim = ledger.claims[claim_id]
    return [
        [claim.kind, claim.outcome_kind, claim.horizon],
        [asdict(assertion) for assertion in ledger.assertions.get(claim_id, ())],
        [(choice.parameter, choice.fixed) for choice in ledger.definitions.get(claim_id, ())],
        [
            (group.mode, group.needed, [(child.claim, child.requires) for child in group.members])
            for group in ledger.groups_of(claim_id)
        ],
    ]


def _digest_evidence(assessment: Assessment, claim: str, rows: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of all that decides how what was read counts, by row or document."""
    provenance = assessment.provenance
    evidence = group_by_key(
        (
            item.target,
            [
                asdict(replace(item, note="")),
                provenance.classes.get(item.source_class),
                rows.get(item.target, assessment.study_data.published.get(item.target)),
                [(link.source, link.origin, link.source_class) for link in links],
            ],
        )
        for item in assessment.ledger.evidence.get(claim, ())
        for links in [provenance.links.get(item.target, ())]
    )
    return {target: digest_value(items) for target, items in evidence.items()}


def restore_value(value: Any) -> Any:
    """Return a value that JSON has as text or list: days, and tuples of values."""
    if isinstance(value, dict):
        return {part: restore_value(inner) for part, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(map(restore_value, value))
    if isinstance(value, str) and len(value) == len("2017-06-29"):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value
