"""Drawing: from the spec of a chart to SVG, by a way that the build may replace."""

from __future__ import annotations

from collections.abc import Callable

Draw = Callable[[str], str]
"""From a Vega-Lite spec as JSON to SVG."""


def by_vega(spec: str) -> str:
    """Draw a chart with Vega in this process."""
    import vl_convert  # starts a script engine, and only a chart needs it

    return str(vl_convert.vegalite_to_svg(spec))


_draw: Draw = by_vega


def svg_of(spec: str) -> str:
    """Draw a chart."""
    return _draw(spec)


def draw_by(draw: Draw) -> None:
    """Have every chart of this process drawn in another way from now on."""
    global _draw
    _draw = draw
