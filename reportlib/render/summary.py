"""The answer: whether the evidence holds, in one sentence and three numbers, all computed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.model.formatting import format_count
from reportlib.model.vocabulary import Grounding, Verdict
from reportlib.render.state_icons import StateLabel
from reportlib.render.templating import render

MOST = 2 / 3
"""From this share of what was looked at on, the sentence says that most of it stands."""
_OPEN = (Verdict.DEPENDS, Verdict.NOT_SETTLED)


@dataclass(frozen=True)
class Tally:
    """The claims and counts from which the sentence is made."""

    checkable: int
    looked_at: int
    held: tuple[str, ...]
    open: tuple[str, ...]
    """Those that turn on a definition or are not settled."""
    wrong: tuple[str, ...]
    needed: int
    """Wrong details that the argument needs."""
    pillars: int
    grounded: int
    fallen: int

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        if not self.looked_at:
            return "No checkable claim has been looked at yet."
        return f"{self._whole}; {self._facts}, and {self._need}."

    @property
    def numbers(self) -> dict[str, str]:
        """The sentence and the numbers beneath it, by name, as the page shows them."""
        return {
            "sentence": self.sentence,
            "held": f"{len(self.held)} of {self.looked_at}",
            "open": str(len(self.open)),
            "wrong": str(len(self.wrong)),
        }

    @property
    def _whole(self) -> str:
        """It holds if every pillar is grounded, it does not if one falls, else it does in part."""
        if not self.pillars:
            return "No claim is a pillar of the argument"
        if self.fallen:
            falls = "falls" if self.fallen == 1 else "fall"
            return f"The evidence does not hold: {self.fallen} of {self.pillars} pillars {falls}"
        if self.grounded == self.pillars:
            return "The evidence holds: every pillar of the argument is grounded"
        part = self.pillars - self.grounded
        pillars = format_count(self.pillars, "pillar")
        stand = "stands" if part == 1 else "stand"
        return (
            f"The evidence holds in part: none of its {pillars} falls, and {part} {stand} in part"
        )

    @property
    def _facts(self) -> str:
        held = len(self.held)
        most = "most of them stand: " if held >= MOST * self.looked_at else ""
        stand = "stands" if held == 1 else "stand"
        claims = format_count(self.looked_at, "checkable claim")
        return f"{most}{held} of the {claims} looked at {stand}"

    @property
    def _need(self) -> str:
        if not self.wrong:
            return "no detail is wrong"
        if not self.needed:
            return "the argument needs none of the details that are wrong"
        details = format_count(len(self.wrong), "wrong detail")
        return f"the argument needs {self.needed} of the {details}"


def count_states(assessment: Assessment, argument: Argument) -> Tally:
    """Count what the sentence speaks of."""
    checkable = [c.id for c in assessment.ledger.claims.values() if c.kind.checkable]
    verdicts = {c: argument.records[c].verdict for c in checkable if c in argument.records}
    wrong = tuple(c for c, verdict in verdicts.items() if verdict is Verdict.NOT_SUPPORTED)
    pillars = set(argument.pillars)
    groundings = [argument.grounding(pillar) for pillar in argument.pillars]
    return Tally(
        checkable=len(checkable),
        looked_at=len(verdicts),
        held=tuple(c for c, verdict in verdicts.items() if verdict is not None and verdict.holds),
        open=tuple(c for c, verdict in verdicts.items() if verdict in _OPEN),
        wrong=wrong,
        needed=sum(bool(pillars & set(argument.needs(claim))) for claim in wrong),
        pillars=len(groundings),
        grounded=groundings.count(Grounding.GROUNDED),
        fallen=groundings.count(Grounding.UNGROUNDED),
    )


def render_summary(assessment: Assessment, argument: Argument) -> Markup:
    """Return the head of the page."""
    counts = count_states(assessment, argument)
    records = [argument.records[c] for c in argument.ledger.claims if c in argument.records]
    return render(
        "answer.html.j2",
        tally=counts,
        fragile=[record.claim for record in records if record.stress_tests.fragile],
        pillars=[
            (
                pillar,
                argument.ledger.claims[pillar].paraphrase,
                StateLabel.of(argument.records.get(pillar)),
            )
            for pillar in argument.pillars
        ],
        as_of=assessment.settings.as_of,
        set_name=assessment.settings.set_name,
        most=MOST,
    )
