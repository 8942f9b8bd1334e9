"""Parameters: their meanings, the named sets, and everything that can be wrong with them."""

from __future__ import annotations

from datetime import date

import pytest

from reportlib.errors import BadParameters
from reportlib.load.parameters import Parameters
from reportlib.study import Study


def change(study: Study, name: str, old: str, new: str) -> None:
    path = study.params / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def faults(study: Study) -> list[str]:
    with pytest.raises(BadParameters) as told:
        Parameters.read(study)
    return [str(fault) for fault in told.value.faults]


def test_a_set_holds_on_top_of_base_and_changes_on_top_of_it(tiny):
    parameters = Parameters.read(tiny)

    base = parameters.settings()
    hindsight = parameters.settings("hindsight")
    changed = parameters.settings("hindsight", {"closures": "any", "as_of": "2016-01-01"})

    assert (base.set_name, base.as_of, base.values["closures"]) == (
        "base", date(2015, 3, 1), "whole",
    )  # fmt: skip
    assert (hindsight.as_of, hindsight.values["closures"]) == (date(2017, 12, 31), "whole")
    assert (changed.as_of, changed.values["closures"]) == (date(2016, 1, 1), "any")
    assert dict(base.values) == {
        "as_of": "2015-03-01", "outcomes_until": "2017-12-31", "source_floor": "C",
        "tolerance_days": 0, "closures": "whole",
    }  # fmt: skip


def test_plausible_values_and_labels_are_those_that_are_written(tiny):
    parameters = Parameters.read(tiny)

    assert parameters.plausible("tolerance_days") == (0, 7)
    assert parameters.by_name["tolerance_days"].label_of(7) == "a week"
    assert parameters.by_name["as_of"].label_of("2015-03-01") == "2015-03-01"
    assert parameters.by_name["as_of"].earliest is not None
    assert not parameters.by_name["closures"].earliest is not None
    assert parameters.by_name["closures"].choices["any"].rows == {
        "closed_to": ("everyone", "riders")
    }


def test_a_set_that_is_unknown_is_named_with_the_nearest_one(tiny):
    with pytest.raises(BadParameters, match=r"no set “hindsigth”. Did you mean \"hindsight\"\?"):
        Parameters.read(tiny).settings("hindsigth")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "base.yaml", "closures: whole", "closures: whole\nclosure: any",
            'params/base.yaml, closure: is not a parameter. Did you mean "closures"?',
        ),
        (
            "base.yaml", "closures: whole", "closures: hole",
            'params/base.yaml, closures: "hole" is not a plausible value. Did you mean "whole"?',
        ),
        (
            "base.yaml", "tolerance_days: 0", "tolerance_days: 3",
            'params/base.yaml, tolerance_days: "3" is not a plausible value. Known: 0, 7.',
        ),
        (
            "base.yaml", "tolerance_days: 0", 'tolerance_days: "0"',
            "params/base.yaml, tolerance_days: '0' is not a plausible value; 0 is.",
        ),
        (
            "base.yaml", '"2015-03-01"', "2015-03-01",
            "params/base.yaml, as_of: the day 2015-03-01 must stand in quotes.",
        ),
        (
            "base.yaml", '"2015-03-01"', '"March 2015"',
            'params/base.yaml, as_of: "March 2015" is not a day such as "2017-06-30".',
        ),
        (
            "base.yaml", '"2015-03-01"', '"2015-02-30"',
            'params/base.yaml, as_of: "2015-02-30" is not a day such as "2017-06-30".',
        ),
        (
            "base.yaml", '"2015-03-01"', "2015",
            'params/base.yaml, as_of: "2015" is not a day such as "2017-06-30".',
        ),
        (
            "hindsight.yaml", '"2017-12-31"', '"2021-01-01"',
            "params/hindsight.yaml, as_of: 2021-01-01 is out of range: it runs from 2011-01-01 to "
            "2020-12-31.",
        ),
        (
            "base.yaml", "closures: whole\n", "",
            "params/base.yaml, closures: has no value.",
        ),
        (
            "base.yaml", "closures: whole", "closures: [whole",
            "params/base.yaml: while parsing a flow sequence",
        ),
        (
            "parameters.yaml", "source_floor:", "sauce_floor:",
            "params/parameters.yaml: the parameter “source_floor” is missing.",
        ),
        (
            "parameters.yaml", "  label: Closed\n", "",
            "params/parameters.yaml, closures: cannot be read: KeyError('label').",
        ),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_file_name_and_what_would_be_right(tiny, file, old, new, fault):
    change(tiny, file, old, new)

    assert any(found.startswith(fault) for found in faults(tiny)), faults(tiny)


def test_a_set_that_holds_no_names_and_values_is_a_fault(tiny):
    (tiny.params / "hindsight.yaml").write_text("- as_of\n", encoding="utf-8")

    assert faults(tiny) == ["params/hindsight.yaml: does not hold names and values."]


def test_a_missing_base_is_a_fault(tiny):
    (tiny.params / "base.yaml").unlink()

    assert "params: base.yaml is missing." in faults(tiny)


def test_missing_meanings_are_a_fault(tiny):
    tiny.meanings.unlink()

    assert "params/parameters.yaml: is missing." in faults(tiny)


def test_several_faults_are_told_at_once(tiny):
    change(tiny, "base.yaml", "closures: whole", "closures: hole\nclosers: any")
    change(tiny, "base.yaml", '"2015-03-01"', "2015-03-01")
    change(tiny, "hindsight.yaml", '"2017-12-31"', '"2001-12-31"')

    assert [fault.split(": ")[0] for fault in faults(tiny)] == [
        "params/base.yaml, as_of",
        "params/base.yaml, closers",
        "params/base.yaml, closures",
        "params/hindsight.yaml, as_of",
    ]


@pytest.mark.parametrize("value", [None, True, 1.0, ["whole"], {"whole": 1}, date(2015, 3, 1)])
@pytest.mark.parametrize("name", ["closures", "tolerance_days", "as_of"])
def test_a_value_of_another_type_is_a_fault_and_no_crash(tiny, name, value):
    parameters = Parameters.read(tiny)

    with pytest.raises(BadParameters, match=f"the cell, {name}"):
        parameters.check({name: value}, "the cell")
