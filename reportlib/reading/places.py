"""Places of the article that are held against each other: what the descriptor cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reportlib.errors import Fault, did_you_mean
from reportlib.reading.descriptor import Descriptor, Rows
from reportlib.values.claims import WHOLE
from reportlib.values.consistency import COMPARES
from reportlib.values.phrases import counted
from reportlib.values.words import Comparison, TextRelation


def faults_in_places(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """Return what is wrong in and between the relations within the text and their places."""
    yield from _relations(descriptor, rows)
    resource = descriptor.resources["printed"]
    relations = {row["key"]: row["relation"] for row in rows["consistency"]}
    for number, place in enumerate(rows["printed"]):
        relation = relations.get(place["consistency"], "")
        for column, what, allowed in _faults_in_place(place, relation, rows):
            yield Fault(resource.at(number, column), what, allowed)


def _relations(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """A relation has two places at least, and concerns claims that are there."""
    resource = descriptor.resources["consistency"]
    claims = {row["claim"] for row in rows["claims"]}
    exact = set(TextRelation) - {TextRelation.SAME_DATE}
    places = Counter(row["consistency"] for row in rows["printed"])
    for number, row in enumerate(rows["consistency"]):
        if (count := places[row["key"]]) < 2:
            what = f'"{row["key"]}" compares {counted(count, "place")}'
            add = "Two at least: add lines to data/chain/printed.csv."
            yield Fault(resource.at(number, "key"), what, add)
        for claim in filter(None, row["concerns"].split(";")):
            if claim not in claims:
                hint = did_you_mean(claim, claims)
                yield Fault(resource.at(number, "concerns"), f'"{claim}" is not a claim', hint)
        if row["tolerance"] and row["relation"] in exact:
            what = f'"{row["tolerance"]}" is not allowed'
            yield Fault(resource.at(number, "tolerance"), what, "It is for same_date alone.")


def _faults_in_place(
    place: Mapping[str, str], relation: str, rows: Rows
) -> Iterator[tuple[str, str, str]]:
    """A place has one value, its own or a claim's, of the kind that its relation compares."""
    claim, printed = place["claim"], place["value"]
    if claim and claim not in {row["claim"] for row in rows["claims"]}:
        return  # told by frictionless
    value = _asserted(place, rows) if claim else printed
    if not claim and not printed:
        yield "value", "is empty, and so is claim", ""
    if not claim and place["part"]:
        yield "part", f'"{place["part"]}" is not allowed', "It is a part of a claim."
    if claim and printed:
        yield "value", f'"{printed}" is not allowed', "The claim brings its own."
    if claim and not value:
        what = f'"{claim}" ({place["part"] or WHOLE}) asserts no value'
        yield "claim", what, "It must equal or include one: see data/chain/assertions.csv."
    if claim and claim not in _claims_in(place["locator"], rows):
        what = f'"{claim}" does not stand in {place["locator"]}'
        yield "locator", what, "See data/chain/sentences.csv."
    if value and relation in set(TextRelation):
        try:
            COMPARES[TextRelation(relation)](value)
        except ValueError as problem:
            yield "claim" if claim else "value", str(problem), f"{relation} compares such."


def _asserted(place: Mapping[str, str], rows: Rows) -> str:
    """The value that a claim asserts for itself; a bound or an absence is no such value."""
    asked = (place["claim"], place["part"] or WHOLE)
    of_one_value = (Comparison.EQUALS, Comparison.INCLUDES)
    asserting = (row for row in rows["assertions"] if row["comparison"] in of_one_value)
    return next((r["value"] for r in asserting if (r["claim"], r["part"]) == asked), "")


def _claims_in(locator: str, rows: Rows) -> set[str]:
    """The claims that a sentence carries."""
    carried = (row["claims"] for row in rows["sentences"] if row["locator"] == locator)
    return {claim for claims in carried for claim in claims.split(";")}
