"""The Data Package descriptor: which tables there are, and how each column is typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlib.errors import BadData, Fault
from reportlib.study import Study

COVERAGE = "coverage"
"""The table that says how complete each register is. It describes the collection: never cut."""
KNOWN_FROM = "known_from"
"""The column that holds the day from which a row's content was public."""

Rows = Mapping[str, list[dict[str, str]]]
"""The rows of every described file, as they stand."""


@dataclass(frozen=True)
class Field:
    """One column: its name, its type as in the Table Schema, and what parts a list."""

    name: str
    type: str
    delimiter: str
    constraints: Mapping[str, Any]
    cites: bool
    """Whether a cell holds the reference of a row or document, ``table#key``."""

    @property
    def allowed(self) -> str:
        """What a cell may hold, in words."""
        if "enum" in self.constraints:
            return ", ".join(map(str, self.constraints["enum"]))
        rules = [f"{name} {rule}" for name, rule in self.constraints.items() if name != "required"]
        return ", ".join([self.type, *rules])


@dataclass(frozen=True)
class Resource:
    """One described file."""

    name: str
    title: str
    description: str
    path: Path
    folder: str
    """``tables``, ``chain`` or ``sources``: the folder below data/ in which it lies."""
    fields: tuple[Field, ...]
    known_from: Mapping[str, Any]
    """How a row's known-from day follows: ``{"rule": "act", "fields": [...]}`` or ``"source"``."""

    @property
    def place(self) -> str:
        """The file as messages name it."""
        return f"data/{self.folder}/{self.path.name}"

    def at(self, number: int, column: str) -> str:
        """Where a cell stands; a file's first row of data is row 2, as an editor counts."""
        return f"{self.place}, row {number + 2}, column {column}"


@dataclass(frozen=True)
class Descriptor:
    """The described files of a study, by name."""

    resources: Mapping[str, Resource]

    @classmethod
    def read(cls, study: Study) -> Descriptor:
        """Read ``datapackage.json``.

        Raises:
            BadData: it is not JSON, or lacks a property that the library needs.
        """
        where = study.relative(study.descriptor)
        try:
            content = json.loads(study.descriptor.read_text(encoding="utf-8"))
            resources = [_resource(study, entry) for entry in content["resources"]]
        except ValueError as problem:
            raise BadData([Fault(where, f"is not JSON ({problem})")]) from None
        except (KeyError, TypeError) as problem:
            raise BadData([Fault(where, f"lacks the property {problem}")]) from None
        return cls({resource.name: resource for resource in resources})

    @property
    def tables(self) -> Mapping[str, Resource]:
        """The tables that tests read."""
        return {n: r for n, r in self.resources.items() if r.folder == "tables"}


def _resource(study: Study, entry: Mapping[str, Any]) -> Resource:
    path = study.data / entry["path"]
    return Resource(
        name=entry["name"],
        title=entry.get("title", entry["name"]),
        description=entry.get("description", ""),
        path=path,
        folder=path.parent.name,
        fields=tuple(
            Field(
                field["name"],
                field.get("type", "string"),
                field.get("delimiter", ","),
                field.get("constraints", {}),
                "cites" in field,
            )
            for field in entry["schema"]["fields"]
        ),
        known_from=entry.get("knownFrom", {}),
    )
