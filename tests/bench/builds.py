"""Building a study after this and that: by this project, and by its peers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.bench.load import Load
from tests.bench.peers import BARE, MAKE, Builder, bare, make, ours, snakemake
from tests.bench.projects import Project
from tests.bench.rounds import Taken, peaks, rounds
from tests.bench.scenarios import COLD, NOTHING, ROW, changes
from tests.bench.timing import Line, compared, line
from tests.conftest import REPO

GOALS = {(COLD.name, MAKE): 0.33, (ROW, MAKE): 0.4, (NOTHING.name, BARE): 2}
"""What share of a peer's time ours should at most take."""
UNDRAWN, UNDRAWN_GOAL = "make report, no chart drawn", 0.25


def measure(folder: Path, load: Load) -> Iterator[Line]:
    """Build a made-up study, in which peers draw no chart, and that of this article."""
    about = f"build, {load.notebooks} made-up notebooks"
    undrawn = load.study(folder / "undrawn", drawn=False)
    mine = ours(load.project(folder / "ours", load.study(folder / "drawn")))
    without = ours(load.project(folder / "without", undrawn), UNDRAWN)
    peers = _peers(folder, load, undrawn)
    yield from _told(about, "peak memory", peaks([mine, without, *peers]), "MB")
    cold = rounds([mine, without, *peers], COLD, load.times)
    yield from _told(about, COLD.name, cold)
    if MAKE in cold:
        what = f"{COLD.name}, no chart drawn, against {MAKE}"
        yield compared(about, what, cold[UNDRAWN], cold[MAKE], UNDRAWN_GOAL)
    for change in changes("deeds", "word_a"):
        times = load.times if (change.name, MAKE) in GOALS else load.long
        yield from _told(about, change.name, rounds([mine, *peers], change, times))
    idle = bare(Project(folder / "bare", load.environment))
    yield from _told(about, NOTHING.name, rounds([mine, idle], NOTHING, load.blinks))
    told = _told(about, NOTHING.name, rounds([mine, *peers], NOTHING, load.times))
    yield from islice(told, 1, None)  # ours was told already
    if load.article:
        yield from _of_this_article(folder / "article", load)


def _of_this_article(folder: Path, load: Load) -> Iterator[Line]:
    """Build its study, whose charts are drawn by whoever runs its notebooks."""
    about = "build, this article"
    builders = [ours(load.project(folder / "ours", REPO)), *_peers(folder, load, REPO)[:1]]
    yield from _told(about, "peak memory", peaks(builders), "MB")
    for scenario in [COLD, *changes("labour", "note")]:
        yield from _told(about, scenario.name, rounds(builders, scenario, load.long))


def _peers(folder: Path, load: Load, study: Path) -> list[Builder]:
    if load.snakemake is None:
        return []
    return [
        make(load.project(folder / "make", study)),
        snakemake(load.project(folder / "snakemake", study), load.snakemake),
    ]


def _told(about: str, what: str, taken: Taken, unit: str = "s") -> Iterator[Line]:
    """Tell what each took, and what share the first took of each other's."""
    for name, values in taken.items():
        yield line(about, f"{what}: {name}", values, unit)
    (_, mine), *others = taken.items()
    for name, values in others:
        goal = GOALS.get((what, name))
        yield compared(about, f"{what}, against {name}", mine, values, goal)
