"""Findings: what a test computes, and what the library makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from reportlib.model.evidence import Item
from reportlib.model.robustness import Robustness, StressTests
from reportlib.model.vocabulary import (
    Comparison,
    Grounding,
    Kind,
    Match,
    Outcome,
    Unsettled,
    Verdict,
)

Scalar = str | int | float | bool | date
Value = Scalar | tuple[Scalar, ...] | None


def to_plain(value: Any) -> Any:
    """Return a value as plain Python: no frame library's scalars, no missing marks, sets as tuples.

    Example: a NumPy integer becomes an ``int``, a timestamp a ``date``, a missing mark ``None``.
    """
    if isinstance(value, Mapping):
        return {str(part): to_plain(inner) for part, inner in value.items()}
    if isinstance(value, (str, bool)) or value is None:
        return value
    if isinstance(value, tuple):
        return tuple(to_plain(inner) for inner in value)
    if isinstance(value, Iterable):
        return tuple(sorted({to_plain(inner) for inner in value} - {None}))
    if value != value:
        return None
    if isinstance(value, datetime):
        return value.date()
    if hasattr(value, "item"):
        return value.item()
    return value


def _references(rows: Iterable[Any]) -> tuple[str, ...]:
    """Each once, in order; the index of a frame gives its own as a list, and faster so."""
    listed = rows.tolist() if hasattr(rows, "tolist") else rows
    return tuple(dict.fromkeys(map(str, listed)))


@dataclass(frozen=True)
class Finding:
    """The value that a test computes and the rows that it rests on. A finding is ours.

    Example: ``Finding(4, rows=frame.index)``. A value by part is a mapping, a set of values any
    collection. No rows, or a value of None, mean that the data do not decide; ``missing`` says why.
    Rows are references, ``table#key``, and keep their order. Some of them may be ``context``: shown
    with the others, though the value would be the same without them.
    """

    value: Value | Mapping[str, Value]
    rows: tuple[str, ...]
    unit: str = ""
    missing: str = ""
    context: tuple[str, ...] = ()

    def __init__(
        self,
        value: Any,
        rows: Iterable[str],
        unit: str = "",
        missing: str = "",
        context: Iterable[str] = (),
    ) -> None:
        """Turn whatever the test computed into plain values."""
        object.__setattr__(self, "value", to_plain(value))
        object.__setattr__(self, "rows", _references(rows))
        object.__setattr__(self, "unit", unit)
        object.__setattr__(self, "missing", missing if self.value is None else "")
        object.__setattr__(self, "context", _references(context))

    @property
    def decides(self) -> bool:
        """Whether there is a value, resting on rows."""
        return self.value is not None and bool(self.rows)


@dataclass(frozen=True)
class PartMatch:
    """One part of a claim: what is asserted, what was found, and how they compare."""

    part: str
    asserted: str
    found: str
    match: Match
    comparison: Comparison = Comparison.EQUALS
    note: str = ""
    """What exactly was tested, where the value alone does not say it."""


@dataclass(frozen=True)
class Record:
    """All that a run keeps of one claim: the line of ``findings.json``."""

    claim: str
    kind: Kind
    chapter: str
    verdict: Verdict | None = None
    unsettled: Unsettled | None = None
    grounding: Grounding | None = None
    outcome: Outcome | None = None
    reason: str = ""
    test: str = ""
    parts: tuple[PartMatch, ...] = ()
    value: Any = None
    unit: str = ""
    missing: str = ""
    parameters: dict[str, str | int] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    """Those of the rows that the value does not rest on."""
    tables_read: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    robustness: Robustness = field(default_factory=Robustness)
    stress_tests: StressTests = field(default_factory=StressTests)
    roles: dict[str, bool | None] = field(default_factory=dict)
    """By group: whether this claim does what its parent needs; None where the data do not say."""

    @property
    def state(self) -> Verdict | Grounding | Outcome | None:
        """The verdict, outcome or grounding, whichever the claim's kind has; None: none yet."""
        return self.verdict or self.outcome or self.grounding
