"""Values in words."""

from __future__ import annotations

from datetime import date

import pytest

from reportlib.model.dates import Span
from reportlib.model.formatting import (
    format_count,
    format_day,
    format_duration,
    format_span,
    format_value,
    join_alternatives,
    join_words,
    quote_value,
)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "", "no value"),
        (None, "firms", "no value"),
        (True, "", "yes"),
        (False, "", "no"),
        (0, "closures", "0 closures"),
        (1, "closures", "1 closure"),
        (1, "inquiries", "1 inquiry"),
        (1, "loss", "1 loss"),
        (2, "firms", "2 firms"),
        (1902976, "USD", "USD 1,902,976"),
        (1902976, "", "1,902,976"),
        (2.5, "tonnes", "2.5 tonnes"),
        (0.1 + 0.2, "", "0.3"),
        (-12000, "people", "-12,000 people"),
        (date(2017, 6, 1), "", "1 June 2017"),
        ("2017-05", "date", "May 2017"),
        ("2017", "date", "2017"),
        ("2017-06-29", "date", "29 June 2017"),
        ("2017-05", "", "2017-05"),
        ("in force", "stage", "in force"),
        (("a", "b", "c"), "", "a, b and c"),
        ((), "", "none"),
        ((date(2017, 6, 1), date(2017, 6, 29)), "date", "1 June 2017 and 29 June 2017"),
        ({"firms": 2, "people": 1}, "", "firms: 2, people: 1"),
    ],
)
def test_a_value_is_said_as_a_reader_would_write_it(value, unit, said):
    assert format_value(value, unit) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("2017-06-01", "1 June 2017"),
        ("2017-06", "June 2017"),
        ("2016-02", "February 2016"),
        ("2017", "2017"),
    ],
)
def test_a_span_is_said_as_short_as_it_is_meant(span, said):
    meant = Span.of(span)

    assert meant is not None
    assert format_span(meant) == said


@pytest.mark.parametrize(
    ("parts", "said"),
    [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_parts_are_joined_with_and(parts, said):
    assert join_words(parts) == said


@pytest.mark.parametrize(
    ("parts", "said"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_alternatives_are_joined_with_or(parts, said):
    assert join_alternatives(parts) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("in force", "stage", "“in force”"),
        ("2017-05", "date", "May 2017"),
        (("a", "b"), "", "“a” and “b”"),
        (True, "", "yes"),
        (2, "firms", "2 firms"),
        (None, "", "no value"),
    ],
)
def test_a_text_stands_in_quotes_and_nothing_else_does(value, unit, said):
    assert quote_value(value, unit) == said


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        ("P12M", "12 months"),
        ("P1M", "1 month"),
        ("P1Y6M", "1 year and 6 months"),
        ("P1Y2M3D", "1 year, 2 months and 3 days"),
    ],
)
def test_a_duration_is_said_in_words(duration, said):
    assert format_duration(duration) == said


@pytest.mark.parametrize(
    ("number", "noun", "plural", "said"),
    [
        (1, "row", "", "1 row"),
        (0, "row", "", "0 rows"),
        (1200, "row", "", "1,200 rows"),
        (2, "inquiry", "inquiries", "2 inquiries"),
        (1, "inquiry", "inquiries", "1 inquiry"),
    ],
)
def test_a_count_goes_with_its_noun(number, noun, plural, said):
    assert format_count(number, noun, plural) == said


def test_months_have_their_names():
    assert [format_day(date(2017, month, 1)).split()[1] for month in (1, 9, 12)] == [
        "January", "September", "December",
    ]  # fmt: skip
