"""Changes: a claim as it was accepted, as it is now, and the difference between the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reportlib.model.vocabulary import Cause


@dataclass(frozen=True)
class Snapshot:
    """A claim as it stands at one time: as it was accepted, or as it is found now."""

    state: str
    detail: str = ""
    """Why it is not settled; empty if it is."""
    grounding: str = ""
    """Of a judgement, a cause or a forecast; empty for what can be checked."""
    value: Any = None
    unit: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)
    """The rows that the finding rests on, each with the digest of its content."""
    read: Mapping[str, str] = field(default_factory=dict)
    """The rows and documents that a person read, each with the digest of how it counts."""
    roles: Mapping[str, bool | None] = field(default_factory=dict)
    """By group, whether the claim does what its parent needs."""
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    """The parameters that its test turns on, with their values."""
    tables: tuple[str, ...] = ()
    """The tables that its test reads."""
    test: str = ""
    """The digest of its test and of what the ledger asserts."""

    def same_result(self, other: Snapshot) -> bool:
        """Return whether state, value and rows are the same: nothing that a person has to judge."""
        return (
            self.words == other.words
            and (self.value, self.unit) == (other.value, other.unit)
            and self.rows == other.rows
        )

    @property
    def words(self) -> tuple[str, str, str]:
        """All words of its state."""
        return self.state, self.detail, self.grounding


InputDigests = Mapping[Cause, Mapping[str, str]]
"""The digests of data by table, of parameters by name, and of the method by part."""
LIBRARY_RULES = "library"
"""The part of the method that is the library's own: it bears on every claim."""


ReferenceChanges = Mapping[str, tuple[str, ...]]
"""The references that came, that went, and those of which the content changed, by these words."""


@dataclass(frozen=True)
class ClaimChange:
    """A claim of which state, value or rows are not as they were accepted."""

    claim: str
    paraphrase: str
    before: Snapshot | None
    """None: the claim is new."""
    after: Snapshot | None
    """None: the claim is gone."""
    reason: str = ""
    """Why the claim has its state now."""
    rows: ReferenceChanges = field(default_factory=dict)
    read: ReferenceChanges = field(default_factory=dict)
    moves: tuple[str, ...] = ()
    """The judgements above it whose grounding it moves."""
    causes: tuple[Cause, ...] = ()
    """All that changed among what it rests on; several are a joint cause."""
    beneath: tuple[str, ...] = ()
    """The premises by which its grounding moved; their causes are among its own."""

    @property
    def of_state(self) -> bool:
        """Whether its state changed, and not the value or the rows alone."""
        if self.before is None or self.after is None:
            return True
        return self.before.words != self.after.words


@dataclass(frozen=True)
class Diff:
    """Everything that is not as it was accepted."""

    changes: tuple[ClaimChange, ...] = ()
    unmoved: int = 0
    """The number of claims whose data, test or parameters changed, but not their result."""
    notes: tuple[str, ...] = ()
    """Remarks on the causes, such as why one is not known."""
