"""How large a made-up study is, and the shape that its claims and rows have at that size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ACTS_A_PLACE = 50
"""Each claim is about the acts at one place; more acts are at more places, as a register that
grows holds more that is beside the point of a claim."""
PILLARS = 5
PREMISES = 4
"""The first claim stands on the pillars, these on judgements, and each of them on so many claims
that can be checked: an article with more claims has wider groups, and is as deep."""
WORDS = {"first": "a", "second": "ab", "third": "abc"}
"""The values of a parameter, and which words of its column each lets count."""


@dataclass(frozen=True)
class Size:
    """How large a made-up study is."""

    claims: int = 60
    rows: int = 1_000
    turns_on: int = 1
    """How many parameters each claim turns on."""
    chapters: int = 1
    """How many chapters the claims belong to, in turn."""
    tables: Sequence[str] = ("acts",)
    """The tables, each of so many rows. The first chapters have one each, all others the last."""

    @property
    def places(self) -> int:
        """At how many places the acts happen."""
        return max(1, self.rows // ACTS_A_PLACE)

    @property
    def settings(self) -> int:
        """How many plausible settings each claim that can be checked has."""
        return len(WORDS) ** self.turns_on

    @property
    def checkable(self) -> Iterator[int]:
        """The claims that can be checked: the leaves."""
        return (claim for claim in range(self.claims) if not self.premises(claim))

    @property
    def judgements(self) -> Iterator[int]:
        """The claims that stand on others, of which the first stands on all."""
        return (claim for claim in range(self.claims) if self.premises(claim))

    def premises(self, claim: int) -> range:
        """The claims that a claim stands on; none has two above it."""
        facts = 1 + PILLARS + self._judgements
        if claim == 0:
            return range(1, 1 + PILLARS)
        if claim <= PILLARS:
            return range(PILLARS + claim, facts, PILLARS)
        first = facts + PREMISES * (claim - 1 - PILLARS)
        return range(first, min(first + PREMISES, self.claims)) if claim < facts else range(0)

    @property
    def _judgements(self) -> int:
        return -(-(self.claims - 1 - PILLARS) // (1 + PREMISES))

    def place(self, number: int) -> str:
        """The place of a row, and that of a claim."""
        return f"place {number % self.places}"

    def chapter(self, claim: int) -> str:
        """The chapter of a claim."""
        return f"part-{claim % self.chapters}"

    def table(self, claim: int) -> str:
        """The table that a claim is about: that of its chapter."""
        return self.tables[min(claim % self.chapters, len(self.tables) - 1)]

    def id(self, claim: int) -> str:
        """How a claim is named."""
        return f"M{claim}"
