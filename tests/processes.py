"""Whether processes run on that should not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep


def assert_gone(processes: Iterable[int]) -> None:
    """Processes have ended, or do so within some seconds."""
    numbers, until = list(processes), monotonic() + 10
    while running := [one for one in numbers if runs(one)]:
        assert monotonic() < until, running
        sleep(0.01)


def runs(process: int) -> bool:
    """Whether a process is there and no mere remainder that nobody has asked about."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
