"""Layers that charts share: words at the marks, marked days, days as a text gives them, gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import pandas as pd

QUIET, PAPER = "#7a7f87", "var(--paper)"
"""The colour of what is not the point of a chart; and that of the page, light or dark."""


def label_marks(frame: pd.DataFrame, x: alt.X, y: Any, text: str, **where: Any) -> alt.Chart:
    """Return words at the marks instead of a legend, to the right of each by default.

    Example: ``label_marks(last, x, y, "body", dy=-8)`` writes the column ``body`` a little higher.
    """
    written: dict[str, Any] = {"align": "left", "baseline": "middle", "dx": 8, **where}
    words: alt.Chart = alt.Chart(frame).mark_text(**written)
    return words.encode(x=x, y=y, text=f"{text}:N")


def keep_spaced(frame: pd.DataFrame, at: str, by: str, size: str, least: Any) -> pd.DataFrame:
    """Return the rows whose words have room: of two too near to each other in one lane, the larger.

    Args:
        frame: the rows, with an index of its own for each.
        at: the column with the place along the lane, in whose unit ``least`` is.
        by: the column with the lane.
        size: the column with the size.
        least: the least distance.
    """
    kept: list[Any] = []
    for index, row in frame.sort_values(size, ascending=False, kind="stable").iterrows():
        lane = frame.loc[kept]
        lane = lane[lane[by].eq(row[by])]
        if not (lane[at] - row[at]).abs().lt(least).any():
            kept.append(index)
    return frame[frame.index.isin(kept)]


def mark_day(
    day: date | pd.Timestamp, name: str, *, align: str = "left", top: int = 0
) -> alt.LayerChart | alt.FacetChart:
    """Return a day on an axis of time: a line across, with its name at the top beside it.

    Args:
        day: the day.
        name: what stands at its line.
        align: whether the name stands to the right of the line (``left``) or to its left.
        top: where the line ends, in px below the upper edge; below zero it ends above the chart,
            where no mark can meet the name.
    """
    frame = pd.DataFrame({"day": [pd.Timestamp(day)], "name": [name]})
    x = alt.X("day:T", title=None)
    line = alt.Chart(frame).mark_rule(stroke="currentColor", opacity=0.6)
    where: dict[str, Any] = {"align": align, "dx": 5 if align == "left" else -5, "baseline": "top"}
    return alt.layer(
        line.encode(x=x, y=alt.value(top), y2=alt.value("height")),
        label_marks(frame, x, alt.value(top + 2), "name", **where),
    )


def draw_given_days(
    frame: pd.DataFrame, y: alt.Y, *, below: int
) -> alt.LayerChart | alt.FacetChart:
    """Return days as a text gives them: hollow, with a whisker over the days of a month or year.

    Args:
        frame: ``first`` and ``last`` day meant, what ``y`` needs, and ``words`` for the day.
        y: the lane.
        below: the distance in px below the records of the lane; the words stand beneath.
    """
    at = frame.assign(middle=frame["first"] + (frame["last"] - frame["first"]) / 2)
    spans = alt.Chart(at[at["first"].ne(at["last"])]).encode(y=y)
    x = alt.X("middle:T", title=None)
    ink: dict[str, Any] = {"stroke": "currentColor", "yOffset": below}
    base = alt.Chart(at).encode(y=y)
    return alt.layer(
        spans.mark_rule(**ink).encode(x=alt.X("first:T", title=None), x2="last:T"),
        *(
            spans.mark_tick(thickness=1.5, size=13, color="currentColor", yOffset=below).encode(
                x=alt.X(f"{end}:T", title=None)
            )
            for end in ("first", "last")
        ),
        base.mark_point(shape="circle", size=40, fill=PAPER, strokeWidth=1.5, **ink).encode(x=x),
        label_marks(at, x, y, "words", align="center", dx=0, dy=below + 17),
    )


def find_gaps(frame: pd.DataFrame, month: str, by: str) -> pd.DataFrame:
    """Return the months without a row between the first and last one of each series of ``by``."""
    missing = [
        (start, name)
        for name, series in frame.groupby(by)
        for start in pd.date_range(series[month].min(), series[month].max(), freq="MS")
        if not series[month].eq(start).any()
    ]
    return pd.DataFrame(missing, columns=[month, by])


def fill_gaps(frame: pd.DataFrame, month: str, by: str, value: str) -> pd.DataFrame:
    """Return every month of each series, so that its line breaks where there is no row."""
    mean = frame.groupby([by, month])[value].mean().reset_index()
    return pd.concat([mean, find_gaps(frame, month, by)]).sort_values([by, month])
