"""Layers of charts: a month without a figure is told, and a line does not run across it."""

from __future__ import annotations

import pandas as pd

from reportlib.showing.figures import drawn
from reportlib.showing.layers import gaps, given, unbroken

MONTHS = pd.DataFrame(
    {
        "month": pd.to_datetime(["2017-01-01", "2017-02-01", "2017-05-01", "2017-05-01"]),
        "flow": ["out"] * 4,
        "usd": [1.0, 2.0, 4.0, 6.0],
    }
)


def test_the_months_between_the_first_and_the_last_without_a_row_are_gaps() -> None:
    found = gaps(MONTHS, "month", "flow")
    assert [f"{month:%Y-%m}" for month in found.month] == ["2017-03", "2017-04"]
    assert set(found.flow) == {"out"}


def test_a_line_has_each_month_once_and_nothing_where_there_is_a_gap() -> None:
    line = unbroken(MONTHS, "month", "flow", "usd")
    assert [f"{month:%m}" for month in line.month] == ["01", "02", "03", "04", "05"]
    assert line.usd.fillna(-1).tolist() == [1, 2, -1, -1, 5]


def test_a_month_that_the_text_gives_is_drawn_hollow_with_a_whisker_over_its_days() -> None:
    import altair as alt

    frame = pd.DataFrame(
        {
            "first": pd.to_datetime(["2017-05-01"]),
            "last": pd.to_datetime(["2017-05-31"]),
            "words": ["May 2017"],
            "lane": ["a"],
        }
    )
    lane = alt.Y("lane:N")
    svg = drawn(given(frame, lane, below=10).properties(width=300, height=40), "days", "Days")
    assert svg.count('fill="var(--paper)"') == 1
    assert ">May 2017<" in svg
