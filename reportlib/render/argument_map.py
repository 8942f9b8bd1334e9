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
    """The claim above it needs neither it nor the claims that it stands together with."""
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    """The claims beneath it that must stand, and how many of them."""
    beneath: tuple[Branch, ...]
    again: bool


def render_outline(argument: Argument) -> Markup:
    """Return the argument as a nested list, from what it is for down to what it rests on."""
    seen: set[str] = set()
    joined = [_branch(argument, root, seen) for root in argument.roots]
    alone = [_branch(argument, id, seen) for id in argument.ledger.claims if id not in seen]
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
"""The distance of two tracks, of two lines of a text, and of two claims, in px."""
LETTER = {"normal": 7.2, "bold": 8.2}
"""The greatest average width of a letter of 13 px in a line."""


@dataclass(frozen=True)
class Node:
    """A claim of the drawing, and the track on which its line runs down."""

    claim: str
    above: tuple[str, ...]
    """The claims that it supports; where one is not drawn, those next above it."""
    role: str
    track: int


def render_argument_map(argument: Argument) -> Figure:
    """Return the claims that carry the argument, with a line from each to all that it supports."""
    nodes = _place_on_tracks(argument)
    table = pd.DataFrame(
        {
            "claim": [node.claim for node in nodes],
            "state": [StateLabel.of(argument.records.get(node.claim)).words for node in nodes],
            "role": [node.role for node in nodes],
            "supports": [", ".join(node.above) for node in nodes],
        }
    )
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


def _place_on_tracks(argument: Argument) -> list[Node]:
    """Return each claim below all that it supports, and close to it, on a track of its own."""
    roles = {
        **dict.fromkeys(argument.load_bearing, "load-bearing"),
        **dict.fromkeys(argument.pillars, "pillar"),
        **dict.fromkeys(argument.roots, "what it is for"),
    }
    above = {claim: _list_above(argument, claim, roles) for claim in roles}
    order = _order(argument, above)
    row = {claim: number for number, claim in enumerate(order)}
    last = {
        claim: max([row[claim], *(row[lower] for lower in order if claim in above[lower])])
        for claim in order
    }
    tracks: dict[str, int] = {}
    for claim in order:
        taken = {track for other, track in tracks.items() if last[other] >= row[claim]}
        track = max((tracks[parent] + 1 for parent in above[claim]), default=0)
        while track in taken:
            track += 1
        tracks[claim] = track
    return [Node(claim, above[claim], roles[claim], tracks[claim]) for claim in order]


def _list_above(argument: Argument, claim: str, drawn: dict[str, str]) -> tuple[str, ...]:
    parents = [group.parent for group, _ in argument.ledger.places_of(claim)]
    direct = [parent for parent in parents if parent in drawn]
    further = [id for parent in parents for id in _list_above(argument, parent, drawn)]
    return tuple(dict.fromkeys(direct or further))


def _order(argument: Argument, above: dict[str, tuple[str, ...]]) -> list[str]:
    """Return claims after all that they support, with those beneath one claim together."""
    order: list[str] = []

    def visit(claim: str) -> None:
        if claim not in order:
            beneath = [id for id in argument.ledger.claims if claim in above.get(id, ())]
            for id in reversed(beneath):
                visit(id)
            order.append(claim)

    for root in reversed(argument.roots):
        visit(root)
    return order[::-1]


def _lay_out(argument: Argument, nodes: list[Node], width: int) -> tuple[pd.DataFrame, float]:
    """Return the place of each claim in px, with its mark and text; and the height of the whole."""
    left = TRACK * (max((node.track for node in nodes), default=0) + 1) + 8
    places, top = [], 10.0
    for node in nodes:
        mark = StateLabel.of(argument.records.get(node.claim)).mark
        carries = node.role == "load-bearing"
        weight = "normal" if carries else "bold"
        lines = wrap(
            f"{node.claim}  {argument.ledger.claims[node.claim].paraphrase}",
            int((width - left) / LETTER[weight]),
        )
        places.append(
            {
                "claim": node.claim, "x": node.track * TRACK + 8, "y": top, "left": left,
                "text": "\n".join(lines), "tone": mark.tone, "path": mark.path,
                "weight": weight, "size": 90 if carries else 190,
            }
        )  # fmt: skip
        top += LINE * len(lines) + GAP
    return pd.DataFrame(places).set_index("claim"), top


def _connect(nodes: list[Node], places: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lines, down from each claim that another rests beneath, and across; and dots."""
    lines, dots = [], []
    across, down = ({str(id): float(px) for id, px in places[axis].items()} for axis in ("x", "y"))
    for node in nodes:
        x, y = across[node.claim], down[node.claim]
        beneath = [down[other.claim] for other in nodes if node.claim in other.above]
        if beneath:
            lines.append((x, y, x, max(beneath)))
        if node.above:
            reached = [across[parent] for parent in node.above]
            lines.append((min(reached), y, x, y))
            dots += [(parent, y) for parent in reached]
    return (
        pd.DataFrame(lines, columns=["x", "y", "to_x", "to_y"]),
        pd.DataFrame(dots, columns=["x", "y"]),
    )


def _draw(argument: Argument, nodes: list[Node], width: int) -> alt.TopLevelMixin:
    places, height = _lay_out(argument, nodes, width)
    lines, dots = _connect(nodes, places)
    across = alt.Scale(domain=[0, width], nice=False)
    x, text_x = (alt.X(f"{name}:Q", scale=across, axis=None) for name in ("x", "left"))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    ink: dict[str, Any] = {"stroke": "currentColor", "opacity": 0.55}
    leaders = alt.Chart(places.assign(x=places.x + 10, to=places.left - 4))
    rules = alt.Chart(lines).mark_rule(**ink)
    joints = alt.Chart(dots).mark_circle(size=26, color="currentColor")
    marks = alt.Chart(places).mark_point(filled=True)
    texts = [
        alt.Chart(places[places.weight.eq(weight)])
        .mark_text(
            align="left", baseline="middle", lineBreak="\n", lineHeight=LINE, fontWeight=weight
        )
        .encode(x=text_x, y=y, text="text:N")
        for weight in ("normal", "bold")
    ]
    return alt.layer(
        leaders.mark_rule(strokeDash=[1, 4], **ink).encode(x=x, y=y, x2="to:Q"),
        rules.encode(x=x, y=y, x2="to_x:Q", y2="to_y:Q"),
        joints.encode(x=x, y=y),
        marks.encode(x=x, y=y, size=alt.Size("size:Q", scale=None), **make_state_channels()),
        *texts,
    ).properties(width=width, height=height)
