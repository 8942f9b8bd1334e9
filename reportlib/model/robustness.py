"""Trials: what came of every attempt to turn the answer to a claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reportlib.model.vocabulary import Grade, Outcome, Unsettled, Verdict


@dataclass(frozen=True)
class AtSetting:
    """What comes out at one setting of the parameters that a claim turns on."""

    setting: dict[str, str | int]
    found: str
    verdict: Verdict
    unsettled: Unsettled | None
    outcome: Outcome | None = None
    """What the verdict makes of a forecast or a recommendation; None for a checkable claim."""


@dataclass(frozen=True)
class Flip:
    """A parameter whose change alone, from the setting in use, changes the answer."""

    parameter: str
    value: str | int
    verdict: Verdict
    fixed: bool
    """The article's text fixes the parameter for this claim."""
    outcome: Outcome | None = None

    @property
    def state(self) -> Verdict | Outcome:
        """The outcome where the claim has one, else the verdict."""
        return self.outcome or self.verdict


@dataclass(frozen=True)
class Robustness:
    """How far an answer survives the plausible settings."""

    settings: tuple[AtSetting, ...] = ()
    same: int = 0
    """Settings with data that give the answer of the setting in use."""
    decided: int = 0
    """Settings with data."""
    same_allowed: int = 0
    """Those of ``same`` that change no parameter which the article's text fixes for the claim."""
    allowed: int = 0
    """Those of ``decided`` that change none such."""
    flips: tuple[Flip, ...] = ()
    whole_grid: bool = True
    """False: too many combinations; each parameter alone and in pairs was tried."""


@dataclass(frozen=True)
class LeftOut:
    """What comes out without the word of one origin, or of every source below a grade."""

    name: str
    """The origin, or the lowest grade that is kept."""
    verdict: Verdict
    unsettled: Unsettled | None
    turns: bool
    """The answer is another without it."""
    own_act: bool = False
    """The origin speaks of its own acts or counts, which nobody knows better."""


@dataclass(frozen=True)
class OnDay:
    """What comes out with the knowledge of a day."""

    day: date
    found: str
    verdict: Verdict
    unsettled: Unsettled | None
    roles: dict[str, bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Backtest:
    """A claim on the article's day and in hindsight, and what came between."""

    then: OnDay
    now: OnDay
    turned_on: date | None = None
    """The first day from which the verdict is that of today; None if it never was
    another, or if no day of what is cited shows when."""
    rows: tuple[str, ...] = ()
    """What became known on that day and bears on the claim: rows and documents, by reference."""

    @property
    def differs(self) -> bool:
        """Whether hindsight gives another state."""
        return (self.then.verdict, self.then.unsettled) != (self.now.verdict, self.now.unsettled)


@dataclass(frozen=True)
class Perturbation:
    """Whether a finding is bound to its data: it must move when what it cites is changed."""

    tried: int
    """Cited rows that were changed, one at a time."""
    deaf: tuple[str, ...] = ()
    """Cited rows whose change never moved the finding."""
    new_row_heard: bool | None = None
    """Where nothing was found, whether a row put in was heard; None: something was found."""

    @property
    def sings(self) -> bool:
        """Whether the finding heard every change, and there was one to hear."""
        heard = self.tried > 0 or self.new_row_heard is True
        return heard and not self.deaf and self.new_row_heard is not False


@dataclass(frozen=True)
class AtPosition:
    """A claim at another position of the definition switch, where it differs from this run."""

    verdict: Verdict | None
    unsettled: Unsettled | None
    outcome: Outcome | None
    reason: str
    roles: dict[str, bool | None]


@dataclass(frozen=True)
class StressTests:
    """Every attempt to turn an answer; none where a claim has nothing that could be turned."""

    without_origin: tuple[LeftOut, ...] = ()
    from_grade: tuple[LeftOut, ...] = ()
    then_and_now: Backtest | None = None
    canary: Perturbation | None = None
    positions: dict[str, AtPosition] = field(default_factory=dict)
    """By the id of the position; those at which nothing differs are left out."""

    @property
    def rests_on(self) -> tuple[LeftOut, ...]:
        """The origins without any one of which the answer is another."""
        return tuple(one for one in self.without_origin if one.turns)

    @property
    def fragile(self) -> bool:
        """Whether one body's word on what others did, or fair sources alone, carry the answer."""
        return any(not one.own_act for one in self.rests_on) or self.needs_fair_sources

    @property
    def needs_fair_sources(self) -> bool:
        """Whether the answer is another where only good sources count."""
        return any(one.turns and one.name == Grade.B for one in self.from_grade)
