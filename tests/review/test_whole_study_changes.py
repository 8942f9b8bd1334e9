"""One fact changes what it should and nothing else: changes to copies of the real data."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from reportlib.load.validation import find_package_faults
from reportlib.model.findings import Record
from reportlib.model.robustness import StressTests
from reportlib.model.vocabulary import Grounding, Outcome, Unsettled, Verdict
from reportlib.review.dry_run import run_dry
from reportlib.study import Study
from tests.built_study import SETS, built_study
from tests.conftest import add_row, drop_rows, lines_of, set_cell

DESIGNATIONS = "tables/designations.csv"
ROW_SOURCES = "sources/row_sources.csv"
BANK = "2017-06-29-bank-dandong-311-finding"
DHID = "2016-09-26-dandong-hongxiang-industrial-development"
BANK_STEPS = (
    "2017-08-border-accounts",
    "2017-09-11-yanji-accounts",
    "2017-09-12-big-four-accounts",
    "2017-09-18-pboc-notice",
)


def records_of(study: Study, set_name: str = "base") -> dict[str, Record]:
    """The records of the first chapter."""
    records = run_dry(study, set_name).records
    return {claim: record for claim, record in records.items() if record.chapter == "designations"}


def changed(before: dict[str, Record], after: dict[str, Record]) -> set[str]:
    """The claims of which anything at all is not as it was, but for what hindsight would give."""
    assert before.keys() == after.keys()
    return {claim for claim in before if _own(before[claim]) != _own(after[claim])}


def _own(record: Record) -> Record:
    return replace(record, stress_tests=StressTests())


def moved(before: dict[str, Record], after: dict[str, Record]) -> dict[str, Any]:
    """The claims whose state is not as it was, and their new states."""
    return {
        claim: after[claim].state for claim in before if before[claim].state != after[claim].state
    }


def add_designation(study: Study, key: str, country: str, day: str, known_from: str = "") -> None:
    """Add a firm that OFAC listed under a North Korea order on a day, with its source."""
    add_row(
        study,
        DESIGNATIONS,
        key=key,
        action_date=day,
        announced=day,
        in_force=day,
        target_name="TEST TRADING CO LTD",
        target_type="entity",
        nationality_or_registration=country,
        address_countries=country,
        program_tags="DPRK3",
        authority="EO 13722",
        agency="OFAC",
        action_type="sdn_designation",
        programme="DPRK",
        date_status="by_source",
        known_from=known_from or day,
    )
    add_source(study, "designations", key)


def add_source(study: Study, table: str, key: str) -> None:
    """Let the copied list of January 2019 stand behind a row."""
    cells = {"source": "moov_sdn_2019", "origin": "US government", "class": "mirror"}
    add_row(study, ROW_SOURCES, table=table, key=key, **cells)


def empty(study: Study, table: str) -> None:
    """Empty a table, and remove what cites its rows; the package has no fault then."""
    keys = [row["key"] for row in lines_of(study, f"tables/{table}.csv")]
    drop_rows(study, f"tables/{table}.csv", *keys)
    drop_rows(study, ROW_SOURCES, *keys)
    cited = f"{table}#"
    evidence = lines_of(study, "chain/evidence.csv")
    drop_rows(
        study,
        "chain/evidence.csv",
        *(one["key"] for one in evidence if one["target"].startswith(cited)),
    )
    for event in lines_of(study, "tables/events.csv"):
        if event["ref"].startswith(cited):
            set_cell(study, "tables/events.csv", event["key"], "ref", "")
    assert find_package_faults(study) == []


@pytest.fixture(scope="module")
def base(real: Study) -> dict[str, Record]:
    """The chapter's records as the repository has them."""
    return records_of(real)


@pytest.fixture(scope="module")
def hindsight(real: Study) -> dict[str, Record]:
    """The same, on what was public at the end of 2018."""
    return records_of(real, "hindsight")


def test_a_chinese_firm_listed_in_between_turns_the_first_since_september_and_what_rests_on_it(
    real_copy: Study, base: dict[str, Record]
) -> None:
    add_designation(real_copy, "2017-03-31-test-trading", "CHN", "2017-03-31")
    assert find_package_faults(real_copy) == []
    after = records_of(real_copy)
    assert after["C06"].value == 1
    assert moved(base, after) == {
        "C06": Verdict.NOT_SUPPORTED,
        "C01": Grounding.UNGROUNDED,
        "C08": Grounding.UNGROUNDED,
        "T0": Grounding.UNGROUNDED,
    }
    # Of the others only C03 counts such rows: it collects the days of 2017.
    assert changed(base, after) == {"C01", "C03", "C06", "C08", "T0"}
    assert after["C03"].value == ["2017-03-31", "2017-06-29"]


def test_the_listings_of_1_june_moved_to_31_may_turn_the_claim_on_the_month_alone(
    real_copy: Study, base: dict[str, Record]
) -> None:
    for row in lines_of(real_copy, DESIGNATIONS):
        if row["announced"] == "2017-06-01":
            for column in ("action_date", "announced", "in_force", "known_from"):
                set_cell(real_copy, DESIGNATIONS, row["key"], column, "2017-05-31")
    assert find_package_faults(real_copy) == []
    after = records_of(real_copy)
    assert after["C07"].value == "2017-05-31"
    assert moved(base, after) == {"C07": Verdict.SUPPORTED}
    # C08 stood on C07 by its role, and its reason says so no more. C03 is tried, too, on parties
    # with an address in China, of whom some were listed that day.
    assert changed(base, after) == {"C03", "C07", "C08"}


@pytest.mark.parametrize(
    ("table", "not_settled"),
    [
        ("designations", {"C03", "C04", "C06", "C07", "C20", "C22", "C37"}),
        ("legal_actions", {"C38"}),
        ("events", set()),
    ],
)
def test_the_claims_of_an_emptied_table_are_not_settled_for_want_of_data(
    table: str, not_settled: set[str], real_copy: Study, base: dict[str, Record]
) -> None:
    empty(real_copy, table)
    after = records_of(real_copy)
    readers = {claim for claim, record in base.items() if table in record.tables_read}
    assert readers == not_settled | ({"C23"} if table == "events" else set())
    for claim in not_settled:
        assert (after[claim].verdict, after[claim].unsettled) == (
            Verdict.NOT_SETTLED,
            Unsettled.NO_DATA,
        ), after[claim].reason
    if table == "events":
        assert after["C23"].outcome is Outcome.INDETERMINATE
    facts = {claim for claim, record in base.items() if record.kind.checkable}
    assert facts & moved(base, after).keys() == not_settled


@pytest.mark.parametrize(
    "dropped",
    [
        [DHID],
        [
            BANK,
            "2017-06-29-dalian-global-unity-shipping",
            "2017-06-29-li-hong-ri",
            "2017-06-29-sun-wei",
        ],
    ],
)
def test_without_the_rows_at_one_end_there_is_no_first_since(
    dropped: list[str], real_copy: Study
) -> None:
    drop_rows(real_copy, DESIGNATIONS, *dropped)
    c06 = records_of(real_copy)["C06"]
    assert (c06.verdict, c06.unsettled) == (Verdict.NOT_SETTLED, Unsettled.NO_DATA), c06.reason


def test_a_polish_firm_and_a_launch_move_nothing(real_copy: Study, base: dict[str, Record]) -> None:
    add_designation(real_copy, "2017-03-31-test-poland", "POL", "2017-03-31")
    launch = lines_of(real_copy, "tables/weapons_tests.csv")[-1] | {"key": "2017-06-22-test-launch"}
    add_row(real_copy, "tables/weapons_tests.csv", **launch)
    add_source(real_copy, "weapons_tests", launch["key"])
    assert find_package_faults(real_copy) == []
    assert changed(base, records_of(real_copy)) == set()


def test_a_row_without_a_source_is_refused_with_its_file_row_and_a_hint(real_copy: Study) -> None:
    add_designation(real_copy, "2017-03-31-test-trading", "CHN", "2017-03-31")
    rows = lines_of(real_copy, DESIGNATIONS)
    sources = (real_copy.data / ROW_SOURCES).read_text(encoding="utf-8").splitlines(keepends=True)
    (real_copy.data / ROW_SOURCES).write_text("".join(sources[:-1]), encoding="utf-8")
    (fault,) = find_package_faults(real_copy)
    assert str(fault) == (
        f"data/tables/designations.csv, row {len(rows) + 1}, column key: "
        '"2017-03-31-test-trading" has no source. Add a line to data/sources/row_sources.csv.'
    )


def test_a_row_that_was_not_public_yet_counts_in_hindsight_only(
    real_copy: Study, base: dict[str, Record], hindsight: dict[str, Record]
) -> None:
    add_designation(
        real_copy, "2017-03-31-test-trading", "CHN", "2017-03-31", known_from="2017-09-01"
    )
    assert find_package_faults(real_copy) == []
    assert changed(base, records_of(real_copy)) == set()
    after = records_of(real_copy, "hindsight")
    assert moved(hindsight, after)["C06"] is Verdict.NOT_SUPPORTED
    assert moved(hindsight, after)["T0"] is Grounding.UNGROUNDED


@pytest.mark.parametrize(
    ("claim", "file", "keys", "column", "value", "state"),
    [
        ("C04", DESIGNATIONS, ["2017-06-29-sun-wei"], "target_type", "entity",
         Verdict.NOT_SUPPORTED),
        ("C20", DESIGNATIONS, [BANK, "2017-06-29-sun-wei"], "linked_to", "",
         Verdict.NOT_SUPPORTED),
        ("C22", DESIGNATIONS, [BANK], "in_force", "2017-06-29", Verdict.SUPPORTED),
        ("C23", "tables/events.csv", BANK_STEPS, "category", "diplomacy", Outcome.INDETERMINATE),
        ("C37", DESIGNATIONS, [DHID], "announced", "2016-08-31", Verdict.NOT_SUPPORTED),
        ("C38", "tables/legal_actions.csv", ["2016-09-15-liaoning-inquiry"], "actor_country", "USA",
         Verdict.NOT_SETTLED),
    ],
)  # fmt: skip
def test_the_cell_on_which_a_claim_rests_turns_it(
    claim: str,
    file: str,
    keys: list[str],
    column: str,
    value: str,
    state: Verdict | Outcome,
    real_copy: Study,
    base: dict[str, Record],
) -> None:
    for key in keys:
        set_cell(real_copy, file, key, column, value)
    assert base[claim].state != state
    assert records_of(real_copy)[claim].state == state


# What the rows say of "first since September", worked out with nothing but the csv module.

LISTED = {
    "sdn_designation",
    "sdn_identification_blocked_property",
    "sdn_additional_authority",
    "identification_govt_of_north_korea",
}
LAUNDERING = {"section_311_finding", "section_311_final_rule"}
AUTHORITIES = {
    "ofac": (LISTED, {"OFAC"}),
    "ofac_fincen": (LISTED | LAUNDERING, {"OFAC", "FinCEN"}),
    "any_us": (set[str](), {"OFAC", "FinCEN", "State", "White House", "BIS"}),
}
CHINA = {"CHN", "HKG", "MAC"}


def rows_of(study: Study, table: str) -> list[dict[str, str]]:
    with (study.data / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parts(cell: str) -> set[str]:
    return {part.strip() for part in cell.split(";") if part.strip()}


def found_in_between(study: Study, as_of: str, setting: dict[str, Any]) -> int | None:
    """How many actions lie strictly between; None if an end or a complete register is missing."""
    types, agencies = AUTHORITIES[setting["authorities"]]
    north_korea = setting["programmes"] == "north_korea"
    basis = setting["date_basis"]

    def day(row: dict[str, str]) -> str:
        return row[basis] if row[basis] <= as_of else ""

    def counts(row: dict[str, str]) -> bool:
        chinese = row["nationality_or_registration"] in CHINA
        if setting["chinese_by"] == "address":
            chinese = chinese or bool(parts(row["address_countries"]) & CHINA)
        party = {"entity", "bank"} | (
            {"individual"} if setting["parties"] == "firms_and_people" else set()
        )
        return (
            chinese
            and row["target_type"] in party
            and (row["action_type"] in types or bool(parts(row["agency"]) & agencies))
            and (not north_korea or row["programme"] == "DPRK")
        )

    known = [row for row in rows_of(study, "designations") if "" < row["known_from"] <= as_of]
    since = next(day(row) for row in known if row["key"] == DHID)
    step = [row for row in known if counts(row) and row["announced"] == "2017-06-29"]
    until = min((day(row) for row in step if day(row)), default="")
    if not since or not until:
        return None
    found = [row for row in known if counts(row) and since < day(row) < until]
    if found:
        return len(found)
    registers = [
        row
        for row in rows_of(study, "coverage")
        if row["table"] in ("", "designations")
        and parts(row["agency"]) & agencies
        and (not north_korea or "DPRK" in parts(row["programme"]))
        and row["from"] <= until
        and row["to"] >= since
    ]
    if any(row["completeness"] != "complete" for row in registers):
        return None
    here = date.fromisoformat(since)
    while here <= date.fromisoformat(until):
        if not any(row["from"] <= str(here) <= row["to"] for row in registers):
            return None
        here += timedelta(days=1)
    return 0


@pytest.mark.parametrize("name", SETS)
def test_first_since_september_comes_out_for_each_setting_as_the_rows_have_it(
    name: str, real: Study
) -> None:
    as_of = "2018-12-31" if name == "hindsight" else "2017-06-30"
    tried = records_of(real, name)["C06"].robustness.settings
    assert len({tuple(sorted(at.changes.items())) for at in tried}) == 2 * 3 * 2 * 2 * 3
    seen = set()
    for at in tried:
        found = found_in_between(real, as_of, at.changes)
        words = "no value" if found is None else f"{found} action{'s' * (found != 1)}"
        verdict, why = {
            None: (Verdict.NOT_SETTLED, Unsettled.NO_DATA),
            0: (Verdict.SUPPORTED, None),
        }.get(found, (Verdict.NOT_SUPPORTED, None))
        assert (at.found, at.verdict, at.unsettled) == (words, verdict, why), at.changes
        seen.add(verdict)
    assert seen == {Verdict.NOT_SETTLED, Verdict.SUPPORTED, Verdict.NOT_SUPPORTED}


def test_each_parameter_set_gives_a_page_and_findings_of_its_own(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    study = built_study(tmp_path_factory.getbasetemp())
    pages = {name: study.build(name).page.read_text(encoding="utf-8") for name in SETS}
    states = {}
    for name in SETS:
        whole = json.loads(study.build(name).findings.read_text(encoding="utf-8"))
        states[name] = {claim["id"]: claim["state"] for claim in whole["claims"]}
        assert f"parameter set {name}" in pages[name].lower()
    assert len(set(pages.values())) == len(SETS)
    # The rule against the bank came in November 2017; the list alone has one firm that day.
    assert [states[name]["C22"] for name in SETS] == [
        "not supported as written",
        "supported with a caveat",
        "not supported as written",
    ]
    assert [states[name]["C04"] for name in SETS] == [
        "supported with a caveat",
        "supported with a caveat",
        "not supported as written",
    ]
