"""One build at a time: a second one waits, and says for whom."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import strftime

from reportlib.errors import NotWritten
from reportlib.running.progress import Event, Say

try:
    import fcntl
except ImportError:  # a platform without it: there, nothing guards
    fcntl = None  # type: ignore[assignment]


@contextmanager
def alone(guard: Path, say: Say) -> Iterator[int]:
    """Hold a file for as long as the block runs; wait for another process that does.

    The system lets go of it however the process ends, once nothing that it forked runs any more.

    Yields:
        When it was taken, in nanoseconds, by the clock of the file system.

    Raises:
        NotWritten: nothing can be written there.
    """
    try:
        guard.parent.mkdir(parents=True, exist_ok=True)
        file = guard.open("a+", encoding="utf-8")
    except OSError as problem:
        raise NotWritten.of(guard, problem) from None
    with file:
        if fcntl is not None:
            _take(file.fileno(), guard, say)
        try:
            file.truncate(0)
            file.write(f"process {os.getpid()}, since {strftime('%H:%M:%S')}")
            file.flush()
        except OSError as problem:
            raise NotWritten.of(guard, problem) from None
        yield os.fstat(file.fileno()).st_mtime_ns


def _take(descriptor: int, guard: Path, say: Say) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = guard.read_text(encoding="utf-8") or "one that has just begun"
        say(Event("waiting", f"waiting for another command that writes here: {holder}"))
        fcntl.flock(descriptor, fcntl.LOCK_EX)
