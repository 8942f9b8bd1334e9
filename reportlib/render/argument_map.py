"""The argument as a nested list and as a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd
from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.model.formatting import format_count
from reportlib.render.charts import Figure, make_figure, make_state_channels
from reportlib.render.state_icons import StateLabel
from reportlib.render.templating import render


@dataclass(frozen=True)
class Branch:
    """A claim in the list, with what it rests on; shown in full where it first occurs."""

    claim: str
    paraphrase: str
    state: StateLabel
    load_bearing: bool
    adds_weight: bool
    """The claim above it needs neither it nor what it stands together with."""
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    """How many of which claims beneath it must stand."""
    beneath: tuple[Branch, ...]
    again: bool


def render_outline(argument: Argument) -> Markup:
    """Return the argument as a nested list, from what it is for down to what it rests on."""
    seen: set[str] = set()
    joined = [_branch(argument, root, seen) for root in argument.roots]
    alone = [_branch(argument, c, seen) for c in argument.ledger.claims if c not in seen]
    return render("outline.html.j2", joined=joined, alone=alone)


def _branch(argument: Argument, claim: str, seen: set[str], *, adds_weight: bool = False) -> Branch:
    again = claim in seen
    seen.add(claim)
    record = argument.records.get(claim)
    groups = () if again else argument.ledger.groups_of(claim)
    members = () if again else argument.ledger.children_of(claim)
    needed = {claim for group in groups if group.needed for claim in group.claims}
    return Branch(
        claim=claim,
        paraphrase=argument.ledger.claims[claim].paraphrase,
        state=StateLabel.of(record),
        load_bearing=argument.bears_load(claim),
        adds_weight=adds_weight,
        needs=tuple((group.how_many, group.claims) for group in groups if group.needed),
        beneath=tuple(
            _branch(argument, member, seen, adds_weight=member not in needed) for member in members
        ),
        again=again,
    )


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


def render_argument_map(argument: Argument) -> Figure:
    """Return the claims that carry the argument, with a line from each to all that it supports."""
    nodes = _nodes(argument)
    lines = [
        (
            node.claim,
            StateLabel.of(argument.records.get(node.claim)).words,
            node.role,
            ", ".join(node.above),
        )
        for node in nodes
    ]
    table = pd.DataFrame(lines, columns=["claim", "state", "role", "supports"])
    return make_figure(
        "argument-drawing",
        lambda width: _draw(argument, nodes, width),
        table,
        headline=lambda plotted: (
            f"{format_count(plotted.role.eq('load-bearing').sum(), 'claim')} carry the "
            f"{format_count(len(argument.pillars), 'pillar')} of the argument"
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
        mark = StateLabel.of(argument.records.get(node.claim)).mark
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
        marks.encode(x=x, y=y, size=alt.Size("size:Q", scale=None), **make_state_channels()),
        *texts,
    ).properties(width=width, height=height)
