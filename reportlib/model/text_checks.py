"""Text checks: places of the article that are compared with each other, without outside fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reportlib.model.dates import Span
from reportlib.model.vocabulary import Agreement, TextRelation

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LETTER = re.compile(r"[^\W\d_]")


def parse_span(printed: str) -> Span:
    """Return the days that a printed date can mean, or raise a ValueError."""
    span = Span.of(printed)
    if span is None:
        raise ValueError(f'"{printed}" is not a day, month or year')
    return span


def parse_number(printed: str) -> Decimal:
    """Return a printed number, to its last digit, or raise a ValueError."""
    if not _NUMBER.fullmatch(printed):
        raise ValueError(f'"{printed}" is not a number')
    return Decimal(printed)


def parse_name(printed: str) -> str:
    """Return a printed name as it stands, or raise a ValueError if it has no letter."""
    if not _LETTER.search(printed):
        raise ValueError(f'"{printed}" is not a name')
    return printed


PARSERS: Mapping[TextRelation, Callable[[str], Span | Decimal | str]] = {
    TextRelation.SAME_DATE: parse_span,
    TextRelation.SAME_NAME: parse_name,
    TextRelation.IN_ORDER: parse_span,
    TextRelation.ADDS_UP: parse_number,
}
"""How each relation takes a printed value; a value of another kind is a ValueError."""


@dataclass(frozen=True)
class PrintedValue:
    """What the article has in one place."""

    locator: str
    value: str
    unit: str = ""
    claim: str = ""
    """The claim that asserts the value; empty where it stands in the text and in no claim."""
    part: str = ""


@dataclass(frozen=True)
class TextCheck:
    """A relation between places of the article, which holds if the text agrees with itself."""

    key: str
    about: str
    relation: TextRelation
    places: tuple[PrintedValue, ...]
    """In the order in which they are compared; where parts add up the last is the whole."""
    tolerance: str = ""
    """Empty: as printed. Else by how many days dates may differ: a number or a parameter."""
    concerns: tuple[str, ...] = ()
    """Claims that turn on it, though no value of theirs is compared."""
    note: str = ""
    """How the text is read, and caveats."""

    def __post_init__(self) -> None:
        """Refuse what cannot be compared.

        Raises:
            ValueError: there are fewer than two places, or a value is of the wrong kind.
        """
        if len(self.places) < 2:
            raise ValueError(f'"{self.key}" compares fewer than two places')
        for place in self.places:
            PARSERS[self.relation](place.value)

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims whose values are compared, then those that turn on it, each once."""
        compared = (place.claim for place in self.places if place.claim)
        return tuple(dict.fromkeys([*compared, *self.concerns]))


@dataclass(frozen=True)
class TextCheckResult:
    """The answer to one relation between places of the text."""

    key: str
    about: str
    note: str
    relation: TextRelation
    agrees: bool
    found: str
    """What stands where and how it compares, and whether another tolerance turns it."""
    places: tuple[PrintedValue, ...]
    claims: tuple[str, ...]
    parameters: dict[str, str | int]
    agrees_at: dict[str | int, bool]
    """The answer at each plausible value of a tolerance that is a parameter."""

    @property
    def word(self) -> Agreement:
        """The word for the answer."""
        return Agreement.AGREES if self.agrees else Agreement.DISAGREES
