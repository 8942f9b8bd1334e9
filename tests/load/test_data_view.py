"""What a test is given to look at: cut to a day, and not to be changed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pandas as pd
import pytest

from reportlib.errors import BadData, BadTest
from reportlib.load.data_view import DataView
from reportlib.load.parameters import Choice, Parameter, Parameters
from reportlib.load.tables import Tables, cut_to_day
from reportlib.study import Study
from tests.conftest import add_row, set_cell

COLUMN = date(2015, 3, 1)
LATER = date(2017, 12, 31)


def tables(study: Study) -> Tables:
    return Tables(study, Parameters.read(study))


def test_a_row_is_seen_from_the_day_on_which_it_was_public_and_not_from_its_own(tiny):
    view = tables(tiny)

    # The town counted on 30 September 2014 and published on 11 April 2016.
    assert list(view.at(date(2016, 4, 10)).crossings.index) == ["crossings#club-2012"]
    assert list(view.at(date(2016, 4, 11)).crossings.index) == [
        "crossings#club-2012", "crossings#town-2014",
    ]  # fmt: skip


def test_a_row_of_which_no_day_is_known_is_never_seen(tiny):
    everything = tables(tiny)

    assert "crossings#letter" in everything.frames["crossings"].index
    assert "crossings#letter" not in everything.at(date(2020, 12, 31)).crossings.index


def test_a_day_that_has_not_come_yet_is_blank(tiny):
    set_cell(tiny, "tables/works.csv", "painting", "known_from", "2014-07-01")

    before = tables(tiny).at(date(2014, 7, 10)).works
    after = tables(tiny).at(date(2014, 7, 21)).works

    assert before.loc["works#painting", "kind"] == "painting"
    assert before["date"].isna().to_dict()["works#painting"]
    assert after.loc["works#painting", "date"] == pd.Timestamp("2014-07-21")


def test_what_says_how_complete_registers_are_is_never_cut(tiny):
    dated = pd.DataFrame({"known_from": [pd.Timestamp("2015-01-01")]}, index=["x#1"])

    assert len(tables(tiny).at(date(2001, 1, 1)).coverage) == 1
    assert len(cut_to_day(dated, "coverage", date(2001, 1, 1))) == 1
    assert len(cut_to_day(dated, "works", date(2001, 1, 1))) == 0


def test_rows_can_be_left_out_as_if_they_had_never_been_found(tiny):
    view = tables(tiny)

    without = view.at(COLUMN).without(["works#painting", "crossings#club-2012"])

    assert list(without.works.index) == ["works#opening", "works#repair"]
    assert list(without.crossings.index) == []
    assert len(view.at(COLUMN).works) == 3


@pytest.mark.parametrize("asked_before", [True, False])
def test_rows_that_are_left_out_do_not_count_at_any_choice(tiny, asked_before):
    view = tables(tiny).at(COLUMN)
    if asked_before:
        assert len(view.rows("works", closures="any")) == 2

    without = view.without(["works#opening", "works#repair"])

    assert list(without.rows("works", closures="any").index) == ["works#painting"]
    assert list(without.rows("works", closures="whole").index) == []
    assert len(view.rows("works", closures="any")) == 2


def test_cells_have_the_types_that_are_described(tiny):
    frames = tables(tiny).frames

    assert frames["works"].loc["works#opening", "date"] == pd.Timestamp("2011-06-03")
    assert frames["works"].loc["works#repair", "closed_to"] == ("everyone", "riders")
    assert frames["works"].loc["works#opening", "closed_to"] == ()
    assert frames["crossings"].loc["crossings#club-2012", "walkers"] == 412
    assert frames["crossings"]["riders"].isna().to_dict()["crossings#letter"]
    assert frames["crossings"].loc["crossings#letter", "date"] == "2014"


def _set_cells(frame: pd.DataFrame) -> None:
    frame.loc["works#opening", "kind"] = "ruin"


def _set_column(frame: pd.DataFrame) -> None:
    frame["kind"] = "ruin"


def _set_values(frame: pd.DataFrame) -> None:
    frame.iloc[:, 1:] = None


def _drop_in_place(frame: pd.DataFrame) -> None:
    frame.drop(index=frame.index, inplace=True)


def _rename_in_place(frame: pd.DataFrame) -> None:
    frame.rename(columns={"kind": "sort"}, index=str.upper, inplace=True)


def _set_index(frame: pd.DataFrame) -> None:
    frame.index = [str(number) for number in range(len(frame))]


def _sort_in_place(frame: pd.DataFrame) -> None:
    frame.sort_values("kind", inplace=True, ascending=False)


def _set_arrays(frame: pd.DataFrame) -> None:
    for column in frame:
        for array in (frame[column].array, frame[column].to_numpy(), frame.index.to_numpy()):
            with suppress(ValueError, TypeError):  # the array is read-only
                array[0] = frame[column].iloc[-1]


def _set_column_in_place(frame: pd.DataFrame) -> None:
    kind = frame["kind"]
    kind.iloc[0] = "ruin"


@pytest.mark.parametrize(
    "change",
    [
        _set_cells, _set_column, _set_values, _drop_in_place, _rename_in_place, _set_index,
        _sort_in_place, _set_arrays, _set_column_in_place,
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["table", "rows", "cut"])
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_a_test_cannot_change_the_data(tiny, change, how):
    source = tables(tiny)
    data = source.at(LATER)
    before = data.works.copy(deep=True)

    change(data.works if how == "table" else data.rows("works", closures="any"))
    if how == "cut":
        change(source.at(COLUMN).works)

    pd.testing.assert_frame_equal(data.works, before)
    pd.testing.assert_frame_equal(source.at(LATER).works, before)
    assert list(data.rows("works", closures="any").index) == ["works#repair", "works#painting"]


def test_a_view_remembers_the_tables_that_were_read_and_a_fresh_one_has_read_none(tiny):
    data = tables(tiny).at(COLUMN).watched()
    assert data.read == set()

    data.rows("works", closures="whole")
    data.registers("works", pd.Timestamp("2013-01-01"), pd.Timestamp("2014-01-01"))

    assert data.read == {"works", "coverage"}
    assert data.watched().read == set()


def test_rows_are_those_that_count_at_a_choice(tiny):
    data = tables(tiny).at(COLUMN)

    assert list(data.rows("works").index) == ["works#opening", "works#repair", "works#painting"]
    assert list(data.rows("works", closures="whole").index) == ["works#repair"]
    assert list(data.rows("works", closures="any").index) == ["works#repair", "works#painting"]


def in_memory(frame: pd.DataFrame, **meanings: dict[str, dict[str, tuple[str, ...]]]) -> DataView:
    """A view of one table, with parameters given as value -> column -> what counts."""
    parameters = {
        name: Parameter(
            name, name, "", "", {value: Choice(value, value, rows) for value, rows in all_.items()}
        )
        for name, all_ in meanings.items()
    }
    return DataView({"acts": frame}, Parameters(parameters, {"base": {}}))


ACTS = pd.DataFrame(
    {
        "nationality": ["CHN", "HKG", "USA", None],
        "addresses": [("CHN",), (), ("USA", "CHN"), ("USA",)],
        "agency": ["one", "two", "one", "two"],
    },
    index=["acts#a", "acts#b", "acts#c", "acts#d"],
)
Meanings = dict[str, dict[str, tuple[str, ...]]]
CHINESE: Meanings = {
    "by_name": {"nationality": ("CHN", "HKG")},
    "by_address": {"nationality": ("CHN", "HKG"), "addresses": ("CHN", "HKG")},
    "anyone": {},
}
AGENCIES: Meanings = {"one": {"agency": ("one",)}, "none": {"agency": ()}}


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"chinese": "by_name"}, "ab"),
        ({"chinese": "by_address"}, "abc"),
        ({"chinese": "anyone"}, "abcd"),
        ({"agencies": "one"}, "ac"),
        ({"agencies": "none"}, ""),
        ({"chinese": "by_address", "agencies": "one"}, "ac"),
        ({"chinese": "by_name", "agencies": "one"}, "a"),
    ],
)
def test_any_column_of_a_meaning_lets_a_row_count_and_every_choice_must(choices, expected):
    data = in_memory(ACTS, chinese=CHINESE, agencies=AGENCIES)

    assert [row[-1] for row in data.rows("acts", **choices).index] == list(expected)


def test_a_meaning_may_speak_of_columns_that_a_table_lacks_as_long_as_it_has_one():
    only_names = ACTS[["nationality"]]
    data = in_memory(only_names, chinese=CHINESE, agencies=AGENCIES)

    assert len(data.rows("acts", chinese="by_address")) == 2
    with pytest.raises(BadTest, match="agencies speaks of agency; acts has no such column"):
        data.rows("acts", agencies="one")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda data: data.work, 'There is no table “work”. Did you mean "works"?'),
        (lambda data: data.rows("workz"), 'There is no table “workz”. Did you mean "works"?'),
        (
            lambda data: data.rows("works", closure="any"),
            'There is no parameter “closure”. Did you mean "closures"?',
        ),
        (
            lambda data: data.rows("works", closures="hole"),
            '“hole” is no value of closures. Did you mean "whole"?',
        ),
        (
            lambda data: data.rows("crossings", closures="any"),
            "closures speaks of closed_to; crossings has no such column.",
        ),
    ],
)
def test_what_is_unknown_is_named_with_the_nearest_name(tiny, ask, message):
    data = tables(tiny).at(COLUMN)

    with pytest.raises(BadTest) as told:
        ask(data)

    assert str(told.value) == message


def test_registers_in_scope_are_those_of_the_table_and_the_period_and_those_not_collected(tiny):
    add_row(
        tiny,
        "tables/coverage.csv",
        key="lights",
        register="lights",
        completeness="none",
        basis="not collected",
        **{"from": "2014-01-01", "to": "2014-12-31"},
    )
    add_row(
        tiny,
        "tables/coverage.csv",
        key="counts",
        register="counts",
        table="crossings",
        completeness="partial",
        basis="x",
        **{"from": "2011-01-01", "to": "2017-12-31"},
    )
    data = tables(tiny).at(COLUMN)

    def known(since: str, until: str) -> list[str]:
        found = data.registers("works", pd.Timestamp(since), pd.Timestamp(until))
        return list(found.index)

    assert known("2014-12-31", "2015-03-01") == ["coverage#works-2011-2017", "coverage#lights"]
    assert known("2015-01-01", "2015-03-01") == ["coverage#works-2011-2017"]
    assert known("2013-01-01", "2013-12-31") == ["coverage#works-2011-2017"]
    assert known("2018-01-01", "2018-12-31") == []


def test_nothing_is_read_or_cut_twice(tiny):
    source = tables(tiny)

    assert source.at(COLUMN) is source.at(COLUMN)
    assert source.frames["works"] is source.frames["works"]


def test_a_file_that_cannot_be_read_as_described_is_told_with_its_place(tiny):
    set_cell(tiny, "tables/works.csv", "repair", "date", "10 September")

    with pytest.raises(BadData, match=r"data/tables/works\.csv, row 3, column date"):
        len(tables(tiny).at(COLUMN).works)


def test_the_view_counts_its_rows(tiny):
    assert tables(tiny).at(COLUMN).counts() == {"works": 3, "crossings": 1, "coverage": 1}


def test_a_row_is_in_every_view_from_the_day_from_which_it_is_said_to_be(tiny):
    source = tables(tiny)

    assert source.public_from("crossings#town-2014") == date(2016, 4, 11)
    assert source.public_from("coverage#works-2011-2017") == date.min
    assert source.public_from("crossings#letter") is None
    assert source.public_from("crossings#no-such-row") is None
    assert source.public_from("no_such_table#town-2014") is None
