"""Exports: findings as JSON and CSV with their schema, citation records, tables, plotted rows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.assess.text_checks import run_text_checks
from reportlib.load.csv_rows import CsvRow, CsvRows
from reportlib.load.datapackage import Descriptor, Resource
from reportlib.load.provenance import Provenance
from reportlib.model.claims import Claim
from reportlib.model.evidence import SOURCES
from reportlib.model.findings import Record
from reportlib.notebook.outputs import RECORD
from reportlib.publish.citations import Citation, format_bibtex
from reportlib.publish.findings_schema import (
    Consistency,
    Findings,
    Nothing,
    PublishedFinding,
    make_findings_schema,
)
from reportlib.render.charts import Figure
from reportlib.render.state_icons import name_state
from reportlib.study import Build, Study

_COLUMNS = (
    "id", "kind", "chapter", "state", "detail", "found", "value", "parameters", "rows", "sources",
    "reason",
)  # fmt: skip
ROW_SOURCES = "row_sources"
"""The column that a whole table has besides its own: the sources of each row."""
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20)))
"""What a spreadsheet may take for the beginning of a formula; the last four are wide signs."""


def make_exports(
    build: Build,
    assessment: Assessment,
    argument: Argument,
    figures: Iterable[Figure],
    citations: Sequence[Citation],
) -> dict[Path, str]:
    """Return findings with their schema, citation records, and the rows of each figure, by path.

    There is one finding for each claim of the ledger, looked at or not, in its order.
    """
    findings = Findings(
        set=assessment.settings.set_name,
        settings=dict(assessment.settings.values),
        claims=tuple(_finding(argument, claim) for claim in assessment.ledger.claims.values()),
        consistency=tuple(map(Consistency.model_validate, run_text_checks(assessment))),
    ).model_dump(mode="json", by_alias=True)
    lines = [[_cell(claim[column]) for column in _COLUMNS] for claim in findings["claims"]]
    return {
        build.findings: _dump_json(findings),
        build.findings_table: format_csv(_COLUMNS, lines),
        build.findings_schema: _dump_json(make_findings_schema()),
        build.citations: _dump_json(citations),
        build.bibliography: format_bibtex(citations),
    } | {build.figure(figure.id): format_csv(figure.columns, figure.rows) for figure in figures}


def export_tables(study: Study, build: Build, provenance: Provenance) -> dict[Path, str]:
    """Return the tables that tests read, by path, each row with its sources, and every document.

    Rows that became public only after the day of the run are there too.
    """
    descriptor = Descriptor.read(study)
    with CsvRows(study) as rows:
        sources = _format_table(descriptor.resources[SOURCES], rows.of(SOURCES))
        return {build.sources_table: sources} | {
            build.table(name): _format_table(table, rows.of(name), provenance)
            for name, table in descriptor.tables.items()
        }


def format_csv(columns: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """Return lines as CSV; a cell that a spreadsheet could run as a formula gets a ``'``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_defuse(cell) for cell in line] for line in lines)
    return text.getvalue()


def _format_table(
    table: Resource, rows: Iterable[CsvRow], provenance: Provenance | None = None
) -> str:
    """Return a table as it is kept; with provenance, each row names the sources that were seen."""
    columns = [field.name for field in table.fields]
    lines = []
    for row in rows:
        line = [row[column] for column in columns]
        if provenance is not None:
            links = provenance.links.get(f"{table.name}#{row['key']}", ())
            line.append(";".join(dict.fromkeys(link.source for link in links if link.is_seen)))
        lines.append(line)
    return format_csv([*columns, ROW_SOURCES] if provenance is not None else columns, lines)


def _finding(argument: Argument, claim: Claim) -> PublishedFinding:
    record = argument.records.get(claim.id)
    # An empty record stands for a claim that no chapter has recorded.
    shown = record or Record(claim.id, claim.kind, claim.chapter)
    counted = [item for item in shown.items if not item.set_aside]
    return PublishedFinding.model_validate(
        {
            "id": claim.id,
            "kind": claim.kind,
            "chapter": claim.chapter,
            "state": name_state(record),
            "detail": shown.unsettled or "",
            "found": _describe_found(shown),
            "value": RECORD.dump(shown)["value"],
            "unit": shown.unit,
            "parameters": shown.parameters,
            "rows": shown.rows,
            "sources": sorted({source for item in counted for source in item.sources}),
            "reason": shown.reason,
            "test": shown.test,
            "grounding": shown.grounding,
            "load_bearing": argument.bears_load(claim.id),
            "if_it_falls": argument.if_it_falls(claim.id),
            "roles": shown.roles,
            "evidence": shown.items,
            "robustness": shown.robustness if record else Nothing(),
            "trials": shown.stress_tests if record else Nothing(),
        }
    )


def _describe_found(record: Record) -> str:
    """Return what was found, as the card says it, by part."""
    parts = [f"{part.part}: {part.found}" if part.part else part.found for part in record.parts]
    return "; ".join(parts) if record.rows else ""


def _dump_json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ";".join(f"{name}={_cell(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ";".join(map(_cell, value))
    return str(value)


def _defuse(cell: str) -> str:
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    harmful = cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if harmful else cell
