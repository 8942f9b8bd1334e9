"""From findings and read documents to items: one an origin, and what is set aside."""

from __future__ import annotations

import pytest

from reportlib.assess.evidence_items import list_computed_items, list_read_items
from reportlib.assess.verdict_rules import weigh
from reportlib.model.evidence import Evidence, Link, SourceClass
from reportlib.model.findings import Finding
from reportlib.model.vocabulary import Basis, Directness, Grade, Match, Stance, Unsettled, Verdict

OWN_ACT = SourceClass("own_act", Grade.A, True, "")
COPY = SourceClass("copy", Grade.B, True, "")
RESEARCH = SourceClass("research", Grade.B, False, "")
PRESS = SourceClass("press", Grade.C, False, "")
UNSEEN = SourceClass("none", Grade.D, False, "")
CLASSES = {one.name: one for one in (OWN_ACT, COPY, RESEARCH, PRESS, UNSEEN)}


def links(*given: tuple[str, str, str, SourceClass]) -> dict[str, tuple[Link, ...]]:
    """By row: its source, the origin, and the class in which it speaks."""
    found: dict[str, tuple[Link, ...]] = {}
    for row, source, origin, source_class in given:
        link = Link(row, source, origin, source_class, "", "")
        found[row] = (*found.get(row, ()), link)
    return found


def read(
    target: str,
    stance: Stance = Stance.SUPPORTS,
    *,
    origin: str = "",
    source_class: str = "",
    note: str = "",
) -> Evidence:
    return Evidence("key", "C1", target, stance, Directness.DIRECT, origin, source_class, note)


ROWS = links(
    ("works#1", "log", "town", OWN_ACT),
    ("works#1", "paper_1", "paper", PRESS),
    ("works#2", "log", "town", OWN_ACT),
    ("works#2", "study", "paper", RESEARCH),
)


def test_a_finding_enters_as_one_direct_computed_item_for_each_origin_of_its_rows():
    items = list_computed_items(Finding(2, ["works#1", "works#2"]), Match.EXACT, ROWS)

    assert [(one.origin, one.targets, one.sources) for one in items] == [
        ("paper", ("works#1", "works#2"), ("paper_1", "study")),
        ("town", ("works#1", "works#2"), ("log",)),
    ]
    assert {(one.basis, one.directness) for one in items} == {(Basis.COMPUTED, Directness.DIRECT)}


@pytest.mark.parametrize(
    ("match", "stance"),
    [
        (Match.EXACT, Stance.SUPPORTS),
        (Match.LOOSE, Stance.SUPPORTS),
        (Match.DIFFERS, Stance.CONTRADICTS),
    ],
)
def test_how_a_finding_matches_gives_the_stance_of_its_items(match, stance):
    items = list_computed_items(Finding(2, ["works#1"]), match, ROWS)

    assert [one.stance for one in items] == [stance, stance]


def test_a_finding_without_data_is_no_item():
    assert list_computed_items(Finding(None, ["works#1"]), Match.NO_DATA, ROWS) == []


def test_rows_without_a_source_are_no_items():
    assert list_computed_items(Finding(1, ["works#9"]), Match.EXACT, ROWS) == []


def test_an_origin_is_no_better_than_the_weakest_row_that_is_taken_from_it():
    mixed = links(
        ("works#1", "log", "town", OWN_ACT),
        ("works#2", "hearsay", "town", PRESS),
    )

    (item,) = list_computed_items(Finding(2, ["works#1", "works#2"]), Match.EXACT, mixed)

    assert (item.grade, item.primary, item.direct_primary) == (Grade.C, False, False)


@pytest.mark.parametrize("turned", [False, True])
def test_a_row_is_as_good_as_its_best_link_of_that_origin(turned):
    doubled = [("works#1", "log", "town", OWN_ACT), ("works#1", "paper_1", "town", PRESS)]

    (item,) = list_computed_items(
        Finding(1, ["works#1"]), Match.EXACT, links(*(doubled[::-1] if turned else doubled))
    )

    assert (item.grade, item.primary, item.sources) == (Grade.A, True, ("log", "paper_1"))


def test_of_two_links_of_one_grade_the_primary_one_is_better():
    doubled = links(("works#1", "study", "town", RESEARCH), ("works#1", "copy", "town", COPY))

    (item,) = list_computed_items(Finding(1, ["works#1"]), Match.EXACT, doubled)

    assert item.direct_primary


def test_what_no_source_was_seen_for_decides_nothing():
    unseen = links(("works#1", "unverified", "unverified", UNSEEN))
    items = list_computed_items(Finding(1, ["works#1"]), Match.DIFFERS, unseen)

    weighing = weigh(items, Grade.C)

    assert (weighing.verdict, weighing.unsettled) == (Verdict.NOT_SETTLED, Unsettled.NO_DATA)


def test_a_row_that_was_read_brings_its_own_origins():
    items = list_read_items([read("works#1", note="as logged")], ROWS, CLASSES, {"works#1"}, None)

    assert [(one.origin, one.grade, one.primary, one.sources) for one in items] == [
        ("paper", Grade.C, False, ("paper_1",)),
        ("town", Grade.A, True, ("log",)),
    ]
    assert {(one.basis, one.note, one.set_aside) for one in items} == {
        (Basis.READ, "as logged", "")
    }


@pytest.mark.parametrize("turned", [False, True])
def test_a_row_that_was_read_is_as_good_as_its_best_link_of_an_origin(turned):
    linked = [("works#1", "log", "town", OWN_ACT), ("works#1", "paper_1", "town", PRESS)]
    by_row = links(*(linked[::-1] if turned else linked))

    (item,) = list_read_items([read("works#1")], by_row, CLASSES, {"works#1"}, None)

    assert (item.grade, item.primary, item.sources) == (Grade.A, True, ("log", "paper_1"))


def test_a_document_that_was_read_speaks_for_the_origin_and_in_the_class_given():
    piece = read("sources#memoir", origin="a mayor", source_class="research")

    (item,) = list_read_items([piece], ROWS, CLASSES, {"sources#memoir"}, None)

    assert (item.origin, item.grade, item.primary) == ("a mayor", Grade.B, False)
    assert (item.targets, item.sources) == (("sources#memoir",), ("memoir",))


@pytest.mark.parametrize("target", ["works#1", "sources#memoir"])
@pytest.mark.parametrize("stance", list(Stance))
def test_what_was_not_public_yet_is_set_aside_whatever_its_stance(target, stance):
    origin, named = ("a mayor", "press") if target.startswith("sources#") else ("", "")
    piece = read(target, stance, origin=origin, source_class=named)

    items = list_read_items([piece], ROWS, CLASSES, {"works#2"}, None)

    assert {one.set_aside for one in items} == {"not public yet on the day of this run"}


@pytest.mark.parametrize("stance", [Stance.SUPPORTS, Stance.CONTRADICTS])
def test_a_document_that_only_retells_a_counted_row_of_its_origin_is_set_aside(stance):
    piece = read("sources#log", stance, origin="town", source_class="press")

    (item,) = list_read_items([piece], ROWS, CLASSES, {"sources#log"}, Finding(1, ["works#1"]))

    assert item.set_aside == "already counted by the test"


@pytest.mark.parametrize("stance", [Stance.QUALIFIES, Stance.CONTEXT])
def test_a_document_that_qualifies_is_never_set_aside_for_retelling(stance):
    piece = read("sources#log", stance, origin="town", source_class="press")

    (item,) = list_read_items([piece], ROWS, CLASSES, {"sources#log"}, Finding(1, ["works#1"]))

    assert item.set_aside == ""


def test_a_counted_row_that_is_cited_again_is_set_aside():
    items = list_read_items([read("works#1")], ROWS, CLASSES, {"works#1"}, Finding(1, ["works#1"]))

    assert {one.set_aside for one in items} == {"already counted by the test"}


@pytest.mark.parametrize(
    "piece",
    [
        read("sources#log", origin="another town", source_class="press"),
        read("sources#minutes", origin="town", source_class="press"),
        read("works#2"),
    ],
)
def test_what_says_something_else_or_for_another_origin_counts(piece):
    known = {"sources#log", "sources#minutes", "works#2"}

    items = list_read_items([piece], ROWS, CLASSES, known, Finding(1, ["works#1"]))

    assert {one.set_aside for one in items} == {""}


def test_nothing_is_retold_where_the_test_found_nothing():
    piece = read("sources#log", origin="town", source_class="press")

    (item,) = list_read_items([piece], ROWS, CLASSES, {"sources#log"}, Finding(None, ["works#1"]))

    assert item.set_aside == ""
