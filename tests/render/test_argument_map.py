"""The argument as a drawing: every claim that carries it, below all that it supports."""

from __future__ import annotations

import pytest

from reportlib.assess.argument import Argument
from reportlib.model.findings import Record
from reportlib.model.vocabulary import Kind, Verdict
from reportlib.render.argument_map import render_argument_map
from reportlib.render.charts import NARROW, WIDE
from tests.assess.test_argument import FACT, JUDGEMENT, convergent, ledger, linked, records

LONG = ledger(
    {"R": JUDGEMENT, "P": JUDGEMENT, "Q": JUDGEMENT, "J": JUDGEMENT, "A": FACT, "B": FACT},
    linked("G1", "R", "P", "Q"),
    linked("G2", "P", "J", "A"),
    linked("G3", "J", "A"),
    convergent("G4", "Q", 1, "A", "B"),
)
"""R rests on P and Q; P on J and A, J on A; Q on A or B: neither alone carries Q."""


def argument() -> Argument:
    made = records(A=Verdict.SUPPORTED, B=Verdict.SUPPORTED)
    judged = {id: Record(id, Kind.NORMATIVE, "chapter") for id in "RPQJ"}
    whole = Argument(LONG, {**made, **judged})
    return Argument(LONG, whole.completed())


def test_it_has_roots_pillars_and_load_bearing_claims_and_leaves_the_rest_to_the_list() -> None:
    rows = {row[0]: row[1:] for row in render_argument_map(argument()).rows}
    assert {claim: role for claim, (_, role, _) in rows.items()} == {
        "R": "what it is for", "P": "pillar", "Q": "pillar", "J": "load-bearing",
        "A": "load-bearing",
    }  # fmt: skip
    assert rows["A"] == ("supported", "load-bearing", "P, J, Q")


def test_every_claim_stands_below_all_that_it_supports() -> None:
    order = [row[0] for row in render_argument_map(argument()).rows]
    for claim, *_, supports in render_argument_map(argument()).rows:
        for parent in filter(None, supports.split(", ")):
            assert order.index(parent) < order.index(claim)


@pytest.mark.parametrize(("width", "drawn"), [(WIDE, "wide"), (NARROW, "narrow")])
def test_it_names_each_claim_in_words_at_both_widths(width: int, drawn: str) -> None:
    svg = getattr(render_argument_map(argument()), drawn)
    assert all(f"{claim}  What {claim} says." in svg for claim in "RPQJA")


def test_an_argument_in_which_nothing_rests_on_anything_has_none() -> None:
    alone = Argument(ledger({"R": JUDGEMENT}), {})
    assert render_argument_map(alone).rows == ()
    assert render_argument_map(alone).headline == "No row is on record for this figure"
