"""What is measured: medians with their spread, and how a time grows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any
from unittest import mock

LINEAR = 20
"""Up to so much more for ten times as much is called linear; what looks at every pair needs 100.
Times scatter, and what no longer fits into the processor's caches takes half as long again."""
LONG = 5.0
"""What takes so many seconds is timed once; its scatter is small beside it."""


@dataclass(frozen=True)
class Line:
    """One line of the table: what was measured, and what came out."""

    about: str
    what: str
    value: float
    unit: str
    low: float
    high: float
    verdict: str = ""
    goal: float | None = None
    """What the value should at most be."""


def line(about: str, what: str, values: Sequence[float], unit: str, verdict: str = "") -> Line:
    """Return the median of some measurements, with the lowest and the highest."""
    return Line(about, what, median(values), unit, min(values), max(values), verdict)


def compared(
    about: str,
    what: str,
    taken: Sequence[float],
    others: Sequence[float],
    goal: float | None = None,
) -> Line:
    """Return what share some measurements are of others that were taken in turn with them."""
    shares = [one / other for one, other in zip(taken, others, strict=True)]
    told = line(about, what, shares, "")
    return told if goal is None else held(told, goal)


def held(told: Line, goal: float) -> Line:
    """Return a line with what its median should at most be, and whether it is."""
    missed = "met" if told.value <= goal else f"MISSED by {told.value / goal - 1:.0%}"
    return replace(told, verdict=f"at most {goal:g}: {missed}", goal=goal)


def timed(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds that something takes."""
    start = clock()
    run()
    return clock() - start


def repeated(make: Callable[[], Callable[[], object]], times: int) -> list[float]:
    """Return the processor's seconds for something, made anew each time, or once if that is long.

    How it grows is seen better so: what else the machine does hardly counts.
    """
    taken: list[float] = []
    while len(taken) < times and sum(taken) < LONG:
        taken.append(timed(make(), time.process_time))
    return taken


def growth(about: str, taken: Sequence[tuple[int, float]]) -> Line:
    """Return how much more is needed for ten times as much, from the two largest sizes."""
    (size, less), (larger, more) = taken[-2:]
    tenfold = 10 ** (math.log(more / less) / math.log(larger / size))
    verdict = "linear" if tenfold <= LINEAR else f"not linear: {tenfold:.1f} for 10"
    return Line(about, "for ten times as much", tenfold, "times", tenfold, tenfold, verdict)


@contextmanager
def calls(owner: Any, name: str) -> Iterator[list[tuple[Any, ...]]]:
    """Watch a function: the arguments of each call, in order."""
    function = getattr(owner, name)
    seen: list[tuple[Any, ...]] = []

    def watched(*args: Any) -> Any:
        seen.append(args)
        return function(*args)

    with mock.patch.object(owner, name, watched):
        yield seen


def in_words(line: Line) -> str:
    """Return a line of the table: the median, and from lowest to highest in brackets."""
    spread = f"({in_digits(line.low)} to {in_digits(line.high)})" if line.low != line.high else ""
    value = f"{in_digits(line.value):>8} {line.unit}"
    return f"  {line.what:<52} {value:<31} {spread:<18} {line.verdict}".rstrip()


def in_digits(value: float) -> str:
    """Return a number as people read it: three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
