"""The ledger: read whole from the tiny study, and complete in this repository."""

from __future__ import annotations

from collections import Counter

import pytest

from reportlib.load.ledger import Ledger
from reportlib.load.parameters import Parameters
from reportlib.model.claims import Demand, Group, Member
from reportlib.model.vocabulary import Comparison, Kind, Mode, Relation, Role, Stance


def test_a_claim_is_read_with_its_sentence_assertion_and_definitions(tiny):
    ledger = Ledger.read(tiny)
    claim = ledger.claims["B1"]

    assert (claim.kind, claim.chapter, claim.locators) == (Kind.DATE, "bridge", ("p1s1",))
    assert [(a.part, a.comparison, a.value, a.tolerance) for a in ledger.assertions["B1"]] == [
        ("whole", Comparison.EQUALS, "2011-05", "tolerance_days")
    ]
    assert [(d.parameter, d.fixed) for d in ledger.definitions["B1"]] == [("tolerance_days", True)]
    assert [(d.parameter, d.fixed) for d in ledger.definitions["B2"]] == [("closures", False)]


def test_groups_hold_their_members_with_what_the_parent_needs(tiny):
    ledger = Ledger.read(tiny)
    (group,) = ledger.groups_of("B3")

    assert (group.id, group.mode, group.needed) == ("G1", Mode.LINKED, 2)
    assert [(m.claim, m.requires) for m in group.members] == [
        ("B1", Demand(Comparison.BEFORE, "2013")),
        ("B2", None),
    ]
    assert ledger.groups_of("B1") == ()
    assert ledger.roles_of("B1") == {"G1": Demand(Comparison.BEFORE, "2013")}
    assert ledger.roles_of("B2") == {}
    assert [(g.id, m.claim) for g, m in ledger.places_of("B2")] == [("G1", "B2")]
    assert ledger.places_of("B3") == ()


def test_above_a_claim_is_all_that_rests_on_it_however_far_in_the_order_of_the_groups():
    def group(id: str, parent: str, *members: str) -> Group:
        made = tuple(Member(member, None, "") for member in members)
        return Group(id, parent, Mode.LINKED, len(members), "", made)

    groups = (group("G1", "R", "P", "Q"), group("G2", "Q", "A"), group("G3", "P", "A", "B"))
    ledger = Ledger({}, {}, {}, groups, (), {}, {}, ())

    assert ledger.above("A") == ("R", "Q", "P")
    assert ledger.above("B") == ("R", "P")
    assert ledger.above("R") == ()


def test_other_links_evidence_and_sentences_are_read(tiny):
    ledger = Ledger.read(tiny)

    assert [(e.child, e.parent, e.relation) for e in ledger.edges] == [
        ("B2", "B1", Relation.CONTEXT)
    ]
    assert [e.target for e in ledger.evidence["B3"]] == [
        "crossings#club-2012", "crossings#town-2014", "crossings#letter",
    ]  # fmt: skip
    assert [(s.locator, s.role, s.claims) for s in ledger.sentences][-1] == (
        "p2s2", Role.CONTEXT, (),
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole(real) -> Ledger:
    return Ledger.read(real)


def test_the_ledger_has_61_claims_of_which_30_can_be_checked(whole):
    assert len(whole.claims) == 61
    assert sum(claim.kind.checkable for claim in whole.claims.values()) == 30


def test_all_33_sentences_of_the_body_and_2_of_the_lead_are_mapped(whole):
    lead = [s for s in whole.sentences if s.locator.startswith("p0")]

    assert (len(lead), len(whole.sentences) - len(lead)) == (2, 33)


def test_only_one_claim_is_put_together_by_us(whole):
    assert [c.id for c in whole.claims.values() if c.reconstructed] == ["T0"]


def test_every_chain_of_support_reaches_what_the_article_is_for_or_is_context(whole):
    above = {
        member.claim: {g.parent for g in whole.groups if member in g.members}
        for group in whole.groups
        for member in group.members
    }
    linked_otherwise = {edge.child for edge in whole.edges}

    def reaches(claim: str) -> bool:
        seen: set[str] = set()
        climbing = {claim}
        while climbing:
            seen |= climbing
            climbing = {p for c in climbing for p in above.get(c, ())} - seen
        return "T0" in seen

    assert [c for c in whole.claims if not reaches(c) and c not in linked_otherwise] == []
    assert all(reaches(claim) for claim in above)


def test_every_checkable_claim_asserts_something(whole):
    checkable = [claim.id for claim in whole.claims.values() if claim.kind.checkable]

    assert [claim for claim in checkable if claim not in whole.assertions] == []


def test_every_outcome_has_a_horizon_and_an_indicator(whole):
    with_outcome = [c for c in whole.claims.values() if c.outcome_kind is not None]

    assert with_outcome
    assert [c.id for c in with_outcome if not (c.horizon and c.indicator)] == []


def test_definitions_speak_of_parameters_that_are_there(whole, real):
    known = Parameters.read(real).by_name
    named = {d.parameter for all_ in whole.definitions.values() for d in all_}

    assert named - set(known) == set()


def test_a_tolerance_is_a_number_a_percentage_or_a_parameter(whole, real):
    known = Parameters.read(real).by_name
    named = {a.tolerance for all_ in whole.assertions.values() for a in all_ if a.tolerance}

    assert {t for t in named if not t.rstrip("%").replace(".", "").isdigit()} - set(known) == set()


def test_a_member_stands_once_in_a_group_and_a_linked_group_needs_all(whole):
    for group in whole.groups:
        assert max(Counter(member.claim for member in group.members).values()) == 1, group.id
        assert group.needed <= len(group.members), group.id


def test_evidence_that_is_a_document_says_for_whom_and_in_which_class_it_speaks(whole):
    pieces = [piece for all_ in whole.evidence.values() for piece in all_]
    of_documents = [piece for piece in pieces if piece.target.startswith("sources#")]

    assert of_documents
    assert [p.key for p in of_documents if not (p.origin and p.source_class)] == []
    assert [p.key for p in pieces if p not in of_documents and p.origin] == []


def test_what_qualifies_says_how(whole):
    pieces = [piece for all_ in whole.evidence.values() for piece in all_]

    assert [p.key for p in pieces if p.stance is Stance.QUALIFIES and not p.note] == []
