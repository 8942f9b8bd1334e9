"""Processes forked from this one: jobs in parallel, ended with all that they started."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
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
_ENDING = tuple(number for number in REQUESTS if number != signal.SIGINT)


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


_FORK = multiprocessing.get_context("fork")
_SIGNAL_WHEN_PARENT_ENDS, _ADOPT = 1, 36
"""What the system is asked for: PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER."""
_KILL_TIMEOUT = 5.0
"""Seconds that the system has to end what was killed."""


def find_descendants(pid: int) -> set[int]:
    """Return the processes that a process started, and that these started, without zombies."""
    import psutil  # not needed where nothing is executed

    descendants = set()
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # it ended meanwhile
                if process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
                    descendants.add(process.pid)
    return descendants


def kill_descendants(pid: int) -> None:
    """End all that a process started, and wait until it is gone."""
    until = monotonic() + _KILL_TIMEOUT
    while descendants := find_descendants(pid):
        for descendant in descendants:
            with suppress(OSError):  # it ended meanwhile, or is another user's
                os.kill(descendant, signal.SIGKILL)
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


@dataclass(frozen=True)
class _DeathNotice:
    """What a job tells its parent beforehand: the error if its process ends from now on."""

    explain: Callable[[str], Exception]
    limit: float
    overdue: str


@dataclass
class _Job:
    """A job at work in its process."""

    name: str
    process: BaseProcess
    connection: Connection
    explain: Callable[[str], Exception] | None = None
    deadline: float = inf
    overdue: str = ""

    def receive(self) -> JobResult | None:
        """Return the result, if it has come; take in what the job tells before."""
        while self.connection.poll():
            try:
                message = self.connection.recv()
            except (EOFError, OSError):  # not even a word, or half of one
                self.process.join()
                return JobResult(self.name, problem=self._explain_death())
            if not isinstance(message, _DeathNotice):
                self.process.kill()  # it has no more to do
                self.process.join()
                return JobResult(self.name, *message)
            self.explain, self.overdue = message.explain, message.overdue
            self.deadline = monotonic() + message.limit
        return None

    def kill_overdue(self) -> JobResult:
        """End a job that is past its deadline, with all that it started."""
        assert self.process.pid is not None
        assert self.explain is not None
        kill_descendants(self.process.pid)
        self.process.kill()
        self.process.join()
        return JobResult(self.name, problem=self.explain(self.overdue))

    def _explain_death(self) -> Exception:
        code = self.process.exitcode or 0
        if self.explain is None:
            return ChildProcessError(
                f"{self.name}: its process ended before it was done (exit code {code})"
            )
        end = f"ended with exit status {code}"
        if code < 0:
            end = f"was ended by {signal.Signals(-code).name}"
        return self.explain(f"The notebook's process {end}.")


_report: Connection | None = None
"""In a job's process: the connection to the process that waits for the job."""
_claimed = False
_exit_code = 0


def explain_death(
    explain: Callable[[str], Exception], limit: float = inf, overdue: str = ""
) -> None:
    """Tell the parent of this job what error to report if the job's process ends from now on.

    Args:
        explain: makes the error of a sentence that says how the process ended.
        limit: seconds after which the parent ends the process.
        overdue: the sentence for that case.
    """
    if _report is not None:
        _report.send(_DeathNotice(explain, limit, overdue))


def is_unclaimed_job() -> bool:
    """Return whether this process was forked for one job and nothing has claimed it yet."""
    return _report is not None and not _claimed


def claim_process() -> bool:
    """Claim this process for a notebook, and return whether it was an unclaimed job's.

    The next notebook in the same process would see what the first left there.
    """
    global _claimed
    unclaimed = is_unclaimed_job()
    _claimed = True
    return unclaimed


def exit_if_asked() -> None:
    """Exit if a request to end came while code ran that catches ``SystemExit``."""
    if _exit_code:
        sys.exit(_exit_code)


def do_nothing() -> None:
    """Do nothing."""


def run_in_processes(
    jobs: Mapping[str, Work],
    at_once: int = 0,
    begins: Callable[[str], None] = lambda _name: None,
    here: Callable[[], None] = do_nothing,
) -> Generator[JobResult, None, None]:
    """Do each job in a fresh process, and yield its result when it has ended.

    A job that fails does not stop the others. When the caller closes the generator, or is
    stopped itself, even by force, what still runs is ended with all that it started. Where this
    process cannot be forked safely, the jobs are done here, one after the other.

    Not multiprocessing's forkserver: jobs are closures over what this process has read, and its
    server would have to import again what this process has imported.

    Args:
        jobs: what to do, by name.
        at_once: how many processes there are at most; 0: as many as there are processors for this
            process.
        begins: called with the name of each job when it begins.
        here: what this process itself does while the first of them are at work.
    """
    if not can_fork():
        here()
        for name, work in jobs.items():
            begins(name)
            yield _do_here(name, work)
        return
    import psutil  # noqa: F401  # once for all jobs, and before one watches what it opens

    at_once = at_once or len(os.sched_getaffinity(0))
    waiting = list(jobs.items())
    running: dict[Connection, _Job] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                name, work = waiting.pop(0)
                begins(name)
                ours, theirs = _FORK.Pipe(duplex=False)
                process = _FORK.Process(target=_do, args=(work, theirs, os.getpid()), name=name)
                with _delay_requests():
                    process.start()
                    _make_group_leader(process.pid)
                    running[ours] = _Job(name, process, ours)
                theirs.close()
            here()
            here = do_nothing
            deadline = min(job.deadline for job in running.values())
            left = None if deadline == inf else max(0.0, deadline - monotonic())
            for ready in wait(list(running), left):
                assert isinstance(ready, Connection)
                if (result := running[ready].receive()) is not None:
                    del running[ready]
                    yield result
            for job in [job for job in running.values() if job.deadline < monotonic()]:
                del running[job.connection]
                yield job.kill_overdue()
    finally:
        _end(*(job.process for job in running.values()))


@contextmanager
def run_beside(work: Callable[[], None]) -> Iterator[None]:
    """Have a process do work for as long as the block runs, or this process, however it ends.

    This process must be one that can be forked.
    """
    process = _FORK.Process(target=_do_beside, args=(work, os.getpid()), daemon=True)
    try:
        with _delay_requests():
            process.start()
            _make_group_leader(process.pid)
        yield
    finally:
        with _delay_requests():
            if process.pid is not None:
                process.kill()
                process.join()


def can_fork() -> bool:
    """Whether this process can be forked safely: on a platform that lets it, with no threads."""
    if sys.platform != "linux":
        return False
    with _delay_requests():
        probe = os.fork()
        if probe == 0:
            os._exit(0)
        os.waitpid(probe, 0)
    return has_one_thread()


@contextmanager
def _delay_requests() -> Iterator[None]:
    """Let a request to end wait until the block is done.

    Such a request is an exception, and one that is raised while Python forks is passed over.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, REQUESTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _do_here(name: str, work: Work) -> JobResult:
    try:
        return JobResult(name, work())
    except Exception as problem:
        return JobResult(name, problem=problem)


def _do(work: Work, tell: Connection, parent: int) -> None:
    """In the new process: do the work, and tell what came of it."""
    global _report, _claimed
    _report, _claimed = tell, False
    _make_group_leader(os.getpid())
    adopt_orphans()
    for number in _ENDING:
        signal.signal(number, _leave)
    os.register_at_fork(after_in_child=_restore_default_handlers)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to hear
    signal.pthread_sigmask(signal.SIG_UNBLOCK, REQUESTS)
    signal_on_parent_death(parent, signal.SIGHUP)
    try:
        done = _do_here("", work)
    finally:
        kill_descendants(os.getpid())
    with suppress(BrokenPipeError):  # nobody waits any more
        tell.send((done.result, done.problem))


def _do_beside(work: Callable[[], None], parent: int) -> None:
    """In the new process: do the work until this is ended."""
    _make_group_leader(os.getpid())
    for number in REQUESTS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, REQUESTS)
    signal_on_parent_death(parent, signal.SIGKILL)
    work()


def _restore_default_handlers() -> None:
    """Let a process that the work forks end at a signal: a pool's terminate() counts on it."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _frame: object) -> None:
    """End what was started, then unwind, so that folders for a time are cleared away."""
    global _exit_code
    _exit_code = 128 + number
    faulthandler.dump_traceback_later(_JOB_GRACE, exit=True, file=2)  # if it goes on
    kill_descendants(os.getpid())
    sys.exit(_exit_code)


def _make_group_leader(pid: int | None) -> None:
    """Give a process a group of its own, so that no key pressed in a terminal reaches it.

    Both sides ask for it, since either may be first.
    """
    assert pid is not None
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)


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
