"""Evidence: what bears on a claim, and how."""

from __future__ import annotations

from dataclasses import dataclass

from reportlib.values.words import Basis, Directness, Grade, Stance


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
    targets: tuple[str, ...]
    sources: tuple[str, ...]
    note: str = ""
    set_aside: str = ""
    """Why it does not count; empty if it counts."""

    @property
    def direct_primary(self) -> bool:
        """An official body directly on its own act or count, of a good grade."""
        good = self.grade in (Grade.A, Grade.B)
        return self.primary and good and self.directness is Directness.DIRECT
