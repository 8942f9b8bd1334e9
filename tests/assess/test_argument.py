"""Groundings from groups and roles, and what a pillar rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportlib.assess.argument import Argument
from reportlib.load.ledger import Ledger
from reportlib.model.claims import Claim, Demand, Group, Member
from reportlib.model.findings import Record
from reportlib.model.vocabulary import (
    Comparison,
    Grounding,
    Kind,
    Mode,
    Outcome,
    OutcomeKind,
    Verdict,
)

GROUNDED, PARTLY = Grounding.GROUNDED, Grounding.PARTLY
UNGROUNDED, ASSUMED = Grounding.UNGROUNDED, Grounding.ASSUMED
FACT, JUDGEMENT = Kind.COUNT, Kind.NORMATIVE
NEEDS = Demand(Comparison.AT_LEAST, "1")


def claim(id: str, kind: Kind) -> Claim:
    return Claim(id, f"What {id} says.", kind, "chapter", None, "", "", "", "", "", True)


def ledger(claims: dict[str, Kind], *groups: Group) -> Ledger:
    by_id = {id: claim(id, kind) for id, kind in claims.items()}
    return Ledger(by_id, {}, {}, groups, (), {}, {}, ())


def linked(id: str, parent: str, *members: str, role_of: str = "") -> Group:
    made = tuple(Member(m, NEEDS if m == role_of else None, "") for m in members)
    return Group(id, parent, Mode.LINKED, len(members), "", made)


def convergent(id: str, parent: str, needed: int, *members: str) -> Group:
    made = tuple(Member(m, None, "") for m in members)
    return Group(id, parent, Mode.CONVERGENT, needed, "", made)


NEEDS_A = convergent("GR", "R", 1, "A")


def records(**verdicts: Verdict | None) -> dict[str, Record]:
    return {id: Record(id, FACT, "chapter", verdict=v) for id, v in verdicts.items()}


# How each premise stands, and a verdict (or none) that makes it stand so.
STANDINGS = {
    "stands": Verdict.SUPPORTED,
    "in part": Verdict.NOT_SETTLED,
    "falls": Verdict.NOT_SUPPORTED,
    "assumed": None,
}
# Two premises, then the grounding if all are needed, if one of them is, if two of them are.
TWO_PREMISES = [
    ("stands", "stands", GROUNDED, GROUNDED, GROUNDED),
    ("stands", "in part", PARTLY, GROUNDED, PARTLY),
    ("stands", "falls", UNGROUNDED, GROUNDED, UNGROUNDED),
    ("stands", "assumed", GROUNDED, GROUNDED, GROUNDED),
    ("in part", "in part", PARTLY, PARTLY, PARTLY),
    ("in part", "falls", UNGROUNDED, PARTLY, UNGROUNDED),
    ("in part", "assumed", PARTLY, PARTLY, PARTLY),
    ("falls", "falls", UNGROUNDED, UNGROUNDED, UNGROUNDED),
    ("falls", "assumed", UNGROUNDED, UNGROUNDED, UNGROUNDED),
    ("assumed", "assumed", ASSUMED, ASSUMED, ASSUMED),
]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("one", "other", "all_of", "one_of", "two_of"), TWO_PREMISES)
def test_a_group_of_two_premises(one, other, all_of, one_of, two_of, turned):
    pair = {"A": one, "B": other} if not turned else {"A": other, "B": one}
    kinds = {id: JUDGEMENT if how == "assumed" else FACT for id, how in pair.items()}
    found = records(**{id: STANDINGS[how] for id, how in pair.items() if how != "assumed"})
    for group, expected in [
        (linked("G", "P", "A", "B"), all_of),
        (convergent("G", "P", 1, "A", "B"), one_of),
        (convergent("G", "P", 2, "A", "B"), two_of),
    ]:
        argument = Argument(ledger({"P": JUDGEMENT, **kinds}, group), found)
        assert argument.grounding("P") is expected


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.SUPPORTED, GROUNDED),
        (Verdict.CAVEAT, GROUNDED),
        (Verdict.DEPENDS, PARTLY),
        (Verdict.NOT_SETTLED, PARTLY),
        (Verdict.NOT_SUPPORTED, UNGROUNDED),
    ],
)
def test_each_verdict_of_a_premise_grounds_what_stands_on_it(verdict, expected):
    book = ledger({"P": JUDGEMENT, "A": FACT}, linked("G", "P", "A"))

    assert Argument(book, records(A=verdict)).grounding("P") is expected


def test_a_premise_that_nobody_has_looked_at_stands_in_part():
    book = ledger({"P": JUDGEMENT, "A": FACT}, linked("G", "P", "A"))

    assert Argument(book, {}).grounding("P") is PARTLY
    assert Argument(book, {}).reason("P") == "Needs A (not looked at yet)."


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize(
    ("role", "expected"), [(True, GROUNDED), (False, UNGROUNDED), (None, "as its verdict")]
)
def test_where_less_than_the_claim_is_needed_the_role_decides(verdict, role, expected):
    book = ledger({"P": JUDGEMENT, "A": FACT}, linked("G", "P", "A", role_of="A"))
    record = Record("A", FACT, "chapter", verdict=verdict, roles={"G": role})
    plain = Argument(book, records(A=verdict)).grounding("P")

    found = Argument(book, {"A": record}).grounding("P")

    assert found is (plain if expected == "as its verdict" else expected)


def test_a_role_in_one_group_says_nothing_in_another():
    book = ledger(
        {"P": JUDGEMENT, "Q": JUDGEMENT, "A": FACT},
        linked("G", "P", "A", role_of="A"),
        linked("H", "Q", "A"),
    )
    record = Record("A", FACT, "chapter", verdict=Verdict.NOT_SUPPORTED, roles={"G": True})
    argument = Argument(book, {"A": record})

    assert (argument.grounding("P"), argument.grounding("Q")) == (GROUNDED, UNGROUNDED)
    assert "its role is kept" in argument.reason("P")
    assert argument.reason("Q") == "Needs A (falls)."


@pytest.mark.parametrize(
    ("needed", "expected"),
    [(1, GROUNDED), (2, GROUNDED), (3, PARTLY), (4, UNGROUNDED), (0, ASSUMED)],
)
def test_of_k_premises_needed_the_kth_best_decides(needed, expected):
    book = ledger(
        {"P": JUDGEMENT, "A": FACT, "B": FACT, "C": FACT, "D": FACT},
        convergent("G", "P", needed, "A", "B", "C", "D"),
    )
    found = records(
        A=Verdict.NOT_SUPPORTED, B=Verdict.SUPPORTED, C=Verdict.DEPENDS, D=Verdict.CAVEAT
    )

    assert Argument(book, found).grounding("P") is expected


def test_a_claim_is_as_good_as_its_weakest_group():
    book = ledger(
        {"P": JUDGEMENT, "A": FACT, "B": FACT}, linked("G", "P", "A"), linked("H", "P", "B")
    )

    assert Argument(book, records(A=Verdict.SUPPORTED, B=Verdict.DEPENDS)).grounding("P") is PARTLY


def test_a_judgement_enters_with_its_own_grounding():
    book = ledger(
        {"P": JUDGEMENT, "J": JUDGEMENT, "A": FACT}, linked("G", "P", "J"), linked("H", "J", "A")
    )

    for verdict, expected in [
        (Verdict.SUPPORTED, GROUNDED),
        (Verdict.DEPENDS, PARTLY),
        (Verdict.NOT_SUPPORTED, UNGROUNDED),
    ]:
        argument = Argument(book, records(A=verdict))
        assert (argument.grounding("J"), argument.grounding("P")) == (expected, expected)


def test_a_claim_with_nothing_beneath_it_is_assumed():
    argument = Argument(ledger({"P": JUDGEMENT}), {})

    assert argument.grounding("P") is ASSUMED
    assert argument.reason("P") == "Assumed: no checkable claim that it needs stands beneath it."


def test_a_premise_with_an_outcome_is_named_with_its_grounding_and_its_outcome_by_its_kind():
    book = ledger({"P": JUDGEMENT, "R": JUDGEMENT, "A": FACT}, linked("G", "P", "R"))
    wished = replace(book.claims["R"], outcome_kind=OutcomeKind.RECOMMENDATION)
    book = replace(book, claims={**book.claims, "R": wished}, groups=(*book.groups, NEEDS_A))
    came = Record("R", JUDGEMENT, "chapter", outcome=Outcome.INDETERMINATE)

    argument = Argument(book, {**records(A=Verdict.SUPPORTED), "R": came})

    assert argument.reason("P") == (
        "Needs R (premises grounded; as a recommendation: indeterminate)."
    )


@pytest.mark.parametrize(
    ("group", "said"),
    [
        (linked("G", "P", "A"), "Needs A (stands)."),
        (convergent("G", "P", 1, "A"), "Needs A (stands)."),
        (linked("G", "P", "A", "B"), "Needs all of A (stands) and B (in part)."),
        (convergent("G", "P", 1, "A", "B"), "Needs 1 of A (stands) and B (in part)."),
    ],
)
def test_a_reason_counts_premises_only_where_there_are_several(group, said):
    found = records(A=Verdict.SUPPORTED, B=Verdict.NOT_SETTLED)

    assert Argument(ledger({"P": JUDGEMENT, "A": FACT, "B": FACT}, group), found).reason("P") == (
        said
    )


def test_a_checkable_claim_keeps_its_verdict_whatever_stands_beneath_it():
    book = ledger(
        {"P": JUDGEMENT, "A": FACT, "B": FACT}, linked("G", "P", "A"), linked("H", "A", "B")
    )
    found = records(A=Verdict.SUPPORTED, B=Verdict.NOT_SUPPORTED)

    completed = Argument(book, found).completed()

    assert Argument(book, found).grounding("P") is GROUNDED
    assert completed["A"] == found["A"]


def test_completed_records_carry_grounding_and_reason_of_what_is_not_checkable():
    book = ledger({"P": JUDGEMENT, "A": FACT, "B": FACT}, linked("G", "P", "A", "B"))
    judged = Record("P", JUDGEMENT, "chapter", reason="Read: a memoir.")
    found = {"P": judged, **records(A=Verdict.SUPPORTED, B=Verdict.NOT_SUPPORTED)}

    completed = Argument(book, found).completed()["P"]

    assert completed.grounding is UNGROUNDED
    assert completed.reason == "Read: a memoir. Needs all of A (stands) and B (falls)."


# The root R needs the pillars P and Q; P needs A and one of B and C; Q needs D, which J doubles.
HOUSE = ledger(
    {"R": JUDGEMENT, "P": JUDGEMENT, "Q": JUDGEMENT, "J": JUDGEMENT} | dict.fromkeys("ABCDE", FACT),
    linked("G1", "R", "P", "Q"),
    linked("G2", "P", "A"),
    convergent("G3", "P", 1, "B", "C"),
    linked("G4", "Q", "J"),
    linked("G5", "J", "D"),
    convergent("G6", "Q", 0, "E"),
)
ALL_STAND = records(**dict.fromkeys("ABCDE", Verdict.SUPPORTED))


def test_roots_support_no_other_claim_and_pillars_are_what_they_need():
    argument = Argument(HOUSE, ALL_STAND)

    assert argument.roots == ("R",)
    assert argument.pillars == ("P", "Q")


@pytest.mark.parametrize(
    ("fallen", "moved"),
    [
        ("A", ("R", "P")),
        ("B", ()),
        ("C", ()),
        ("D", ("R", "Q", "J")),
        ("E", ()),
        ("J", ("R", "Q")),
        ("P", ("R",)),
    ],
)
def test_what_changes_if_a_claim_falls(fallen, moved):
    assert Argument(HOUSE, ALL_STAND).moved_by(fallen) == moved


def test_what_a_pillar_rests_on_is_load_bearing_and_a_spare_is_not():
    assert Argument(HOUSE, ALL_STAND).load_bearing == ("J", "A", "D")


def test_a_pillar_that_another_rests_on_is_a_pillar_and_not_called_load_bearing():
    book = ledger(
        {"R": JUDGEMENT, "P": JUDGEMENT, "Q": JUDGEMENT, "A": FACT},
        linked("G1", "R", "P", "Q"),
        linked("G2", "Q", "P"),
        linked("G3", "P", "A"),
    )
    argument = Argument(book, records(A=Verdict.SUPPORTED))

    assert argument.moved_by("P") == ("R", "Q")
    assert argument.load_bearing == ("A",)


def test_a_spare_bears_load_once_the_other_has_fallen():
    found = {**ALL_STAND, **records(B=Verdict.NOT_SUPPORTED)}

    assert "C" in Argument(HOUSE, found).load_bearing


def test_what_has_fallen_already_moves_nothing():
    found = {**ALL_STAND, **records(A=Verdict.NOT_SUPPORTED)}
    argument = Argument(HOUSE, found)

    assert argument.moved_by("A") == ()
    assert argument.load_bearing == ("J", "D")


def test_asking_what_if_leaves_the_argument_as_it_is():
    argument = Argument(HOUSE, ALL_STAND)
    without = argument.knocked_out(["B"]).knocked_out(["C"])

    assert without.grounding("P") is UNGROUNDED
    assert argument.grounding("P") is GROUNDED


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries({name: st.sampled_from(Verdict) for name in "ABCDE"}),
    st.lists(st.sampled_from("RPQJABCDE"), min_size=1, max_size=3, unique=True),
)
def test_what_if_gives_what_the_whole_argument_would_give_anew(verdicts, fallen):
    found = records(**verdicts)
    without = Argument(HOUSE, found)
    for claim in fallen:
        without = without.knocked_out([claim])

    anew = Argument(HOUSE, found, frozenset(fallen))

    assert {c: without.grounding(c) for c in "RPQJ"} == {c: anew.grounding(c) for c in "RPQJ"}


def test_what_if_looks_at_what_rests_on_the_claim_and_at_nothing_else(monkeypatch):
    argument = Argument(HOUSE, ALL_STAND)
    assert argument.grounding("R") is GROUNDED
    group_standing = Argument.group_standing
    seen = []

    def watched(self, group):
        seen.append(group.id)
        return group_standing(self, group)

    monkeypatch.setattr(Argument, "group_standing", watched)
    argument.moved_by("D")

    assert sorted(seen) == ["G1", "G4", "G5", "G6"]


RANK = {UNGROUNDED: 0, PARTLY: 1, GROUNDED: 2, ASSUMED: 3}
some_verdicts = st.fixed_dictionaries({name: st.sampled_from(Verdict) for name in "ABCDE"})
members = st.lists(st.sampled_from(["A", "B", "C", "D", "E", "J", "K"]), min_size=1, unique=True)
groups = st.one_of(
    members.map(lambda names: linked("G", "P", *names)),
    st.tuples(st.integers(0, 4), members).map(lambda drawn: convergent("G", "P", *_flat(drawn))),
)


def _flat(drawn: tuple[int, list[str]]) -> tuple:
    needed, names = drawn
    return needed, *names


@settings(max_examples=300, deadline=None)
@given(some_verdicts, st.lists(groups, max_size=3), st.sampled_from("ABCDE"), st.data())
def test_improving_a_premise_never_lowers_a_grounding(verdicts, above, name, data):
    kinds = dict.fromkeys("PJK", JUDGEMENT) | dict.fromkeys("ABCDE", FACT)
    book = ledger(
        kinds,
        *[replace(group, id=f"G{number}") for number, group in enumerate(above)],
        linked("H", "J", "A", "B"),
        convergent("I", "J", 1, "C", "D"),
    )
    better = data.draw(st.sampled_from([v for v in Verdict if v.rank >= verdicts[name].rank]))
    before = Argument(book, records(**verdicts))
    after = Argument(book, records(**{**verdicts, name: better}))

    for parent in "PJ":
        assert RANK[after.grounding(parent)] >= RANK[before.grounding(parent)]
