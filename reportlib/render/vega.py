"""Charts as SVG: converted from their specification, and written in few characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from xml.etree import ElementTree

Element = ElementTree.Element
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_SHIFT = re.compile(r"translate\(([^,()]+),([^,()]+)\)")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")
_NOTHING = re.compile(r"M0,0h0v0h0Z|")
_DEFAULTS = {
    "opacity": "1", "fill-opacity": "1", "stroke-opacity": "1", "stroke-width": "1",
    "stroke-miterlimit": "10", "font-weight": "normal", "font-style": "normal",
    "text-anchor": "start",
}  # fmt: skip
_INHERITED = (
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "text-anchor", "font-weight", "font-size", "font-family",
)  # fmt: skip
TEXT = {"font-family": "sans-serif", "font-size": "13px"}
"""What the text of a chart has if nothing else is said; it stands once, at the root."""


def compact_svg(svg: str) -> str:
    """Return a drawing as it was, without what says nothing.

    Groups that only move what is in them are resolved, coordinates are rounded to a tenth of a
    pixel, rules of one look become one path, round marks become circles, and what all members of
    a group have in common stands once. Names and roles for those who do not see it are left out:
    whoever shows the drawing gives it one name as a whole.
    """
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        _plain(element)
    drawn = Element("svg", {"width": root.get("width", ""), "height": root.get("height", "")})
    drawn.set("viewBox", root.get("viewBox", ""))
    for name, value in {"fill": "none", **TEXT}.items():
        drawn.set(name, value)
    drawn.extend(_gathered([one for child in root for one in _resolved(child, 0.0, 0.0)]))
    _strip(drawn, {"fill": "none", **TEXT})
    return ElementTree.tostring(drawn, encoding="unicode", short_empty_elements=False)


def _plain(element: Element) -> None:
    """Leave out classes, names, roles and values that go without saying."""
    for name, value in list(element.attrib.items()):
        if name in {"class", "role"} or name.startswith("aria-") or _DEFAULTS.get(name) == value:
            del element.attrib[name]


def _resolved(element: Element, right: float, down: float) -> Iterator[Element]:
    """The drawn parts of an element, moved by what the groups around it move them."""
    shift = _SHIFT.match(element.get("transform", ""))
    rest = _SHIFT.sub("", element.get("transform", ""), count=1) if shift else ""
    if element.get("transform") and (shift is None or rest):
        element.set("transform", _moved(element.attrib["transform"], right, down))
        yield element
        return
    if shift is not None:
        right, down = right + float(shift[1]), down + float(shift[2])
        del element.attrib["transform"]
    if element.tag == "g":
        yield from _group(element, right, down)
    elif element.tag == "defs":
        yield element
    elif _seen(element):
        _parse_place(element, right, down)
        yield element


def _group(element: Element, right: float, down: float) -> Iterator[Element]:
    clip = element.attrib.pop("clip-path", None)
    opacity = element.attrib.pop("opacity", None)
    if clip:  # its frame stands where the group did
        inner = [one for child in element for one in _resolved(child, 0.0, 0.0)]
    else:
        inner = [one for child in element for one in _resolved(child, right, down)]
    for one in inner:
        for name, value in element.attrib.items():
            if name in _INHERITED and name not in one.attrib:
                one.set(name, value)
    if not (clip or opacity):
        yield from inner
    elif inner:
        kept = Element("g")
        if clip:
            kept.set("clip-path", clip)
            if right or down:
                kept.set("transform", f"translate({_short(right)},{_short(down)})")
        if opacity:
            kept.set("opacity", opacity)
        kept.extend(_gathered(inner))
        yield kept


def _seen(element: Element) -> bool:
    """Whether an element draws anything."""
    if element.tag == "path" and _NOTHING.fullmatch(element.get("d", "")):
        return False
    if element.tag == "text":
        return bool("".join(element.itertext()).strip())
    paint = (element.get("fill", "none"), element.get("stroke", "none"))
    return (
        element.tag not in {"path", "line", "rect"} or set(paint) - {"none", "transparent"} != set()
    )


def _parse_place(element: Element, right: float, down: float) -> None:
    """Write the place of an element into its own coordinates."""
    circle = _CIRCLE.fullmatch(element.get("d", ""))
    if circle is not None:
        del element.attrib["d"]
        element.tag = "circle"
        element.attrib.update(cx=_short(right), cy=_short(down), r=_short(float(circle[1])))
    elif element.tag == "path":
        element.set("d", _rounded(element.get("d", "")))
        if right or down:
            element.set("transform", f"translate({_short(right)},{_short(down)})")
    else:
        ends = ("x1", "x2") if element.tag == "line" else ("x",)
        for name in ends:
            element.set(name, _short(float(element.get(name, 0)) + right))
        for name in (one.replace("x", "y") for one in ends):
            element.set(name, _short(float(element.get(name, 0)) + down))
        for line in element:  # of a text
            line.set("x", _short(float(line.get("x", 0)) + right))


def _gathered(elements: list[Element]) -> list[Element]:
    """Neighbours of one look, together: rules as one path, others in a group that has the look."""
    found: list[Element] = []
    for look, neighbours in groupby(elements, key=_look):
        members = list(neighbours)
        if look and members[0].tag == "line" and len(members) > 1:
            rules = "".join(
                f"M{one.get('x1')},{one.get('y1')}L{one.get('x2')},{one.get('y2')}"
                for one in members
            )
            found.append(Element("path", {"d": rules, **dict(look[1:])}))
        elif look and len(members) > 2:
            group = Element("g", dict(look[1:]))
            _strip_all(members, dict(look[1:]))
            group.extend(members)
            found.append(group)
        else:
            found += members
    return found


def _look(element: Element) -> tuple[tuple[str, str], ...]:
    """What may stand once for neighbours, behind what kind they are."""
    if element.tag in {"g", "defs"}:
        return ()
    look = tuple((name, element.attrib[name]) for name in _INHERITED if name in element.attrib)
    others = {"opacity", "stroke-linecap", "stroke-linejoin", "clip-path"} & set(element.attrib)
    return () if others else ((element.tag, ""), *look)


def _strip_all(elements: list[Element], said: dict[str, str]) -> None:
    for element in elements:
        for name in said:
            del element.attrib[name]


def _strip(element: Element, said: dict[str, str]) -> None:
    """Leave out what an element has from those around it."""
    for child in element:
        for name, value in said.items():
            if child.get(name) == value:
                del child.attrib[name]
        own = {name: child.attrib[name] for name in _INHERITED if name in child.attrib}
        _strip(child, {**said, **own})


def _moved(transform: str, right: float, down: float) -> str:
    """A transform that begins with a shift, by so much more."""
    shift = _SHIFT.match(transform)
    if shift is None:
        return f"translate({_short(right)},{_short(down)}){_rounded(transform)}"
    first = f"translate({_short(float(shift[1]) + right)},{_short(float(shift[2]) + down)})"
    return first + _rounded(transform[shift.end() :])


def _rounded(numbers: str) -> str:
    return _NUMBER.sub(lambda found: _short(float(found[0])), numbers)


def _short(number: float) -> str:
    text = f"{number:.1f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


Draw = Callable[[str], str]
"""From a Vega-Lite spec as JSON to SVG."""
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(r'(?<= id=")[^"]+(?=")|(?<="url\(#)[^)]+(?=\)")')
"""In a tag, the name of what is defined there, or used."""


def convert_to_svg(spec: str) -> str:
    """Draw a chart with Vega in this process.

    What it defines, such as a gradient, is numbered within the chart: Vega counts through all that
    a process draws, and the same chart would be other bytes after others.
    """
    import vl_convert  # starts a script engine, and only a chart needs it

    names: dict[str, str] = {}

    def numbered(name: str) -> str:
        return names.setdefault(name, f"{name.rstrip('0123456789_')}{len(names)}")

    return rename_ids(str(vl_convert.vegalite_to_svg(spec)), numbered)


def rename_ids(svg: str, rename: Callable[[str], str]) -> str:
    """Rename what a drawing defines, there and where it is used, but not in its text."""

    def in_tag(tag: re.Match[str]) -> str:
        return _NAME.sub(lambda name: rename(name[0]), tag[0])

    return _TAG.sub(in_tag, svg)


_draw: Draw = convert_to_svg


def draw(spec: str) -> str:
    """Draw a chart."""
    return _draw(spec)


def use_drawer(draw: Draw) -> None:
    """Have every chart of this process drawn in another way from now on."""
    global _draw
    _draw = draw
