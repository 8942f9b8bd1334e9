"""Stopping: a request to end becomes an exception, so that what was started is ended first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from reportlib.errors import Stopped

REQUESTS: tuple[signal.Signals, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals by which a process is asked to end, where the platform has them."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise ``Stopped`` at the first request to end, and heed no further one.

    A request that this process was started to ignore, as under nohup, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():  # no other one is asked
        yield
        return
    before = {number: signal.getsignal(number) for number in REQUESTS}
    heeded = {number: was for number, was in before.items() if was not in (signal.SIG_IGN, None)}

    def stop(number: int, _frame: object) -> None:
        for one in heeded:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped(number)

    for number in heeded:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, was in heeded.items():
            signal.signal(number, was)
