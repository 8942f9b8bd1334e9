"""Absence: what must be shown before "none was found" counts as a finding."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from reportlib.load.csv_rows import group_by_key
from reportlib.model.findings import Finding
from reportlib.model.formatting import join_words

COMPLETE = "complete"
Period = tuple[pd.Timestamp, pd.Timestamp]
"""The first and the last day that a register covers."""


def none_found(
    found: pd.DataFrame,
    *,
    ends: pd.DataFrame,
    registers: pd.DataFrame,
    since: pd.Timestamp,
    until: pd.Timestamp,
    unit: str = "",
) -> Finding:
    """Return the number of rows found between two ends, and what shows that no more are missing.

    Rows that were found speak for themselves. That none was found counts only where both ends are
    known, every register in scope is complete, and those of each agency cover the whole period;
    otherwise the finding has no value, and says which register falls short.

    Args:
        found: the rows found between the ends.
        ends: the rows that open and close the period.
        registers: what ``coverage`` says of the registers in scope; see ``Data.registers``.
        since: the day that opens the period.
        until: the day that closes it.
        unit: what is counted.
    """
    if pd.isna(since) or pd.isna(until):
        return Finding(None, ends.index, unit, "one end of the period has no such day on record")
    if len(found):
        return Finding(len(found), [*found.index, *ends.index], unit)
    named = zip(registers["register"], registers["completeness"], strict=True)
    short = [f"{register} ({how_far})" for register, how_far in named if how_far != COMPLETE]
    if short:
        why = f"none was found, but not every register is complete: {join_words(short)}"
        return Finding(None, [*ends.index, *registers.index], unit, why)
    if not all(_cover(periods, since, until) for periods in _by_agency(registers)):
        why = "none was found, but no complete register covers the whole period"
        return Finding(None, [*ends.index, *registers.index], unit, why)
    return Finding(0, [*ends.index, *registers.index], unit)


def _by_agency(registers: pd.DataFrame) -> Collection[Sequence[Period]]:
    """The periods of each agency's registers; together where coverage does not part them."""
    periods = list(zip(registers["from"], registers["to"], strict=True))
    if "agency" not in registers:
        return [periods]
    named = zip(registers["agency"], periods, strict=True)
    parted = group_by_key((agency, period) for kept, period in named for agency in kept)
    return parted.values() or [periods]


def _cover(periods: Iterable[Period], since: pd.Timestamp, until: pd.Timestamp) -> bool:
    """Whether the registers of one agency together leave no day of the period out."""
    next_day = since
    for start, end in sorted(periods):
        if start <= next_day:
            next_day = max(next_day, end + pd.Timedelta(days=1))
    return bool(next_day > until)
