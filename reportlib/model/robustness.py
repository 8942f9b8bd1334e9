"""Robustness: what comes out of every attempt to turn the answer to a claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reportlib.model.vocabulary import Grade, Outcome, Unsettled, Verdict


@dataclass(frozen=True)
class ScenarioResult:
    """The answer to a claim under one scenario."""

    changes: dict[str, str | int]
    """What the scenario sets, by parameter, or the origin that it leaves out."""
    verdict: Verdict | None
    unsettled: Unsettled | None
    outcome: Outcome | None = None
    """What the verdict makes of a forecast or a recommendation; None for a checkable claim."""
    found: str = ""
    reason: str = ""
    roles: dict[str, bool | None] = field(default_factory=dict)
    """By group, whether the claim does what its parent needs."""
    has_data: bool = True
    turns: bool = False
    """The answer is another than in the run."""
    own_act: bool = False
    """The origin left out speaks of its own acts or counts, which nobody knows better."""

    @property
    def name(self) -> str:
        """The value that the scenario sets, where it is one: an origin, a grade, a day."""
        (value,) = self.changes.values()
        return str(value)


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

    settings: tuple[ScenarioResult, ...] = ()
    """One result for each setting of the claim's parameters, the setting in use first."""
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
class Backtest:
    """A claim on the article's day and in hindsight, and what came between."""

    then: ScenarioResult
    now: ScenarioResult
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

    changed_rows: int
    """Cited rows that were changed, one at a time."""
    insensitive_rows: tuple[str, ...] = ()
    """Cited rows whose change never moved the finding."""
    detects_new_row: bool | None = None
    """Whether an added row moved it, where nothing was found; None: something was found."""

    @property
    def passed(self) -> bool:
        """Whether the finding moved with every change, and there was one to detect."""
        detects = self.changed_rows > 0 or self.detects_new_row is True
        return detects and not self.insensitive_rows and self.detects_new_row is not False


@dataclass(frozen=True)
class StressTests:
    """Every attempt to turn an answer; none where a claim has nothing that could be turned."""

    without_origin: tuple[ScenarioResult, ...] = ()
    from_grade: tuple[ScenarioResult, ...] = ()
    backtest: Backtest | None = None
    perturbation: Perturbation | None = None
    positions: dict[str, ScenarioResult] = field(default_factory=dict)
    """By the id of a position of the definition switch; those that change nothing are left out."""

    @property
    def rests_on(self) -> tuple[ScenarioResult, ...]:
        """The results without each origin that the answer needs."""
        return tuple(result for result in self.without_origin if result.turns)

    @property
    def fragile(self) -> bool:
        """Whether one body's word on what others did, or fair sources alone, carry the answer."""
        return any(not result.own_act for result in self.rests_on) or self.needs_fair_sources

    @property
    def needs_fair_sources(self) -> bool:
        """Whether the answer is another where only good sources count."""
        return any(result.turns and result.name == Grade.B for result in self.from_grade)
