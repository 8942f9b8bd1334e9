"""A process forked for one notebook, as the library that runs notebooks sees a kernel."""

from __future__ import annotations

import contextlib
import contextvars
import os
import signal
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from types import TracebackType

from jupyter_client.session import Session
from tqdm import TMonitor

from reportlib.execute.forked.client import Client
from reportlib.execute.forked.shell import serve
from reportlib.execute.forked.wire import END, Wire
from reportlib.execute.process_pool import find_descendants, has_one_thread, kill_descendants

PATIENCE = 5.0
"""Seconds that a child has to end by itself: as long as a kernel is given."""


class Unforkable(Exception):
    """Other threads run in this process, and none of them would run in a fork of it."""


class Child:
    """A fresh child of this process that runs the cells of one notebook.

    To nbclient it is a kernel's manager. At the end of a ``with`` it is ended, with all that it
    started: by itself if all went well, else at once.
    """

    has_kernel = True

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        """Fork a child, with what the command line of a kernel would hold.

        Raises:
            Unforkable: other threads run in this process.
        """
        with _unwatched_bars():
            if threading.active_count() > 1:
                raise Unforkable
            self._wire, theirs = Wire.pair()
            session = Session()
            self._client = Client(self, self._wire, session)
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            self._pid = os.fork()
            if self._pid == 0:
                self._wire.close()
                # In a context of its own: no value that this process set for itself is seen there.
                contextvars.Context().run(serve, theirs, session, arguments)
            theirs.close()
            # Counted now: what computes in threads, such as NumPy, ends them for a fork.
            if not has_one_thread():
                self.end(at_once=True)
                raise Unforkable

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.end(at_once=error is not None)

    def client(self) -> Client:
        """Return what talks to the child."""
        return self._client

    def is_alive(self) -> bool:
        """Whether the child still runs."""
        return self._fate() is None

    def interrupt_kernel(self) -> None:
        """Raise KeyboardInterrupt in the cell, and interrupt what it started."""
        os.killpg(self._pid, signal.SIGINT)

    def fate(self) -> str:
        """How the child ended by itself, for people."""
        until = monotonic() + 1  # its end of the wire closes a little before it has ended
        while (fate := self._fate()) is None:
            if monotonic() > until:
                return "no longer answers"
            sleep(0.001)
        return fate

    def end(self, *, at_once: bool) -> None:
        """End the child and what it started."""
        started: Collection[int] = ()
        if not at_once:
            started = find_descendants(self._pid)
            self._ask_to_end()
        if self.is_alive():
            kill_descendants(self._pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        for process in (self._pid, *started):  # what has no group yet, and what outlived it
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        self._client.stop_channels()
        self._wire.close()

    def _ask_to_end(self) -> None:
        until = monotonic() + PATIENCE
        with contextlib.suppress(BrokenPipeError, EOFError):
            self._wire.send([END])
            while self.is_alive() and monotonic() < until:
                self._wire.receive()  # what it says now belongs to no cell
                sleep(0.001)

    def _fate(self) -> str | None:
        """How the child ended, if it did; its number stays its own until it is waited for."""
        try:
            ended = os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:  # someone else waited for it
            return "ended"
        if ended is None:
            return None
        if ended.si_code == os.CLD_EXITED:
            return f"ended with exit status {ended.si_status}"
        return f"was ended by {signal.Signals(ended.si_status).name}"


@contextmanager
def _unwatched_bars() -> Iterator[None]:
    """Pause the thread in which tqdm watches its progress bars, papermill's among them."""
    watches = [one for one in threading.enumerate() if isinstance(one, TMonitor)]
    for watch in watches:
        watch.exit()
    try:
        yield
    finally:
        for watch in watches:
            watch.tqdm_cls.monitor = TMonitor(watch.tqdm_cls, watch.sleep_interval)
