"""Figures: a chart as SVG at two widths, with headline, source, and the plotted rows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
from markupsafe import Markup

from reportlib.model.findings import to_plain
from reportlib.model.formatting import DATE, format_value
from reportlib.render import vega
from reportlib.render.state_icons import MARKS, PALETTE, TONES
from reportlib.render.templating import render, strip_controls, strip_controls_deep

WIDE, NARROW = 800, 288
"""The two widths in px: for a text column with its margin, and for the smallest phone."""

Draw = Callable[[int], alt.TopLevelMixin]
Headline = Callable[[pd.DataFrame], str]
_COLUMN = re.compile(r"[a-z_]+")
_REFUSED = {"href", "url", "usermeta", "image", "expr"}

_LETTERING = {
    "labelFont": "sans-serif",
    "labelFontSize": 13,
    "labelColor": "currentColor",
    "titleFont": "sans-serif",
    "titleFontSize": 13,
    "titleFontWeight": "normal",
    "titleColor": "currentColor",
}
_STYLE: dict[str, Any] = {
    "font": "sans-serif",
    "background": "transparent",
    "mark": {"color": PALETTE[0]},
    "rule": {"color": PALETTE[0]},
    "point": {"opacity": 1},
    "circle": {"opacity": 1},
    "range": {"category": list(PALETTE)},
    "autosize": {"type": "fit-x", "contains": "padding"},
    "padding": {"left": 14, "right": 4, "top": 4, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        **_LETTERING,
        "domainColor": "currentColor",
        "domainOpacity": 0.4,
        "tickColor": "currentColor",
        "tickOpacity": 0.4,
        "gridColor": "currentColor",
        "gridOpacity": 0.12,
    },
    "axisX": {"labelSeparation": 14},
    "legend": {**_LETTERING, "orient": "top", "title": None, "columnPadding": 36},
    "text": {"font": "sans-serif", "fontSize": 13, "fill": "currentColor"},
    "header": _LETTERING,
}
"""Quiet axes in the colour of the text, so that a chart follows light and dark."""


@dataclass(frozen=True)
class Figure:
    """A chart with all that a reader needs to check it."""

    id: str
    headline: str
    subtitle: str
    source: str
    description: str
    wide: str
    narrow: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markup(self, csv: str = "", tables: Mapping[str, str] | None = None) -> Markup:
        """The figure as it stands on the page: chart, source line, and the plotted rows beneath.

        Args:
            csv: the address of the plotted rows, where they can be downloaded.
            tables: the addresses of the tables to which the source line leads, by name.
        """
        source = _link_names(self.source, tables or {})
        return render("figure.html.j2", figure=self, source=source, csv=csv)


def make_figure(
    id: str,
    draw: Draw,
    table: pd.DataFrame,
    *,
    headline: Headline,
    subtitle: str,
    source: str,
    description: str,
    columns: Mapping[str, str] | None = None,
) -> Figure:
    """Return a figure.

    Args:
        id: a name in lower case, which is also the figure's anchor.
        draw: from a width in px to a chart of that width, axes included; it is called for the wide
            and for the narrow one.
        table: the plotted rows, which the reader can open and download.
        headline: from the plotted rows to the finding, as a sentence.
        subtitle: what is measured, in which unit, over which period.
        source: whose rows these are.
        description: what the chart shows, for screen readers.
        columns: the table's columns in words, in order; all of them if not given.

    Raises:
        ValueError: a plotted column has a name that a chart could take for an expression, or the
            chart holds a link, an address, an image or an expression.
    """
    titles = dict(columns or {name: name.replace("_", " ") for name in table.columns})
    bad = [name for name in table.columns if not _COLUMN.fullmatch(str(name))]
    if bad:
        raise ValueError(f"Charted columns are named in a-z and _; these are not: {bad}")
    finding = headline(table) if len(table) else "No row is on record for this figure"
    name = f"{finding}. {description}"
    return Figure(
        id=id,
        headline=finding,
        subtitle=subtitle,
        source=source,
        description=description,
        wide=draw_chart(draw(WIDE), f"{id}-wide", name) if len(table) else "",
        narrow=draw_chart(draw(NARROW), f"{id}-narrow", name) if len(table) else "",
        columns=tuple(titles.values()),
        rows=tuple(
            tuple(_format_cell(column, cell) for column, cell in zip(titles, line, strict=True))
            for line in table[list(titles)].itertuples(index=False)
        ),
    )


def _link_names(text: str, addresses: Mapping[str, str]) -> Markup:
    """Return a text with a link for every name that stands in it and is no part of a word."""
    text = strip_controls(text)
    names = "|".join(map(re.escape, sorted(addresses, key=len, reverse=True)))
    parts = re.split(rf"(?<![\w-])({names})(?![\w-])", text) if names else [text]
    link = Markup('<a href="{}">{}</a>')
    return Markup("").join(
        link.format(addresses[part], part) if part in addresses else part for part in parts
    )


def _format_cell(column: str, cell: Any) -> str:
    """Return a cell in words. A year is no quantity, and a month is no day."""
    if pd.api.types.is_scalar(cell) and pd.isna(cell):
        return ""
    if column == "year":
        return str(cell)
    if column == "month":
        return format_value(f"{cell:%Y-%m}", DATE)
    return format_value(to_plain(cell))


def draw_chart(chart: alt.TopLevelMixin, id: str, name: str) -> str:
    """Return a chart as SVG in the house style, named for those who do not see it."""
    spec = chart.configure(**_STYLE).to_dict()
    if refused := sorted(_REFUSED.intersection(_list_keys(spec))):
        raise ValueError(f"A chart may not hold {', '.join(refused)}: links stand in the text.")
    svg = vega.draw(json.dumps(strip_controls_deep(spec), default=str))
    svg = vega.rename_ids(vega.compact_svg(svg), lambda defined: f"{id}-{defined}")
    label = Markup.escape(strip_controls(name))
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def make_state_channels() -> dict[str, Any]:
    """Return the encodings that draw states as everywhere: by shape (``path``) and ``tone``."""
    paths = sorted({mark.path for mark in MARKS.values()})
    tones = alt.Scale(domain=list(TONES), range=list(TONES.values()))
    return {
        "shape": alt.Shape("path:N", scale=alt.Scale(domain=paths, range=paths)).legend(None),
        "color": alt.Color("tone:N", scale=tones).legend(None),
    }


def _list_keys(spec: Any) -> list[str]:
    """Return every key of a specification, but of the rows that it holds."""
    if isinstance(spec, dict):
        values = [value for name, value in spec.items() if name != "datasets"]
        return [*spec, *_list_keys(values)]
    if isinstance(spec, list):
        return [key for value in spec for key in _list_keys(value)]
    return []
