"""As rows grow: an evaluation, and reading the study."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from reportlib.assess.assessment import Assessment
from tests.bench.made_up import MadeUp
from tests.bench.passing import Tests, evaluations
from tests.bench.size import Size
from tests.bench.timing import Line, growth, line, repeated

CLAIMS = 36


def measure(folder: Path, sizes: Sequence[int], times: int) -> Iterator[Line]:
    """Time studies of more and more rows, about the same claims."""
    readings, asked = [], []
    count = 0
    for rows in sizes:
        made = MadeUp.write(folder / f"{rows} rows", Size(claims=CLAIMS, rows=rows))
        tests = made.tests()
        readings.append((rows, median(repeated(partial(partial, _read, made), times))))
        count = count or evaluations(_asking(made, tests))  # however many rows
        taken = [one / count * 1000 for one in repeated(partial(_asking, made, tests), times)]
        asked.append((rows, median(taken)))
        yield line("evaluation, by rows", f"{rows:,} rows", taken, "ms an evaluation")
    yield growth("evaluation, by rows", asked)
    for rows, seconds in readings:
        yield line("reading, by rows", f"{rows:,} rows", [seconds / rows * 1e6], "µs a row")
    yield growth("reading, by rows", readings)


def _asking(made: MadeUp, tests: Tests) -> Callable[[], None]:
    assessment = _read(made)
    return lambda: _on_both_days(assessment, tests)


def _read(made: MadeUp) -> Assessment:
    assessment = made.open()
    assert assessment.frames
    return assessment


def _on_both_days(assessment: Assessment, tests: Tests) -> None:
    """Ask each claim at every setting, on the article's day and in hindsight; cutting included."""
    for day in (assessment.article_day, assessment.settings.outcomes_until):
        scenario = replace(assessment.scenario, as_of=day)
        for claim, test in tests.items():
            assessment.record(assessment.evaluator(claim, test), scenario)
