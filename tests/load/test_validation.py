"""Each kind of fault in a data package is told with its place and what is allowed."""

from __future__ import annotations

import json

import pytest

from reportlib.errors import BadData
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import Parameters
from reportlib.load.tables import Tables
from reportlib.load.validation import check_package, find_package_faults
from reportlib.study import Study
from tests.conftest import add_row, drop_rows, lines_of, set_cell


def faults(study: Study) -> list[str]:
    return [str(fault) for fault in find_package_faults(study)]


def rename_column(study: Study, file: str, old: str, new: str) -> None:
    path = study.data / file
    head, _, rest = path.read_text(encoding="utf-8").partition("\n")
    columns = head.split(",")
    columns[columns.index(old)] = new
    path.write_text(",".join(columns) + "\n" + rest, encoding="utf-8")


def test_a_package_without_faults_has_none(tiny):
    assert faults(tiny) == []
    check_package(tiny)


def test_the_package_of_this_repository_has_none(real):
    assert faults(real) == []


def test_a_resource_is_named_as_its_file(tiny):
    descriptor = json.loads(tiny.descriptor.read_text(encoding="utf-8"))
    works = next(one for one in descriptor["resources"] if one["name"] == "works")
    works["name"] = "../works"
    tiny.descriptor.write_text(json.dumps(descriptor), encoding="utf-8")

    assert any(
        fault.startswith('data/datapackage.json, resource "../works": is the file works.csv.')
        for fault in faults(tiny)
    )


def test_a_file_whose_name_cannot_be_written_down_is_told(tiny):
    (tiny.data / "caf\udce9.pdf").touch()

    with pytest.raises(BadData, match="has a name that is not UTF-8"):
        tiny.inputs()


def test_a_table_that_the_descriptor_does_not_know_is_a_fault_and_what_editors_keep_is_not(tiny):
    for name in ("new.csv", "works.csv~", ".ipynb_checkpoints/works-checkpoint.csv"):
        (tiny.data / "tables" / name).parent.mkdir(exist_ok=True)
        (tiny.data / "tables" / name).touch()
    (tiny.data / "notes.txt").touch()
    (tiny.data / "raw").mkdir()
    (tiny.data / "raw" / "original.csv").touch()
    assert faults(tiny) == [
        "data/tables/new.csv: is not described in data/datapackage.json. Describe it, or remove it."
    ]


@pytest.mark.parametrize(
    ("file", "key", "column", "value", "where", "what", "allowed"),
    [
        (
            "tables/works.csv", "repair", "date", "10 September",
            "data/tables/works.csv, row 3, column date", '"10 September" is not allowed', "date",
        ),
        (
            "tables/crossings.csv", "club-2012", "walkers", "many",
            "data/tables/crossings.csv, row 2, column walkers", '"many" is not allowed', "integer",
        ),
        (
            "tables/crossings.csv", "club-2012", "walkers", "-3",
            "data/tables/crossings.csv, row 2, column walkers", '"-3" is not allowed', "minimum 0",
        ),
        (
            "tables/works.csv", "painting", "kind", "paintwork",
            "data/tables/works.csv, row 4, column kind", '"paintwork" is not allowed',
            "opening, repair, painting",
        ),
        (
            "tables/works.csv", "painting", "key", "Painting!",
            "data/tables/works.csv, row 4, column key", '"Painting!" is not allowed',
            "pattern [a-z0-9][A-Za-z0-9-]*",
        ),
        (
            "tables/works.csv", "painting", "known_from", "",
            "data/tables/works.csv, row 4, column known_from", '"" is not allowed', "date",
        ),
        (
            "tables/crossings.csv", "town-2014", "date", "30.9.2014",
            "data/tables/crossings.csv, row 3, column date", '"30.9.2014" is not allowed',
            "pattern",
        ),
        (
            "chain/evidence.csv", "b3-club-count", "claim", "B9",
            "data/chain/evidence.csv, row 3", "B9", "",
        ),
        (
            "chain/members.csv", "G1", "member", "B8",
            "data/chain/members.csv, row 2", "B8", "",
        ),
        (
            "sources/row_sources.csv", "opening", "source", "town_logg",
            "data/sources/row_sources.csv, row 2", "town_logg", "",
        ),
        (
            "chain/evidence.csv", "b3-club-count", "target", "crossings#club-2013",
            "data/chain/evidence.csv, row 3, column target", '"crossings#club-2013" is not there',
            'Did you mean "club-2012"?',
        ),
        (
            "chain/evidence.csv", "b3-club-count", "target", "crossing#club-2012",
            "data/chain/evidence.csv, row 3, column target",
            '"crossing#club-2012" is not a reference', 'Did you mean "crossings"?',
        ),
        (
            "chain/evidence.csv", "b1-opening-report", "target", "sources#gazette_openin",
            "data/chain/evidence.csv, row 2, column target",
            '"sources#gazette_openin" is not there', 'Did you mean "gazette_opening"?',
        ),
        (
            "sources/row_sources.csv", "club-2012", "key", "club-2013",
            "data/sources/row_sources.csv, row 6, column key",
            '"club-2013" is not a row of crossings', 'Did you mean "club-2012"?',
        ),
        (
            "tables/works.csv", "repair", "known_from", "2013-09-09",
            "data/tables/works.csv, row 3, column known_from",
            '"2013-09-09" is before the day of the act itself, 2013-09-10', "",
        ),
        (
            "tables/crossings.csv", "club-2012", "known_from", "",
            "data/tables/crossings.csv, row 2, column known_from",
            "is empty, though a source has a date", "",
        ),
        (
            "chain/sentences.csv", "p1s2", "claims", "B2;B7",
            "data/chain/sentences.csv, row 3, column claims", '"B7" is not a claim',
            "Known: B1, B2, B3.",
        ),
        (
            "chain/sentences.csv", "p1s2", "claims", "",
            "data/chain/claims.csv, row 3, column claim", 'no sentence carries "B2"', "",
        ),
        (
            "chain/sentences.csv", "p1s2", "sha256", "abc",
            "data/chain/sentences.csv, row 3, column sha256", '"abc" is not allowed',
            "pattern [0-9a-f]{64}",
        ),
    ],
)  # fmt: skip
def test_one_wrong_cell_is_told_with_its_place_and_what_is_allowed(
    tiny, file, key, column, value, where, what, allowed
):
    set_cell(tiny, file, key, column, value)

    assert any(
        fault.where.startswith(where) and what in fault.what and allowed in fault.allowed
        for fault in find_package_faults(tiny)
    ), faults(tiny)


def test_a_row_without_a_source_is_told_and_where_to_add_one(tiny):
    add_row(
        tiny,
        "tables/works.csv",
        key="lamp",
        date="2012-01-01",
        kind="repair",
        known_from="2012-01-01",
    )

    assert faults(tiny) == [
        'data/tables/works.csv, row 5, column key: "lamp" has no source. '
        "Add a line to data/sources/row_sources.csv."
    ]


def test_what_says_how_complete_registers_are_needs_no_source(tiny):
    add_row(
        tiny,
        "tables/coverage.csv",
        key="lamps",
        register="lamps",
        table="works",
        completeness="none",
        basis="x",
        **{"from": "2011-01-01", "to": "2012-01-01"},
    )

    assert faults(tiny) == []


def test_two_rows_of_one_key_are_told(tiny):
    add_row(
        tiny,
        "tables/works.csv",
        key="repair",
        date="2012-01-01",
        kind="repair",
        known_from="2012-01-01",
    )

    assert any("data/tables/works.csv, row 5" in fault for fault in faults(tiny))


@pytest.mark.parametrize(
    ("members", "below_itself"),
    [
        ([("G2", "B2", "B2")], ["B2"]),
        ([("G2", "B2", "B3")], ["B2", "B3"]),
        ([("G2", "B2", "B1"), ("G3", "B1", "B3")], ["B1", "B2", "B3"]),
    ],
)
def test_a_claim_beneath_itself_is_told(tiny, members, below_itself):
    for group, parent, member in members:
        add_row(tiny, "chain/groups.csv", group=group, parent=parent, mode="linked", warrant="x")
        add_row(tiny, "chain/members.csv", group=group, member=member)

    told = faults(tiny)

    assert told
    assert all("column member" in fault for fault in told)
    for claim in below_itself:
        assert any(f'"{claim}" stands beneath itself' in fault for fault in told)


def test_a_claim_that_stands_in_two_groups_is_not_beneath_itself(tiny):
    add_row(tiny, "chain/groups.csv", group="G2", parent="B2", mode="linked", warrant="x")
    add_row(tiny, "chain/members.csv", group="G2", member="B1")

    assert faults(tiny) == []


def test_a_reconstructed_claim_needs_no_sentence(tiny):
    set_cell(tiny, "chain/sentences.csv", "p1s2", "claims", "")
    set_cell(tiny, "chain/claims.csv", "B2", "reconstructed", "yes")

    assert faults(tiny) == []


def test_a_misnamed_column_is_told_with_those_that_are_described(tiny):
    rename_column(tiny, "tables/works.csv", "kind", "sort")

    assert faults(tiny) == [
        "data/tables/works.csv, column kind: Incorrect Label. "
        "Described: key, date, kind, closed_to, known_from, note."
    ]


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("tables/works.csv", "note"),
        ("chain/claims.csv", "reconstructed"),
        ("sources/sources.csv", "note"),
    ],
)
def test_a_missing_column_is_told(tiny, file, column):
    path = tiny.data / file
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(f",{column}")
    path.write_text("".join(f"{line.rpartition(',')[0]}\n" for line in lines), encoding="utf-8")

    assert any(
        fault.startswith(f"data/{file}, column {column}: Missing Label. Described: ")
        for fault in faults(tiny)
    )


def test_a_line_that_is_too_long_or_too_short_is_told(tiny):
    path = tiny.data / "tables/works.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}lamp,2012-01-01,repair\npost,2012-01-01,repair,,2012-01-01,a,b\n")

    told = faults(tiny)

    assert any("works.csv, row 5, column note: Missing Cell" in fault for fault in told)
    assert any("works.csv, row 6: Extra Cell" in fault for fault in told)


def test_a_file_that_a_spreadsheet_saved_with_a_byte_order_mark_is_read_like_any_other(tiny):
    for file in ("tables/works.csv", "chain/claims.csv", "sources/sources.csv"):
        path = tiny.data / file
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert faults(tiny) == []
    assert list(Ledger.read(tiny).claims) == ["B1", "B2", "B3"]
    assert "key" in Tables(tiny, Parameters.read(tiny)).frames["works"]


@pytest.mark.parametrize(
    ("file", "key", "column", "value", "fault"),
    [
        (
            "chain/groups.csv", "G1", "mode", "convergent",
            "data/chain/groups.csv, row 2, column needed: is empty, and mode is convergent.",
        ),
        (
            "chain/claims.csv", "B3", "outcome_kind", "recommendation",
            "data/chain/claims.csv, row 4, column horizon: is empty, and outcome_kind is "
            "recommendation.",
        ),
        (
            "chain/evidence.csv", "b1-opening-report", "origin", "",
            "data/chain/evidence.csv, row 2, column origin: is empty, and the target is a "
            "document.",
        ),
        (
            "chain/evidence.csv", "b1-opening-report", "class", "",
            "data/chain/evidence.csv, row 2, column class: is empty, and the target is a document.",
        ),
        (
            "chain/evidence.csv", "b3-club-count", "origin", "a reader",
            'data/chain/evidence.csv, row 3, column origin: "a reader" is not allowed. '
            "A row brings its own.",
        ),
    ],
)  # fmt: skip
def test_a_cell_that_another_one_needs_is_told(tiny, file, key, column, value, fault):
    set_cell(tiny, file, key, column, value)

    unasserted = 'nothing says what "B3" asserts'  # which a recommendation needs as well
    assert [one for one in faults(tiny) if unasserted not in one] == [fault]


@pytest.mark.parametrize("file", ["tables/works.csv", "chain/claims.csv", "sources/classes.csv"])
def test_a_missing_file_is_told(tiny, file):
    (tiny.data / file).unlink()

    assert any(file in fault for fault in faults(tiny))


def test_a_table_that_is_not_described_cannot_be_linked(tiny):
    set_cell(tiny, "sources/row_sources.csv", "opening", "table", "work")

    assert any(
        fault.startswith("data/sources/row_sources.csv, row 2, column table")
        and '"work" is not a table' in fault
        and 'Did you mean "works"?' in fault
        for fault in faults(tiny)
    )


def test_a_descriptor_that_is_not_json_is_told(tiny):
    tiny.descriptor.write_text("{", encoding="utf-8")

    with pytest.raises(BadData, match=r"data/datapackage\.json: is not JSON"):
        check_package(tiny)


def test_a_descriptor_without_a_needed_property_is_told(tiny):
    content = json.loads(tiny.descriptor.read_text(encoding="utf-8"))
    del content["resources"][0]["path"]
    tiny.descriptor.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(BadData, match=r"data/datapackage\.json: lacks the property 'path'"):
        check_package(tiny)


def test_many_faults_are_told_at_once_and_in_order(tiny):
    set_cell(tiny, "tables/works.csv", "repair", "date", "10 September")
    set_cell(tiny, "chain/evidence.csv", "b3-club-count", "stance", "for")
    set_cell(tiny, "chain/evidence.csv", "b3-letter", "target", "crossings#nobody")
    set_cell(tiny, "sources/sources.csv", "letter", "confidence", "none")

    with pytest.raises(BadData) as told:
        check_package(tiny)

    assert [fault.where for fault in told.value.faults] == [
        "data/chain/evidence.csv, row 3, column stance",
        "data/chain/evidence.csv, row 5, column target",
        "data/sources/sources.csv, row 6, column confidence",
        "data/tables/works.csv, row 3, column date",
    ]
    assert str(told.value).startswith("The data package has faults (4 faults):\n")


def test_whoever_reads_a_faulty_ledger_is_told_every_fault(tiny):
    set_cell(tiny, "chain/claims.csv", "B1", "kind", "fact")
    set_cell(tiny, "chain/sentences.csv", "p1s1", "role", "remark")

    with pytest.raises(BadData) as told:
        Ledger.read(tiny)

    assert [fault.where for fault in told.value.faults] == [
        "data/chain/claims.csv, row 2, column kind",
        "data/chain/sentences.csv, row 2, column role",
    ]


def test_a_dropped_row_leaves_its_links_without_one(tiny):
    drop_rows(tiny, "tables/works.csv", "painting")

    assert faults(tiny) == [
        'data/sources/row_sources.csv, row 5, column key: "painting" is not a row of works. '
        'Did you mean "opening"?'
    ]


@pytest.mark.parametrize(
    ("file", "key", "column", "value", "told"),
    [
        (
            "chain/assertions.csv", "B1", "tolerance", "tolerance_dayz",
            '"tolerance_dayz" is no measure and no parameter. Did you mean "tolerance_days"?',
        ),
        (
            "chain/definitions.csv", "B2", "parameter", "closure",
            '"closure" is not a parameter. Did you mean "closures"?',
        ),
        ("tables/coverage.csv", "log-complete", "table", "lgo", '"lgo" is not a table.'),
        ("chain/assertions.csv", "B1", "claim", "B3", 'nothing says what "B1" asserts.'),
    ],
)  # fmt: skip
def test_a_name_that_another_file_does_not_have_is_told(
    file: str, key: str, column: str, value: str, told: str, tiny: Study
) -> None:
    if file == "tables/coverage.csv":
        key = lines_of(tiny, file)[0]["key"]
    set_cell(tiny, file, key, column, value)
    assert any(told in str(fault) for fault in find_package_faults(tiny)), find_package_faults(tiny)


def empty(study: Study, *files: str) -> None:
    """Leave nothing but the names of the columns."""
    for file in files:
        path = study.data / file
        head, _, _ = path.read_text(encoding="utf-8").partition("\n")
        path.write_text(f"{head}\n", encoding="utf-8")


def test_a_study_without_a_claim_is_told(tiny):
    empty(tiny, *(f"chain/{path.name}" for path in (tiny.data / "chain").glob("*.csv")))

    assert faults(tiny) == ["data/chain/claims.csv: holds no claim. Add one."]
    with pytest.raises(BadData, match="holds no claim"):
        check_package(tiny)


def test_a_study_of_which_no_table_has_a_row_is_told(tiny):
    for evidence in lines_of(tiny, "chain/evidence.csv"):
        if not evidence["target"].startswith("sources#"):
            drop_rows(tiny, "chain/evidence.csv", evidence["key"])
    empty(tiny, "sources/row_sources.csv", "tables/crossings.csv", "tables/works.csv")

    # The register that says what it would hold is no row.
    assert len(lines_of(tiny, "tables/coverage.csv")) == 1
    assert faults(tiny) == ["data/tables: no table has a row, so that no claim can be decided."]


def test_one_row_in_one_table_is_enough(tiny):
    drop_rows(tiny, "chain/evidence.csv", "b3-club-count", "b3-town-count", "b3-letter")
    drop_rows(
        tiny, "sources/row_sources.csv", "club-2012", "town-2014", "letter", "repair", "painting"
    )
    empty(tiny, "tables/crossings.csv")
    drop_rows(tiny, "tables/works.csv", "repair", "painting")

    assert faults(tiny) == []


def test_a_group_without_a_member_is_told(tiny):
    add_row(tiny, "chain/groups.csv", group="G2", parent="B3", mode="linked", warrant="None.")

    assert faults(tiny) == [
        'data/chain/groups.csv, row 3, column group: "G2" is empty. '
        "Add a line to data/chain/members.csv."
    ]


def test_every_group_that_lost_its_members_is_told_at_once(tiny):
    add_row(tiny, "chain/groups.csv", group="G2", parent="B3", mode="linked", warrant="None.")
    empty(tiny, "chain/members.csv")

    assert [fault.where for fault in find_package_faults(tiny)] == [
        "data/chain/groups.csv, row 2, column group",
        "data/chain/groups.csv, row 3, column group",
    ]
