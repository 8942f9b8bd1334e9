"""A process and its forks: whether it can have any, and what they started in turn."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from time import monotonic, sleep


def descendants(process: int) -> set[int]:
    """What a process started, and what that started, whatever session it took."""
    begetters: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):  # it ended meanwhile
                stat = Path(entry.path, "stat").read_text(errors="replace")
                begetters[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found: set[int] = set()
    latest = {process}
    while latest:
        latest = {one for one, begetter in begetters.items() if begetter in latest}
        found |= latest
    return found


def has_one_thread() -> bool:
    """Whether this process has one thread, once those that were told to end are gone.

    No other thread runs in a fork, and what it held stays held there for good. To be asked after
    the fork: what computes in threads, such as NumPy, ends them for it.
    """
    until = monotonic() + 0.1
    while len(list(Path("/proc/self/task").iterdir())) > 1:
        if monotonic() > until:
            return False
        sleep(0.001)
    return True
