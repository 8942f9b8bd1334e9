"""The account of a build that failed, left for people to read beside the last good page."""

from __future__ import annotations

from contextlib import suppress
from traceback import format_exception

from reportlib.errors import FaultsFound, NotWritten, ReportError, RunFailed, RunsFailed
from reportlib.running.files import write_whole
from reportlib.study import Build


def leave_account(build: Build, problem: Exception) -> None:
    """Write what is known of a failure, unless that cannot be written either."""
    from reportlib.running.page import failure_page  # heavy: nbconvert

    if not isinstance(problem, ReportError):
        told = f"{type(problem).__name__}: {problem}"
        problem = RunFailed("The build", told, traceback="".join(format_exception(problem)))
    elif not isinstance(problem, (FaultsFound, RunFailed, RunsFailed)):
        problem = RunFailed("The build", str(problem))
    with suppress(NotWritten):
        write_whole(build.failure, failure_page(problem))
