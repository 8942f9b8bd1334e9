"""The answer: whether the evidence holds, in one sentence and three numbers, all computed."""

from __future__ import annotations

from markupsafe import Markup

from reportlib.judging.argument import Argument
from reportlib.judging.inquiry import Inquiry
from reportlib.showing.markup import render
from reportlib.values.phrases import counted
from reportlib.values.words import NOT_LOOKED_AT, Grounding, Verdict


def answer(inquiry: Inquiry, argument: Argument) -> Markup:
    """Return the head of the page."""
    claims = inquiry.ledger.claims.values()
    checkable = [claim.id for claim in claims if claim.kind.checkable]
    records = [argument.records[c] for c in checkable if c in argument.records]
    wrong = [r for r in records if r.verdict is Verdict.NOT_SUPPORTED]
    open_ones = [r for r in records if r.verdict in (Verdict.DEPENDS, Verdict.NOT_SETTLED)]
    held = [r for r in records if r.verdict is not None and r.verdict.holds]
    kept = [r for r in wrong if r.roles and all(r.roles.values())]
    return render(
        "answer.html.j2",
        lead=_lead(len(held), len(open_ones), len(wrong), len(kept)),
        looked_at=len(records),
        checkable=len(checkable),
        held=len(held),
        wrong=wrong,
        kept=len(kept),
        pillars=[
            (pillar, argument.ledger.claims[pillar].paraphrase, _pillar_word(argument, pillar))
            for pillar in argument.pillars
        ],
        grounded=sum(argument.grounding(p) is Grounding.GROUNDED for p in argument.pillars),
        as_of=inquiry.settings.as_of,
        set_name=inquiry.settings.set_name,
    )


def _lead(held: int, open_ones: int, wrong: int, kept: int) -> str:
    """One sentence from the counts of states."""
    if not held + open_ones + wrong:
        return "No fact has been looked at yet."
    stands = f"{counted(held, 'fact')} {'stands' if held == 1 else 'stand'}"
    opened = f"{open_ones} {'is' if open_ones == 1 else 'are'} open or turn on a definition"
    if open_ones == 1:
        opened = "1 is open or turns on a definition"
    failed = f"{wrong} {'is' if wrong == 1 else 'are'} not as written"
    keeps = ""
    if wrong:
        keeps = f", of which {kept} still {'does' if kept == 1 else 'do'} what the argument needs"
    return f"So far {stands}, {opened}, and {failed}{keeps}."


def _pillar_word(argument: Argument, pillar: str) -> str:
    return argument.grounding(pillar) if pillar in argument.records else NOT_LOOKED_AT
