"""Which processes a process has started, so that none of them runs on after it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


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
