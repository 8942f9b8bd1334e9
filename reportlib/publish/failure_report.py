"""The account of a build that failed, left for people to read beside the last good page."""

from __future__ import annotations

from contextlib import suppress

from reportlib.errors import FaultsFound, NotWritten, RunFailed, RunsFailed
from reportlib.execute.executor import to_run_failed
from reportlib.execute.files import write_atomically
from reportlib.study import Build


def write_failure_report(build: Build, problem: Exception) -> None:
    """Write what is known of a failure, unless that cannot be written either."""
    from reportlib.publish.html_page import render_failure_page  # heavy: nbconvert

    if not isinstance(problem, (FaultsFound, RunFailed, RunsFailed)):
        problem = to_run_failed(problem, "The build")
    with suppress(NotWritten):
        write_atomically(build.failure, render_failure_page(problem))
