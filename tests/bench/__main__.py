"""Measure, print one table, and write the same to build/bench.json."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reportlib.study import Study
from tests.bench import article, claims, rows, settings
from tests.bench.timing import Line
from tests.conftest import REPO, TINY


@dataclass(frozen=True)
class Plan:
    """What is measured, and how often."""

    study: Study
    claims: Sequence[int]
    parameters: Sequence[int]
    rows: Sequence[int]
    times: int
    """How often what is short is timed."""


WHOLE = Plan(Study(REPO), (60, 600, 6_000), (1, 2, 3, 4, 5), (10**3, 10**4, 10**5, 10**6), 5)
QUICK = Plan(Study(TINY), (12, 60), (1, 2), (100, 1_000), 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measures of a plan, and say each line as it comes."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the tiny study, and small sizes")
    parser.add_argument(
        "--to", type=Path, default=REPO / "build" / "bench.json", help="where the JSON goes"
    )
    asked = parser.parse_args(arguments)
    lines: list[Line] = []
    for line in measured(QUICK if asked.quick else WHOLE):
        if not lines or line.about != lines[-1].about:
            print(f"\n{line.about}")
        print(in_words(line), flush=True)
        lines.append(line)
    asked.to.parent.mkdir(parents=True, exist_ok=True)
    told = json.dumps([asdict(line) for line in lines], indent=1, ensure_ascii=False)
    asked.to.write_text(f"{told}\n", encoding="utf-8")
    return 0


def measured(plan: Plan) -> Iterator[Line]:
    """Yield every line of the table."""
    yield from article.measure(plan.study, plan.times)
    with tempfile.TemporaryDirectory() as folder:
        yield from claims.measure(Path(folder), plan.claims, plan.times)
        yield from settings.measure(Path(folder), plan.parameters, plan.times)
        yield from rows.measure(Path(folder), plan.rows, plan.times)


def in_words(line: Line) -> str:
    """Return a line of the table: the median, and from lowest to highest in brackets."""
    spread = f"({_number(line.low)} to {_number(line.high)})" if line.low != line.high else ""
    value = f"{_number(line.value):>8} {line.unit}"
    return f"  {line.what:<52} {value:<31} {spread:<18} {line.verdict}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
