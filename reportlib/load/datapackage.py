"""The Data Package descriptor: the tables and their columns, and what a study says of itself."""

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
    fields = (
        Field(
            name=field["name"],
            type=field.get("type", "string"),
            delimiter=field.get("delimiter", ","),
            constraints=field.get("constraints", {}),
            cites="cites" in field,
        )
        for field in entry["schema"]["fields"]
    )
    return Resource(
        name=entry["name"],
        title=entry.get("title", entry["name"]),
        description=entry.get("description", ""),
        path=path,
        folder=path.parent.name,
        fields=tuple(fields),
        known_from=entry.get("knownFrom", {}),
    )


@dataclass(frozen=True)
class Author:
    """A person, with family and given name, or a body of which only the name is known."""

    name: str
    family: str = ""
    given: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Author:
        """Return the author that an entry of the descriptor names."""
        family, given = entry.get("familyName", ""), entry.get("givenName", "")
        return cls(entry.get("title") or f"{given} {family}".strip(), family, given)

    @property
    def is_person(self) -> bool:
        """Whether it is a person."""
        return bool(self.family)


@dataclass(frozen=True)
class Licence:
    """What others may do with a study."""

    title: str
    address: str


@dataclass(frozen=True)
class PackageMetadata:
    """What ``datapackage.json`` says of the study as a whole; what it leaves out is empty."""

    name: str
    """In letters and hyphens, for files and keys."""
    title: str
    """Of the study, and so of its report."""
    description: str
    version: str
    published: str
    """The day from which this version is public."""
    authors: tuple[Author, ...]
    licences: tuple[Licence, ...]
    article: str
    """The source that is the article itself."""
    document_types: Mapping[str, str]
    """By kind of source, its type in citation records, as the Citation Style Language has it."""

    @classmethod
    def read(cls, study: Study) -> PackageMetadata:
        """Read it from the descriptor.

        Raises:
            BadData: the descriptor is not JSON, or says it in another form.
        """
        where = study.relative(study.descriptor)
        try:
            content = json.loads(study.descriptor.read_text(encoding="utf-8"))
            return cls(
                name=content["name"],
                title=content.get("title", content["name"]),
                description=content.get("description", ""),
                version=content.get("version", ""),
                published=content.get("created", "")[:10],
                authors=tuple(map(Author.of, content.get("contributors", ()))),
                licences=tuple(
                    Licence(entry.get("title") or entry["name"], entry.get("path", ""))
                    for entry in content.get("licenses", ())
                ),
                article=content.get("article", ""),
                document_types=dict(content.get("documentTypes", {})),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            fault = Fault(where, f"does not say who and what it is ({problem!r})")
            raise BadData([fault]) from None
