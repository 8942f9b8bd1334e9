"""Rules 1 to 5 of the verdict, as a full table and as properties."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportlib.assess.verdict_rules import weigh
from reportlib.model.evidence import Item
from reportlib.model.vocabulary import Basis, Directness, Grade, Stance, Unsettled, Verdict

FLOOR = Grade.C
SUPPORTED, CAVEAT = (Verdict.SUPPORTED, None), (Verdict.CAVEAT, None)
NOT_SUPPORTED = (Verdict.NOT_SUPPORTED, None)
CONFLICT = (Verdict.NOT_SETTLED, Unsettled.CONFLICT)
WEAK = (Verdict.NOT_SETTLED, Unsettled.WEAK)
NO_DATA = (Verdict.NOT_SETTLED, Unsettled.NO_DATA)


def item(
    stance: Stance,
    origin: str,
    *,
    primary: bool = False,
    directness: Directness = Directness.DIRECT,
    grade: Grade = Grade.C,
    note: str = "",
    basis: Basis = Basis.READ,
) -> Item:
    return Item(
        origin=origin,
        stance=stance,
        directness=directness,
        basis=basis,
        grade=grade,
        primary=primary,
        targets=(f"events#{origin}",),
        sources=(origin,),
        note=note,
    )


def official(stance: Stance) -> Item:
    return item(stance, f"an office that {stance}", primary=True, grade=Grade.A)


def press(stance: Stance, count: int) -> list[Item]:
    return [item(stance, f"paper {number} that {stance}") for number in range(count)]


def outcome(items: list[Item], floor: Grade = FLOOR, *, loose: bool = False):
    weighing = weigh(items, floor, loose=loose)
    return weighing.verdict, weighing.unsettled


# Origins that support (down) and contradict (across), none of them a direct primary one: rule 4.
BY_COUNT = {
    0: {0: NO_DATA, 1: WEAK, 2: NOT_SUPPORTED},
    1: {0: WEAK, 1: CONFLICT, 2: NOT_SUPPORTED},
    2: {0: SUPPORTED, 1: SUPPORTED, 2: CONFLICT},
}
# Whether a direct primary item supports, and whether one contradicts: rules 3 and 4.
BY_PRIMARY = {
    (True, True): CONFLICT,
    (True, False): SUPPORTED,
    (False, True): NOT_SUPPORTED,
}


@pytest.mark.parametrize(
    ("primary_for", "primary_against", "others_for", "others_against", "qualified"),
    list(product([True, False], [True, False], range(3), range(3), [True, False])),
)
def test_every_combination_of_items_gives_the_verdict_of_the_design(
    primary_for, primary_against, others_for, others_against, qualified
):
    items = press(Stance.SUPPORTS, others_for) + press(Stance.CONTRADICTS, others_against)
    items += [official(Stance.SUPPORTS)] if primary_for else []
    items += [official(Stance.CONTRADICTS)] if primary_against else []
    items += [item(Stance.QUALIFIES, "one who qualifies")] if qualified else []

    expected = BY_PRIMARY.get((primary_for, primary_against), BY_COUNT[others_for][others_against])
    if qualified and expected == SUPPORTED:
        expected = CAVEAT  # rule 5
    if qualified and expected == NO_DATA:
        expected = WEAK  # something is left

    assert outcome(items) == expected


def test_a_loose_match_caps_support_and_leaves_the_rest():
    assert outcome([official(Stance.SUPPORTS)], loose=True) == CAVEAT
    assert outcome([official(Stance.CONTRADICTS)], loose=True) == NOT_SUPPORTED
    assert outcome(press(Stance.SUPPORTS, 1), loose=True) == WEAK


def test_no_items_give_not_settled_for_want_of_data():
    assert outcome([]) == NO_DATA


def test_context_never_counts():
    weighing = weigh([official(Stance.CONTEXT), *press(Stance.CONTEXT, 3)], FLOOR)

    assert (weighing.verdict, weighing.unsettled) == NO_DATA
    assert {one.set_aside for one in weighing.items} == {"it gives context"}


@pytest.mark.parametrize("stance", [Stance.SUPPORTS, Stance.CONTRADICTS, Stance.QUALIFIES])
def test_an_unreliable_item_is_set_aside_whatever_its_stance_and_the_reason_is_kept(stance):
    unreliable = item(stance, "a blog", primary=True, grade=Grade.D)

    weighing = weigh([unreliable], Grade.D)  # even if the floor were as low

    assert (weighing.verdict, weighing.unsettled) == NO_DATA
    assert "grade, D" in weighing.items[0].set_aside


@pytest.mark.parametrize(
    ("grade", "floor", "counts"),
    [
        (Grade.A, Grade.A, True),
        (Grade.B, Grade.A, False),
        (Grade.C, Grade.A, False),
        (Grade.A, Grade.B, True),
        (Grade.B, Grade.B, True),
        (Grade.C, Grade.B, False),
        (Grade.A, Grade.C, True),
        (Grade.B, Grade.C, True),
        (Grade.C, Grade.C, True),
        (Grade.D, Grade.C, False),
    ],
)
def test_the_source_floor_sets_aside_what_is_below_it(grade, floor, counts):
    weighing = weigh([item(Stance.SUPPORTS, "a paper", grade=grade)], floor)

    assert len(weighing.counted) == (1 if counts else 0)
    assert weighing.unsettled is (Unsettled.WEAK if counts else Unsettled.NO_DATA)


def test_a_qualification_below_the_floor_caps_nothing():
    items = [official(Stance.SUPPORTS), item(Stance.QUALIFIES, "a paper", grade=Grade.C)]

    assert outcome(items, Grade.B) == SUPPORTED
    assert outcome(items, Grade.C) == CAVEAT


@pytest.mark.parametrize(
    ("primary", "directness", "grade", "expected"),
    [
        (True, Directness.DIRECT, Grade.A, SUPPORTED),
        (True, Directness.DIRECT, Grade.B, SUPPORTED),
        (True, Directness.DIRECT, Grade.C, WEAK),
        (True, Directness.INDIRECT, Grade.A, WEAK),
        (True, Directness.PROXY, Grade.A, WEAK),
        (False, Directness.DIRECT, Grade.A, WEAK),
    ],
)
def test_only_a_direct_word_of_good_grade_on_ones_own_act_decides_alone(
    primary, directness, grade, expected
):
    only = item(Stance.SUPPORTS, "an office", primary=primary, directness=directness, grade=grade)

    assert outcome([only]) == expected


def test_what_was_set_aside_before_stays_so_and_does_not_count():
    late = replace(official(Stance.CONTRADICTS), set_aside="not public yet")

    weighing = weigh([late, official(Stance.SUPPORTS)], FLOOR)

    assert (weighing.verdict, weighing.unsettled) == SUPPORTED
    assert weighing.items[0].set_aside == "not public yet"


def test_two_items_of_one_origin_are_one_origin():
    once = item(Stance.SUPPORTS, "the wire")
    again = replace(once, targets=("events#another",))

    assert outcome([once, again]) == WEAK
    assert outcome([once, replace(again, origin="another wire")]) == SUPPORTED


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ({"directness": Directness.DIRECT}, {"directness": Directness.INDIRECT, "grade": Grade.A}),
        ({"directness": Directness.INDIRECT}, {"directness": Directness.PROXY, "grade": Grade.A}),
        ({"grade": Grade.A}, {"grade": Grade.B}),
        ({"grade": Grade.B, "primary": True}, {"grade": Grade.A}),
        ({"basis": Basis.COMPUTED}, {"basis": Basis.READ}),
    ],
)
def test_of_an_origin_and_stance_the_strongest_item_stays(stronger, weaker):
    strong = replace(item(Stance.SUPPORTS, "the wire"), **stronger)
    weak = replace(item(Stance.SUPPORTS, "the wire"), **weaker)

    for items in ([strong, weak], [weak, strong]):
        weighing = weigh(items, FLOOR)
        assert weighing.counted == (strong,)
        assert [one.set_aside for one in weighing.items if one not in weighing.counted] == [
            "the same origin says it more strongly"
        ]


def test_an_origin_that_says_both_counts_on_both_sides():
    both = [item(Stance.SUPPORTS, "the wire"), item(Stance.CONTRADICTS, "the wire")]

    assert outcome(both) == CONFLICT
    assert outcome([*both, item(Stance.SUPPORTS, "a paper")]) == SUPPORTED


def test_a_qualification_is_never_displaced_by_its_own_origin():
    office = official(Stance.SUPPORTS)
    remarks = [item(Stance.QUALIFIES, office.origin, note=note) for note in ("first", "second")]

    weighing = weigh([office, *remarks], FLOOR)

    assert (weighing.verdict, weighing.unsettled) == CAVEAT
    assert weighing.counted == (office, *remarks)


def test_every_item_is_kept_counted_or_set_aside():
    items = [official(Stance.SUPPORTS), item(Stance.CONTEXT, "x"), *press(Stance.SUPPORTS, 2)]

    assert [one.origin for one in weigh(items, FLOOR).items] == [one.origin for one in items]


# --- properties -----------------------------------------------------------------------------

anything = st.builds(
    item,
    stance=st.sampled_from(Stance),
    origin=st.sampled_from(["an office", "a wire", "a paper", "a club"]),
    primary=st.booleans(),
    directness=st.sampled_from(Directness),
    grade=st.sampled_from(Grade),
    note=st.sampled_from(["", "one", "two"]),
    basis=st.sampled_from(Basis),
)
some_items = st.lists(anything, max_size=8)
floors = st.sampled_from([Grade.A, Grade.B, Grade.C])
PLENTY = settings(max_examples=300, deadline=None)


def rank(items: list[Item], floor: Grade, loose: bool) -> int:
    return weigh(items, floor, loose=loose).verdict.rank


@PLENTY
@given(some_items, anything, floors, st.booleans())
def test_adding_support_never_lowers_the_verdict(items, more, floor, loose):
    added = [*items, replace(more, stance=Stance.SUPPORTS)]

    assert rank(added, floor, loose) >= rank(items, floor, loose)


@PLENTY
@given(some_items, anything, floors, st.booleans())
def test_adding_contradiction_never_raises_the_verdict(items, more, floor, loose):
    added = [*items, replace(more, stance=Stance.CONTRADICTS)]

    assert rank(added, floor, loose) <= rank(items, floor, loose)


@PLENTY
@given(some_items, anything, floors)
def test_adding_a_qualification_never_raises_the_verdict(items, more, floor):
    added = [*items, replace(more, stance=Stance.QUALIFIES)]

    assert rank(added, floor, False) <= rank(items, floor, False)


@PLENTY
@given(some_items.filter(bool), st.data(), floors)
def test_a_duplicate_within_an_origin_and_stance_changes_nothing(items, data, floor):
    first = data.draw(st.sampled_from(items))
    weaker = replace(
        first,
        directness=data.draw(st.sampled_from(list(Directness)[_place(first.directness) :])),
        grade=data.draw(st.sampled_from(list(Grade)[_place(first.grade) :])),
        primary=first.primary and data.draw(st.booleans()),
    )

    assert outcome([*items, weaker], floor) == outcome(items, floor)


@PLENTY
@given(some_items, st.data(), floors, st.booleans())
def test_order_is_irrelevant(items, data, floor, loose):
    shuffled = data.draw(st.permutations(items))

    first, second = weigh(items, floor, loose=loose), weigh(shuffled, floor, loose=loose)

    assert (first.verdict, first.unsettled) == (second.verdict, second.unsettled)
    assert sorted((i.origin, i.stance) for i in first.counted) == sorted(
        (i.origin, i.stance) for i in second.counted
    )


@PLENTY
@given(some_items, st.permutations(["A", "B", "C", "D"]), floors, st.booleans())
def test_names_are_irrelevant(items, names, floor, loose):
    new = dict(zip(["an office", "a wire", "a paper", "a club"], names, strict=True))
    renamed = [replace(one, origin=new[one.origin]) for one in items]

    assert outcome(renamed, floor, loose=loose) == outcome(items, floor, loose=loose)


@PLENTY
@given(st.lists(anything.map(lambda one: replace(one, stance=Stance.CONTEXT))), floors)
def test_nothing_left_gives_no_data(items, floor):
    assert outcome(items, floor) == NO_DATA


def _place(word: Directness | Grade) -> int:
    return list(type(word)).index(word)
