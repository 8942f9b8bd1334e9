"""As settings grow: the pass over claims that turn on one parameter, on two, on more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from tests.bench.made_up import MadeUp
from tests.bench.passing import fresh
from tests.bench.size import Size
from tests.bench.timing import Line, growth, line, repeated

CLAIMS = 11
ABOUT = "pass, by settings"


def measure(folder: Path, parameters: Sequence[int], times: int) -> Iterator[Line]:
    """Time studies whose claims have three times as many settings each time."""
    passes = []
    for turns_on in parameters:
        size = Size(claims=CLAIMS, turns_on=turns_on)
        made = MadeUp.write(folder / f"{size.settings} settings", size)
        tests = made.tests()
        taken = repeated(partial(fresh, made.open, tests), times)
        passes.append((size.settings, median(taken)))
        a_setting = [one / len(tests) / size.settings * 1000 for one in taken]
        yield line(ABOUT, f"{size.settings:,} settings", a_setting, "ms a claim and setting")
    yield growth(ABOUT, passes)
