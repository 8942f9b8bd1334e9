"""The article judged then and now, and the days from which its facts were on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import altair as alt
import pandas as pd
from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.assess.scenarios import shift_argument
from reportlib.load.datapackage import KNOWN_FROM
from reportlib.model.evidence import table_of
from reportlib.model.formatting import format_day
from reportlib.render.chart_layers import mark_day
from reportlib.render.charts import Figure, make_figure, make_state_channels
from reportlib.render.state_icons import StateLabel
from reportlib.render.templating import render


def render_known_when(assessment: Assessment, argument: Argument) -> Figure:
    """Return the figure: for each computed claim the day by which all of its rows were public."""
    frames = assessment.frames
    lines = []
    for claim, record in argument.records.items():
        days = [
            pd.Timestamp(str(frames[table_of(row)].at[row, KNOWN_FROM]))
            for row in record.rows
            if KNOWN_FROM in frames[table_of(row)]
        ]
        if record.kind.checkable and days:
            state = StateLabel.of(record)
            lines.append((claim, max(days), str(state.word), state.mark.tone, state.mark.path))
    facts = pd.DataFrame(lines, columns=["claim", "public_from", "state", "tone", "path"])
    facts = facts.sort_values(["public_from", "claim"])
    article = assessment.article_day
    cut = (pd.Timestamp(article) - pd.DateOffset(months=3)).date()
    return make_figure(
        "known-when",
        lambda width: _draw(facts, article, cut, width),
        facts[["claim", "public_from", "state"]],
        headline=lambda plotted: (
            f"{plotted.public_from.le(pd.Timestamp(cut)).sum()} of {len(plotted)} computed claims "
            f"were on record three months before {format_day(article)}"
        ),
        subtitle="The day from which every row of a finding was public; lines: "
        f"{format_day(article)}, from which the published page looks back, and three months "
        "before",
        source="the rows that each finding cites.",
        description="One point a claim, from the earliest known at the top to the latest.",
        columns={"claim": "Claim", "public_from": "Public from", "state": "State"},
    )


def _draw(facts: pd.DataFrame, article: date, cut: date, width: int) -> alt.TopLevelMixin:
    months = alt.Axis(format="%b %Y", tickCount=5)
    x = alt.X("public_from:T", title=None, scale=alt.Scale(padding=12), axis=months)
    lanes = alt.Axis(domain=False, ticks=False, grid=True)
    points = (
        alt.Chart(facts)
        .mark_point(filled=True, size=110)
        .encode(x=x, y=alt.Y("claim:N", sort=None, title=None, axis=lanes), **make_state_channels())
    )
    lines = [
        mark_day(cut, format_day(cut), align="right", top=-18),
        mark_day(article, format_day(article), align="right", top=-34),
    ]
    return alt.layer(*lines, points).properties(width=width, height=22 * len(facts))


@dataclass(frozen=True)
class BacktestRow:
    """A claim then and now, with what turned it."""

    claim: str
    paraphrase: str
    then: StateLabel
    now: StateLabel
    turned_on: str
    rows: tuple[str, ...]
    because: tuple[str, ...]
    """For a judgement, the claims beneath it that hindsight changes."""

    @property
    def differs(self) -> bool:
        """Whether hindsight gives another state."""
        return self.then != self.now


def render_backtest(assessment: Assessment, recorded: Argument) -> Markup:
    """Return the claims that hindsight changes, and a table of all.

    ``recorded`` has the records as the chapters made them, without groundings.
    """
    return render(
        "then_and_now.html.j2",
        lines=list_backtest_rows(recorded),
        then=format_day(assessment.article_day),
        now=format_day(assessment.settings.outcomes_until),
    )


def list_backtest_rows(recorded: Argument) -> list[BacktestRow]:
    """Return every claim that was looked at and has a state of its day; outcomes have none."""
    before = shift_argument(recorded, lambda tests: tests.backtest.then if tests.backtest else None)
    after = shift_argument(recorded, lambda tests: tests.backtest.now if tests.backtest else None)
    states = {
        claim: (StateLabel.of(record), StateLabel.of(after.records[claim]))
        for claim in recorded.ledger.claims
        if (record := before.records.get(claim)) is not None and record.outcome is None
    }
    changed = {claim for claim, (then, now) in states.items() if then != now}
    rows = []
    for claim, (then, now) in states.items():
        backtest = after.records[claim].stress_tests.backtest
        turned_on = backtest.turned_on if backtest else None
        row = BacktestRow(
            claim=claim,
            paraphrase=recorded.ledger.claims[claim].paraphrase,
            then=then,
            now=now,
            turned_on=format_day(turned_on) if turned_on else "",
            rows=backtest.rows if backtest else (),
            because=tuple(c for c in recorded.ledger.children_of(claim) if c in changed),
        )
        rows.append(row)
    return rows
