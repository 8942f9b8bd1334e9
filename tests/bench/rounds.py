"""Rounds: after the same thing has happened each builder builds, in turn, on the same machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from tests.bench.memory import Peak
from tests.bench.peers import Builder
from tests.bench.projects import CommandFailed
from tests.bench.scenarios import Scenario
from tests.bench.timing import timed

ATTEMPTS = 3
"""How often one may try: of kernels that are started at once two may be given the same port."""

Taken = Mapping[str, Sequence[float]]
"""What each builder took in each round, by its name."""


def rounds(builders: Sequence[Builder], scenario: Scenario, times: int) -> Taken:
    """Return the seconds that each takes after something has happened, round by round."""

    def measure(builder: Builder) -> float:
        scenario.happen(builder.project)
        return timed(builder.build)

    return _in_turn(builders, measure, times)


def peaks(builders: Sequence[Builder]) -> Taken:
    """Return the megabytes that each takes to build everything.

    It is also what fills caches of bytecode, so that no time that is measured later has it in it.
    """

    def measure(builder: Builder) -> float:
        builder.project.clear()
        peak = Peak()
        builder.project.run(*builder.command, watched=peak.watch)
        return peak.megabytes

    return _in_turn(builders, measure, 1)


def _in_turn(builders: Sequence[Builder], measure: Callable[[Builder], float], times: int) -> Taken:
    taken: dict[str, list[float]] = {builder.name: [] for builder in builders}
    for _ in range(times):
        for builder in builders:
            taken[builder.name].append(_tried(builder, measure))
    return taken


def _tried(builder: Builder, measure: Callable[[Builder], float]) -> float:
    """Measure until it ends well.

    Raises:
        CommandFailed: it never did.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return measure(builder)
        except CommandFailed as problem:
            print(f"{builder.name} failed, and is run again: {problem}", file=sys.stderr)
    return measure(builder)
