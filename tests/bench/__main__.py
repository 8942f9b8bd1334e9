"""Measure, print one table, and write the same to build/bench.json."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reportlib.study import Study
from tests.bench import article, builds, claims, growing, page, rows, settings, sweeps
from tests.bench.environments import Environment
from tests.bench.kept import keep
from tests.bench.load import Load
from tests.bench.timing import Line, in_words
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
    load: Load
    """How much is built."""


def whole() -> Plan:
    """Return what says how fast this is; it may make environments first."""
    claims, parameters, rows = (60, 600, 6_000), (1, 2, 3, 4, 5), (10**3, 10**4, 10**5, 10**6)
    load = Load(
        Environment.made("report"), Environment.made("bench"),
        notebooks=7, rows=2_000, article=True, times=3, long=2, often=5, blinks=25,
        sets=100, few=10, growing=(6, 30, 120),
    )  # fmt: skip
    return Plan(Study(REPO), claims, parameters, rows, 5, load)


def quick() -> Plan:
    """Return what says whether everything can be measured."""
    load = Load(
        Environment.current(), None,
        notebooks=2, rows=100, article=False, times=1, long=1, often=1, blinks=1,
        sets=2, few=1, growing=(2, 3),
    )  # fmt: skip
    return Plan(Study(TINY), (12, 24), (1, 2), (100, 1_000), 1, load)


PARTS: Mapping[str, Callable[[Path, Plan], Iterator[Line]]] = {
    "article": lambda _, plan: article.measure(plan.study, plan.times),
    "claims": lambda folder, plan: claims.measure(folder, plan.claims, plan.times),
    "settings": lambda folder, plan: settings.measure(folder, plan.parameters, plan.times),
    "rows": lambda folder, plan: rows.measure(folder, plan.rows, plan.times),
    "builds": lambda folder, plan: builds.measure(folder, plan.load),
    "sweeps": lambda folder, plan: sweeps.measure(folder, plan.load),
    "growing": lambda folder, plan: growing.measure(folder, plan.load),
    "page": lambda folder, plan: page.measure(folder, plan.study, plan.load),
}
"""What is measured, by name, in the order of the table."""
KEPT = {"builds", "sweeps", "growing", "page"}
"""What has a goal, or must be linear."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measures of a plan, and say each line as it comes."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the tiny study, and small sizes")
    parser.add_argument(
        "--to", type=Path, default=REPO / "build" / "bench.json", help="where the JSON goes"
    )
    parser.add_argument(
        "parts",
        nargs="*",
        choices=[[], *PARTS],  # [] stands for none given, which is looked up here, too
        metavar="PART",
        help=f"measure only some of {', '.join(PARTS)}",
    )
    parser.add_argument(
        "--keep", action="store_true", help="let README.md tell the ratios of this run"
    )
    asked = parser.parse_args(arguments)
    if asked.keep and (asked.quick or not set(asked.parts or PARTS) >= KEPT):
        parser.error(f"only a run with {' and '.join(sorted(KEPT))} is kept")
    lines: list[Line] = []
    for line in measured(quick() if asked.quick else whole(), asked.parts):
        if not lines or line.about != lines[-1].about:
            print(f"\n{line.about}")
        print(in_words(line), flush=True)
        lines.append(line)
    asked.to.parent.mkdir(parents=True, exist_ok=True)
    told = json.dumps([asdict(line) for line in lines], indent=1, ensure_ascii=False)
    asked.to.write_text(f"{told}\n", encoding="utf-8")
    if asked.keep:
        keep(lines)
    return 0


def measured(plan: Plan, parts: Sequence[str] = ()) -> Iterator[Line]:
    """Yield every line of the table, or those of some parts."""
    for name in parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            yield from PARTS[name](Path(folder), plan)


if __name__ == "__main__":
    sys.exit(main())
