"""Drawing: from the spec of a chart to SVG, by a way that the build may replace."""

from __future__ import annotations

import re
from collections.abc import Callable

Draw = Callable[[str], str]
"""From a Vega-Lite spec as JSON to SVG."""
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(r'(?<= id=")[^"]+(?=")|(?<="url\(#)[^)]+(?=\)")')
"""In a tag, the name of what is defined there, or used."""


def by_vega(spec: str) -> str:
    """Draw a chart with Vega in this process.

    What it defines, such as a gradient, is numbered within the chart: Vega counts through all that
    a process draws, and the same chart would be other bytes after others.
    """
    import vl_convert  # starts a script engine, and only a chart needs it

    names: dict[str, str] = {}

    def numbered(name: str) -> str:
        return names.setdefault(name, f"{name.rstrip('0123456789_')}{len(names)}")

    return renamed(str(vl_convert.vegalite_to_svg(spec)), numbered)


def renamed(svg: str, rename: Callable[[str], str]) -> str:
    """Rename what a drawing defines, there and where it is used, but not in its text."""

    def in_tag(tag: re.Match[str]) -> str:
        return _NAME.sub(lambda name: rename(name[0]), tag[0])

    return _TAG.sub(in_tag, svg)


_draw: Draw = by_vega


def svg_of(spec: str) -> str:
    """Draw a chart."""
    return _draw(spec)


def draw_by(draw: Draw) -> None:
    """Have every chart of this process drawn in another way from now on."""
    global _draw
    _draw = draw
