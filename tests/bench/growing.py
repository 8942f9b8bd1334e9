"""As notebooks grow: building everything, and finding that nothing is to be built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.load import Load
from tests.bench.peers import Builder, ours
from tests.bench.timing import Line, growth, line, timed

BUILT, PLANNED = "cold build, by notebooks", "finding nothing stale, by notebooks"


def measure(folder: Path, load: Load) -> Iterator[Line]:
    """Build studies of more and more notebooks, on the same rows."""
    sizes = load.growing
    project = load.project(folder / "growing", load.study(folder / "first", sizes[0]))
    build = ours(project).build
    plan = Builder(PLANNED, project, ["python", "-m", "reportlib", "build", "--quiet"]).build
    build()  # once for the bytecode
    built, planned = [], []
    for size in sizes:
        project.hold(load.study(folder / f"{size} notebooks", size))
        built.append((size, timed(build)))
        planned.append((size, [timed(plan) for _ in range(load.times)]))
    for size, seconds in built:
        yield line(BUILT, f"{size} notebooks", [seconds / size], "s a notebook")
    yield growth(BUILT, built)
    for size, taken in planned:
        yield line(PLANNED, f"{size} notebooks", taken, "s")
    yield growth(PLANNED, [(size, median(taken)) for size, taken in planned])
