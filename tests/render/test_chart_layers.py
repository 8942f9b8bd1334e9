"""Layers of charts: a month without a figure is told, and a line does not run across it."""

from __future__ import annotations

import altair as alt
import pandas as pd

from reportlib.render.chart_layers import (
    draw_given_days,
    fill_gaps,
    find_gaps,
    keep_spaced,
    mark_day,
)
from reportlib.render.charts import draw_chart

MONTHS = pd.DataFrame(
    {
        "month": pd.to_datetime(["2017-01-01", "2017-02-01", "2017-05-01", "2017-05-01"]),
        "flow": ["out"] * 4,
        "usd": [1.0, 2.0, 4.0, 6.0],
    }
)


def test_the_months_between_the_first_and_the_last_without_a_row_are_gaps() -> None:
    found = find_gaps(MONTHS, "month", "flow")
    assert [f"{month:%Y-%m}" for month in found.month] == ["2017-03", "2017-04"]
    assert set(found.flow) == {"out"}


def test_a_line_has_each_month_once_and_nothing_where_there_is_a_gap() -> None:
    line = fill_gaps(MONTHS, "month", "flow", "usd")
    assert [f"{month:%m}" for month in line.month] == ["01", "02", "03", "04", "05"]
    assert line.usd.fillna(-1).tolist() == [1, 2, -1, -1, 5]


def test_a_month_that_the_text_gives_is_drawn_hollow_with_a_whisker_over_its_days() -> None:
    svg = drawn_days("2017-05-01", "2017-05-31", "May 2017")
    assert svg.count('fill="var(--paper)"') == 1
    assert ">May 2017<" in svg


def test_a_single_day_that_the_text_gives_has_no_whisker() -> None:
    month, day = (drawn_days("2017-05-01", last, "a") for last in ("2017-05-31", "2017-05-01"))
    assert day.count('fill="var(--paper)"') == 1
    assert day.count("<path") + day.count("<line") < month.count("<path") + month.count("<line")


def drawn_days(first: str, last: str, words: str) -> str:
    frame = pd.DataFrame(
        {
            "first": pd.to_datetime([first]),
            "last": pd.to_datetime([last]),
            "words": [words],
            "lane": ["a"],
        }
    )
    lane = alt.Y("lane:N", axis=None)
    return draw_chart(
        draw_given_days(frame, lane, below=10).properties(width=300, height=40), "days", "Days"
    )


def test_of_two_too_near_in_one_lane_the_larger_keeps_its_words() -> None:
    frame = pd.DataFrame(
        {"day": [1, 2, 6, 2], "lane": ["a", "a", "a", "b"], "rows": [3, 8, 2, 1]},
        index=["small", "large", "apart", "other lane"],
    )
    kept = keep_spaced(frame, "day", "lane", "rows", 3)
    assert set(kept.index) == {"large", "apart", "other lane"}
    assert keep_spaced(frame.head(0), "day", "lane", "rows", 3).empty


def test_the_line_of_a_marked_day_can_end_above_the_chart_with_its_name() -> None:
    low, high = (
        draw_chart(mark_day(pd.Timestamp("2017-06-30"), "then", top=top), "a", "A")
        for top in (0, -18)
    )
    heights = [float(svg.partition('height="')[2].partition('"')[0]) for svg in (low, high)]
    assert heights[1] - heights[0] >= 16
