"""The argument as a drawing: the claims that carry it, one beneath the other, joined by lines."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from reportlib.judging.argument import Argument
from reportlib.showing.figures import Figure, figure, state_channels
from reportlib.showing.marks import StateShown
from reportlib.values.phrases import counted

TRACK, LINE, GAP = 14, 17, 13
"""Between two tracks, between two lines of a text, and between two claims, in px."""
LETTER = {"normal": 7.2, "bold": 8.2}
"""How wide a letter of 13 px is at most, on the average of a line."""


@dataclass(frozen=True)
class Node:
    """A claim of the drawing: where its line runs down, and between which rows."""

    claim: str
    above: tuple[str, ...]
    """What it supports; where that is not drawn, what lies next above."""
    role: str
    track: int


def drawing(argument: Argument) -> Figure:
    """Return the claims that carry the argument, with a line from each to all that it supports."""
    nodes = _nodes(argument)
    lines = [
        (
            node.claim,
            StateShown.of(argument.records.get(node.claim)).words,
            node.role,
            ", ".join(node.above),
        )
        for node in nodes
    ]
    table = pd.DataFrame(lines, columns=["claim", "state", "role", "supports"])
    return figure(
        "argument-drawing",
        lambda width: _draw(argument, nodes, width),
        table,
        headline=lambda plotted: (
            f"{counted(plotted.role.eq('load-bearing').sum(), 'claim')} carry the "
            f"{counted(len(argument.pillars), 'pillar')} of the argument"
        ),
        subtitle="The pillars, large, and the claims whose fall would change one. A line runs down "
        "from each claim; a dot on it is a claim that it rests on.",
        source="the ledger's groups of premises. What only adds weight stands in the list above.",
        description="A drawing of lines that run down from claims to those they rest on.",
        columns={"claim": "Claim", "state": "State", "role": "Role", "supports": "Supports"},
    )


def _nodes(argument: Argument) -> list[Node]:
    """Each claim below all that it supports, and close to it, on a track of its own."""
    roles = {
        **dict.fromkeys(argument.load_bearing, "load-bearing"),
        **dict.fromkeys(argument.pillars, "pillar"),
        **dict.fromkeys(argument.roots, "what it is for"),
    }
    above = {claim: _above(argument, claim, roles) for claim in roles}
    order = _order(argument, above)
    row = {claim: number for number, claim in enumerate(order)}
    last = {
        claim: max([row[claim], *(row[one] for one in order if claim in above[one])])
        for claim in order
    }
    tracks: dict[str, int] = {}
    for claim in order:
        taken = {track for other, track in tracks.items() if last[other] >= row[claim]}
        track = max((tracks[one] + 1 for one in above[claim]), default=0)
        while track in taken:
            track += 1
        tracks[claim] = track
    return [Node(claim, above[claim], roles[claim], tracks[claim]) for claim in order]


def _above(argument: Argument, claim: str, drawn: dict[str, str]) -> tuple[str, ...]:
    parents = [group.parent for group, _ in argument.ledger.places_of(claim)]
    direct = [parent for parent in parents if parent in drawn]
    further = [one for parent in parents for one in _above(argument, parent, drawn)]
    return tuple(dict.fromkeys(direct or further))


def _order(argument: Argument, above: dict[str, tuple[str, ...]]) -> list[str]:
    """Claims after all that they support, what stands beneath one claim together."""
    order: list[str] = []

    def visit(claim: str) -> None:
        if claim not in order:
            beneath = [one for one in argument.ledger.claims if claim in above.get(one, ())]
            for one in reversed(beneath):
                visit(one)
            order.append(claim)

    for root in reversed(argument.roots):
        visit(root)
    return order[::-1]


def _placed(argument: Argument, nodes: list[Node], width: int) -> tuple[pd.DataFrame, float]:
    """Where each claim stands in px, with its mark and its text; and how high the whole is."""
    left = TRACK * (max((node.track for node in nodes), default=0) + 1) + 8
    placed, top = [], 10.0
    for node in nodes:
        mark = StateShown.of(argument.records.get(node.claim)).mark
        carries = node.role == "load-bearing"
        weight = "normal" if carries else "bold"
        lines = wrap(
            f"{node.claim}  {argument.ledger.claims[node.claim].paraphrase}",
            int((width - left) / LETTER[weight]),
        )
        placed.append(
            {
                "claim": node.claim, "x": node.track * TRACK + 8, "y": top, "left": left,
                "text": "\n".join(lines), "tone": mark.tone, "path": mark.path,
                "weight": weight, "size": 90 if carries else 190,
            }
        )  # fmt: skip
        top += LINE * len(lines) + GAP
    return pd.DataFrame(placed).set_index("claim"), top


def _joined(nodes: list[Node], at: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lines: down from each claim that another rests beneath, and across; and the dots."""
    lines, dots = [], []
    across, down = ({str(c): float(px) for c, px in at[axis].items()} for axis in ("x", "y"))
    for node in nodes:
        x, y = across[node.claim], down[node.claim]
        beneath = [down[one.claim] for one in nodes if node.claim in one.above]
        if beneath:
            lines.append((x, y, x, max(beneath)))
        if node.above:
            reached = [across[one] for one in node.above]
            lines.append((min(reached), y, x, y))
            dots += [(one, y) for one in reached]
    return (
        pd.DataFrame(lines, columns=["x", "y", "to_x", "to_y"]),
        pd.DataFrame(dots, columns=["x", "y"]),
    )


def _draw(argument: Argument, nodes: list[Node], width: int) -> alt.TopLevelMixin:
    at, height = _placed(argument, nodes, width)
    lines, dots = _joined(nodes, at)
    across = alt.Scale(domain=[0, width], nice=False)
    x, text_x = (alt.X(f"{name}:Q", scale=across, axis=None) for name in ("x", "left"))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    ink: dict[str, Any] = {"stroke": "currentColor", "opacity": 0.55}
    leaders = alt.Chart(at.assign(x=at.x + 10, to=at.left - 4)).mark_rule(strokeDash=[1, 4], **ink)
    rules = alt.Chart(lines).mark_rule(**ink)
    joints = alt.Chart(dots).mark_circle(size=26, color="currentColor")
    marks = alt.Chart(at).mark_point(filled=True)
    texts = [
        alt.Chart(at[at.weight.eq(weight)])
        .mark_text(
            align="left", baseline="middle", lineBreak="\n", lineHeight=LINE, fontWeight=weight
        )
        .encode(x=text_x, y=y, text="text:N")
        for weight in ("normal", "bold")
    ]
    return alt.layer(
        leaders.encode(x=x, y=y, x2="to:Q"),
        rules.encode(x=x, y=y, x2="to_x:Q", y2="to_y:Q"),
        joints.encode(x=x, y=y),
        marks.encode(x=x, y=y, size=alt.Size("size:Q", scale=None), **state_channels()),
        *texts,
    ).properties(width=width, height=height)
