"""When the article's facts were on record: the day from which each finding's rows were public."""

from __future__ import annotations

from datetime import date

import altair as alt
import pandas as pd

from reportlib.judging.argument import Argument
from reportlib.judging.inquiry import Inquiry
from reportlib.reading.descriptor import KNOWN_FROM
from reportlib.showing.figures import Figure, figure, state_channels
from reportlib.showing.layers import marked_day
from reportlib.showing.marks import StateShown
from reportlib.values.phrases import day_in_words
from reportlib.values.sources import table_of


def known_when(inquiry: Inquiry, argument: Argument) -> Figure:
    """Return the figure: for each computed claim the day by which all of its rows were public."""
    frames = inquiry.known.tables.frames
    lines = []
    for claim, record in argument.records.items():
        days = [
            pd.Timestamp(str(frames[table_of(row)].at[row, KNOWN_FROM]))
            for row in record.rows
            if KNOWN_FROM in frames[table_of(row)]
        ]
        if record.kind.checkable and days:
            state = StateShown.of(record)
            lines.append((claim, max(days), str(state.word), state.mark.tone, state.mark.path))
    facts = pd.DataFrame(lines, columns=["claim", "public_from", "state", "tone", "path"])
    facts = facts.sort_values(["public_from", "claim"])
    article = inquiry.article_day
    cut = (pd.Timestamp(article) - pd.DateOffset(months=3)).date()
    return figure(
        "known-when",
        lambda width: _draw(facts, article, cut, width),
        facts[["claim", "public_from", "state"]],
        headline=lambda plotted: (
            f"{plotted.public_from.le(pd.Timestamp(cut)).sum()} of {len(plotted)} computed claims "
            f"were on record three months before {day_in_words(article)}"
        ),
        subtitle="The day from which every row of a finding was public; lines: "
        f"{day_in_words(article)}, from which the published page looks back, and three months "
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
        .encode(x=x, y=alt.Y("claim:N", sort=None, title=None, axis=lanes), **state_channels())
    )
    lines = [
        marked_day(cut, day_in_words(cut), align="right", top=-18),
        marked_day(article, day_in_words(article), align="right", top=-34),
    ]
    return alt.layer(*lines, points).properties(width=width, height=22 * len(facts))
