"""What the bench builds, how, and what README.md tells of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from reportlib.lint.notebook_contract import check_notebooks
from reportlib.study import Study
from tests.bench import execution, kept
from tests.bench.environments import Environment
from tests.bench.made_up import MadeUp
from tests.bench.memory import Peak
from tests.bench.notebooks import write_notebooks
from tests.bench.peers import Builder, Step, as_makefile, as_snakefile, ours, steps
from tests.bench.projects import CommandFailed, Project
from tests.bench.rounds import rounds
from tests.bench.scenarios import NOTHING, Scenario, changes
from tests.bench.size import Size
from tests.bench.timing import compared


def made_up(folder: Path, *, drawn: bool = True) -> Study:
    size = Size(claims=11, rows=100, chapters=2, tables=("deeds", "acts"))
    made = MadeUp.write(folder, size)
    write_notebooks(made, drawn=drawn)
    return made.study


@pytest.mark.parametrize("drawn", [True, False])
def test_made_up_notebooks_keep_the_contract_and_have_ten_code_cells_or_so(tmp_path, drawn):
    study = made_up(tmp_path, drawn=drawn)

    check_notebooks(study)
    assert len(study.chapters()) == 2
    for path in study.chapters():
        cells = nbformat.read(path, as_version=4).cells
        assert sum(cell.cell_type == "code" for cell in cells) == 10


def test_no_two_made_up_chapters_have_the_same_chart_to_draw(tmp_path):
    made = MadeUp.write(tmp_path, Size(claims=61, rows=100, chapters=44))
    write_notebooks(made)

    charts = [
        cell.source.partition("headline")[0].partition("lambda")[2]
        for path in made.study.chapters()
        for cell in nbformat.read(path, as_version=4).cells
        if cell.source.startswith("chapter.figure(")
    ]
    assert len(charts) == len(set(charts)) == 44 * 3


def test_a_peer_runs_a_chapter_again_for_its_table_and_the_report_for_any_chapter(tmp_path):
    study = made_up(tmp_path)

    needs = {one.target: one.needs for one in steps(study) if "papermill" in one.command}
    executed = [f"build/base/.work/notebooks/{path.name}" for path in study.chapters()]
    assert {
        target.partition("-")[2]: [one for one in of if one.startswith("data/tables/")]
        for target, of in needs.items()
        if target in executed
    } == {"part-0.ipynb": ["data/tables/deeds.csv"], "part-1.ipynb": ["data/tables/acts.csv"]}
    (report,) = needs.keys() - set(executed)
    assert set(executed) <= set(needs[report])


def test_make_does_the_steps_in_their_order_and_once(tmp_path):
    two = [
        Step("page", ["executed"], "cp executed page"),
        Step("executed", ["notebook"], "cp notebook executed"),
    ]
    (tmp_path / "Makefile").write_text(as_makefile(two), encoding="utf-8")
    (tmp_path / "notebook").touch()

    # The tests may be run by a make of their own, which tells another that it lies within.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    first, second = (
        subprocess.check_output(["make"], cwd=tmp_path, env=alone, text=True) for _ in range(2)
    )

    assert first.splitlines() == ["cp notebook executed", "cp executed page"]
    assert "Nothing to be done" in second


def test_snakemake_is_given_the_same_steps():
    assert as_snakefile([Step("page", ["executed", "style"], "convert executed")]) == (
        "rule all:\n"
        '    input: ["page"]\n'
        "\n"
        "rule step_0:\n"
        '    input: ["executed", "style"]\n'
        '    output: ["page"]\n'
        '    shell: "convert executed"\n'
    )


def test_a_made_up_study_is_built_by_make_and_after_a_changed_row_only_what_read_it(tmp_path):
    project = Project.copied(tmp_path / "project", Environment.current())
    project.hold(made_up(tmp_path / "made up").root)
    build = ours(project).build

    build()
    page = project.study.build("base").page.read_text(encoding="utf-8")
    changes("deeds", "word_a")[0].happen(project)
    build()

    assert page.count("<svg") > 6
    said = (project.root / "told").read_text(encoding="utf-8")
    executed = [line.split()[0] for line in said.splitlines() if " executed (" in line]
    assert executed == ["000-part-0.ipynb", "report.ipynb"]
    build()
    assert (project.root / "told").read_text(
        encoding="utf-8"
    ) == "build/base/report.html is up to date\n"


def test_one_notebook_is_executed_under_as_many_sets_as_are_asked_for(tmp_path):
    project = Project.copied(tmp_path / "project", Environment.current())
    project.hold(made_up(tmp_path / "made up", drawn=False).root)
    days = ["2016-01-01", "2016-02-01"]

    project.run("python", execution.__file__, "000-part-0.ipynb", "forked", "2", *days)

    executed = sorted((project.root / "build" / "settings" / "notebooks").iterdir())
    assert [path.stem for path in executed] == days
    assert [f'as_of = "{path.stem}"' in path.read_text(encoding="utf-8") for path in executed]


@pytest.mark.parametrize(
    ("number", "file"),
    [
        (0, "data/tables/deeds.csv"),
        (1, "notebooks/000-part-0.ipynb"),
        (2, "reportlib/render/cards.py"),
    ],
)
def test_a_change_is_in_one_file_and_another_one_each_time(tmp_path, number, file):
    study = made_up(tmp_path)
    (tmp_path / "reportlib" / "render").mkdir(parents=True)
    (tmp_path / "reportlib" / "render" / "cards.py").touch()
    project = Project(study.root, Environment.current())
    change = changes("deeds", "word_a")[number]

    seen = []
    for _ in range(3):
        before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
        change.happen(project)
        seen.append((tmp_path / file).read_bytes())
        assert [path for path in before if path.read_bytes() != before[path]] == [tmp_path / file]
    assert len(set(seen)) == 3


def test_who_fails_is_run_again_after_the_same_has_happened_again(tmp_path):
    (tmp_path / "left").write_text("xx", encoding="utf-8")
    fails_twice = (
        "import pathlib, sys; left = pathlib.Path('left'); text = left.read_text(); "
        "left.write_text(text[1:]); sys.exit(f'{len(text)} left' if text else 0)"
    )
    project = Project(tmp_path, Environment.current())
    happened: list[Project] = []
    something = Scenario("something", happened.append)

    taken = rounds([Builder("who fails", project, ["python", "-c", fails_twice])], something, 1)

    assert len(taken["who fails"]) == 1
    assert happened == [project, project, project]


def test_who_always_fails_is_told_of_with_what_it_said_last(tmp_path):
    fails = ["python", "-c", "import sys; sys.exit('no kernel started')"]
    project = Project(tmp_path, Environment.current())

    with pytest.raises(CommandFailed, match="ended with 1:\nno kernel started"):
        rounds([Builder("who fails", project, fails)], NOTHING, 1)


def test_a_whole_tree_of_processes_counts_for_its_peak_of_memory():
    fill = "held = bytes(range(250)) * 200_000"  # 50 MB
    inner = f"{fill}; import time; time.sleep(0.5)"
    outer = f"{fill}; import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    peak = Peak()

    peak.watch(subprocess.Popen([sys.executable, "-c", outer, inner]))

    assert 100 < peak.megabytes < 150


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [([1.0, 2.0, 3.0], "at most 0.5: met"), ([3.0, 3.0, 3.0], "at most 0.5: MISSED by 50%")],
)
def test_a_goal_is_held_against_the_median_of_shares_within_a_round(ours, verdict):
    assert compared("what", "against a peer", ours, [4.0, 4.0, 4.0], goal=0.5).verdict == verdict


def test_the_readme_tells_the_ratios_that_were_measured_in_one_run():
    assert kept.told() == kept.table()
    assert kept.told().count("at most") >= 8
