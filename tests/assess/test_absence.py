"""When "none was found" is a finding, and when it is not."""

from __future__ import annotations

import pandas as pd
import pytest

from reportlib.assess.absence import none_found

SINCE, UNTIL = pd.Timestamp("2013-09-10"), pd.Timestamp("2015-03-01")


def rows(*references: str) -> pd.DataFrame:
    return pd.DataFrame({"kind": "painting"}, index=pd.Index(references, dtype="str", name="row"))


def registers(*spans: tuple[str, str, str], agency: str = "town hall") -> pd.DataFrame:
    """Registers of one agency by first day, last day and completeness."""
    frame = pd.DataFrame(
        [(f"register {number}", *span) for number, span in enumerate(spans, start=1)],
        columns=["register", "from", "to", "completeness"],
        index=pd.Index([f"coverage#{number}" for number, _ in enumerate(spans, start=1)]),
    )
    frame["agency"] = [(agency,)] * len(frame)
    return frame.assign(**{end: pd.to_datetime(frame[end]) for end in ("from", "to")})


def finding(found: pd.DataFrame, known: pd.DataFrame, since=SINCE, until=UNTIL):
    return none_found(
        found, ends=rows("works#a", "works#b"), registers=known, since=since, until=until, unit="x"
    )


def test_none_found_under_a_complete_register_is_zero_and_cites_ends_and_register():
    found = finding(rows(), registers(("2011-01-01", "2017-12-31", "complete")))

    assert (found.value, found.unit, found.missing) == (0, "x", "")
    assert found.rows == ("works#a", "works#b", "coverage#1")
    assert found.decides


@pytest.mark.parametrize("completeness", ["partial", "none"])
def test_one_register_that_is_not_complete_leaves_it_undecided_and_is_named(completeness):
    known = registers(
        ("2011-01-01", "2017-12-31", "complete"), ("2014-01-01", "2014-02-01", completeness)
    )

    found = finding(rows(), known)

    assert found.value is None
    assert found.missing == (
        f"none was found, but not every register is complete: register 2 ({completeness})"
    )
    assert found.rows == ("works#a", "works#b", "coverage#1", "coverage#2")


def test_no_register_at_all_never_means_none():
    found = finding(rows(), registers())

    assert found.value is None
    assert "no complete register covers the whole period" in found.missing


@pytest.mark.parametrize(
    ("spans", "covered"),
    [
        ([("2013-09-10", "2015-03-01")], True),
        ([("2013-09-11", "2015-03-01")], False),
        ([("2013-09-10", "2015-02-28")], False),
        ([("2011-01-01", "2014-05-31"), ("2014-06-01", "2017-12-31")], True),
        ([("2011-01-01", "2014-05-31"), ("2014-06-02", "2017-12-31")], False),
        ([("2014-06-01", "2017-12-31"), ("2011-01-01", "2014-05-31")], True),
        ([("2011-01-01", "2017-12-31"), ("2014-01-01", "2014-01-02")], True),
        ([("2011-01-01", "2014-05-31"), ("2012-01-01", "2012-02-01")], False),
    ],
)
def test_registers_together_must_leave_no_day_out(spans, covered):
    found = finding(rows(), registers(*((*span, "complete") for span in spans)))

    assert found.value == (0 if covered else None)
    assert found.decides is covered


@pytest.mark.parametrize("end", ["since", "until"])
def test_an_end_without_a_day_leaves_it_undecided_even_if_rows_were_found(end):
    ends = {"since": SINCE, "until": UNTIL, end: pd.NaT}
    known = registers(("2011-01-01", "2017-12-31", "complete"))

    for found in (rows(), rows("works#c")):
        result = finding(found, known, **ends)
        assert result.value is None
        assert result.missing == "one end of the period has no such day on record"


@pytest.mark.parametrize("completeness", ["complete", "partial", "none"])
def test_rows_that_were_found_speak_for_themselves(completeness):
    found = finding(
        rows("works#c", "works#d"), registers(("2011-01-01", "2017-12-31", completeness))
    )

    assert (found.value, found.missing) == (2, "")
    assert found.rows == ("works#c", "works#d", "works#a", "works#b")


def test_a_complete_register_of_one_agency_does_not_stand_in_for_a_gap_in_that_of_another():
    town_hall = registers(("2011-01-01", "2013-12-31", "complete"))
    police = registers(("2011-01-01", "2017-12-31", "complete"), agency="police")

    assert finding(rows(), police).value == 0
    found = finding(rows(), pd.concat([town_hall, police]))

    assert found.value is None
    assert "no complete register covers the whole period" in found.missing
