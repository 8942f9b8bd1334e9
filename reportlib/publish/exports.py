"""Exports: findings as JSON and CSV with their schema, citation records, tables, plotted rows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.assess.text_checks import run_text_checks
from reportlib.load.csv_rows import CsvRow, CsvRows
from reportlib.load.datapackage import Descriptor, Resource
from reportlib.load.parameters import AS_OF
from reportlib.load.provenance import Provenance
from reportlib.model.evidence import SOURCES
from reportlib.model.findings import Record
from reportlib.model.text_checks import TextCheckResult
from reportlib.notebook.outputs import dump_record
from reportlib.publish.citations import Citation, format_bibtex
from reportlib.render.charts import Figure
from reportlib.render.state_icons import name_state
from reportlib.study import Build, Study

_COLUMNS = (
    "id", "kind", "chapter", "state", "detail", "found", "value", "parameters", "rows", "sources",
    "reason",
)  # fmt: skip
SCHEMA = Path(__file__).with_name("findings.schema.json")
"""The JSON Schema that ``findings.json`` keeps, and is published with."""
ROW_SOURCES = "row_sources"
"""The column that a whole table has besides its own: the sources of each row."""
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20)))
"""What a spreadsheet may take for the beginning of a formula; the last four are wide signs."""


def list_findings(assessment: Assessment, argument: Argument) -> list[dict[str, Any]]:
    """Return one record for each claim of the ledger, looked at or not, in its order."""
    return [_finding(assessment, argument, claim) for claim in assessment.ledger.claims]


def make_exports(
    build: Build,
    assessment: Assessment,
    argument: Argument,
    figures: Iterable[Figure],
    citations: Sequence[Citation],
) -> dict[Path, str]:
    """Return findings with their schema, citation records, and the rows of each figure, by path."""
    records = list_findings(assessment, argument)
    whole = {
        "$schema": build.findings_schema.name,
        "set": assessment.settings.set_name,
        "settings": dict(assessment.settings.values),
        "claims": records,
        "consistency": [_text_check(result) for result in run_text_checks(assessment)],
    }
    lines = [[_cell(record[column]) for column in _COLUMNS] for record in records]
    return {
        build.findings: _as_json(whole),
        build.findings_table: format_csv(_COLUMNS, lines),
        build.findings_schema: SCHEMA.read_text(encoding="utf-8"),
        build.citations: _as_json(citations),
        build.bibliography: format_bibtex(citations),
    } | {build.figure(one.id): format_csv(one.columns, one.rows) for one in figures}


def export_tables(study: Study, build: Build, provenance: Provenance) -> dict[Path, str]:
    """Return the tables that tests read, by path, each row with its sources, and every document.

    Rows that became public only after the day of the run are there too.
    """
    descriptor = Descriptor.read(study)
    resources, tables = descriptor.resources, descriptor.tables
    with CsvRows(study) as lines:
        return {
            build.sources_table: _as_kept(resources[SOURCES], lines.of(SOURCES)),
            **{
                build.table(name): _whole_table(table, lines.of(name), provenance)
                for name, table in tables.items()
            },
        }


def format_csv(columns: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """Return lines as CSV; a cell that a spreadsheet could run as a formula gets a ``'``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return text.getvalue()


def _whole_table(table: Resource, lines: Iterable[CsvRow], provenance: Provenance) -> str:
    columns = [field.name for field in table.fields]
    rows = []
    for line in lines:
        links = provenance.links.get(f"{table.name}#{line['key']}", ())
        sources = dict.fromkeys(link.source for link in links if link.is_seen)
        rows.append([*(line[column] for column in columns), ";".join(sources)])
    return format_csv([*columns, ROW_SOURCES], rows)


def _as_kept(table: Resource, lines: Iterable[CsvRow]) -> str:
    columns = [field.name for field in table.fields]
    return format_csv(columns, ([line[column] for column in columns] for line in lines))


def _finding(assessment: Assessment, argument: Argument, claim_id: str) -> dict[str, Any]:
    claim = assessment.ledger.claims[claim_id]
    record = argument.records.get(claim_id)
    found = dump_record(record) if record is not None else {}
    rows = list(record.rows) if record is not None else []
    return {
        "id": claim.id,
        "kind": claim.kind,
        "chapter": claim.chapter,
        "state": name_state(record),
        "detail": found.get("unsettled") or "",
        "found": _found(record) if record is not None else "",
        "value": found.get("value"),
        "unit": found.get("unit", ""),
        "parameters": found.get("parameters", {}),
        "rows": rows,
        "sources": sorted(
            {
                source
                for item in (record.items if record is not None else ())
                for source in item.sources
                if not item.set_aside
            }
        ),
        "reason": found.get("reason", ""),
        "test": found.get("test", ""),
        "grounding": found.get("grounding"),
        "load_bearing": argument.bears_load(claim_id),
        "if_it_falls": argument.if_it_falls(claim_id),
        "roles": found.get("roles", {}),
        "evidence": found.get("items", []),
        "robustness": _robustness(found["robustness"]) if found else {},
        "trials": _stress_tests(found["stress_tests"]) if found else {},
    }


def _robustness(robustness: Mapping[str, Any]) -> dict[str, Any]:
    columns = ("changes", "found", "verdict", "unsettled", "outcome")
    settings = [_pick(result, *columns, changes="setting") for result in robustness["settings"]]
    return {**robustness, "settings": settings}


def _stress_tests(tests: Mapping[str, Any]) -> dict[str, Any]:
    """What was tried, under the names that the published file has had from the first."""
    backtest, perturbation = tests["backtest"], tests["perturbation"]
    on_day = ("found", "verdict", "unsettled", "roles")
    shown = ("verdict", "unsettled", "outcome", "reason", "roles")
    return {
        "without_origin": [_left_out(result) for result in tests["without_origin"]],
        "from_grade": [_left_out(result) for result in tests["from_grade"]],
        "then_and_now": backtest
        and {
            "then": {"day": backtest["then"]["changes"][AS_OF], **_pick(backtest["then"], *on_day)},
            "now": {"day": backtest["now"]["changes"][AS_OF], **_pick(backtest["now"], *on_day)},
            "turned_on": backtest["turned_on"],
            "rows": backtest["rows"],
        },
        "canary": perturbation
        and {
            "tried": perturbation["changed_rows"],
            "deaf": perturbation["insensitive_rows"],
            "new_row_heard": perturbation["detects_new_row"],
        },
        "positions": {id: _pick(result, *shown) for id, result in tests["positions"].items()},
    }


def _left_out(result: Mapping[str, Any]) -> dict[str, Any]:
    (name,) = result["changes"].values()
    return {"name": name, **_pick(result, "verdict", "unsettled", "turns", "own_act")}


def _text_check(result: TextCheckResult) -> dict[str, Any]:
    content = asdict(result)
    answers = content.pop("agrees_at").items()
    return {**content, "tried": [{"value": value, "agrees": agrees} for value, agrees in answers]}


def _pick(result: Mapping[str, Any], *names: str, **renamed: str) -> dict[str, Any]:
    return {renamed.get(name, name): result[name] for name in names}


def _found(record: Record) -> str:
    """What was found, as the card says it, by part."""
    said = [f"{part.part}: {part.found}" if part.part else part.found for part in record.parts]
    return "; ".join(said) if record.rows else ""


def _as_json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ";".join(f"{name}={_cell(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ";".join(_cell(inner) for inner in value)
    return str(value)


def _harmless(cell: str) -> str:
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    harmful = cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if harmful else cell
