"""Perturbation: the ways in which a row of a table could have been another, or one more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from reportlib.values.days import Span

Words = Mapping[str, tuple[str, ...]]
"""By column, words that a cell can hold though no row may."""

_SHIFTS = (timedelta(days=1), timedelta(days=-1), timedelta(days=400), timedelta(days=-400))
_OTHER_WORDS = 12
"""So many other words of its column are tried in place of a word, the most frequent first."""


def changed(frame: pd.DataFrame, row: str, words: Words) -> Iterator[pd.DataFrame]:
    """Return the table with one row changed, in one way after the other, the most telling first.

    A row is left out, or one of its cells is blanked, or filled with what such a cell could hold;
    or it stands there twice. Other days come first: they decide most, and are few.
    """
    yield frame.drop(index=row)
    cells = [(name, frame.at[row, name]) for name in frame.columns]
    days = {name: value for name, value in cells if isinstance(value, pd.Timestamp)}
    for column, day in days.items():
        for other in _others(frame, row, column, day, ()):
            yield _with(frame, row, column, other)
    for column, value in cells:
        yield _with(frame, row, column, () if isinstance(value, tuple) else None)
    for column, value in cells:
        if column not in days:
            for other in _others(frame, row, column, value, words.get(column, ())):
                yield _with(frame, row, column, other)
    yield added(frame, frame.loc[[row]])


def added(frame: pd.DataFrame, like: pd.DataFrame, **cells: Any) -> pd.DataFrame:
    """Return the table with one row more: like another, but for some cells."""
    held = {column: [value] for column, value in cells.items()}
    return pd.concat([frame, like.set_axis([f"{like.index[0]}-again"]).assign(**held)])


def on_other_days(frame: pd.DataFrame, like: pd.DataFrame, days: Any) -> Iterator[pd.DataFrame]:
    """Return the table with one row more, like another, of which every day is one of some days."""
    dated = list(like.select_dtypes("datetime"))
    for day in days:
        yield added(frame, like, **dict.fromkeys(dated, day.normalize()))


def under_other_words(
    frame: pd.DataFrame, like: pd.DataFrame, words: Words
) -> Iterator[pd.DataFrame]:
    """Return the table with one row more, like another but for one word."""
    for column in (name for name in words if name in frame):
        listed = isinstance(like[column].iloc[0], tuple)
        for word in words[column]:
            yield added(frame, like, **{column: (word,) if listed else word})


def _with(frame: pd.DataFrame, row: str, column: str, value: Any) -> pd.DataFrame:
    copied = frame.copy(deep=False)
    copied.at[row, column] = value
    return copied


def _others(
    frame: pd.DataFrame, row: str, column: str, value: Any, words: tuple[str, ...]
) -> Iterator[Any]:
    """What a cell could hold instead."""
    held = frame[column]
    if isinstance(value, tuple):
        yield from {other for other in held if other != value} | {(word,) for word in words}
    elif isinstance(value, pd.Timestamp):
        yield from (value + shift for shift in _SHIFTS)
    elif isinstance(value, str):
        yield from _other_words(held, value)
        yield from words
    elif not pd.isna(value):
        yield from (value + 1, value - 1, value * 10, 0)
    elif pd.api.types.is_datetime64_dtype(held):
        for day in frame.loc[[row]].select_dtypes("datetime").iloc[0].dropna().unique():
            yield from (day, *(day + shift for shift in _SHIFTS))
    else:
        yield from held.value_counts().index[:_OTHER_WORDS]
        yield from words


def _other_words(held: pd.Series[Any], value: str) -> Iterator[str]:
    span = Span.of(value)
    if span is not None:  # a day, month or year kept as it is printed
        for shift in _SHIFTS:
            yield (span.first + shift).isoformat()[: len(value)]
    frequent = held.value_counts().index[: _OTHER_WORDS + 1]
    yield from (str(word) for word in frequent if word != value)
