"""Charts as SVG: converted from their specification, and written in few characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any
from xml.etree import ElementTree

Element = ElementTree.Element
Attributes = dict[str, str]
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_SHIFT = re.compile(r"translate\(([^,()]+),([^,()]+)\)")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")
_EMPTY_PATH = re.compile(r"M0,0h0v0h0Z|")
_DEFAULTS = {
    "opacity": "1", "fill-opacity": "1", "stroke-opacity": "1", "stroke-width": "1",
    "stroke-miterlimit": "10", "font-weight": "normal", "font-style": "normal",
    "text-anchor": "start",
}  # fmt: skip
_INHERITED = (
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "text-anchor", "font-weight", "font-size", "font-family",
)  # fmt: skip
_ROOT = {"fill": "none", "font-family": "sans-serif", "font-size": "13px"}
"""The look of a drawing's parts if nothing else is given; it stands once, at the root."""


def compact_svg(svg: str) -> str:
    """Return the same drawing in fewer characters.

    Groups that only move their parts are resolved, coordinates are rounded to a tenth of a pixel,
    rules of one look become one path, round marks become circles, and the common look of a group
    stands once. Names and roles for screen readers are left out: whoever shows the drawing names
    it as a whole.

    Not scour, which leaves 71 % of what Vega draws, where this leaves 27 %, and takes twelve times
    as long: it neither resolves groups nor joins rules.
    """
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        _drop_defaults(element)
    size = {name: root.get(name, "") for name in ("width", "height", "viewBox")}
    drawing = Element("svg", {**size, **_ROOT})
    drawing.extend(_gather([part for child in root for part in _resolve(child, 0.0, 0.0)]))
    _drop_inherited(drawing, _ROOT)
    return ElementTree.tostring(drawing, encoding="unicode", short_empty_elements=False)


def _drop_defaults(element: Element) -> None:
    """Leave out classes, names, roles and values that are the default."""
    for name, value in list(element.attrib.items()):
        if name in {"class", "role"} or name.startswith("aria-") or _DEFAULTS.get(name) == value:
            del element.attrib[name]


def _resolve(element: Element, right: float, down: float) -> Iterator[Element]:
    """Yield the visible parts of an element, moved by the shift of the groups around it."""
    transform = element.get("transform", "")
    shift = _SHIFT.match(transform)
    if transform and (shift is None or shift.end() < len(transform)):
        element.set("transform", _add_shift(transform, right, down))
        yield element
        return
    if shift is not None:
        right, down = right + float(shift[1]), down + float(shift[2])
        del element.attrib["transform"]
    if element.tag == "g":
        yield from _resolve_group(element, right, down)
    elif element.tag == "defs":
        yield element
    elif _is_visible(element):
        _move(element, right, down)
        yield element


def _resolve_group(group: Element, right: float, down: float) -> Iterator[Element]:
    clip = group.attrib.pop("clip-path", None)
    opacity = group.attrib.pop("opacity", None)
    shift = (0.0, 0.0) if clip else (right, down)  # a clip's frame stays where the group was
    parts = [part for child in group for part in _resolve(child, *shift)]
    for part in parts:
        for name, value in group.attrib.items():
            if name in _INHERITED:
                part.attrib.setdefault(name, value)
    if not (clip or opacity):
        yield from parts
    elif parts:
        kept = Element("g")
        if clip:
            kept.set("clip-path", clip)
            _set_shift(kept, right, down)
        if opacity:
            kept.set("opacity", opacity)
        kept.extend(_gather(parts))
        yield kept


def _is_visible(element: Element) -> bool:
    if element.tag == "path" and _EMPTY_PATH.fullmatch(element.get("d", "")):
        return False
    if element.tag == "text":
        return bool("".join(element.itertext()).strip())
    paint = {element.get("fill", "none"), element.get("stroke", "none")}
    return element.tag not in {"path", "line", "rect"} or bool(paint - {"none", "transparent"})


def _move(element: Element, right: float, down: float) -> None:
    """Write a shift into the element's own coordinates."""
    if circle := _CIRCLE.fullmatch(element.get("d", "")):
        del element.attrib["d"]
        element.tag = "circle"
        element.attrib.update(cx=_round(right), cy=_round(down), r=_round(float(circle[1])))
    elif element.tag == "path":
        element.set("d", _round_all(element.get("d", "")))
        _set_shift(element, right, down)
    else:
        ends = ("1", "2") if element.tag == "line" else ("",)
        for axis, distance in (("x", right), ("y", down)):
            for end in ends:
                _move_along(element, f"{axis}{end}", distance)
        for line in element:  # of a text
            _move_along(line, "x", right)


def _move_along(element: Element, name: str, distance: float) -> None:
    element.set(name, _round(float(element.get(name, 0)) + distance))


def _gather(elements: list[Element]) -> list[Element]:
    """Return elements with neighbours of one look together: rules as one path, others in a group.

    A group has the look of its members, which then have it no more.
    """
    gathered: list[Element] = []
    for (tag, *look), neighbours in groupby(elements, key=_look):
        members = list(neighbours)
        if tag == "line" and len(members) > 1:
            rules = ("M{x1},{y1}L{x2},{y2}".format_map(member.attrib) for member in members)
            gathered.append(Element("path", {"d": "".join(rules), **dict(look)}))
        elif tag and len(members) > 2:
            group = Element("g", dict(look))
            for member in members:
                for name, _ in look:
                    del member.attrib[name]
            group.extend(members)
            gathered.append(group)
        else:
            gathered += members
    return gathered


def _look(element: Element) -> tuple[Any, ...]:
    """Return the tag and look that may stand once for neighbours; no tag if none may."""
    own = {"opacity", "stroke-linecap", "stroke-linejoin", "clip-path"}
    if element.tag in {"g", "defs"} or own & set(element.attrib):
        return ("",)
    look = ((name, element.attrib[name]) for name in _INHERITED if name in element.attrib)
    return (element.tag, *look)


def _drop_inherited(element: Element, look: Attributes) -> None:
    """Leave out what the elements within an element inherit in any case."""
    for child in element:
        for name, value in look.items():
            if child.get(name) == value:
                del child.attrib[name]
        own = {name: child.attrib[name] for name in _INHERITED if name in child.attrib}
        _drop_inherited(child, {**look, **own})


def _set_shift(element: Element, right: float, down: float) -> None:
    if right or down:
        element.set("transform", f"translate({_round(right)},{_round(down)})")


def _add_shift(transform: str, right: float, down: float) -> str:
    """Return a transform with a shift put before it, joined to the shift that it begins with."""
    rest = transform
    if shift := _SHIFT.match(transform):
        right, down = float(shift[1]) + right, float(shift[2]) + down
        rest = transform[shift.end() :]
    return f"translate({_round(right)},{_round(down)}){_round_all(rest)}"


def _round_all(numbers: str) -> str:
    return _NUMBER.sub(lambda number: _round(float(number[0])), numbers)


def _round(number: float) -> str:
    text = f"{number:.1f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


Draw = Callable[[str], str]
"""From a Vega-Lite spec as JSON to SVG."""
_TAG = re.compile(r"<[^>]*>")
_ID = re.compile(r'(?<= id=")[^"]+(?=")|(?<="url\(#)[^)]+(?=\)")')
"""The id of a definition in a tag, where it is made or used."""


def convert_to_svg(spec: str) -> str:
    """Return a chart as SVG, drawn with Vega in this process.

    Its definitions, such as a gradient, are numbered within the chart: Vega counts through all that
    a process draws, so that the same chart would be other bytes after others.
    """
    import vl_convert  # starts a script engine, and only a chart needs it

    numbered: dict[str, str] = {}

    def number(id: str) -> str:
        return numbered.setdefault(id, f"{id.rstrip('0123456789_')}{len(numbered)}")

    return rename_ids(str(vl_convert.vegalite_to_svg(spec)), number)


def rename_ids(svg: str, rename: Callable[[str], str]) -> str:
    """Return a drawing with its definitions renamed, there and where they are used, not in text."""

    def rename_in_tag(tag: re.Match[str]) -> str:
        return _ID.sub(lambda id: rename(id[0]), tag[0])

    return _TAG.sub(rename_in_tag, svg)


_draw: Draw = convert_to_svg


def draw(spec: str) -> str:
    """Return a chart as SVG, drawn in the way that this process uses."""
    return _draw(spec)


def use_drawer(draw: Draw) -> None:
    """Have every chart of this process drawn in another way from now on."""
    global _draw
    _draw = draw
