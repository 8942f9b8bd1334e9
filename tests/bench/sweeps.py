"""One notebook under one parameter set, and under many: execution alone, without a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import nbformat

from tests.bench import execution
from tests.bench.load import Load
from tests.bench.peers import AT_ONCE, PAPERMILL, Builder, Step, as_makefile
from tests.bench.projects import Project
from tests.bench.rounds import rounds
from tests.bench.scenarios import COLD
from tests.bench.timing import Line, compared, line

ABOUT = "execution only, no page"
SCRIPT, COMMAND = "a plain script of its code", f"papermill, {AT_ONCE} at a time"
SCRIPT_GOAL = 1.5
SET_GOALS = {"forked": 0.1, "plain": 0.25}
"""What share of the time of papermill's command a set should at most take, by kernel."""


def measure(folder: Path, load: Load) -> Iterator[Line]:
    """Run a chapter of the made-up study that draws no chart."""
    project = load.project(folder / "sweep", load.study(folder / "swept", drawn=False))
    shutil.copy(execution.__file__, project.root)
    yield from _one(project, load)
    yield from _many(project, load)


def _one(project: Project, load: Load) -> Iterator[Line]:
    """Run it once."""
    cells = nbformat.read(_notebook(project), as_version=4).cells
    code = "\n\n".join(cell.source for cell in cells if cell.cell_type == "code")
    (project.root / "plain.py").write_text(code, encoding="utf-8")
    script = Builder(SCRIPT, project, ["python", "plain.py"])
    mine = _ours(project, "forked", 1)
    taken = rounds([mine, script], COLD, load.often)
    for name, values in taken.items():
        yield line(ABOUT, f"one notebook: {name}", values, "s")
    what = f"one notebook, against {SCRIPT}"
    yield compared(ABOUT, what, taken[mine.name], taken[SCRIPT], SCRIPT_GOAL)


def _many(project: Project, load: Load) -> Iterator[Line]:
    """Run it under many sets, or under as few as are enough where it is slow."""
    sets = {"forked": load.sets, "plain": load.few, COMMAND: load.few}
    builders = [_ours(project, kernel, sets[kernel]) for kernel in SET_GOALS]
    if load.snakemake is not None:
        builders.append(_papermill(project, load.few))
    taken = rounds(builders, COLD, load.long)
    a_set = {name: [one / sets[name] for one in values] for name, values in taken.items()}
    for name, values in a_set.items():
        yield line(ABOUT, f"each of {sets[name]} sets: {name}", values, "s")
    if COMMAND in a_set:
        for kernel, goal in SET_GOALS.items():
            what = f"each set, {kernel}, against {COMMAND}"
            yield compared(ABOUT, what, a_set[kernel], a_set[COMMAND], goal)


def _ours(project: Project, kernel: str, sets: int) -> Builder:
    """Return what runs the notebook as a build does."""
    asked = ["python", "execution.py", _notebook(project).name, kernel, f"{AT_ONCE}", *_days(sets)]
    return Builder(kernel, project, asked)


def _papermill(project: Project, sets: int) -> Builder:
    notebook = project.study.relative(_notebook(project))
    run = f"mkdir -p build && {PAPERMILL} {notebook} $@ -p as_of"
    steps = [Step(f"build/{day}.ipynb", [notebook], f"{run} {day}") for day in _days(sets)]
    (project.root / "sets.mk").write_text(as_makefile(steps), encoding="utf-8")
    return Builder(COMMAND, project, ["make", f"-j{AT_ONCE}", "-f", "sets.mk"])


def _notebook(project: Project) -> Path:
    return project.study.chapters()[0]


def _days(number: int) -> list[str]:
    """So many days up to which things were known, each another setting."""
    return [f"{date(2016, 1, 1) + timedelta(days=day)}" for day in range(number)]
