"""Absence: what must be shown before "none was found" counts as a finding."""

from __future__ import annotations

import pandas as pd

from reportlib.values.findings import Finding
from reportlib.values.phrases import joined

COMPLETE = "complete"


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
    short = registers[registers["completeness"] != COMPLETE]
    if len(short):
        names = joined(f"{line.register} ({line.completeness})" for line in short.itertuples())
        why = f"none was found, but not every register is complete: {names}"
        return Finding(None, [*ends.index, *registers.index], unit, why)
    if not all(_cover(alone, since, until) for alone in _by_agency(registers)):
        why = "none was found, but no complete register covers the whole period"
        return Finding(None, [*ends.index, *registers.index], unit, why)
    return Finding(0, [*ends.index, *registers.index], unit)


def _by_agency(registers: pd.DataFrame) -> list[pd.DataFrame]:
    """The registers of each agency; together where the coverage table does not part them."""
    if registers.empty or "agency" not in registers:
        return [registers]
    agencies = sorted({agency for kept in registers["agency"] for agency in kept})
    parted = [registers[[agency in kept for kept in registers["agency"]]] for agency in agencies]
    return parted or [registers]


def _cover(registers: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> bool:
    """Whether the registers of one agency together leave no day of the period out."""
    next_day = since
    for start, end in registers[["from", "to"]].sort_values("from").itertuples(index=False):
        if start <= next_day:
            next_day = max(next_day, end + pd.Timedelta(days=1))
    return bool(next_day > until)
