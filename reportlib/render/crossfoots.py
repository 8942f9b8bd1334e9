"""Cross-foots: parts against printed totals, with the difference shown and never corrected."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from reportlib.model.findings import to_plain
from reportlib.model.formatting import format_value
from reportlib.render.templating import render


@dataclass(frozen=True)
class CrossFootLine:
    """One sum: its label, the parts added up, the printed total, and total less parts."""

    label: str
    parts: str
    total: str
    difference: str
    agrees: bool


@dataclass(frozen=True)
class CrossFoot:
    """Sums checked against printed totals, with an explanation of the differences."""

    id: str
    title: str
    unit: str
    explanation: str
    lines: tuple[CrossFootLine, ...]

    @property
    def agreeing(self) -> int:
        """The number of sums that equal their printed total."""
        return sum(line.agrees for line in self.lines)

    def markup(self) -> Markup:
        """Return the cross-foot as it stands on the page."""
        return render("crossfoot.html.j2", foot=self)


def make_crossfoot(
    id: str, sums: pd.DataFrame, *, title: str, unit: str, explanation: str
) -> CrossFoot:
    """Return sums of parts beside printed totals.

    Args:
        id: a name in lower case, which is also the anchor.
        sums: one line a sum; ``parts`` is the sum of the rows, ``total`` the printed total, and
            the index the label.
        title: the totals and the parts that are compared.
        unit: the unit of both columns.
        explanation: the reason for the differences, or that it is not known.

    Raises:
        ValueError: a number is missing.
    """
    checked = sums[["parts", "total"]]
    if checked.isna().to_numpy().any():
        raise ValueError(f"The cross-foot “{id}” has a sum without a number.")
    lines = []
    for label, parts, total in checked.itertuples():
        gap = round(float(total) - float(parts), 6)
        lines.append(
            CrossFootLine(
                label=format_value(to_plain(label)) if not isinstance(label, int) else str(label),
                parts=format_value(to_plain(parts)),
                total=format_value(to_plain(total)),
                difference=format_value(int(gap) if gap.is_integer() else gap),
                agrees=gap == 0,
            )
        )
    return CrossFoot(id, title, unit, explanation, tuple(lines))
