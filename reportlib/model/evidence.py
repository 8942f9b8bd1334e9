"""Sources, the links from rows to them, and the evidence that bears on a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from reportlib.model.vocabulary import Basis, Directness, Grade, Stance

Reference = Annotated[
    str,
    Field(pattern=r"^[^#\s]+#\S+$", description="A row, table#key, or a document, sources#id."),
]


@dataclass(frozen=True)
class SourceClass:
    """In what capacity a source speaks of a fact, and how far that is trusted."""

    name: str
    grade: Grade
    primary: bool
    """An official or statistical body on its own act or count, or a true copy of it."""
    meaning: str


@dataclass(frozen=True)
class Source:
    """A document: who published what, where and when."""

    id: str
    title: str
    publisher: str
    origin: str
    published_date: str
    url: str
    part: str
    also_at: str
    kind: str
    seen_as: str
    confidence: str
    note: str


NOBODY = "none"
"""The origin of a value for which no source was seen."""


@dataclass(frozen=True)
class Link:
    """One source of one row, with the body that the fact goes back to."""

    row: str
    source: str
    origin: str
    source_class: SourceClass
    locator: str
    note: str

    @property
    def is_seen(self) -> bool:
        """Whether it is a source, and not the word that none was seen."""
        return self.origin != NOBODY


SOURCES = "sources"
"""The table name under which a document is cited: ``sources#<id>``."""


def table_of(reference: str) -> str:
    """Return the table of a reference, so ``table_of("events#2017-06-19-x")`` is ``"events"``."""
    return reference.partition("#")[0]


def key_of(reference: str) -> str:
    """Return the key of a reference, so ``key_of("events#2017-06-19-x")`` is ``"2017-06-19-x"``."""
    return reference.partition("#")[2]


@dataclass(frozen=True)
class Evidence:
    """A row or a document that a person judged to bear on a claim."""

    key: str
    claim: str
    target: str
    """A row, ``table#key``, or a document, ``sources#id``."""
    stance: Stance
    directness: Directness
    origin: str
    """Given for a document only; a row brings its own origins."""
    source_class: str
    note: str


@dataclass(frozen=True)
class Item:
    """One origin's word on a claim: what the rules of the verdict weigh."""

    origin: str
    stance: Stance
    directness: Directness
    basis: Basis
    grade: Grade
    primary: bool
    targets: tuple[Reference, ...]
    sources: tuple[str, ...]
    note: str = ""
    set_aside: str = ""
    """Why it does not count; empty if it counts."""

    @property
    def direct_primary(self) -> bool:
        """An official body directly on its own act or count, of a good grade."""
        good = self.grade in (Grade.A, Grade.B)
        return self.primary and good and self.directness is Directness.DIRECT
