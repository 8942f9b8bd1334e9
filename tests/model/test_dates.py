"""Printed days, months and years as spans, and durations."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportlib.model.dates import Span, add_duration

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def span(printed: str | date) -> Span:
    found = Span.of(printed)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("printed", "first", "last"),
    [
        ("2017-06-29", date(2017, 6, 29), date(2017, 6, 29)),
        ("2017-05", date(2017, 5, 1), date(2017, 5, 31)),
        ("2017-02", date(2017, 2, 1), date(2017, 2, 28)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2017-12", date(2017, 12, 1), date(2017, 12, 31)),
        ("2017", date(2017, 1, 1), date(2017, 12, 31)),
        (date(2017, 6, 29), date(2017, 6, 29), date(2017, 6, 29)),
    ],
)
def test_a_printed_date_means_all_the_days_that_it_names(printed, first, last):
    assert Span.of(printed) == Span(first, last)


@pytest.mark.parametrize(
    "printed", ["", "spring 2017", "2017-13", "2017-02-29", "17-05-01", "2017-5", "2017-05-01T00"]
)
def test_what_is_no_date_has_no_span(printed):
    assert Span.of(printed) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2017-05-01", "2017-05", True),
        ("2017-05-31", "2017-05", True),
        ("2017-06-01", "2017-05", False),
        ("2017-05", "2017", True),
        ("2017", "2017-05", False),
        ("2017-05", "2017-05", True),
    ],
)
def test_a_span_lies_within_another_with_all_its_days(one, other, expected):
    assert span(one).within(span(other)) is expected


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("2017-06-01", "2017-05", 1),
        ("2017-04-30", "2017-05", 1),
        ("2017-06-29", "2017-06-29", 0),
        ("2017-05-12", "2017-05", 0),
        ("2017", "2017-05", 0),
        ("2017-06-08", "2017-05", 8),
    ],
)
def test_the_days_between_two_spans_are_counted_from_their_near_ends(one, other, days):
    assert span(one).days_from(span(other)) == days
    assert span(other).days_from(span(one)) == days


@given(DAYS, DAYS)
def test_two_days_are_as_far_apart_as_the_calendar_says(one, other):
    assert span(one).days_from(span(other)) == abs((one - other).days)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (date(2017, 6, 30), "P12M", date(2018, 6, 30)),
        (date(2017, 6, 30), "P1Y", date(2018, 6, 30)),
        (date(2017, 6, 30), "P18M", date(2018, 12, 30)),
        (date(2017, 6, 30), "P6M", date(2017, 12, 30)),
        (date(2017, 12, 31), "P2M", date(2018, 2, 28)),
        (date(2015, 12, 31), "P2M", date(2016, 2, 29)),
        (date(2016, 2, 29), "P1Y", date(2017, 2, 28)),
        (date(2017, 6, 30), "P90D", date(2017, 9, 28)),
        (date(2017, 6, 30), "P1Y2M3D", date(2018, 9, 2)),
        (date(2017, 6, 30), "P0D", date(2017, 6, 30)),
    ],
)
def test_a_duration_after_a_day_ends_on_the_day_of_the_calendar(start, duration, end):
    assert add_duration(start, duration) == end


@pytest.mark.parametrize("duration", ["", "P", "12M", "P12", "PT12H", "P-1M", "a year"])
def test_what_is_no_duration_is_refused(duration):
    with pytest.raises(ValueError, match="is not a duration such as P12M"):
        add_duration(date(2017, 6, 30), duration)
