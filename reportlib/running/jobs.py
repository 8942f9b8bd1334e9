"""Jobs: work in processes of its own, forked from this one, so many at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from reportlib.running.lineage import has_one_thread

Work = Callable[[], Any]

_REQUESTS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Done:
    """A job that has ended: what it returned, or what it raised."""

    name: str
    result: Any = None
    problem: Exception | None = None


def in_processes(jobs: Mapping[str, Work], at_once: int) -> Iterator[Done]:
    """Do each job in a fresh process, and yield it when it has ended.

    A job that fails does not stop the others. When the caller stops iterating, or is stopped
    itself, what still runs is ended with all that it started. Where this process cannot be forked
    safely, the jobs are done here, one after the other.
    """
    if not can_fork():
        yield from (_done_here(name, work) for name, work in jobs.items())
        return
    context = multiprocessing.get_context("fork")
    waiting = list(jobs.items())
    running: dict[Connection, tuple[str, BaseProcess]] = {}
    process: BaseProcess
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                name, work = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_do, args=(work, theirs, os.getpid()), name=name)
                with _no_request_lost():
                    process.start()
                    _lead(process.pid)
                    running[ours] = (name, process)
                theirs.close()
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                name, process = running.pop(ready)
                yield _ended(name, process, ready)
    finally:
        for _, process in running.values():
            _end(process)


def can_fork() -> bool:
    """Whether this process can be forked safely: on a platform that lets it, with no threads."""
    if sys.platform != "linux":
        return False
    with _no_request_lost():
        probe = os.fork()
        if probe == 0:
            os._exit(0)
        os.waitpid(probe, 0)
    return has_one_thread()


@contextmanager
def _no_request_lost() -> Iterator[None]:
    """Let a request to end wait until the block is done.

    Such a request is an exception, and one that is raised while Python forks is passed over.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _REQUESTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _done_here(name: str, work: Work) -> Done:
    try:
        return Done(name, work())
    except Exception as problem:
        return Done(name, problem=problem)


def _do(work: Work, tell: Connection, parent: int) -> None:
    """In the new process: do the work, and tell what came of it."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _REQUESTS)
    _lead(os.getpid())
    _die_with(parent)
    try:
        tell.send((work(), None))
    except Exception as problem:
        tell.send((None, problem))
    finally:
        tell.close()


def _lead(pid: int | None) -> None:
    """Give a process a group of its own, so that all it starts can be ended with it.

    Both sides ask for it, since either may be first.
    """
    assert pid is not None
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)


def _ended(name: str, process: BaseProcess, told: Connection) -> Done:
    try:
        result, problem = told.recv()
    except EOFError:
        process.join()
        ended = f"{name}: its process ended before it was done (exit code {process.exitcode})"
        return Done(name, problem=ChildProcessError(ended))
    _end(process)
    return Done(name, result, problem)


def _end(process: BaseProcess) -> None:
    """End a process and everything in its group."""
    assert process.pid is not None
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.join()


def _die_with(parent: int) -> None:
    """Ask the system to end this process when its parent ends, however that ends."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
