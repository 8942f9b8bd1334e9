"""Which of a notebook's variables are its parameters, and which settings they ask for."""

from __future__ import annotations

import pytest

from reportlib.errors import BadParameters
from reportlib.load.parameters import Parameters
from reportlib.notebook.cell_parameters import read_settings
from reportlib.notebook.chapter import Chapter

OWN_CELL = 'parameter_set: str = "base"  # a file of params/\nclosures: str = "whole"'


def settings(study, cells=(), **variables):
    found = read_settings({"In": ["", *cells], **variables}, Parameters.read(study))
    return found.set_name, found.values["as_of"], found.values["closures"]


def test_a_chapter_says_in_words_as_on_which_days_it_has_the_tables(tiny):
    days = [
        (chapter.as_of, chapter.outcomes_until)
        for name in ("base", "hindsight")
        for chapter in [Chapter(tiny, "bridge", {"parameter_set": name})]
    ]
    assert days == [
        ("1 March 2015", "31 December 2017"),
        ("31 December 2017", "31 December 2017"),
    ]


def test_a_cell_left_as_it_is_gives_base(tiny):
    assert settings(tiny, [OWN_CELL], parameter_set="base", closures="whole") == (
        "base", "2015-03-01", "whole",
    )  # fmt: skip


def test_another_set_by_name_changes_what_the_cell_leaves_as_base_has_it(tiny):
    cell = OWN_CELL + '\nas_of: str = "2015-03-01"'
    named = {"parameter_set": "hindsight", "closures": "whole", "as_of": "2015-03-01"}

    assert settings(tiny, [cell], **named) == ("hindsight", "2017-12-31", "whole")


def test_a_changed_value_holds_on_top_of_the_set(tiny):
    cell = OWN_CELL + '\nas_of: str = "2016-06-30"'
    named = {"parameter_set": "hindsight", "closures": "any", "as_of": "2016-06-30"}

    assert settings(tiny, [cell], **named) == ("hindsight", "2016-06-30", "any")


def test_what_papermill_injects_counts(tiny):
    injected = '# Parameters\nclosures = "any"\nas_of = "2016-06-30"'
    named = {"parameter_set": "base", "closures": "any", "as_of": "2016-06-30"}

    assert settings(tiny, [OWN_CELL, injected], **named) == ("base", "2016-06-30", "any")


def test_an_injected_name_that_is_no_parameter_is_told_with_the_nearest_one(tiny):
    injected = '# Parameters\nclosure = "any"'

    with pytest.raises(
        BadParameters, match=r'closure: is not a parameter\. Did you mean "closures"'
    ):
        settings(tiny, [OWN_CELL, injected], parameter_set="base", closures="whole", closure="any")


def test_a_mistyped_name_in_the_cell_is_told(tiny):
    cell = OWN_CELL.replace("closures", "closurs")

    with pytest.raises(BadParameters, match="closurs: is not a parameter"):
        settings(tiny, [cell], parameter_set="base", closurs="whole")


def test_what_else_a_session_holds_is_no_parameter(tiny):
    other = 'closed = 3\nas_of_today = "x"'

    assert settings(
        tiny,
        [OWN_CELL, other],
        parameter_set="base", closures="whole", closed=3, as_of_today="x", as_of=12,
    ) == ("base", "2015-03-01", "whole")  # fmt: skip


def test_of_a_cell_that_was_run_twice_the_last_names_count(tiny):
    again = OWN_CELL.replace('closures: str = "whole"', 'as_of: str = "2016-06-30"')
    named = {"parameter_set": "base", "closures": "any", "as_of": "2016-06-30"}

    assert settings(tiny, [OWN_CELL, again], **named) == ("base", "2016-06-30", "whole")
    assert settings(tiny, [again, OWN_CELL], **named) == ("base", "2015-03-01", "any")


def test_cells_that_are_not_plain_python_are_passed_over(tiny):
    cells = ["%matplotlib inline", "closures = (", OWN_CELL, "!ls"]

    assert settings(tiny, cells, parameter_set="base", closures="any")[2] == "any"


def test_outside_a_notebook_the_known_names_count(tiny):
    variables = {"closures": "any", "something": 1}

    found = read_settings(variables, Parameters.read(tiny))

    assert (found.set_name, found.values["closures"]) == ("base", "any")


def test_everything_that_is_wrong_is_told_at_once(tiny):
    cell = OWN_CELL + '\nas_off: str = "x"\ntolerance_days: int = 3'

    with pytest.raises(BadParameters) as told:
        settings(tiny, [cell], parameter_set="base", closures="hole", as_off="x", tolerance_days=3)

    assert [fault.where for fault in told.value.faults] == [
        "the notebook's parameters, as_off",
        "the notebook's parameters, closures",
        "the notebook's parameters, tolerance_days",
    ]


def test_an_unknown_set_is_told(tiny):
    with pytest.raises(BadParameters, match="no set “hind”"):
        settings(tiny, [OWN_CELL], parameter_set="hind", closures="whole")
