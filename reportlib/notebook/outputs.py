"""The values that a notebook's outputs carry: records, figures, ..., under MIME types of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from reportlib.errors import NotBuilt
from reportlib.model.findings import Record
from reportlib.render.charts import Figure
from reportlib.render.crossfoots import CrossFoot

T = TypeVar("T")


class OutputType(Generic[T]):
    """A type of value that outputs carry as JSON.

    Example: ``FIGURE.load(path)`` is the figures in an executed notebook.
    """

    def __init__(self, name: str, type_: type[T]) -> None:
        """Use the MIME type of that name."""
        self.mime = f"application/vnd.reportlib.{name}+json"
        self._adapter = TypeAdapter(type_)

    def dump(self, value: T) -> Any:
        """Return a value as JSON can hold it: days as text, sets as lists."""
        return self._adapter.dump_python(value, mode="json")

    def bundle(self, value: T) -> dict[str, Any]:
        """Return a value as an output carries it."""
        return {self.mime: self.dump(value)}

    def round_trip(self, value: T) -> T:
        """Return a value as it is read from an output."""
        return self._adapter.validate_python(self.dump(value))

    def load(self, notebook: Path) -> list[T]:
        """Return the values in an executed notebook.

        Raises:
            NotBuilt: the notebook is missing, or was written by another version of the library.
        """
        if not notebook.is_file():
            raise NotBuilt(f"{notebook.name} has not been run: `make report` runs it.")
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
        try:
            return [
                self._adapter.validate_python(data[self.mime])
                for data in outputs
                if self.mime in data
            ]
        except ValidationError as problem:
            raise NotBuilt(
                f"{notebook.name} was run by another version of the library: `make report` runs it "
                "again."
            ) from problem


RECORD = OutputType("finding", Record)
FIGURE = OutputType("figure", Figure)
CROSSFOOT = OutputType("crossfoot", CrossFoot)
SENTENCE = OutputType("said", dict[str, str])
"""A sentence on a claim: ``claim`` and ``text``."""
SWITCH = OutputType("switch", dict[str, Any])
"""The data of the definition switch, in the report."""


def load_records(notebook: Path) -> list[Record]:
    """Return the records in an executed notebook; of a claim shown twice the last.

    Raises:
        NotBuilt: the notebook is missing, or was written by another version of the library.
    """
    return list({record.claim: record for record in RECORD.load(notebook)}.values())
