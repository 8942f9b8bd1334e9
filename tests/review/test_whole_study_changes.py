"""One fact changes what it should and nothing else: changes to copies of the real data."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from reportlib.load.validation import find_package_faults
from reportlib.model.findings import Record
from reportlib.model.vocabulary import Grounding, Outcome, Unsettled, Verdict
from reportlib.review.dry_run import DryRun, run_dry
from reportlib.study import Study
from tests.built_study import SETS
from tests.conftest import add_row, drop_rows, lines_of, set_cell

DESIGNATIONS = "tables/designations.csv"
EVENTS = "tables/events.csv"
TAIWAN = "tables/taiwan_notifications.csv"
ROW_SOURCES = "sources/row_sources.csv"
BANK = "2017-06-29-bank-dandong-311-finding"
SUN_WEI = "2017-06-29-sun-wei"
STEP = (BANK, "2017-06-29-dalian-global-unity-shipping", "2017-06-29-li-hong-ri", SUN_WEI)
DHID = "2016-09-26-dandong-hongxiang-industrial-development"
ARDIS = "2017-06-01-ardis-bearings"
BANK_STEPS = (
    "2017-08-border-accounts",
    "2017-09-11-yanji-accounts",
    "2017-09-12-big-four-accounts",
    "2017-09-18-pboc-notice",
)
RESOLUTIONS = (
    "res-1718", "res-1874", "res-2087", "res-2094", "res-2270", "res-2321", "res-2356",
)  # fmt: skip

CHINA = {"CHN", "HKG", "MAC"}

Records = Mapping[str, Record]
State = tuple[Verdict | Outcome | Grounding | None, Unsettled | None]
Change = Callable[[Study], None]

SUPPORTED: State = (Verdict.SUPPORTED, None)
CAVEAT: State = (Verdict.CAVEAT, None)
DEPENDS: State = (Verdict.DEPENDS, None)
NOT_SUPPORTED: State = (Verdict.NOT_SUPPORTED, None)
WEAK: State = (Verdict.NOT_SETTLED, Unsettled.WEAK)
NO_DATA: State = (Verdict.NOT_SETTLED, Unsettled.NO_DATA)


def records_of(study: Study, set_name: str = "base") -> Records:
    """Every record of a study."""
    return run_dry(study, set_name).records


def of_designations(records: Records) -> Records:
    """The records of the first chapter."""
    return {claim: one for claim, one in records.items() if one.chapter == "designations"}


def changed(before: Records, after: Records) -> set[str]:
    """The claims of which anything at all is not as it was."""
    assert before.keys() == after.keys()
    return {claim for claim in before if before[claim] != after[claim]}


def moved(before: Records, after: Records) -> dict[str, Any]:
    """The claims whose state is not as it was, and their new states."""
    return {
        claim: after[claim].state for claim in before if before[claim].state != after[claim].state
    }


def moved_facts(before: Records, after: Records) -> dict[str, State]:
    """Of claims that are no judgements, those that have another state, and that state."""
    return {
        claim: (record.state, record.unsettled)
        for claim, record in after.items()
        if not isinstance(record.state, Grounding)
        and (record.state, record.unsettled) != (before[claim].state, before[claim].unsettled)
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


@pytest.fixture
def base(article: DryRun) -> Records:
    """The records as the repository has them."""
    return article.records


@pytest.fixture(scope="module")
def hindsight(real: Study) -> Records:
    """The same, on what was public at the end of 2018."""
    return records_of(real, "hindsight")


# Every claim that data or documents can check has a change that turns it.


def cell(file: str, keys: str | tuple[str, ...], column: str, value: str) -> Change:
    """A change of one column in the lines of some keys."""

    def change(study: Study) -> None:
        for key in [keys] if isinstance(keys, str) else keys:
            set_cell(study, file, key, column, value)

    return change


def second_voice(claim: str, stance: str = "supports") -> Change:
    """A second body that was read to speak for a claim, of a good grade and to the point."""

    def change(study: Study) -> None:
        add_row(
            study,
            "chain/evidence.csv",
            key=f"{claim.lower()}-second-voice",
            claim=claim,
            target="sources#piie_poe",
            stance=stance,
            directness="direct",
            origin="A second body",
            note="for this test",
            **{"class": "research_finding"},
        )

    return change


def list_ardis_in_may(study: Study) -> None:
    for column in ("announced", "in_force"):
        set_cell(study, DESIGNATIONS, ARDIS, column, "2017-05-31")


def without_chinese_firms(study: Study) -> None:
    """Every Chinese firm and bank of the list becomes a North Korean one."""
    for line in lines_of(study, DESIGNATIONS):
        if line["nationality_or_registration"] in CHINA:
            set_cell(study, DESIGNATIONS, line["key"], "nationality_or_registration", "PRK")


def without_one_reader(study: Study) -> None:
    drop_rows(study, "chain/evidence.csv", "c42-matzav-about-ten")


TURNS: dict[str, dict[str, tuple[Change, State]]] = {
    "documents, and rows outside the list of designations": {
        "C10": (cell("tables/statements.csv", "2017-04-12-xi-call", "on_record", "no"), NO_DATA),
        "C23": (cell(EVENTS, BANK_STEPS, "category", "diplomacy"), (Outcome.INDETERMINATE, None)),
        "C26": (cell(EVENTS, "2016-09-19-c4ads-shadow", "date", "2016-10-19"), NOT_SUPPORTED),
        "C27": (second_voice("C27"), SUPPORTED),
        "C28": (second_voice("C28"), SUPPORTED),
        "C30": (cell(EVENTS, "2017-02-27-poe-report", "date", "2017-03-27"), NOT_SUPPORTED),
        "C31": (cell(EVENTS, "2017-06-12-c4ads-risky", "date", "2017-06-20"), NOT_SUPPORTED),
        "C32": (second_voice("C32"), SUPPORTED),
        "C33": (second_voice("C33"), SUPPORTED),
        "C34": (second_voice("C34"), SUPPORTED),
        "C35": (second_voice("C35"), WEAK),
        "C38": (
            cell("tables/legal_actions.csv", "2016-09-15-liaoning-inquiry", "actor_country", "USA"),
            NO_DATA,
        ),
        "C40": (second_voice("C40"), SUPPORTED),
        "C41": (cell(EVENTS, "2017-06-12-wsj-list", "date", "2017-07-12"), NOT_SUPPORTED),
        "C42": (without_one_reader, WEAK),
        "C43": (cell(TAIWAN, "2017-06-29", "approved", "2017-06-21"), SUPPORTED),
        "C50": (
            cell("tables/un_resolutions.csv", RESOLUTIONS, "known_from", "2018-06-30"), NO_DATA
        ),
        "C52": (second_voice("C52"), WEAK),
        "C53": (cell(EVENTS, "2017-06-03-yao-session", "date", "2017-06-02"), CAVEAT),
        "C54": (
            cell("chain/evidence.csv", "c54-jt-kyodo-0629", "stance", "contradicts"), NOT_SUPPORTED
        ),
        "C55": (
            cell("tables/labour.csv", "mys-2017-07-01-denial", "known_from", "2017-06-30"),
            NOT_SUPPORTED,
        ),
        "C56": (
            cell("tables/labour.csv", "mys-sarawak-2017-03-count", "number_high", "1000"), DEPENDS
        ),
    },
    "rows of the list that bear on one claim each": {
        "C04": (cell(DESIGNATIONS, SUN_WEI, "target_type", "entity"), NOT_SUPPORTED),
        "C07": (list_ardis_in_may, SUPPORTED),
        "C22": (cell(DESIGNATIONS, BANK, "in_force", "2017-06-29"), SUPPORTED),
        "C37": (cell(DESIGNATIONS, DHID, "announced", "2016-08-31"), NOT_SUPPORTED),
        "C44": (cell(TAIWAN, "2017-06-29", "notified_date", "2017-06-20"), NOT_SUPPORTED),
    },
    "what else those rows say": {
        "C06": (
            cell(DESIGNATIONS, ARDIS, "nationality_or_registration", "CHN"), NOT_SUPPORTED
        ),
        "C20": (cell(DESIGNATIONS, (BANK, SUN_WEI), "linked_to", ""), NOT_SUPPORTED),
    },
    "the day of the step": {
        "C03": (cell(DESIGNATIONS, STEP, "announced", "2017-06-30"), NOT_SUPPORTED),
    },
    "every Chinese firm": {
        "C14": (without_chinese_firms, NO_DATA),
    },
}  # fmt: skip
"""By what is changed at once, and by claim: the change to what it rests on, and the state after.

Changes that are made at once bear on one of their claims each.
"""
TURN_TOO: dict[str, dict[str, State]] = {
    "the day of the step": {"C04": NO_DATA, "C06": NO_DATA, "C20": NO_DATA, "C44": DEPENDS},
    "every Chinese firm": {"C03": NO_DATA, "C04": NO_DATA, "C06": NO_DATA, "C20": NO_DATA},
}
"""The other facts that rest on the same rows."""


def test_each_checkable_claim_has_a_change_that_turns_it(base: Records) -> None:
    facts = [claim for claim, record in base.items() if record.kind.checkable]
    assert sorted(claim for claims in TURNS.values() for claim in claims) == sorted([*facts, "C23"])


@pytest.mark.parametrize("changes", TURNS)
def test_a_claim_turns_with_what_it_rests_on_and_no_other_fact_does(
    changes: str, real_copy: Study, base: Records
) -> None:
    for change, _ in TURNS[changes].values():
        change(real_copy)

    turned = {claim: state for claim, (_, state) in TURNS[changes].items()}
    assert moved_facts(base, records_of(real_copy)) == turned | TURN_TOO.get(changes, {})


# One fact, and all that comes of it.


def test_a_chinese_firm_listed_in_between_turns_the_first_since_september_and_what_rests_on_it(
    real_copy: Study, base: Records
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
    assert changed(of_designations(base), of_designations(after)) == {
        "C01", "C03", "C06", "C08", "T0",
    }  # fmt: skip
    assert after["C03"].value == ["2017-03-31", "2017-06-29"]


def test_the_listings_of_1_june_moved_to_31_may_turn_the_claim_on_the_month_alone(
    real_copy: Study, base: Records
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
    assert changed(of_designations(base), of_designations(after)) == {"C03", "C07", "C08"}


READERS = {
    "designations": {"C03", "C04", "C06", "C07", "C20", "C22", "C37"},
    "legal_actions": {"C38"},
    "events": {"C23"},
}
"""By table: the claims of the first chapter whose tests read it."""


def test_the_claims_of_emptied_tables_are_not_settled_for_want_of_data(
    real_copy: Study, base: Records
) -> None:
    before = of_designations(base)
    for table, readers in READERS.items():
        assert {claim for claim, record in before.items() if table in record.tables_read} == readers
        empty(real_copy, table)
    assert find_package_faults(real_copy) == []

    after = of_designations(records_of(real_copy))

    assert moved_facts(before, after) == {
        **dict.fromkeys(READERS["designations"] | READERS["legal_actions"], NO_DATA),
        "C23": (Outcome.INDETERMINATE, None),
    }


def test_without_the_row_at_one_end_there_is_no_first_since(real_copy: Study) -> None:
    drop_rows(real_copy, DESIGNATIONS, DHID)
    c06 = records_of(real_copy)["C06"]
    assert (c06.verdict, c06.unsettled) == NO_DATA, c06.reason


def test_what_nothing_rests_on_moves_nothing_and_a_row_that_came_later_counts_in_hindsight_alone(
    real_copy: Study, base: Records, hindsight: Records
) -> None:
    set_cell(real_copy, "tables/weapons_tests.csv", "1984-04-09-B1", "outcome", "failure")
    set_cell(real_copy, "tables/labour.csv", "pol-2016-550", "number_high", "5500")
    add_designation(real_copy, "2017-03-31-test-poland", "POL", "2017-03-31")
    add_designation(
        real_copy, "2017-03-31-test-trading", "CHN", "2017-03-31", known_from="2017-09-01"
    )
    launch = lines_of(real_copy, "tables/weapons_tests.csv")[-1] | {"key": "2017-06-22-test-launch"}
    add_row(real_copy, "tables/weapons_tests.csv", **launch)
    add_source(real_copy, "weapons_tests", launch["key"])
    assert find_package_faults(real_copy) == []
    assert changed(base, records_of(real_copy)) == {"C11"}, "which counts launches"
    after = records_of(real_copy, "hindsight")
    assert moved(hindsight, after)["C06"] is Verdict.NOT_SUPPORTED
    assert moved(hindsight, after)["T0"] is Grounding.UNGROUNDED


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


@pytest.mark.parametrize("set_name", SETS)
def test_first_since_september_comes_out_for_each_setting_as_the_rows_have_it(
    set_name: str, real: Study, base: Records, hindsight: Records
) -> None:
    as_of = "2018-12-31" if set_name == "hindsight" else "2017-06-30"
    known = {"base": base, "hindsight": hindsight}
    records = known[set_name] if set_name in known else records_of(real, set_name)
    tried = records["C06"].robustness.settings
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
