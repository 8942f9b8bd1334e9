"""Drawing: from the spec of a chart to SVG, by a way that the build may replace."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

Draw = Callable[[str], str]
"""From a Vega-Lite spec as JSON to SVG."""


_DEFINED = re.compile(r'(?<= id=")[^"]+(?=")')
_NAMED = re.compile(r'(?<= id=")[^"]+(?=")|(?<=url\(#)[^)]+(?=\))')


def by_vega(spec: str) -> str:
    """Draw a chart with Vega in this process.

    What it defines, such as a gradient, is named after the chart: Vega counts through all that a
    process draws, so that names would change with what was drawn before, and meet on one page.
    """
    import vl_convert  # starts a script engine, and only a chart needs it

    svg = str(vl_convert.vegalite_to_svg(spec))
    chart = f"c{sha256(spec.encode()).hexdigest()[:10]}"
    names = {name: f"{chart}-{number}" for number, name in enumerate(_DEFINED.findall(svg))}
    return _NAMED.sub(lambda found: names.get(found[0], found[0]), svg)


_draw: Draw = by_vega


def svg_of(spec: str) -> str:
    """Draw a chart."""
    return _draw(spec)


def draw_by(draw: Draw) -> None:
    """Have every chart of this process drawn in another way from now on."""
    global _draw
    _draw = draw
