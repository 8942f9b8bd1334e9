"""Processes forked from this one: jobs in parallel, ended with all that they started."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Any

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


_SIGNAL_WHEN_PARENT_ENDS, _ADOPT = 1, 36
"""What the system is asked for: PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER."""
_KILL_TIMEOUT = 5.0
"""Seconds that the system has to end what was killed."""


def find_descendants(process: int) -> set[int]:
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


def kill_descendants(process: int) -> None:
    """End all that a process started, and wait until it is gone."""
    until = monotonic() + _KILL_TIMEOUT
    while started := find_descendants(process):
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


def signal_on_parent_death(parent: int, number: signal.Signals) -> None:
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


Work = Callable[[], Any]
_JOB_GRACE = 10.0
"""Seconds that a job has to clear away what it left, when it is to end."""


@dataclass(frozen=True)
class JobResult:
    """A job that has ended: what it returned, or what it raised."""

    name: str
    result: Any = None
    problem: Exception | None = None


def do_nothing() -> None:
    """Do nothing."""


def run_in_processes(
    jobs: Mapping[str, Work],
    at_once: int = 0,
    begins: Callable[[str], None] = lambda _name: None,
    here: Callable[[], None] = do_nothing,
) -> Generator[JobResult, None, None]:
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
            here = do_nothing
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                name, process = running.pop(ready)
                yield _ended(name, process, ready)
    finally:
        _end(*(process for _, process in running.values()))


@contextmanager
def run_beside(work: Callable[[], None]) -> Iterator[None]:
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


def _done_here(name: str, work: Work) -> JobResult:
    try:
        return JobResult(name, work())
    except Exception as problem:
        return JobResult(name, problem=problem)


def _do(work: Work, tell: Connection, parent: int) -> None:
    """In the new process: do the work, and tell what came of it."""
    _lead(os.getpid())
    adopt_orphans()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to hear
    signal.pthread_sigmask(signal.SIG_UNBLOCK, REQUESTS)
    signal_on_parent_death(parent, signal.SIGHUP)
    try:
        done = _done_here("", work)
    finally:
        kill_descendants(os.getpid())
    with suppress(BrokenPipeError):  # nobody waits any more
        tell.send((done.result, done.problem))


def _do_beside(work: Callable[[], None], parent: int) -> None:
    """In the new process: do the work until this is ended."""
    _lead(os.getpid())
    for number in REQUESTS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, REQUESTS)
    signal_on_parent_death(parent, signal.SIGKILL)
    work()


def _leave(number: int, _frame: object) -> None:
    """End what was started, then unwind, so that folders for a time are cleared away."""
    kill_descendants(os.getpid())
    sys.exit(128 + number)


def _lead(pid: int | None) -> None:
    """Give a process a group of its own, so that no key pressed in a terminal reaches it.

    Both sides ask for it, since either may be first.
    """
    assert pid is not None
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)


def _ended(name: str, process: BaseProcess, told: Connection) -> JobResult:
    try:
        result, problem = told.recv()
    except (EOFError, OSError):  # not even a word, or half of one
        process.join()
        ended = f"{name}: its process ended before it was done (exit code {process.exitcode})"
        return JobResult(name, problem=ChildProcessError(ended))
    process.kill()  # it has no more to do
    process.join()
    return JobResult(name, result, problem)


def _end(*processes: BaseProcess) -> None:
    """End processes and everything that they started."""
    for process in processes:
        assert process.pid is not None
        kill_descendants(process.pid)
        process.terminate()
    for process in processes:
        process.join(_JOB_GRACE)
        process.kill()
        process.join()
