"""Rules between cells, rows and tables, which the descriptor of a single table cannot state."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from reportlib.errors import BadParameters, Fault, did_you_mean
from reportlib.load.datapackage import COVERAGE, KNOWN_FROM, Descriptor, PackageMetadata, Resource
from reportlib.load.parameters import Parameters
from reportlib.model.claims import WHOLE
from reportlib.model.dates import Span
from reportlib.model.evidence import SOURCES, key_of, table_of
from reportlib.model.formatting import format_count
from reportlib.model.text_checks import PARSERS
from reportlib.model.vocabulary import Comparison, Kind, Mode, OutcomeKind, TextRelation
from reportlib.study import Study

_REFERENCE = re.compile(r"[a-z_]+#\S+")
_ASSERT = "Add a line to data/chain/assertions.csv."
_TOLERANCE = re.compile(r"|printed|exact|\d+(\.\d+)?%?")


@dataclass(frozen=True)
class _Row:
    """A row of a file as it stands, which knows where that is."""

    resource: Resource
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, column: str, problem: str, advice: str = "") -> Fault:
        return Fault(self.resource.at(self.number, column), problem, advice)


_Rows = Mapping[str, list[_Row]]
"""The rows of every described file."""


def find_faults(study: Study, descriptor: Descriptor) -> Iterator[Fault]:
    """Return what is wrong between cells, rows and tables, once every file has its columns."""
    rows = {name: _read_rows(resource) for name, resource in descriptor.resources.items()}
    tables = [name for name in descriptor.tables if name != COVERAGE]
    yield from _find_empty(descriptor, rows, tables)
    yield from _find_bad_references(descriptor, rows)
    yield from _find_bad_links(descriptor, rows, tables)
    yield from _find_bad_days(descriptor, rows, tables)
    yield from _find_bad_sentences(rows)
    yield from _find_circles(rows)
    yield from _find_missing_cells(rows)
    yield from _find_bad_relations(rows)
    yield from _find_bad_article(study, rows)
    try:
        parameters = Parameters.read(study)
    except BadParameters:  # reported where the parameters are read, before the data
        return
    yield from _find_bad_parameter_names(rows, parameters)


def _read_rows(resource: Resource) -> list[_Row]:
    with resource.path.open(encoding="utf-8-sig", newline="") as file:  # Excel writes a mark
        lines = list(csv.DictReader(file, restval=""))  # frictionless reports a short line
    return [_Row(resource, number, cells) for number, cells in enumerate(lines)]


def _values(rows: _Rows, name: str, column: str) -> set[str]:
    return {row[column] for row in rows[name]}


def _find_empty(descriptor: Descriptor, rows: _Rows, tables: list[str]) -> Iterator[Fault]:
    """What holds nothing proves nothing: no claims, no rows, a group without a member."""
    if not rows["claims"]:
        yield Fault(descriptor.resources["claims"].place, "holds no claim", "Add one.")
    if not any(rows[name] for name in tables):
        yield Fault("data/tables", "no table has a row, so that no claim can be decided")
    advice = "Add a line to data/chain/members.csv."
    for row in rows["groups"]:
        if row["group"] not in _values(rows, "members", "group"):
            yield row.fault("group", f'"{row["group"]}" is empty', advice)


def _find_bad_references(descriptor: Descriptor, rows: _Rows) -> Iterator[Fault]:
    """Every cell that cites ``table#key`` must cite something that is there."""
    keys = {name: _values(rows, name, "key") for name in descriptor.tables}
    keys[SOURCES] = _values(rows, SOURCES, "source")
    citing = [(r, f.name) for r in descriptor.resources.values() for f in r.fields if f.cites]
    for resource, column in citing:
        for row in rows[resource.name]:
            cited = row[column]
            if not cited:
                continue
            table, key = table_of(cited), key_of(cited)
            if not _REFERENCE.fullmatch(cited) or table not in keys:
                advice = f"Allowed: table#key. {did_you_mean(table, keys)}"
                yield row.fault(column, f'"{cited}" is not a reference', advice)
            elif key not in keys[table]:
                yield row.fault(column, f'"{cited}" is not there', did_you_mean(key, keys[table]))


def _find_bad_links(descriptor: Descriptor, rows: _Rows, tables: list[str]) -> Iterator[Fault]:
    """Every link must start at a row, and every row must have a source."""
    keys = {name: _values(rows, name, "key") for name in descriptor.tables}
    for row in rows["row_sources"]:
        table, key = row["table"], row["key"]
        if table not in keys:
            yield row.fault("table", f'"{table}" is not a table', did_you_mean(table, keys))
        elif key not in keys[table]:
            hint = did_you_mean(key, keys[table])
            yield row.fault("key", f'"{key}" is not a row of {table}', hint)
    for row in rows[COVERAGE]:
        if row["table"] and row["table"] not in keys:
            hint = did_you_mean(row["table"], keys)
            yield row.fault("table", f'"{row["table"]}" is not a table', hint)
    linked = {(row["table"], row["key"]) for row in rows["row_sources"]}
    for name in tables:
        for row in rows[name]:
            if (name, row["key"]) not in linked:
                advice = "Add a line to data/sources/row_sources.csv."
                yield row.fault("key", f'"{row["key"]}" has no source', advice)


def _find_bad_days(descriptor: Descriptor, rows: _Rows, tables: list[str]) -> Iterator[Fault]:
    """A public act is known from its own day, not earlier; an undated row from no day at all."""
    published = {row["source"]: row["published_date"] for row in rows[SOURCES]}
    links = rows["row_sources"]
    dated = {(link["table"], link["key"]) for link in links if published.get(link["source"])}
    for name in tables:
        for row in rows[name]:
            has_date = (name, row["key"]) in dated
            if problem := _check_known_from(descriptor.tables[name], row.cells, has_date):
                yield row.fault(KNOWN_FROM, problem)


def _check_known_from(resource: Resource, cells: Mapping[str, str], has_date: bool) -> str:
    known = cells.get(KNOWN_FROM, "")
    if not known:
        return "is empty, though a source has a date" if has_date else ""
    day = date.fromisoformat(known) if Span.of(known) and len(known) == 10 else None
    if day is None or resource.known_from.get("rule") != "act":
        return ""
    own = next((cells[name] for name in resource.known_from["fields"] if cells.get(name)), "")
    span = Span.of(own)
    is_early = span is not None and day < span.first
    return f'"{known}" is before the day of the act itself, {own}' if is_early else ""


def _find_bad_sentences(rows: _Rows) -> Iterator[Fault]:
    """A sentence carries claims that are there; a claim stands in a sentence."""
    claims = _values(rows, "claims", "claim")
    carried = set()
    for row in rows["sentences"]:
        for claim in filter(None, row["claims"].split(";")):
            carried.add(claim)
            if claim not in claims:
                yield row.fault("claims", f'"{claim}" is not a claim', did_you_mean(claim, claims))
    for row in rows["claims"]:
        if row["claim"] not in carried and row["reconstructed"] != "yes":
            yield row.fault("claim", f'no sentence carries "{row["claim"]}"')


def _find_circles(rows: _Rows) -> Iterator[Fault]:
    """No claim stands beneath itself."""
    parent_of = {row["group"]: row["parent"] for row in rows["groups"]}
    parents: dict[str, set[str]] = defaultdict(set)
    for row in rows["members"]:
        parents[row["member"]].add(parent_of.get(row["group"], ""))
    for row in rows["members"]:
        above: set[str] = set()
        climbing = {parent_of.get(row["group"], "")}
        while climbing:
            above |= climbing
            climbing = {parent for claim in climbing for parent in parents.get(claim, ())} - above
        if row["member"] in above:
            yield row.fault("member", f'"{row["member"]}" stands beneath itself')


def _find_missing_cells(rows: _Rows) -> Iterator[Fault]:
    """Cells that need one another: one without the other would fail later, or count silently."""
    asserted = _values(rows, "assertions", "claim")
    checkable_kinds = {kind for kind in Kind if kind.checkable}
    for row in rows["claims"]:
        checkable = row["kind"] in checkable_kinds
        if (checkable or row["outcome_kind"]) and row["claim"] not in asserted:
            yield row.fault("claim", f'nothing says what "{row["claim"]}" asserts', _ASSERT)
        if checkable and row["outcome_kind"]:
            advice = "Only a forecast or a recommendation has an outcome; leave it empty."
            problem = f"is {row['outcome_kind']}, and the kind can be checked"
            yield row.fault("outcome_kind", problem, advice)
    valued = set(Comparison) - {Comparison.NONE_FOUND}
    for name, column, other, values in (
        ("groups", "needed", "mode", {Mode.CONVERGENT}),
        ("claims", "horizon", "outcome_kind", set(OutcomeKind)),
        ("assertions", "value", "comparison", valued),
        ("members", "requires_value", "requires", valued),
    ):
        for row in rows[name]:
            if row[other] in values and not row[column]:
                yield row.fault(column, f"is empty, and {other} is {row[other]}")
    for row in rows["evidence"]:
        is_document = table_of(row["target"]) == SOURCES
        for column in ("origin", "class"):
            if is_document and not row[column]:
                yield row.fault(column, "is empty, and the target is a document")
            if row[column] and not is_document:
                problem = f'"{row[column]}" is not allowed'
                yield row.fault(column, problem, "A row brings its own.")


def _find_bad_relations(rows: _Rows) -> Iterator[Fault]:
    """A relation has two places at least, and concerns claims that are there."""
    claims = _values(rows, "claims", "claim")
    places = Counter(row["consistency"] for row in rows["printed"])
    for row in rows["consistency"]:
        if (count := places[row["key"]]) < 2:
            problem = f'"{row["key"]}" compares {format_count(count, "place")}'
            advice = "Two at least: add lines to data/chain/printed.csv."
            yield row.fault("key", problem, advice)
        for claim in filter(None, row["concerns"].split(";")):
            if claim not in claims:
                hint = did_you_mean(claim, claims)
                yield row.fault("concerns", f'"{claim}" is not a claim', hint)
        if row["tolerance"] and row["relation"] in set(TextRelation) - {TextRelation.SAME_DATE}:
            problem = f'"{row["tolerance"]}" is not allowed'
            yield row.fault("tolerance", problem, "It is for same_date alone.")
    relations = {row["key"]: row["relation"] for row in rows["consistency"]}
    for place in rows["printed"]:
        if not place["claim"] or place["claim"] in claims:  # frictionless reports an unknown claim
            yield from _find_bad_places(place, relations.get(place["consistency"], ""), rows)


def _find_bad_places(place: _Row, relation: str, rows: _Rows) -> Iterator[Fault]:
    """A place has one value, its own or a claim's, of the kind that its relation compares."""
    claim, printed, part = place["claim"], place["value"], place["part"]
    value = _find_asserted(claim, part or WHOLE, rows) if claim else printed
    if not claim and not printed:
        yield place.fault("value", "is empty, and so is claim")
    if not claim and part:
        yield place.fault("part", f'"{part}" is not allowed', "It is a part of a claim.")
    if claim and printed:
        yield place.fault("value", f'"{printed}" is not allowed', "The claim brings its own.")
    if claim and not value:
        problem = f'"{claim}" ({part or WHOLE}) asserts no value'
        advice = "It must equal or include one: see data/chain/assertions.csv."
        yield place.fault("claim", problem, advice)
    sentences = (s for s in rows["sentences"] if s["locator"] == place["locator"])
    if claim and not any(claim in sentence["claims"].split(";") for sentence in sentences):
        problem = f'"{claim}" does not stand in {place["locator"]}'
        yield place.fault("locator", problem, "See data/chain/sentences.csv.")
    if value and relation in set(TextRelation):
        try:
            PARSERS[TextRelation(relation)](value)
        except ValueError as problem:
            column = "claim" if claim else "value"
            yield place.fault(column, str(problem), f"{relation} compares such.")


def _find_asserted(claim: str, part: str, rows: _Rows) -> str:
    """The value that a claim asserts for itself; a bound or an absence is no such value."""
    single = (Comparison.EQUALS, Comparison.INCLUDES)
    asserting = (row for row in rows["assertions"] if row["comparison"] in single)
    return next((r["value"] for r in asserting if (r["claim"], r["part"]) == (claim, part)), "")


def _find_bad_article(study: Study, rows: _Rows) -> Iterator[Fault]:
    """The article itself, if it is named, is one of the sources."""
    article, sources = PackageMetadata.read(study).article, _values(rows, SOURCES, "source")
    if article and article not in sources:
        where = f"{study.relative(study.descriptor)}, article"
        yield Fault(where, f'"{article}" is not a source', did_you_mean(article, sources))


def _find_bad_parameter_names(rows: _Rows, parameters: Parameters) -> Iterator[Fault]:
    """A tolerance is a measure or a parameter, and a definition is about a parameter."""
    names = set(parameters.by_name)
    for row in rows["assertions"]:
        if not _TOLERANCE.fullmatch(row["tolerance"]) and row["tolerance"] not in names:
            problem = f'"{row["tolerance"]}" is no measure and no parameter'
            yield row.fault("tolerance", problem, did_you_mean(row["tolerance"], names))
    for row in rows["definitions"]:
        if row["parameter"] not in names:
            problem = f'"{row["parameter"]}" is not a parameter'
            yield row.fault("parameter", problem, did_you_mean(row["parameter"], names))
    in_days = {
        name
        for name, parameter in parameters.by_name.items()
        if parameter.choices and all(isinstance(value, int) for value in parameter.choices)
    }
    for row in rows["consistency"]:
        tolerance = row["tolerance"]
        if tolerance and not tolerance.isdecimal() and tolerance not in in_days:
            problem = f'"{tolerance}" is no number of days and no parameter of days'
            yield row.fault("tolerance", problem, did_you_mean(tolerance, in_days))
