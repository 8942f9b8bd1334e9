"""Snapshots: the claims of a study as they stand, in a form that a lock can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from reportlib.execute.inputs import digest_value
from reportlib.load.csv_rows import CsvRows
from reportlib.load.ledger import Ledger
from reportlib.model.evidence import table_of
from reportlib.model.findings import Record
from reportlib.model.snapshots import Snapshot
from reportlib.model.vocabulary import NOT_LOOKED_AT, Basis
from reportlib.notebook.outputs import dump_record
from reportlib.study import Study


def take_snapshots(
    study: Study, ledger: Ledger, records: Mapping[str, Record]
) -> dict[str, Snapshot]:
    """Return every claim of a ledger as it stands, looked at or not.

    Raises:
        BadData: a file cannot be read as it is described.
    """
    cited = {row for record in records.values() for row in record.rows}
    contents = _contents(study, cited)
    return {
        claim: _snapshot(records[claim], ledger, contents)
        if claim in records
        else Snapshot(NOT_LOOKED_AT)
        for claim in ledger.claims
    }


def _snapshot(record: Record, ledger: Ledger, contents: Mapping[str, str]) -> Snapshot:
    assertions = ledger.assertions.get(record.claim, ())
    units = {record.unit, *(one.unit for one in assertions)} - {""}
    return restore_value(
        Snapshot(
            state=record.state or NOT_LOOKED_AT,
            detail=record.unsettled or "",
            grounding=record.grounding or "",
            value=dump_record(record)["value"],
            unit=record.unit or (units.pop() if len(units) == 1 else ""),
            rows={row: contents[row] for row in sorted(record.rows) if row in contents},
            read=_read(record),
            roles=dict(record.roles),
            parameters=dict(record.parameters),
        )
    )


def _contents(study: Study, cited: Iterable[str]) -> dict[str, str]:
    """The digest of the filled cells of each row that is cited."""
    wanted = set(cited)
    found = {}
    with CsvRows(study) as lines:
        for table in {table_of(row) for row in wanted}:
            for line in lines.of(table):
                row = f"{table}#{line['key']}"
                if row in wanted:
                    found[row] = digest_value({name: cell for name, cell in line.items() if cell})
    return found


def _read(record: Record) -> dict[str, str]:
    """How each row or document that a person read counts, without the words about it."""
    counting: dict[str, list[Any]] = {}
    for item in record.items:
        if item.basis is Basis.READ:
            how = asdict(replace(item, note="", set_aside="yes" if item.set_aside else ""))
            for target in item.targets:
                counting.setdefault(target, []).append(how)
    return {target: digest_value(items) for target, items in sorted(counting.items())}


def restore_value(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with the value that JSON had as text or list: days, and sets of values."""
    return replace(snapshot, value=_value(snapshot.value))


def _value(held: Any) -> Any:
    if isinstance(held, dict):
        return {part: _value(inner) for part, inner in held.items()}
    if isinstance(held, (list, tuple)):
        return tuple(_value(inner) for inner in held)
    if isinstance(held, str) and len(held) == len("2017-06-29"):
        try:
            return date.fromisoformat(held)
        except ValueError:
            return held
    return held
