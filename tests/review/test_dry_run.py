"""A dry run executes the chapters in this process, and finds what a build finds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reportlib.errors import RunFailed
from reportlib.execute.run_notebook import run_notebook
from reportlib.model.robustness import StressTests
from reportlib.model.vocabulary import Grounding, Verdict
from reportlib.notebook.outputs import load_records
from reportlib.review.dry_run import run_dry
from reportlib.study import Study
from tests.conftest import TINY, copy_of, in_notebook, set_cell


def test_it_has_the_records_that_the_executed_notebook_carries(tiny: Study, tmp_path: Path) -> None:
    run_notebook(tiny, tiny.chapters()[0], tmp_path / "executed.ipynb", {})
    carried = {record.claim: record for record in load_records(tmp_path / "executed.ipynb")}

    records = run_dry(tiny).records

    assert list(records) == ["B1", "B2", "B3"]
    for claim in ("B1", "B2"):
        assert records[claim] == replace(carried[claim], stress_tests=StressTests())
    assert (carried["B3"].grounding, records["B3"].grounding) == (None, Grounding.PARTLY)


def test_it_takes_a_set_and_changes_and_not_what_the_parameters_cell_says(tiny: Study) -> None:
    base = tiny.parameter_set("base")
    base.write_text(base.read_text("utf-8").replace("closures: whole", "closures: any"), "utf-8")

    assert run_dry(tiny).records["B2"].parameters == {"closures": "any"}
    assert run_dry(tiny, closures="whole").records["B2"].parameters == {"closures": "whole"}
    assert run_dry(tiny, "hindsight").assessment.settings.as_of.year == 2017


def test_the_cells_own_variables_have_the_setting_too(tiny: Study) -> None:
    in_notebook(
        tiny, "len(chapter.data.works)", 'assert (parameter_set, closures) == ("base", "any")'
    )

    run_dry(tiny, closures="any")


def test_two_studies_in_one_process_know_nothing_of_each_other(
    tiny: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copy_of(TINY, tmp_path / "other")
    set_cell(other, "tables/works.csv", "opening", "date", "2011-05-03")
    set_cell(other, "tables/works.csv", "opening", "known_from", "2011-05-03")
    monkeypatch.chdir(other.notebooks)

    verdicts = [run_dry(study).records["B1"].verdict for study in (tiny, other, tiny)]

    wrong, right = Verdict.NOT_SUPPORTED, Verdict.SUPPORTED
    assert verdicts == [wrong, right, wrong]
    assert Path.cwd() == other.notebooks


def test_no_figure_is_drawn_and_nothing_is_printed_or_written(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    in_notebook(tiny, ".mark_bar()", ".mark_nothing()")
    in_notebook(tiny, "len(chapter.data.works)", 'print("works")\ndisplay(chapter)')
    before = sorted(tiny.root.rglob("*"))

    run_dry(tiny)

    assert capsys.readouterr().out == ""
    assert sorted(tiny.root.rglob("*")) == before


def test_a_cell_that_fails_is_named_with_its_notebook_and_leaves_nothing_behind(
    tiny: Study, tmp_path: Path
) -> None:
    other = copy_of(TINY, tmp_path / "other")
    in_notebook(tiny, "len(chapter.data.works)", "len(chapter.data.work)")

    with pytest.raises(RunFailed) as caught:
        run_dry(tiny)

    assert str(caught.value) == (
        "notebooks/01-bridge.ipynb, cell [3]: BadTest: There is no table “work”. "
        'Did you mean "works"?'
    )
    assert caught.value.source == "len(chapter.data.work)"
    assert run_dry(other).records["B1"].verdict is Verdict.NOT_SUPPORTED


def test_cells_that_are_kept_as_lists_of_lines_are_read_as_well(tiny: Study) -> None:
    path = tiny.chapters()[0]
    content = json.loads(path.read_text("utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    path.write_text(json.dumps(content), "utf-8")

    assert list(run_dry(tiny).records) == ["B1", "B2", "B3"]
