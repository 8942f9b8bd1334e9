"""The account of a build that failed, left for people to read beside the last good page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from traceback import format_exception
from typing import TypeVar

from reportlib.errors import FaultsFound, NotWritten, ReportError, RunFailed, RunsFailed
from reportlib.running.files import write_whole
from reportlib.study import Build

T = TypeVar("T")


def leave_account(build: Build, problem: Exception) -> None:
    """Write what is known of a failure, unless that cannot be written either."""
    from reportlib.running.page import failure_page  # heavy: nbconvert

    if not isinstance(problem, (FaultsFound, RunFailed, RunsFailed)):
        problem = as_failure(problem, "The build")
    with suppress(NotWritten):
        write_whole(build.failure, failure_page(problem))


def telling_all(where: str, work: Callable[[], T]) -> T:
    """Do some work of a process of its own, whose errors cross to another one by what they say.

    Raises:
        ReportError: as the work raises it; RunFailed, with the traceback, for any other error.
    """
    try:
        return work()
    except ReportError:
        raise
    except Exception as problem:
        raise as_failure(problem, where) from None


def as_failure(problem: Exception, where: str) -> RunFailed:
    """Return a problem as the failure of a notebook, or of what else was at work there."""
    if isinstance(problem, RunFailed):
        return problem
    if isinstance(problem, (ReportError, ChildProcessError)):
        return RunFailed(where, str(problem))
    told = f"{type(problem).__name__}: {problem}"
    return RunFailed(where, told, traceback="".join(format_exception(problem)))
