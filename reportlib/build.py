"""The build: check, plan, execute, publish and record, or report a failure."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportlib.errors import (
    FaultsFound,
    NotWritten,
    ReportError,
    RunFailed,
    RunsFailed,
    SavedMeanwhile,
)
from reportlib.execute.drawings import run_drawing_process
from reportlib.execute.executor import BuildOptions, Executor, to_run_failed
from reportlib.execute.files import (
    hold_build_lock,
    remove_scratch,
    write_atomically,
    write_together,
)
from reportlib.execute.input_snapshot import ConcurrentEdits
from reportlib.execute.plan import make_plan
from reportlib.execute.process_pool import Work, do_nothing, run_in_processes, stoppable
from reportlib.execute.progress import Event, Say, print_lines
from reportlib.execute.state import BuildContext, make_run_record
from reportlib.load.parameters import Parameters
from reportlib.model.formatting import join_words
from reportlib.study import Build, Study

_USUAL = BuildOptions()
_ROUNDS = 4
"""The number of times that a build begins if something is saved meanwhile."""


def build_report(
    study: Study, set_name: str, say: Say = print_lines, options: BuildOptions = _USUAL
) -> Build:
    """Bring the page of a parameter set up to date.

    What is stale is executed, in parallel; other prose is put in without. Then the page and what
    lies beside it is published, all of one state of the study: if something is saved meanwhile,
    what is stale by that is executed, too. A failed build leaves the last good page in place, with
    a report of the failure beside it, and keeps what other notebooks gave.

    Raises:
        BadParameters, BadData, BadNotebook: before anything ran, with every fault at once.
        RunsFailed: notebooks stopped, or chapters recorded nothing.
        NotWritten: the disk is full, or nothing may be written there.
        Stopped: a person or the system asked for it; what was started has been ended.
    """
    if set_name not in study.set_names():
        Parameters.read(study).settings(set_name)  # raises, with the names of the sets
    build = study.build(set_name)
    # Read first, since another make may write its listing, of a later state, while this one runs.
    stamped = options.stamp and build.new_stamp.is_file()
    listing = build.new_stamp.read_bytes() if stamped else None
    with stoppable(), hold_build_lock(build.guard, say):
        try:
            remove_scratch(build)
            _build_until_at_rest(study, set_name, say, options)
            if listing is not None:
                write_together({build.stamp: listing}, gone=[build.new_stamp])
        except Exception as problem:
            remove_scratch(build)  # of notebooks whose process ended before it could do so
            _report_failure(build, problem)
            say(Event("account", f"{study.relative(build.failure)} says what went wrong"))
            raise
    return build


def _build_until_at_rest(study: Study, set_name: str, say: Say, options: BuildOptions) -> None:
    """Build again for as long as something is saved meanwhile: no page is of two states."""
    for _ in range(_ROUNDS):
        edits = ConcurrentEdits(study)
        try:
            if _build_once(study, set_name, edits, say, options):
                return
        except Exception:
            if not edits.files:  # else a file that was saved by half may be the cause
                raise
        saved = join_words(edits.files)
        say(Event("saved", f"saved meanwhile, and looked at again: {saved}"))
    raise SavedMeanwhile(
        f"Again and again something was saved while the page was made, at last {saved}. The page "
        "is as it was: build when the files are at rest."
    )


def _build_once(
    study: Study, set_name: str, edits: ConcurrentEdits, say: Say, options: BuildOptions
) -> bool:
    """Build, and return whether all of it could be done on one state of the study."""
    started = datetime.now(UTC)
    context = BuildContext.read(study, set_name)
    plan = make_plan(context)
    if plan.idle:
        write_together({}, gone=[context.build.failure])
        say(Event("idle", f"{study.relative(context.build.page)} is up to date"))
        return True
    forking = bool(plan.stale) and options.kernel == "forked"
    with run_drawing_process() if forking else nullcontext():
        _check(context, edits, _warm_up if forking else do_nothing)
        Executor(context, edits, options, say).carry_out(plan)
        # In a process of its own, since drawing starts threads, and this one is forked again.
        artefacts, obsolete = _run_in_process("Publishing", lambda: _make_publication(context))
        if edits.files:
            return False
        if edits.of_library:
            raise SavedMeanwhile(
                "The library was saved while it was at work. The page is as it was: build again."
            )
        record = {context.build.manifest: make_run_record(context, started, artefacts)}
        write_together(artefacts | record, [*obsolete, context.build.failure])
    say(Event("published", f"wrote {study.relative(context.build.page)}"))
    return True


def _check(context: BuildContext, edits: ConcurrentEdits, prepare: Callable[[], None]) -> None:
    """Check data and notebooks, unless nothing has changed since they were in order.

    Meanwhile this process prepares for what comes then.
    """
    study, state = context.study, context.state
    if state.checked == edits.digest:
        prepare()
        return
    _run_in_process("Checking the data", lambda: _check_data(study), prepare)
    from reportlib.lint.notebook_contract import check_notebooks  # heavy: nbconvert

    check_notebooks(study)
    if not edits.files:
        state.checked = edits.digest
        state.write(context.build)


def _check_data(study: Study) -> None:
    from reportlib.load.validation import check_package  # heavy: frictionless

    check_package(study)


def _warm_up() -> None:
    from reportlib.execute.run_notebook import warm_up  # heavy: papermill

    warm_up()


def _make_publication(context: BuildContext) -> tuple[dict[Path, str], list[Path]]:
    """Return the files to publish, by path, and those to remove."""
    from reportlib.execute.drawings import trim_cache
    from reportlib.publish.publisher import (  # heavy: pandas, nbconvert
        find_obsolete_files,
        make_publication,
    )

    trim_cache(context.study.drawings)
    artefacts = make_publication(context)
    return artefacts, find_obsolete_files(context.build, artefacts)


def _run_in_process(name: str, work: Work, here: Callable[[], None] = do_nothing) -> Any:
    """Return what some work returns in a process of its own, or raise the error that it raises."""

    def work_with_portable_errors() -> Any:
        try:
            return work()
        except ReportError:
            raise
        except Exception as problem:  # not every error can cross to another process
            raise to_run_failed(problem, name) from None

    with closing(run_in_processes({name: work_with_portable_errors}, 1, here=here)) as results:
        (job,) = results
    if isinstance(job.problem, ReportError):
        raise job.problem
    if job.problem is not None:  # the process was ended
        raise to_run_failed(job.problem, name)
    return job.result


def _report_failure(build: Build, problem: Exception) -> None:
    """Write a report of a failure beside the last good page, if it can be written."""
    from reportlib.publish.html_page import render_failure_page  # heavy: nbconvert

    if not isinstance(problem, (FaultsFound, RunFailed, RunsFailed)):
        problem = to_run_failed(problem, "The build")
    with suppress(NotWritten):
        write_atomically(build.failure, render_failure_page(problem))
