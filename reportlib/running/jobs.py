"""Jobs: work in processes of its own, forked from this one, so many at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from reportlib.running.lineage import (
    adopt_orphans,
    be_told_of_the_end_of,
    end_below,
    has_one_thread,
)
from reportlib.running.stopping import REQUESTS

Work = Callable[[], Any]
_PATIENCE = 10.0
"""Seconds that a job has to clear away what it left, when it is to end."""


@dataclass(frozen=True)
class Done:
    """A job that has ended: what it returned, or what it raised."""

    name: str
    result: Any = None
    problem: Exception | None = None


def nothing() -> None:
    """Do nothing."""


def in_processes(
    jobs: Mapping[str, Work],
    at_once: int = 0,
    begins: Callable[[str], None] = lambda _name: None,
    here: Callable[[], None] = nothing,
) -> Generator[Done, None, None]:
    """Do each job in a fresh process, and yield it when it has ended.

    A job that fails does not stop the others. When the caller closes what is returned here, or is
    stopped itself, even by force, what still runs is ended with all that it started. Where this
    process cannot be forked safely, the jobs are done here, one after the other.

    Args:
        jobs: what to do, by name.
        at_once: how many processes there are at most; 0: as many as there are processors for this
            process.
        begins: told the name of each job when it begins.
        here: what this process itself does while the first of them are at work.
    """
    if not can_fork():
        here()
        for name, work in jobs.items():
            begins(name)
            yield _done_here(name, work)
        return
    at_once = at_once or len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("fork")
    waiting = list(jobs.items())
    running: dict[Connection, tuple[str, BaseProcess]] = {}
    process: BaseProcess
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                name, work = waiting.pop(0)
                begins(name)
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_do, args=(work, theirs, os.getpid()), name=name)
                with _no_request_lost():
                    process.start()
                    _lead(process.pid)
                    running[ours] = (name, process)
                theirs.close()
            here()
            here = nothing
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                name, process = running.pop(ready)
                yield _ended(name, process, ready)
    finally:
        _end(*(process for _, process in running.values()))


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Have a process do work for as long as the block runs, or this process, however it ends.

    This process must be one that can be forked.
    """
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_do_beside, args=(work, os.getpid()), daemon=True)
    try:
        with _no_request_lost():
            process.start()
            _lead(process.pid)
        yield
    finally:
        with _no_request_lost():
            if process.pid is not None:
                process.kill()
                process.join()


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
    before = signal.pthread_sigmask(signal.SIG_BLOCK, REQUESTS)
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
    _lead(os.getpid())
    adopt_orphans()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to hear
    signal.pthread_sigmask(signal.SIG_UNBLOCK, REQUESTS)
    be_told_of_the_end_of(parent, signal.SIGHUP)
    try:
        done = _done_here("", work)
    finally:
        end_below(os.getpid())
    with suppress(BrokenPipeError):  # nobody waits any more
        tell.send((done.result, done.problem))


def _do_beside(work: Callable[[], None], parent: int) -> None:
    """In the new process: do the work until this is ended."""
    _lead(os.getpid())
    for number in REQUESTS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, REQUESTS)
    be_told_of_the_end_of(parent, signal.SIGKILL)
    work()


def _leave(number: int, _frame: object) -> None:
    """End what was started, then unwind, so that folders for a time are cleared away."""
    end_below(os.getpid())
    sys.exit(128 + number)


def _lead(pid: int | None) -> None:
    """Give a process a group of its own, so that no key pressed in a terminal reaches it.

    Both sides ask for it, since either may be first.
    """
    assert pid is not None
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)


def _ended(name: str, process: BaseProcess, told: Connection) -> Done:
    try:
        result, problem = told.recv()
    except (EOFError, OSError):  # not even a word, or half of one
        process.join()
        ended = f"{name}: its process ended before it was done (exit code {process.exitcode})"
        return Done(name, problem=ChildProcessError(ended))
    process.kill()  # it has no more to do
    process.join()
    return Done(name, result, problem)


def _end(*processes: BaseProcess) -> None:
    """End processes and everything that they started."""
    for process in processes:
        assert process.pid is not None
        end_below(process.pid)
        process.terminate()
    for process in processes:
        process.join(_PATIENCE)
        process.kill()
        process.join()
