"""Layers that charts share: words at the marks, marked days, days as a text gives them, gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import pandas as pd

QUIET, PAPER = "#7a7f87", "var(--paper)"
"""What stands beside what a chart is about; and the ground, in the light and in the dark."""


def named(frame: pd.DataFrame, x: alt.X, y: Any, text: str, **where: Any) -> alt.Chart:
    """Words at the marks, which need no legend then: to the right of each, if nothing else is said.

    Example: ``named(last, x, y, "body", dy=-8)`` writes the column ``body`` a little higher.
    """
    written: dict[str, Any] = {"align": "left", "baseline": "middle", "dx": 8, **where}
    words: alt.Chart = alt.Chart(frame).mark_text(**written)
    return words.encode(x=x, y=y, text=f"{text}:N")


def marked_day(
    day: date | pd.Timestamp, name: str, *, align: str = "left"
) -> alt.LayerChart | alt.FacetChart:
    """A day on an axis of time: a line across, with its name at the top on one side of it."""
    frame = pd.DataFrame({"day": [pd.Timestamp(day)], "name": [name]})
    x = alt.X("day:T", title=None)
    line = alt.Chart(frame).mark_rule(stroke="currentColor", opacity=0.6).encode(x=x)
    where: dict[str, Any] = {"align": align, "dx": 5 if align == "left" else -5, "baseline": "top"}
    return alt.layer(line, named(frame, x, alt.value(2), "name", **where))


def given(
    frame: pd.DataFrame, y: alt.Y, *, below: int, words: bool = True
) -> alt.LayerChart | alt.FacetChart:
    """Days as a text gives them: hollow, with a whisker over all the days that it can mean.

    Args:
        frame: ``first`` and ``last`` day meant, what ``y`` needs, and ``words`` for the day.
        y: the lane.
        below: so many px below what is on record in the lane.
        words: whether the words stand beneath.
    """
    at = frame.assign(middle=frame["first"] + (frame["last"] - frame["first"]) / 2)
    x = alt.X("middle:T", title=None)
    ink: dict[str, Any] = {"stroke": "currentColor", "yOffset": below}
    base = alt.Chart(at).encode(y=y)
    layers: list[Any] = [
        base.mark_rule(**ink).encode(x=alt.X("first:T", title=None), x2="last:T"),
        *(
            base.mark_tick(thickness=1, size=9, color="currentColor", yOffset=below).encode(
                x=alt.X(f"{end}:T", title=None)
            )
            for end in ("first", "last")
        ),
        base.mark_point(shape="circle", size=70, fill=PAPER, strokeWidth=1.5, **ink).encode(x=x),
    ]
    if words:
        layers.append(named(at, x, y, "words", align="center", dx=0, dy=below + 17))
    return alt.layer(*layers)


def gaps(frame: pd.DataFrame, month: str, by: str) -> pd.DataFrame:
    """The months without a row, for each series of ``by``, between its first and its last one."""
    missing = [
        (one, name)
        for name, part in frame.groupby(by)
        for one in pd.date_range(part[month].min(), part[month].max(), freq="MS")
        if not part[month].eq(one).any()
    ]
    return pd.DataFrame(missing, columns=[month, by])


def unbroken(frame: pd.DataFrame, month: str, by: str, value: str) -> pd.DataFrame:
    """Every month of each series, so that its line breaks where there is no row."""
    mean = frame.groupby([by, month])[value].mean().reset_index()
    return pd.concat([mean, gaps(frame, month, by)]).sort_values([by, month])
