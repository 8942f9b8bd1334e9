"""Then and now: every claim on the article's day and in hindsight, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reportlib.judging import shifted
from reportlib.judging.argument import Argument
from reportlib.judging.inquiry import Inquiry
from reportlib.showing.marks import StateShown
from reportlib.showing.markup import render
from reportlib.values.phrases import day_in_words


@dataclass(frozen=True)
class Aged:
    """A claim then and now, with what turned it."""

    claim: str
    paraphrase: str
    then: StateShown
    now: StateShown
    turned_on: str
    rows: tuple[str, ...]
    because: tuple[str, ...]
    """For a judgement, the claims beneath it that hindsight changes."""

    @property
    def differs(self) -> bool:
        """Whether hindsight gives another state."""
        return self.then != self.now


def then_and_now(inquiry: Inquiry, recorded: Argument) -> Markup:
    """Return the claims that hindsight changes, and a table of all.

    Args:
        inquiry: the study as it was read.
        recorded: the records as the chapters made them, without groundings.
    """
    return render(
        "then_and_now.html.j2",
        lines=aged(recorded),
        then=day_in_words(inquiry.article_day),
        now=day_in_words(inquiry.settings.outcomes_until),
    )


def aged(recorded: Argument) -> list[Aged]:
    """Return every claim that was looked at and has a state of its day; outcomes have none."""
    before, after = shifted.then(recorded).records, shifted.now(recorded).records
    moments = {
        claim: (StateShown.of(before[claim]), StateShown.of(after[claim]))
        for claim in recorded.ledger.claims
        if claim in before and before[claim].outcome is None
    }
    changed = {claim for claim, (then, now) in moments.items() if then != now}
    lines = []
    for claim, (then, now) in moments.items():
        found = after[claim].trials.then_and_now
        lines.append(
            Aged(
                claim=claim,
                paraphrase=recorded.ledger.claims[claim].paraphrase,
                then=then,
                now=now,
                turned_on=day_in_words(found.turned_on) if found and found.turned_on else "",
                rows=found.rows if found else (),
                because=tuple(c for c in recorded.ledger.children_of(claim) if c in changed),
            )
        )
    return lines
