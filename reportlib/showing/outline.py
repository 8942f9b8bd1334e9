"""The argument as a nested list: each claim, and beneath it what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reportlib.judging.argument import Argument
from reportlib.showing.marks import StateShown
from reportlib.showing.markup import render


@dataclass(frozen=True)
class Branch:
    """A claim in the list, with what it rests on; shown in full where it first occurs."""

    claim: str
    paraphrase: str
    state: StateShown
    load_bearing: bool
    adds_weight: bool
    """The claim above it needs neither it nor what it stands together with."""
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    """How many of which claims beneath it must stand."""
    beneath: tuple[Branch, ...]
    again: bool


def outline(argument: Argument) -> Markup:
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
        state=StateShown.of(record),
        load_bearing=argument.bears_load(claim),
        adds_weight=adds_weight,
        needs=tuple((group.how_many, group.claims) for group in groups if group.needed),
        beneath=tuple(
            _branch(argument, member, seen, adds_weight=member not in needed) for member in members
        ),
        again=again,
    )
