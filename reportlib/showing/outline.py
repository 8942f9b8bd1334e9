"""The argument on one screen: as a nested list, and as a drawing."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd
from markupsafe import Markup

from reportlib.judging.argument import Argument
from reportlib.showing.figures import Figure, figure, state_channels
from reportlib.showing.marks import Mark, mark_of, word_of
from reportlib.showing.markup import render
from reportlib.values.phrases import counted
from reportlib.values.words import Mode

ROW, WRAP = 58, {True: 15, False: 8}
"""Height of a row of the drawing in px, and how many claims fit side by side, wide and narrow."""


@dataclass(frozen=True)
class Branch:
    """A claim in the list, with what it rests on; shown in full where it first occurs."""

    claim: str
    paraphrase: str
    word: str
    mark: Mark
    load_bearing: bool
    needs: str
    beneath: tuple[Branch, ...]
    again: bool


def outline(argument: Argument) -> Markup:
    """Return the argument as a nested list, from what it is for down to what it rests on."""
    seen: set[str] = set()
    branches = [_branch(argument, root, seen) for root in argument.roots]
    branches += [_branch(argument, c, seen) for c in argument.ledger.claims if c not in seen]
    return render("outline.html.j2", branches=branches)


def _branch(argument: Argument, claim: str, seen: set[str]) -> Branch:
    again = claim in seen
    seen.add(claim)
    record = argument.records.get(claim)
    groups = () if again else argument.ledger.groups_of(claim)
    members = () if again else argument.ledger.children_of(claim)
    return Branch(
        claim=claim,
        paraphrase=argument.ledger.claims[claim].paraphrase,
        word=word_of(record),
        mark=mark_of(record),
        load_bearing=argument.bears_load(claim),
        needs="; ".join(
            f"all of {', '.join(m.claim for m in group.members)}"
            if group.mode is Mode.LINKED and len(group.members) > 1
            else f"{group.needed} of {', '.join(m.claim for m in group.members)}"
            for group in groups
            if group.needed
        ),
        beneath=tuple(_branch(argument, member, seen) for member in members),
        again=again,
    )


def drawing(argument: Argument) -> Figure:
    """Return the argument as a drawing: each claim below what it supports, its state as a shape."""
    levels = _levels(argument)
    nodes = pd.DataFrame(
        {
            "claim": claim,
            "level": level,
            "state": str(word_of(argument.records.get(claim))),
            "bears_load": "yes" if argument.bears_load(claim) else "",
            "rests_on": ", ".join(argument.ledger.children_of(claim)),
        }
        for claim, level in levels.items()
    )
    return figure(
        "argument-drawing",
        lambda width: _draw(argument, levels, width),
        nodes.drop(columns="level"),
        headline=lambda plotted: (
            f"{counted((plotted.bears_load != '').sum(), 'claim')} carry the "
            f"{counted(len(argument.pillars), 'pillar')} of the argument"
        ),
        subtitle="Each claim stands below what it supports; shape and colour give its state, a "
        "ring marks what a pillar rests on.",
        source="the ledger's groups of premises.",
        description="A drawing of the argument; the list above says the same in words.",
        columns={
            "claim": "Claim",
            "state": "State",
            "bears_load": "Load-bearing",
            "rests_on": "Rests on",
        },
    )


def _levels(argument: Argument) -> dict[str, int]:
    """How many steps below the root a claim stands, the longest way; claims on their own last.

    The longest way puts every claim below all that it supports: no line runs along a row.
    """
    levels = dict.fromkeys(argument.roots, 0)
    queue = list(levels)
    while queue:
        claim = queue.pop(0)
        for child in argument.ledger.children_of(claim):
            if levels.get(child, -1) <= levels[claim]:
                levels[child] = levels[claim] + 1
                queue.append(child)
    alone = max(levels.values(), default=-1) + 1
    return levels | {c: alone for c in argument.ledger.claims if c not in levels}


def _places(levels: dict[str, int], wide: bool, width: int) -> pd.DataFrame:
    """Rows of claims, level by level; a level that is too wide goes on in a second row."""
    lines: list[tuple[str, float, int]] = []
    row = 0
    for level in range(max(levels.values(), default=0) + 1):
        claims = [claim for claim, at in levels.items() if at == level]
        per_row = WRAP[wide]
        for start in range(0, len(claims), per_row):
            part = claims[start : start + per_row]
            step = width / len(part)
            lines += [(claim, (i + 0.5) * step, row) for i, claim in enumerate(part)]
            row += 1
    return pd.DataFrame(lines, columns=["claim", "x", "y"]).set_index("claim")


def _draw(argument: Argument, levels: dict[str, int], width: int) -> alt.TopLevelMixin:
    places = _places(levels, width > 500, width)
    places["tone"] = [mark_of(argument.records.get(c)).tone for c in places.index]
    places["path"] = [mark_of(argument.records.get(c)).path for c in places.index]
    places["bears"] = [argument.bears_load(c) for c in places.index]
    lines = pd.DataFrame(
        {
            "x": places.at[child, "x"],
            "y": places.at[child, "y"],
            "to_x": places.at[parent, "x"],
            "to_y": places.at[parent, "y"],
        }
        for parent in places.index
        for child in argument.ledger.children_of(parent)
    )
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(reverse=True, nice=False, padding=24), axis=None)
    edges = (
        alt.Chart(lines)
        .mark_rule(stroke="currentColor", opacity=0.22)
        .encode(x=x, y=y, x2="to_x:Q", y2="to_y:Q")
    )
    base = alt.Chart(places.reset_index()).encode(x=x, y=y)
    rings = (
        base.transform_filter("datum.bears")
        .mark_point(shape="circle", size=620, filled=False, strokeWidth=1.5, stroke="currentColor")
        .encode()
    )
    points = base.mark_point(filled=True, size=150).encode(**state_channels())
    names = base.mark_text(dy=21, fontSize=13).encode(text="claim:N")
    height = int(ROW * (places["y"].max() + 1))
    return alt.layer(edges, rings, points, names).properties(width=width, height=height)
