"""Rule 6: what comes out over the plausible settings."""

from __future__ import annotations

from itertools import product

import pytest

from reportlib.assess.scenarios import LARGEST_GRID, make_grid
from reportlib.assess.verdict_rules import classify_verdict, measure_robustness, settle
from reportlib.model.robustness import Flip, ScenarioResult
from reportlib.model.vocabulary import Unsettled, Verdict

SUPPORTED, CAVEAT, DEPENDS = Verdict.SUPPORTED, Verdict.CAVEAT, Verdict.DEPENDS
NOT_SETTLED, NOT_SUPPORTED = Verdict.NOT_SETTLED, Verdict.NOT_SUPPORTED


def at(verdict: Verdict, *, has_data: bool = True, **setting: str | int) -> ScenarioResult:
    unsettled = Unsettled.WEAK if verdict is NOT_SETTLED else None
    return ScenarioResult(setting, verdict, unsettled, has_data=has_data)


def test_the_grid_holds_every_combination_once_and_the_chosen_one_first():
    settings, whole = make_grid(
        {"who": ("a", "b"), "days": (0, 7)}, {"who": "b", "days": 0, "x": 1}
    )

    assert settings == [
        {"who": "b", "days": 0},
        {"who": "a", "days": 0},
        {"who": "a", "days": 7},
        {"who": "b", "days": 7},
    ]
    assert whole


def test_a_claim_that_turns_on_nothing_has_one_setting():
    assert make_grid({}, {"who": "a"}) == ([{}], True)


def test_a_grid_at_the_bound_is_whole_and_one_above_it_is_not():
    at_bound = {"a": tuple(range(LARGEST_GRID // 2)), "b": (0, 1)}
    above = {"a": tuple(range(LARGEST_GRID // 2 + 1)), "b": (0, 1)}

    settings, whole = make_grid(at_bound, {"a": 0, "b": 0})
    assert (len(settings), whole) == (LARGEST_GRID, True)
    assert make_grid(above, {"a": 0, "b": 0})[1] is False


def test_above_the_bound_each_parameter_is_tried_alone_and_in_pairs():
    names = [f"p{number}" for number in range(10)]
    own = dict.fromkeys(names, 0)

    settings, whole = make_grid(dict.fromkeys(names, (0, 1)), own)

    changed = [{name for name in names if setting[name]} for setting in settings]
    pairs = {frozenset({one, other}) for one, other in product(names, names)}
    assert not whole
    assert settings[0] == own
    assert {frozenset(names_of) for names_of in changed} == {frozenset()} | pairs
    assert len(settings) == 1 + 10 + 45


def test_above_the_bound_a_pair_is_tried_at_every_pair_of_values():
    plausible = {"a": tuple(range(30)), "b": tuple(range(20)), "c": (0, 1)}

    settings, whole = make_grid(plausible, {"a": 3, "b": 4, "c": 0})

    assert not whole
    assert len(settings) == 30 * 20 + 29 + 19 + 1
    assert {"a": 29, "b": 19, "c": 0} in settings
    assert {"a": 29, "b": 4, "c": 1} in settings
    assert {"a": 29, "b": 19, "c": 1} not in settings


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (SUPPORTED, "for"),
        (CAVEAT, "for"),
        (DEPENDS, "either"),
        (NOT_SETTLED, "open"),
        (NOT_SUPPORTED, "against"),
    ],
)
def test_a_caveat_is_no_other_answer_than_support(verdict, expected):
    assert classify_verdict(verdict) == expected


def test_the_settings_that_agree_are_counted_among_those_with_data():
    tried = [
        at(SUPPORTED, who="a", days=0),
        at(CAVEAT, who="a", days=7),
        at(NOT_SUPPORTED, who="b", days=0),
        at(NOT_SETTLED, who="b", days=7, has_data=False),
    ]

    robust = measure_robustness(tried, {}, whole=True)

    assert (robust.same, robust.decided) == (2, 3)
    assert (robust.same_allowed, robust.allowed) == (2, 3)
    assert robust.settings == tuple(tried)
    assert robust.whole_grid


def test_settings_against_the_text_are_counted_apart():
    tried = [
        at(SUPPORTED, who="a", days=0),
        at(SUPPORTED, who="a", days=7),
        at(NOT_SUPPORTED, who="b", days=0),
        at(SUPPORTED, who="b", days=7),
    ]

    robust = measure_robustness(tried, {"who": True}, whole=True)

    assert (robust.same, robust.decided) == (3, 4)
    assert (robust.same_allowed, robust.allowed) == (2, 2)


def test_a_flip_is_one_parameter_changed_alone_and_says_whether_the_text_fixes_it():
    tried = [
        at(SUPPORTED, who="a", days=0),
        at(NOT_SUPPORTED, who="b", days=0),
        at(NOT_SETTLED, who="a", days=7),
        at(NOT_SUPPORTED, who="b", days=7),
    ]

    assert measure_robustness(tried, {"days": True, "who": False}, whole=False).flips == (
        Flip("who", "b", NOT_SUPPORTED, fixed=False),
        Flip("days", 7, NOT_SETTLED, fixed=True),
    )


def test_a_setting_without_data_flips_nothing():
    tried = [at(SUPPORTED, who="a"), at(NOT_SETTLED, who="b", has_data=False)]

    assert measure_robustness(tried, {}, whole=True).flips == ()


# Down: the verdict at the setting in use. Across: the answer where a parameter that the text
# leaves open has its other value; "same" is no other value at all.
OPEN_PARAMETER = {
    SUPPORTED: {"same": SUPPORTED, "for": SUPPORTED, "against": DEPENDS, "open": SUPPORTED},
    CAVEAT: {"same": CAVEAT, "for": CAVEAT, "against": DEPENDS, "open": CAVEAT},
    NOT_SETTLED: {
        "same": NOT_SETTLED, "for": NOT_SETTLED, "against": NOT_SETTLED, "open": NOT_SETTLED,
    },
    NOT_SUPPORTED: {
        "same": NOT_SUPPORTED, "for": DEPENDS, "against": NOT_SUPPORTED, "open": NOT_SUPPORTED,
    },
}  # fmt: skip
# The same, for a parameter that the text fixes.
FIXED_PARAMETER = {
    SUPPORTED: {"same": SUPPORTED, "for": SUPPORTED, "against": CAVEAT, "open": CAVEAT},
    CAVEAT: {"same": CAVEAT, "for": CAVEAT, "against": CAVEAT, "open": CAVEAT},
    NOT_SETTLED: {
        "same": NOT_SETTLED, "for": NOT_SETTLED, "against": NOT_SETTLED, "open": NOT_SETTLED,
    },
    NOT_SUPPORTED: {
        "same": NOT_SUPPORTED, "for": NOT_SUPPORTED, "against": NOT_SUPPORTED,
        "open": NOT_SUPPORTED,
    },
}  # fmt: skip
WITH = {"for": SUPPORTED, "against": NOT_SUPPORTED, "open": NOT_SETTLED}
ANSWERS = ["same", "for", "against", "open"]


@pytest.mark.parametrize(
    ("own", "where_open", "where_fixed"), list(product(OPEN_PARAMETER, ANSWERS, ANSWERS))
)
def test_rule_6_over_one_open_and_one_fixed_parameter(own, where_open, where_fixed):
    tried = [at(own, loose="own", said="own")]
    if where_open != "same":
        tried.append(at(WITH[where_open], loose="other", said="own"))
    if where_fixed != "same":
        tried.append(at(WITH[where_fixed], loose="own", said="other"))

    by_open = OPEN_PARAMETER[own][where_open]
    expected = DEPENDS if by_open is DEPENDS else FIXED_PARAMETER[by_open][where_fixed]

    assert settle(own, tried, {"said": True, "loose": False}) is expected


def test_a_parameter_of_which_the_ledger_says_nothing_is_open():
    tried = [at(SUPPORTED, who="a"), at(NOT_SUPPORTED, who="b")]

    assert settle(SUPPORTED, tried, {}) is DEPENDS


@pytest.mark.parametrize("fixed", [True, False])
@pytest.mark.parametrize(("own", "other"), [(SUPPORTED, "against"), (NOT_SUPPORTED, "for")])
def test_a_setting_without_data_is_not_counted(own, other, fixed):
    tried = [at(own, who="a"), at(WITH[other], who="b", has_data=False)]

    assert settle(own, tried, {"who": fixed}) is own


def test_two_open_readings_on_both_sides_of_an_unsettled_default_depend():
    tried = [
        at(NOT_SETTLED, who="a"),
        at(SUPPORTED, who="b"),
        at(NOT_SUPPORTED, who="c"),
    ]

    assert settle(NOT_SETTLED, tried, {}) is DEPENDS


def test_where_an_open_and_a_fixed_parameter_both_change_it_is_not_what_the_article_says():
    tried = [
        at(SUPPORTED, loose="own", said="own"),
        at(SUPPORTED, loose="other", said="own"),
        at(SUPPORTED, loose="own", said="other"),
        at(NOT_SUPPORTED, loose="other", said="other"),
    ]

    assert settle(SUPPORTED, tried, {"said": True}) is CAVEAT
    assert settle(SUPPORTED, tried, {}) is DEPENDS
