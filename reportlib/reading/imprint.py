"""The imprint: what a study says of itself: its title, who made it, when, under which licence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reportlib.errors import BadData, Fault
from reportlib.study import Study


@dataclass(frozen=True)
class Author:
    """A person, with family and given name, or a body of which only the name is known."""

    name: str
    family: str = ""
    given: str = ""

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
class Imprint:
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
    def read(cls, study: Study) -> Imprint:
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
                authors=tuple(_author(entry) for entry in content.get("contributors", ())),
                licences=tuple(_licence(entry) for entry in content.get("licenses", ())),
                article=content.get("article", ""),
                document_types=dict(content.get("documentTypes", {})),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BadData(
                [Fault(where, f"does not say who and what it is ({problem!r})")]
            ) from None


def _author(entry: Mapping[str, Any]) -> Author:
    family, given = entry.get("familyName", ""), entry.get("givenName", "")
    return Author(entry.get("title") or f"{given} {family}".strip(), family, given)


def _licence(entry: Mapping[str, Any]) -> Licence:
    return Licence(entry.get("title") or entry["name"], entry.get("path", ""))
