"""Changes: a claim as it was accepted, as it is now, and what lies between the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reportlib.model.vocabulary import Cause


@dataclass(frozen=True)
class Snapshot:
    """A claim as it stands at one time: what was accepted, or what is found now."""

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
    """The rows and documents read as evidence, each with the digest of how it counts."""
    roles: Mapping[str, bool | None] = field(default_factory=dict)
    """By group, whether the claim does what its parent needs."""
    parameters: Mapping[str, str | int] = field(default_factory=dict)

    def same_result(self, other: Snapshot) -> bool:
        """Whether state, value and rows are the same: nothing that a person has to judge."""
        return (
            self.words == other.words
            and (self.value, self.unit) == (other.value, other.unit)
            and self.rows == other.rows
        )

    @property
    def words(self) -> tuple[str, str, str]:
        """All words of its state."""
        return self.state, self.detail, self.grounding


@dataclass(frozen=True)
class ReferenceChanges:
    """References that came, that went, and those of which the content changed."""

    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self.came or self.went or self.changed)


Causes = tuple[Cause, ...]
"""What could not be told apart: one cause as a rule, several where a step could not be run."""


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
    rows: ReferenceChanges = ReferenceChanges()
    read: ReferenceChanges = ReferenceChanges()
    moves: tuple[str, ...] = ()
    """The judgements above it whose grounding it moves."""
    causes: tuple[Causes, ...] = ()
    """Step by step: method, then parameters, then data."""

    @property
    def of_state(self) -> bool:
        """Whether its state is another, and not the value or the rows alone."""
        if self.before is None or self.after is None:
            return True
        return self.before.words != self.after.words


@dataclass(frozen=True)
class Diff:
    """All that is not as it was accepted."""

    changes: tuple[ClaimChange, ...] = ()
    unmoved: int = 0
    """Claims whose data, test or parameters are others, and which stand as they stood."""
    notes: tuple[str, ...] = ()
    """What has to be said of the causes, such as why they are not known."""
