"""Copies of the tables that notebooks were executed with, so that changed rows can be named."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path

from reportlib.execute.files import write_together
from reportlib.execute.input_snapshot import InputSnapshot, shorten_list
from reportlib.execute.inputs import digest_inputs
from reportlib.study import Build, Study

_ROWS_SHOWN = 3


def keep_copies(study: Study, build: Build, snapshots: Collection[InputSnapshot]) -> None:
    """Keep a copy of each table in the state in which a notebook was executed with it.

    A copy is named by the table's digest. Where the table is another by now, there is none: then a
    plan says only that the content changed. Copies that no notebook needs any more are removed.
    """
    kept, wanted = {path.name for path in build.copies.glob("*")}, set()
    copies: dict[Path, bytes] = {}
    for snapshot in snapshots:
        tables = {n: digest for n, digest in snapshot.inputs.items() if n.endswith(".csv")}
        wanted |= {*tables.values()}
        if wanted <= kept:
            continue
        # Read before the digests are taken: what is saved in between is then another digest's.
        contents = {n: path.read_bytes() for n in tables if (path := study.root / n).is_file()}
        for name, digest in digest_inputs(study, tables).items():
            if name in contents and digest == tables[name] and digest not in kept:
                copies[build.copies / digest] = contents[name]
    write_together(copies, gone=[build.copies / digest for digest in kept - wanted])


def describe_row_changes(
    study: Study, build: Build, name: str, executed: InputSnapshot
) -> str | None:
    """Return which rows of a table changed since a notebook was executed with it.

    Returns:
        Such as ``row opening changed (note), rows a, b were added``; None where that is not known,
        or where no row differs.
    """
    copy, table = build.copies / executed.inputs.get(name, ""), study.root / name
    links = {Path(n).stem for n in executed.inputs if study.is_table(study.root / n)}
    try:
        before, now = (
            _read_rows(path, links if table == study.links else None) for path in (copy, table)
        )
    except (OSError, ValueError, csv.Error):
        return None
    changed = {row: lines for row, lines in now.items() if lines != before.get(row, lines)}
    columns = dict.fromkeys(
        column
        for row, lines in changed.items()
        for old, new in zip(before[row], lines, strict=False)
        for column in (old | new)
        if column and old.get(column) != new.get(column)
    )
    where = f" ({shorten_list([*columns])})" if columns else ""
    parts = [f"{_name_rows(changed)} changed{where}"] if changed else []
    for rows, change in ((now.keys() - before, "added"), (before.keys() - now, "removed")):
        if rows:
            parts.append(f"{_name_rows(rows)} {'was' if len(rows) == 1 else 'were'} {change}")
    return ", ".join(parts) or None


def _name_rows(rows: Collection[str]) -> str:
    return f"{'row' if len(rows) == 1 else 'rows'} {shorten_list(sorted(rows), _ROWS_SHOWN)}"


def _read_rows(path: Path, tables: Collection[str] | None) -> dict[str, list[dict[str, str]]]:
    """Return the lines of a table by key, or else by their first cell.

    Several links have the key of one row; those of other tables than the given ones are left out.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for line in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
        key = line.get("key") or next(iter(line.values()))
        if "table" in line and "key" in line:
            key = f"{line['table']}#{key}"
        if tables is None or line.get("table") in tables:
            rows.setdefault(key, []).append(line)
    return rows
