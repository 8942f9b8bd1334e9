"""What a run says of another choice is what a run with that choice says, of every claim."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from reportlib.assess.argument import Argument
from reportlib.assess.scenarios import Position, list_positions, shift_to_position
from reportlib.assess.stress_tests import try_scenarios
from reportlib.load.parameters import Parameters, Setting
from reportlib.model.findings import Record
from reportlib.model.robustness import ScenarioResult
from reportlib.model.vocabulary import Verdict
from reportlib.notebook.outputs import SWITCH, load_records
from reportlib.render.state_icons import StateLabel
from reportlib.render.summary import count_states
from reportlib.review.dry_run import DryRun, run_dry
from reportlib.study import Study
from tests.built_study import SETS
from tests.conftest import REPO, TINY, assess_study

PAIRS = [(run, other) for run in SETS for other in SETS if run != other]


def definitions(root: Study) -> list[Position]:
    """Every definition that can be changed alone on the base page of a study."""
    parameters = Parameters.read(root)
    return [one for one in list_positions(parameters, parameters.settings()) if one.group]


def changes_of(position: Position) -> dict[str, Setting]:
    (name,) = position.changed
    return {name: position.settings.values[name]}


def run_at(study: Study, setting: Mapping[str, Any]) -> Mapping[str, Record]:
    """The records of a run with these changes on top of base."""
    return run_dry(study, **setting).records


def seen(record: Record) -> dict[str, Any]:
    """What a reader is told of a claim."""
    return {
        "state": record.state,
        "verdict": record.verdict,
        "detail": record.unsettled,
        "outcome": record.outcome,
        "grounding": record.grounding,
        "reason": record.reason,
        "roles": record.roles,
    }


def told(records: Mapping[str, Record]) -> dict[str, dict[str, Any]]:
    return {claim: seen(record) for claim, record in records.items()}


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    assert one.keys() == other.keys()
    return {claim: (one[claim], other[claim]) for claim in one if one[claim] != other[claim]}


def recorded(dry_run: DryRun) -> Argument:
    """The records of a dry run as its chapters made them, with their positions."""
    assessment, tests = dry_run.assessment, dry_run.tests
    return Argument(
        assessment.ledger,
        {
            claim: try_scenarios(assessment, assessment.evaluator(claim, tests.get(claim)))
            for claim in dry_run.records
        },
    )


# The builds of the article's three sets


def carried(study: Study, set_name: str) -> Argument:
    """The records that a build's chapters carry, without groundings."""
    ledger = assess_study(study, set_name).ledger
    executed = (study.build(set_name).notebooks / path.name for path in study.chapters())
    records = (record for path in executed for record in load_records(path))
    return Argument(ledger, {record.claim: record for record in records})


@pytest.fixture(scope="module")
def runs(built: Study) -> Mapping[str, Argument]:
    """The records of the build of each set."""
    return {name: carried(built, name) for name in SETS}


def findings_of(study: Study, set_name: str) -> dict[str, dict[str, Any]]:
    whole = json.loads(study.build(set_name).findings.read_text(encoding="utf-8"))
    return {claim["id"]: claim for claim in whole["claims"]}


@pytest.mark.parametrize(("run", "other"), PAIRS)
def test_the_build_of_a_set_finds_of_every_claim_what_the_others_have_at_its_position(
    run: str, other: str, built: Study, runs: Mapping[str, Argument]
) -> None:
    columns = ("state", "detail", "reason", "grounding", "roles")
    there = {
        claim: {column: one[column] for column in columns}
        for claim, one in findings_of(built, other).items()
    }

    moved = shift_to_position(runs[run], other).records

    assert len(moved) == 61
    here = {
        claim: seen(record) | {"detail": record.unsettled or ""} for claim, record in moved.items()
    }
    assert (
        differing(
            {claim: {column: one[column] for column in columns} for claim, one in here.items()},
            there,
        )
        == {}
    )


@pytest.mark.parametrize(("run", "other"), PAIRS)
def test_what_the_page_would_switch_to_is_what_the_page_of_that_set_shows(
    run: str, other: str, built: Study, runs: Mapping[str, Argument]
) -> None:
    (data,) = SWITCH.load(built.build(run).notebooks / built.report.name)
    assert data is not None
    position = data["positions"][other]

    switched = shown(runs[run]) | position["claims"]

    assert differing(switched, shown(runs[other])) == {}
    whole = Argument(runs[other].ledger, runs[other].completed())
    assert position["numbers"] == count_states(assess_study(built, other), whole).numbers


def shown(argument: Argument) -> dict[str, dict[str, str]]:
    """What the cards show of each claim's state, as the page's data have it."""
    return {
        claim: {
            "word": state.word,
            "detail": state.detail,
            "tone": state.mark.tone,
            "path": state.mark.path,
            "reason": record.reason,
        }
        for claim, record in argument.completed().items()
        for state in [StateLabel.of(record)]
    }


# Every definition of the article, changed alone


@pytest.fixture(scope="module")
def base_run(article: DryRun) -> Argument:
    """The base run of the article, with its positions."""
    return recorded(article)


@pytest.mark.parametrize("position", definitions(Study(REPO)), ids=lambda position: position.id)
def test_a_run_with_one_definition_changed_finds_what_the_base_run_has_at_that_position(
    position: Position, real: Study, base_run: Argument
) -> None:
    there = run_at(real, changes_of(position))

    here = shift_to_position(base_run, position.id).records

    assert differing(told(here), told(there)) == {}
    assert differing(lines_at(base_run.records, position), own_lines(there, position)) == {}


def lines_at(records: Mapping[str, Record], position: Position) -> dict[str, ScenarioResult]:
    """The lines of the base run's grids at a position, of the claims that turn on it."""
    return {
        claim: next(
            line
            for line in record.robustness.settings
            if line.changes == record.parameters | changes_of(position)
        )
        for claim, record in records.items()
        if position.changed <= record.parameters.keys()
    }


def own_lines(records: Mapping[str, Record], position: Position) -> dict[str, ScenarioResult]:
    """The lines of the setting in use, of the same claims."""
    return {
        claim: record.robustness.settings[0]
        for claim, record in records.items()
        if position.changed <= record.parameters.keys()
    }


def test_the_article_has_every_plausible_value_of_every_definition_as_a_position() -> None:
    parameters = Parameters.read(Study(REPO))
    plausible = {
        f"{name}:{value}" for name, one in parameters.by_name.items() for value in one.choices
    }
    in_use = {f"{name}:{value}" for name, value in parameters.base.items()}

    assert {position.id for position in definitions(Study(REPO))} == plausible - in_use


# The tiny study: every line of every grid, and groundings


GRIDS = {
    "B1": [
        ({"tolerance_days": 0}, Verdict.NOT_SUPPORTED),
        ({"tolerance_days": 7}, Verdict.CAVEAT),
    ],
    "B2": [
        ({"closures": "whole"}, Verdict.SUPPORTED),
        ({"closures": "any"}, Verdict.NOT_SUPPORTED),
    ],
}
"""By claim and setting: what the weighing of a run there gives, before rule 6."""


@pytest.mark.parametrize("claim", GRIDS)
def test_every_line_of_a_grid_is_the_weighing_of_a_run_at_that_setting(
    claim: str, tiny: Study
) -> None:
    lines = run_dry(tiny).records[claim].robustness.settings

    assert [(line.changes, line.verdict) for line in lines] == GRIDS[claim]
    for line in lines:
        own, *_ = run_at(tiny, line.changes)[claim].robustness.settings
        assert line == own


@pytest.mark.parametrize("position", definitions(Study(TINY)), ids=lambda position: position.id)
def test_groundings_at_a_position_are_those_of_a_run_there(position: Position, tiny: Study) -> None:
    here = shift_to_position(recorded(run_dry(tiny)), position.id).records

    there = run_at(tiny, changes_of(position))

    assert differing(told(here), told(there)) == {}


def test_at_an_unknown_position_nothing_differs(tiny: Study) -> None:
    dry_run = run_dry(tiny)

    assert (
        differing(
            told(shift_to_position(recorded(dry_run), "closures:nobody").records),
            told(dry_run.records),
        )
        == {}
    )


def test_a_run_at_another_setting_has_the_base_as_a_position(tiny: Study) -> None:
    dry_run = run_dry(tiny, closures="any", source_floor="A")

    base = shift_to_position(recorded(dry_run), "base").records

    assert (dry_run.records["B2"].verdict, base["B2"].verdict) == (Verdict.DEPENDS,) * 2
    assert dry_run.records["B2"].reason != base["B2"].reason
    assert differing(told(base), told(run_dry(tiny).records)) == {}
