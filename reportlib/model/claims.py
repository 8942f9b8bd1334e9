"""Claims, what they assert, and how they stand together: the ledger as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from reportlib.model.vocabulary import Comparison, Kind, Mode, OutcomeKind, Relation, Role


@dataclass(frozen=True)
class Claim:
    """One atomic statement of the article, in our paraphrase. A claim is theirs."""

    id: str
    paraphrase: str
    kind: Kind
    chapter: str
    outcome_kind: OutcomeKind | None
    horizon: str
    """ISO 8601 duration within which an outcome counts; empty without an outcome."""
    indicator: str
    method: str
    falsifier: str
    settled_by: str
    """What would settle it, where the record does not."""
    reconstructed: bool
    """Put together by us: no single sentence of the article carries it."""
    locators: tuple[str, ...] = ()
    """The sentences that carry it, such as ``p1s2``: paragraph 1, sentence 2."""

    @property
    def has_verdict(self) -> bool:
        """Whether the rules of the verdict apply: it can be checked, or has an outcome."""
        return self.kind.checkable or self.outcome_kind is not None


WHOLE = "whole"
"""The part of a claim that has no parts."""


class Demand(NamedTuple):
    """A comparison with a value: what an article asserts, or what a parent needs of its child."""

    comparison: Comparison
    value: str


@dataclass(frozen=True)
class Assertion:
    """What the article asserts of one part of a claim, as printed."""

    claim: str
    part: str
    comparison: Comparison
    value: str
    unit: str
    tolerance: str
    """Empty: as printed. Else a number in the unit, a percentage, or a parameter's name."""
    hedge: str
    attributed_to: str
    note: str = ""
    """What exactly is tested, where the value alone does not say it."""

    @property
    def demand(self) -> Demand:
        """The comparison and its value."""
        return Demand(self.comparison, self.value)


@dataclass(frozen=True)
class Definition:
    """Whether the article's text fixes a parameter for one claim, and why we think so."""

    claim: str
    parameter: str
    fixed: bool
    why: str


@dataclass(frozen=True)
class Member:
    """A premise in a group, with its role: what the parent requires of it."""

    claim: str
    requires: Demand | None
    """None: the claim as it is written."""
    why: str


@dataclass(frozen=True)
class Group:
    """Premises of a claim that stand together."""

    id: str
    parent: str
    mode: Mode
    needed: int
    """How many members must stand: all if linked, k if convergent (0: adds weight only)."""
    warrant: str
    members: tuple[Member, ...]

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims that are its members."""
        return tuple(member.claim for member in self.members)

    @property
    def how_many(self) -> str:
        """How many of its members must stand, before their names; nothing where there is one."""
        if len(self.members) == 1:
            return ""
        return "all of" if self.mode is Mode.LINKED else f"{self.needed} of"


@dataclass(frozen=True)
class Edge:
    """A relation between claims outside any group."""

    child: str
    parent: str
    relation: Relation


@dataclass(frozen=True)
class Sentence:
    """A sentence of the article, known by its digest; its words are not kept."""

    locator: str
    role: Role
    claims: tuple[str, ...]
    words: int
    sha256: str
