"""One build at a time: a second one waits, and says for whom."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reportlib.errors import ReportError
from reportlib.running.progress import Event, Say

try:
    import fcntl
except ImportError:  # a platform without it: there, nothing guards
    fcntl = None  # type: ignore[assignment]


@contextmanager
def alone(guard: Path, say: Say) -> Iterator[None]:
    """Hold a file for as long as the block runs; wait for another process that does.

    The system lets go of it however the process ends.

    Raises:
        ReportError: nothing can be written there.
    """
    try:
        guard.parent.mkdir(parents=True, exist_ok=True)
        file = guard.open("a+", encoding="utf-8")
    except OSError as problem:
        raise ReportError(
            f"{guard.parent} cannot be written to ({problem.strerror}): make it writable."
        ) from None
    with file:
        if fcntl is not None:
            _take(file.fileno(), guard, say)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield


def _take(descriptor: int, guard: Path, say: Say) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = guard.read_text(encoding="utf-8") or "unknown"
        say(Event("waiting", f"waiting for another build, process {holder}"))
        fcntl.flock(descriptor, fcntl.LOCK_EX)
