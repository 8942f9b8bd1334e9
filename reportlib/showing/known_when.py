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
    return figure(
        "known-when",
        lambda width: _draw(facts, article, width),
        facts[["claim", "public_from", "state"]],
        headline=lambda plotted: (
            f"{(plotted.public_from <= pd.Timestamp(article) - pd.DateOffset(months=3)).sum()} of "
            f"{len(plotted)} computed claims were on record three months before "
            f"{day_in_words(article)}"
        ),
        subtitle="The day from which every row of a finding was public; line: the day from which "
        "the published page looks back",
        source="the rows that each finding cites.",
        description="One point a claim, from the earliest known at the top to the latest.",
        columns={"claim": "Claim", "public_from": "Public from", "state": "State"},
    )


def _draw(facts: pd.DataFrame, article: date, width: int) -> alt.TopLevelMixin:
    x = alt.X("public_from:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=5))
    lanes = alt.Axis(domain=False, ticks=False, grid=True)
    points = (
        alt.Chart(facts)
        .mark_point(filled=True, size=110)
        .encode(x=x, y=alt.Y("claim:N", sort=None, title=None, axis=lanes), **state_channels())
    )
    line = marked_day(article, day_in_words(article), align="right")
    return alt.layer(line, points).properties(width=width, height=22 * len(facts))
