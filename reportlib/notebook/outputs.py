"""What a notebook's outputs carry: records of claims and figures, under MIME types of ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from reportlib.errors import NotBuilt
from reportlib.model.findings import Record
from reportlib.render.charts import Figure
from reportlib.render.crossfoots import CrossFoot

RECORD = "application/vnd.reportlib.finding+json"
FIGURE = "application/vnd.reportlib.figure+json"
CROSSFOOT = "application/vnd.reportlib.crossfoot+json"
SWITCH = "application/vnd.reportlib.switch+json"
SAID = "application/vnd.reportlib.said+json"

_RECORDS = TypeAdapter(Record)
_FIGURES = TypeAdapter(Figure)
_CROSSFOOTS = TypeAdapter(CrossFoot)
_SAYINGS = TypeAdapter(dict[str, str])
T = TypeVar("T")


def dump_record(record: Record) -> dict[str, Any]:
    """Return a record as JSON can hold it."""
    return dict(_RECORDS.dump_python(record, mode="json"))


def round_trip_record(record: Record) -> Record:
    """Return a record as a notebook's output gives it back: days as text, sets as lists."""
    return _RECORDS.validate_python(dump_record(record))


def dump_figure(figure: Figure) -> dict[str, Any]:
    """Return a figure as JSON can hold it."""
    return dict(_FIGURES.dump_python(figure, mode="json"))


def dump_crossfoot(foot: CrossFoot) -> dict[str, Any]:
    """Return a cross-foot as JSON can hold it."""
    return dict(_CROSSFOOTS.dump_python(foot, mode="json"))


def load_records(notebook: Path) -> list[Record]:
    """Return the records in an executed notebook; of a claim shown twice the last.

    Raises:
        NotBuilt: the notebook is not there, or was written by another version of the library.
    """
    return list({record.claim: record for record in _in(notebook, RECORD, _RECORDS)}.values())


def load_figures(notebook: Path) -> list[Figure]:
    """Return the figures in an executed notebook.

    Raises:
        NotBuilt: the notebook is not there, or was written by another version of the library.
    """
    return list(_in(notebook, FIGURE, _FIGURES))


def load_sentences(notebook: Path) -> list[tuple[str, str]]:
    """Return the sentences that an executed notebook says on claims: claim and text.

    Raises:
        NotBuilt: the notebook is not there, or was written by another version of the library.
    """
    return [(one["claim"], one["text"]) for one in _in(notebook, SAID, _SAYINGS)]


def load_crossfoots(notebook: Path) -> list[CrossFoot]:
    """Return the cross-foots in an executed notebook.

    Raises:
        NotBuilt: the notebook is not there, or was written by another version of the library.
    """
    return list(_in(notebook, CROSSFOOT, _CROSSFOOTS))


def load_switch_data(notebook: Path) -> dict[str, Any] | None:
    """Return the data of the definition switch in an executed report, if it has one.

    Raises:
        NotBuilt: the notebook is not there.
    """
    return next(iter(_in(notebook, SWITCH, TypeAdapter(dict[str, Any]))), None)


def _in(path: Path, kind: str, adapter: TypeAdapter[T]) -> Iterator[T]:
    if not path.is_file():
        raise NotBuilt(f"{path.name} has not been run: `make report` runs it.")
    try:
        for found in _bundles(json.loads(path.read_text(encoding="utf-8"))["cells"], kind):
            yield adapter.validate_python(found)
    except ValidationError as problem:
        raise NotBuilt(
            f"{path.name} was run by another version of the library: `make report` runs it again."
        ) from problem


def _bundles(cells: Iterable[Any], kind: str) -> Iterator[Any]:
    for cell in cells:
        for output in cell.get("outputs", []):
            if kind in output.get("data", {}):
                yield output["data"][kind]
