"""What was measured in one run and is kept: the ratios and growths that README.md tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict

from tests.bench.timing import Line, in_digits
from tests.conftest import REPO

KEPT, README = REPO / "tests" / "bench" / "measured.json", REPO / "README.md"
_TOLD = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- end of what was measured -->)", re.DOTALL)


def keep(lines: Iterable[Line]) -> None:
    """Keep the ratios and growths of a run, and tell in README.md what there is a word on."""
    ratios = [asdict(line) for line in lines if line.verdict or "against" in line.what]
    KEPT.write_text(f"{json.dumps(ratios, indent=1, ensure_ascii=False)}\n", encoding="utf-8")
    README.write_text(_TOLD.sub(table(), README.read_text(encoding="utf-8")), encoding="utf-8")


def told() -> str:
    """Return the table that is in README.md."""
    found = _TOLD.search(README.read_text(encoding="utf-8"))
    return found[0] if found else ""


def table() -> str:
    """Return what was kept as README.md has it."""
    kept = [Line(**one) for one in json.loads(KEPT.read_text(encoding="utf-8"))]
    rows = [
        f"| {line.about}: {line.what} | {in_digits(line.value)} "
        f"| {in_digits(line.low)} to {in_digits(line.high)} | {line.verdict} |"
        for line in kept
        if line.verdict
    ]
    return "\n".join(["| | median | spread | |", "|---|---|---|---|", *rows, ""])
