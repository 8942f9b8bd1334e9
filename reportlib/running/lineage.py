"""Lineage: whether a process can be forked, and what it has started, so that none runs on."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

_SIGNAL_WHEN_PARENT_ENDS, _ADOPT = 1, 36
"""What the system is asked for: PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER."""
_PATIENCE = 5.0
"""Seconds that the system has to end what was killed."""


def descendants(process: int) -> set[int]:
    """What a process started, and what that started, whatever session it took.

    What has ended and was not waited for is none of them.
    """
    begetters: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            with suppress(OSError):  # it ended meanwhile
                stat = Path(f"{entry.path}/stat").read_bytes()
                state, begetter = stat.rpartition(b")")[2].split(maxsplit=2)[:2]
                if state not in b"ZX":
                    begetters[int(entry.name)] = int(begetter)
    found: set[int] = set()
    latest = {process}
    while latest:
        latest = {one for one, begetter in begetters.items() if begetter in latest}
        found |= latest
    return found


def end_below(process: int) -> None:
    """End all that a process started, and wait until it is gone."""
    until = monotonic() + _PATIENCE
    while started := descendants(process):
        for one in started:
            with suppress(OSError):  # it ended meanwhile, or is another user's
                os.kill(one, signal.SIGKILL)
        if monotonic() > until:
            return
        sleep(0.001)


def adopt_orphans() -> None:
    """Stay the forebear of all that this process starts, also of what is to run on without it.

    A process that is left by the one that started it, as a daemon is, would else get away.
    """
    _ask_system(_ADOPT, 1)


def be_told_of_the_end_of(parent: int, number: signal.Signals) -> None:
    """Have the system send this process a signal when its parent ends, however that ends."""
    _ask_system(_SIGNAL_WHEN_PARENT_ENDS, int(number))
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def _ask_system(what: int, how: int) -> None:
    import ctypes  # not needed where nothing is executed

    ctypes.CDLL(None).prctl(what, how)


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
