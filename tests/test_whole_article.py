"""The whole article: every claim looked at, each checkable one bound to what it rests on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from reportlib.assess.argument import Argument
from reportlib.cli import main
from reportlib.load.ledger import Ledger
from reportlib.model.findings import Record
from reportlib.model.vocabulary import Unsettled, Verdict
from reportlib.review.dry_run import run_dry
from reportlib.study import Study
from tests.built_study import SETS
from tests.conftest import add_row, drop_rows, lines_of, set_cell
from tests.warm_builds import WarmBuilds, said

Change = Callable[[Study], None]


def cell(file: str, keys: str, column: str, value: str) -> Change:
    """A change of one column in the lines of some keys."""

    def change(study: Study) -> None:
        for key in keys.split():
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


def both(*changes: Change) -> Change:
    def change(study: Study) -> None:
        for one in changes:
            one(study)

    return change


def without_chinese_firms(study: Study) -> None:
    """Every Chinese firm and bank of the list becomes a North Korean one."""
    for line in lines_of(study, DESIGNATIONS):
        if line["nationality_or_registration"] in ("CHN", "HKG", "MAC"):
            set_cell(study, DESIGNATIONS, line["key"], "nationality_or_registration", "PRK")


DESIGNATIONS = "tables/designations.csv"
EVENTS = "tables/events.csv"
NETWORKS = "tables/network_facts.csv"
STEP = (
    "2017-06-29-bank-dandong-311-finding 2017-06-29-dalian-global-unity-shipping "
    "2017-06-29-li-hong-ri 2017-06-29-sun-wei"
)
SHIPMENT = "c4ads2017-dongyuan-radio-790k"
RESOLUTIONS = "res-1718 res-1874 res-2087 res-2094 res-2270 res-2321 res-2356"
NOT_SUPPORTED = (Verdict.NOT_SUPPORTED, None)
SUPPORTED = (Verdict.SUPPORTED, None)
CAVEAT = (Verdict.CAVEAT, None)
WEAK = (Verdict.NOT_SETTLED, Unsettled.WEAK)
NO_DATA = (Verdict.NOT_SETTLED, Unsettled.NO_DATA)

TURNS = {
    "C03": (cell(DESIGNATIONS, STEP, "announced", "2017-06-30"), NOT_SUPPORTED),
    "C04": (cell(DESIGNATIONS, "2017-06-29-sun-wei", "target_type", "entity"),
            NOT_SUPPORTED),
    "C06": (cell(DESIGNATIONS, "2017-06-01-ardis-bearings",
            "nationality_or_registration", "CHN"), NOT_SUPPORTED),
    "C07": (both(
            cell(DESIGNATIONS, "2017-06-01-ardis-bearings", "announced", "2017-05-31"),
            cell(DESIGNATIONS, "2017-06-01-ardis-bearings", "in_force", "2017-05-31"),
            ), SUPPORTED),
    "C10": (cell("tables/statements.csv", "2017-04-12-xi-call", "on_record", "no"),
            NO_DATA),
    "C14": (without_chinese_firms, NO_DATA),
    "C20": (cell(DESIGNATIONS, "2017-06-29-bank-dandong-311-finding "
            "2017-06-29-sun-wei", "linked_to", ""), NOT_SUPPORTED),
    "C22": (cell(DESIGNATIONS, "2017-06-29-bank-dandong-311-finding",
            "in_force", "2017-06-29"), SUPPORTED),
    "C26": (cell(EVENTS, "2016-09-19-c4ads-shadow", "date", "2016-10-19"),
            NOT_SUPPORTED),
    "C27": (second_voice("C27"), SUPPORTED),
    "C28": (second_voice("C28"), SUPPORTED),
    "C30": (cell(EVENTS, "2017-02-27-poe-report", "date", "2017-03-27"), None),
    "C31": (cell(EVENTS, "2017-06-12-c4ads-risky", "date", "2017-06-20"),
            NOT_SUPPORTED),
    "C32": (second_voice("C32"), SUPPORTED),
    "C33": (second_voice("C33"), SUPPORTED),
    "C34": (second_voice("C34"), SUPPORTED),
    "C35": (second_voice("C35"), WEAK),
    "C37": (cell(DESIGNATIONS,
            "2016-09-26-dandong-hongxiang-industrial-development", "announced", "2016-08-31"),
            NOT_SUPPORTED),
    "C38": (cell("tables/legal_actions.csv", "2016-09-15-liaoning-inquiry",
            "actor_country", "USA"), NO_DATA),
    "C40": (second_voice("C40"), SUPPORTED),
    "C41": (cell(EVENTS, "2017-06-12-wsj-list", "date", "2017-07-12"),
            NOT_SUPPORTED),
    "C42": (lambda study: drop_rows(study, "chain/evidence.csv",
            "c42-matzav-about-ten"), WEAK),
    "C43": (cell("tables/taiwan_notifications.csv", "2017-06-29", "approved",
            "2017-06-21"), None),
    "C44": (cell("tables/taiwan_notifications.csv", "2017-06-29", "notified_date",
            "2017-06-20"), NOT_SUPPORTED),
    "C50": (cell("tables/un_resolutions.csv", RESOLUTIONS, "known_from",
            "2018-06-30"), NO_DATA),
    "C52": (second_voice("C52"), WEAK),
    "C53": (cell(EVENTS, "2017-06-03-yao-session", "date", "2017-06-02"), None),
    "C54": (cell("chain/evidence.csv", "c54-jt-kyodo-0629", "stance", "contradicts"),
            NOT_SUPPORTED),
    "C55": (cell("tables/labour.csv", "mys-2017-07-01-denial", "known_from",
            "2017-06-30"), NOT_SUPPORTED),
    "C56": (cell("tables/labour.csv", "mys-sarawak-2017-03-count", "number_high",
            "1000"), (Verdict.DEPENDS, None)),
}  # fmt: skip
"""By checkable claim: a change to what it rests on, and the state that follows.

None: a change of state, whichever; the claim rests on more than these rows.
"""


def state(record: Record) -> tuple[Verdict | None, Unsettled | None]:
    return record.verdict, record.unsettled


@pytest.fixture(scope="module")
def base(real: Study) -> Mapping[str, Record]:
    """Every record, as the repository has it."""
    return run_dry(real).records


def test_every_claim_is_looked_at_with_a_reason(real: Study, base: Mapping[str, Record]) -> None:
    assert list(base.keys() ^ Ledger.read(real).claims.keys()) == []
    assert [claim for claim, record in base.items() if record.state is None] == []
    assert [claim for claim, record in base.items() if not record.reason] == []


def test_every_checkable_claim_has_a_test_or_is_judged_on_documents_and_says_so(
    base: Mapping[str, Record],
) -> None:
    on_documents = {c for c, r in base.items() if r.kind.checkable and not r.test}
    assert on_documents == {"C28", "C32", "C35", "C40", "C42", "C52", "C54", "C55"}
    for claim in on_documents:
        assert base[claim].reason.startswith("No test: judged on documents alone.")


def test_what_is_not_settled_says_what_would_settle_it(
    real: Study, base: Mapping[str, Record]
) -> None:
    claims = Ledger.read(real).claims
    open_ones = [c for c, r in base.items() if r.verdict is Verdict.NOT_SETTLED]
    assert open_ones
    assert [c for c in open_ones if not claims[c].settled_by] == []


def test_every_load_bearing_judgement_has_a_rival_reading(
    real: Study, base: Mapping[str, Record]
) -> None:
    ledger = Ledger.read(real)
    argument = Argument(ledger, base)
    judged = [
        claim
        for claim in (*argument.load_bearing, *argument.pillars)
        if not ledger.claims[claim].kind.checkable
    ]
    assert judged
    assert [claim for claim in judged if claim not in ledger.rivals] == []


def test_each_checkable_claim_has_a_change_that_turns_it(base: Mapping[str, Record]) -> None:
    assert {c for c, r in base.items() if r.kind.checkable} == TURNS.keys()


@pytest.mark.parametrize("claim", TURNS)
def test_the_claim_turns_with_what_it_rests_on(
    claim: str, real_copy: Study, base: Mapping[str, Record]
) -> None:
    change, expected = TURNS[claim]
    change(real_copy)
    after = run_dry(real_copy).records[claim]
    assert state(after) != state(base[claim]), after.reason
    if expected is not None:
        assert state(after) == expected, after.reason


def test_a_row_that_nothing_rests_on_moves_nothing(
    real_copy: Study, base: Mapping[str, Record]
) -> None:
    set_cell(real_copy, "tables/weapons_tests.csv", "1984-04-09-B1", "outcome", "failure")
    set_cell(real_copy, "tables/labour.csv", "pol-2016-550", "number_high", "5500")
    after = run_dry(real_copy).records
    assert {claim for claim in base if base[claim] != after[claim]} == set()


def test_the_three_sets_differ_where_the_record_says_so_and_nowhere_else(
    built: Study,
) -> None:
    found = {
        name: {
            claim["id"]: (claim["state"], claim["detail"])
            for claim in json.loads(built.build(name).findings.read_text("utf-8"))["claims"]
        }
        for name in SETS
    }
    moved = {
        name: {claim for claim in found["base"] if found["base"][claim] != found[name][claim]}
        for name in ("hindsight", "strict")
    }
    assert moved["hindsight"] == {
        "C03",  # with later actions a reading by day of publication has rows, and fails
        "C22",  # the final rule took effect in December 2017
        "C55",  # two days after the report the minister denied it
    }
    assert moved["strict"] == {
        "C04", "C20", "C31", "C38",  # counted on the list alone, by day ten, at the centre
        "C23", "C40", "C41", "C42", "C53", "C54",  # press alone does not count
        "C36", "C39", "C48",  # and what rests on these
    }  # fmt: skip


def test_trace_works_for_every_claim(built: Study, capsys: pytest.CaptureFixture[str]) -> None:
    for claim in Ledger.read(built).claims:
        assert main(["--study", str(built.root), "trace", claim]) == 0
        said = capsys.readouterr().out
        assert said.startswith(claim)
        assert "  reason    none yet" not in said


def test_the_cross_foots_show_what_misses_and_say_why(built: Study) -> None:
    page = built.build("base").page.read_text("utf-8")
    for foot in (
        "announced-totals", "trade-by-year", "stated-shares", "tests-by-year", "taiwan-package",
    ):  # fmt: skip
        assert f'id="{foot}"' in page
    assert all(number in page for number in ("1,363,000,000", "1,420,000,000", "57,000,000"))


def test_no_line_of_the_ledger_rests_on_a_chapter_that_is_not_there(real: Study) -> None:
    chapters = {path.stem.partition("-")[2] for path in real.chapters()}
    assert {line["chapter"] for line in lines_of(real, "chain/claims.csv")} == chapters


def test_with_every_table_of_trade_and_tests_emptied_the_page_is_built_and_says_so(
    builds: WarmBuilds, real_copy: Study
) -> None:
    for table in (
        "trade_annual",
        "trade_monthly_china",
        "trade_share_stated",
        "weapons_tests",
        "weapons_annual_counts",
    ):
        keys = [line["key"] for line in lines_of(real_copy, f"tables/{table}.csv")]
        drop_rows(real_copy, f"tables/{table}.csv", *keys)
        drop_rows(real_copy, "sources/row_sources.csv", *keys)
    assert builds.run(real_copy) == 0, said(real_copy)
    page = real_copy.build("base").page.read_text("utf-8")
    assert page.count("<h3>No row is on record for this figure</h3>") == 3
    assert page.count("No sum is on record.") == 4
