"""Rules between cells, rows and tables, which the descriptor of a single table cannot state."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from reportlib.errors import BadParameters, Fault, did_you_mean
from reportlib.load.datapackage import (
    COVERAGE,
    KNOWN_FROM,
    Descriptor,
    PackageMetadata,
    Resource,
    Rows,
)
from reportlib.load.parameters import Parameters
from reportlib.model.claims import WHOLE
from reportlib.model.dates import Span
from reportlib.model.evidence import SOURCES, key_of, table_of
from reportlib.model.formatting import format_count
from reportlib.model.text_checks import PARSERS
from reportlib.model.vocabulary import Comparison, Kind, TextRelation
from reportlib.study import Study


def find_text_check_faults(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
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
            what = f'"{row["key"]}" compares {format_count(count, "place")}'
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
            PARSERS[TextRelation(relation)](value)
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


_REFERENCE = re.compile(r"[a-z_]+#\S+")
_ASSERT = "Add a line to data/chain/assertions.csv."
_TOLERANCE = re.compile(r"|printed|exact|\d+(\.\d+)?%?")


def find_faults(study: Study, descriptor: Descriptor) -> Iterator[Fault]:
    """Return what is wrong between cells, rows and tables, once every file has its columns."""
    rows = {name: _read_rows(resource) for name, resource in descriptor.resources.items()}
    for check in (
        _vacuous,
        _references,
        _row_sources,
        _days_known,
        _sentences,
        _parents,
        _together,
    ):
        yield from check(descriptor, rows)
    yield from find_text_check_faults(descriptor, rows)
    yield from _article(study, rows)
    try:
        parameters = Parameters.read(study)
    except BadParameters:  # told by whoever reads the parameters, and before the data
        return
    yield from _parameters_named(descriptor, rows, parameters)


def _read_rows(resource: Resource) -> list[dict[str, str]]:
    with resource.path.open(encoding="utf-8-sig", newline="") as file:  # Excel writes a mark
        return list(csv.DictReader(file, restval=""))  # a short line is told by frictionless


def _vacuous(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """What holds nothing proves nothing: no claims, no rows, a group without a member."""
    if not rows["claims"]:
        yield Fault(descriptor.resources["claims"].place, "holds no claim", "Add one.")
    if not any(rows[name] for name in descriptor.tables if name != COVERAGE):
        yield Fault("data/tables", "no table has a row, so that no claim can be decided")
    filled = {row["group"] for row in rows["members"]}
    for number, row in enumerate(rows["groups"]):
        if row["group"] not in filled:
            where = descriptor.resources["groups"].at(number, "group")
            yield Fault(
                where, f'"{row["group"]}" is empty', "Add a line to data/chain/members.csv."
            )


def _article(study: Study, rows: Rows) -> Iterator[Fault]:
    """The article itself, if it is named, is one of the sources."""
    article, sources = PackageMetadata.read(study).article, {row["source"] for row in rows[SOURCES]}
    if article and article not in sources:
        where = f"{study.relative(study.descriptor)}, article"
        yield Fault(where, f'"{article}" is not a source', did_you_mean(article, sources))


def _references(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """Every cell that cites ``table#key`` must cite something that is there."""
    known = {n: {row["key"] for row in rows[n]} for n in descriptor.tables}
    known[SOURCES] = {row["source"] for row in rows[SOURCES]}
    citing = [(r, f.name) for r in descriptor.resources.values() for f in r.fields if f.cites]
    for resource, column in citing:
        for number, row in enumerate(rows[resource.name]):
            cited = row[column]
            if not cited:
                continue
            where = resource.at(number, column)
            table, key = table_of(cited), key_of(cited)
            if not _REFERENCE.fullmatch(cited) or table not in known:
                allowed = f"Allowed: table#key. {did_you_mean(table, known)}"
                yield Fault(where, f'"{cited}" is not a reference', allowed)
            elif key not in known[table]:
                yield Fault(where, f'"{cited}" is not there', did_you_mean(key, known[table]))


def _row_sources(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """Every link must start at a row, and every row must have a source."""
    resource = descriptor.resources["row_sources"]
    known = {n: {row["key"] for row in rows[n]} for n in descriptor.tables}
    linked = set()
    for number, row in enumerate(rows["row_sources"]):
        table, key = row["table"], row["key"]
        linked.add((table, key))
        if table not in known:
            hint = did_you_mean(table, known)
            yield Fault(resource.at(number, "table"), f'"{table}" is not a table', hint)
        elif key not in known[table]:
            hint = did_you_mean(key, known[table])
            yield Fault(resource.at(number, "key"), f'"{key}" is not a row of {table}', hint)
    for number, row in enumerate(rows[COVERAGE]):
        if row["table"] and row["table"] not in descriptor.tables:
            where = descriptor.resources[COVERAGE].at(number, "table")
            hint = did_you_mean(row["table"], descriptor.tables)
            yield Fault(where, f'"{row["table"]}" is not a table', hint)
    for name, table_resource in descriptor.tables.items():
        for number, row in enumerate(rows[name]):
            if name != COVERAGE and (name, row["key"]) not in linked:
                yield Fault(
                    table_resource.at(number, "key"),
                    f'"{row["key"]}" has no source',
                    "Add a line to data/sources/row_sources.csv.",
                )


def _days_known(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """A public act is known from its own day, not earlier; an undated row from no day at all."""
    published = {row["source"]: row["published_date"] for row in rows[SOURCES]}
    sources: dict[tuple[str, str], list[str]] = {}
    for row in rows["row_sources"]:
        dated = published.get(row["source"], "")
        sources.setdefault((row["table"], row["key"]), []).append(dated)
    for name, resource in descriptor.tables.items():
        if name == COVERAGE:
            continue
        for number, row in enumerate(rows[name]):
            dates = [day for day in sources.get((name, row["key"]), []) if day]
            problem = _known_from_problem(resource, row, dates)
            if problem:
                yield Fault(resource.at(number, KNOWN_FROM), problem)


def _known_from_problem(resource: Resource, row: Mapping[str, str], dates: list[str]) -> str:
    known = row.get(KNOWN_FROM, "")
    if not known:
        return "is empty, though a source has a date" if dates else ""
    day = date.fromisoformat(known) if Span.of(known) and len(known) == 10 else None
    if day is None or resource.known_from.get("rule") != "act":
        return ""
    own = next((row[name] for name in resource.known_from["fields"] if row.get(name)), "")
    span = Span.of(own)
    if span is None or day >= span.first:
        return ""
    return f'"{known}" is before the day of the act itself, {own}'


def _sentences(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """A sentence carries claims that are there; a claim stands in a sentence."""
    claims = {row["claim"] for row in rows["claims"]}
    carried = set()
    for number, row in enumerate(rows["sentences"]):
        for claim in filter(None, row["claims"].split(";")):
            carried.add(claim)
            if claim not in claims:
                where = descriptor.resources["sentences"].at(number, "claims")
                yield Fault(where, f'"{claim}" is not a claim', did_you_mean(claim, claims))
    for number, row in enumerate(rows["claims"]):
        if row["claim"] not in carried and row["reconstructed"] != "yes":
            where = descriptor.resources["claims"].at(number, "claim")
            yield Fault(where, f'no sentence carries "{row["claim"]}"')


def _parents(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """No claim stands beneath itself."""
    parent_of = {row["group"]: row["parent"] for row in rows["groups"]}
    above: dict[str, set[str]] = {}
    for row in rows["members"]:
        above.setdefault(row["member"], set()).add(parent_of.get(row["group"], ""))
    for number, row in enumerate(rows["members"]):
        seen: set[str] = set()
        climbing = {parent_of.get(row["group"], "")}
        while climbing:
            seen |= climbing
            climbing = set().union(*(above.get(claim, set()) for claim in climbing)) - seen
        if row["member"] in seen:
            where = descriptor.resources["members"].at(number, "member")
            yield Fault(where, f'"{row["member"]}" stands beneath itself')


def _together(descriptor: Descriptor, rows: Rows) -> Iterator[Fault]:
    """Cells that need one another: one without the other would fail later, or count silently."""
    asserted = {row["claim"] for row in rows["assertions"]}
    for number, row in enumerate(rows["claims"]):
        checkable = row["kind"] in {kind for kind in Kind if kind.checkable}
        if (checkable or row["outcome_kind"]) and row["claim"] not in asserted:
            where = descriptor.resources["claims"].at(number, "claim")
            yield Fault(where, f'nothing says what "{row["claim"]}" asserts', _ASSERT)
        if checkable and row["outcome_kind"]:
            where = descriptor.resources["claims"].at(number, "outcome_kind")
            allowed = "Only a forecast or a recommendation has an outcome; leave it empty."
            yield Fault(where, f"is {row['outcome_kind']}, and the kind can be checked", allowed)
    valued = tuple(one for one in Comparison if one is not Comparison.NONE_FOUND)
    for name, column, needs, wanted in (
        ("groups", "needed", "mode", ("convergent",)),
        ("claims", "horizon", "outcome_kind", ("forecast", "recommendation")),
        ("assertions", "value", "comparison", valued),
        ("members", "requires_value", "requires", valued),
    ):
        for number, row in enumerate(rows[name]):
            if row[needs] in wanted and not row[column]:
                where = descriptor.resources[name].at(number, column)
                yield Fault(where, f"is empty, and {needs} is {row[needs]}")
    for number, row in enumerate(rows["evidence"]):
        of_document = table_of(row["target"]) == SOURCES
        for column in ("origin", "class"):
            where = descriptor.resources["evidence"].at(number, column)
            if of_document and not row[column]:
                yield Fault(where, "is empty, and the target is a document")
            if row[column] and not of_document:
                yield Fault(where, f'"{row[column]}" is not allowed', "A row brings its own.")


def _parameters_named(
    descriptor: Descriptor, rows: Rows, parameters: Parameters
) -> Iterator[Fault]:
    """A tolerance is a measure or a parameter, and a definition is about a parameter."""
    names = set(parameters.by_name)
    for number, row in enumerate(rows["assertions"]):
        if not _TOLERANCE.fullmatch(row["tolerance"]) and row["tolerance"] not in names:
            where = descriptor.resources["assertions"].at(number, "tolerance")
            hint = did_you_mean(row["tolerance"], names)
            yield Fault(where, f'"{row["tolerance"]}" is no measure and no parameter', hint)
    for number, row in enumerate(rows["definitions"]):
        if row["parameter"] not in names:
            where = descriptor.resources["definitions"].at(number, "parameter")
            hint = did_you_mean(row["parameter"], names)
            yield Fault(where, f'"{row["parameter"]}" is not a parameter', hint)
    in_days = {
        name
        for name, parameter in parameters.by_name.items()
        if parameter.choices and all(isinstance(value, int) for value in parameter.choices)
    }
    for number, row in enumerate(rows["consistency"]):
        tolerance = row["tolerance"]
        if tolerance and not tolerance.isdecimal() and tolerance not in in_days:
            where = descriptor.resources["consistency"].at(number, "tolerance")
            hint = did_you_mean(tolerance, in_days)
            yield Fault(where, f'"{tolerance}" is no number of days and no parameter of days', hint)
