"""The build: exactly what is out of date is executed, and what comes out is published."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from reportlib.errors import ReportError, SavedMeanwhile
from reportlib.execute.concurrent_edits import ConcurrentEdits
from reportlib.execute.drawings import run_drawing_process
from reportlib.execute.executor import (
    BuildOptions,
    Executor,
    digest_library_at_start,
    raise_as_run_failed,
    to_run_failed,
)
from reportlib.execute.files import (
    hold_build_lock,
    remove_scratch,
    write_atomically,
    write_together,
)
from reportlib.execute.inputs import digest_file, digest_library, digest_value
from reportlib.execute.plan import Plan, Reason, explain_staleness, has_prose_update, make_plan
from reportlib.execute.process_pool import Work, do_nothing, run_in_processes, stoppable
from reportlib.execute.progress import Event, Say, print_lines
from reportlib.execute.state import BuildState, digest_study_inputs, make_manifest
from reportlib.load.parameters import Parameters
from reportlib.model.formatting import join_words
from reportlib.publish.failure_report import write_failure_report
from reportlib.study import Build, Study

_USUAL = BuildOptions()
_ROUNDS = 4
"""How often a build begins again because something was saved meanwhile."""
_TICK = 20_000_000
"""Nanoseconds that the clock of a file system may be behind."""
_CHECKING, _PUBLISHING = "Checking the data", "Publishing"


def build_report(
    study: Study, set_name: str, say: Say = print_lines, how: BuildOptions = _USUAL
) -> Build:
    """Bring the page of a parameter set up to date.

    What is stale is executed, in parallel; other prose is put in without. Then the page and what
    lies beside it is published, all of one state of the study: if something is saved meanwhile,
    what is stale by that is executed, too. A failed build leaves the last good page in place, with
    an account of the failure beside it, and keeps what other notebooks gave.

    Raises:
        BadParameters, BadData, BadNotebook: before anything ran, with every fault at once.
        RunsFailed: notebooks stopped, or chapters recorded nothing.
        NotWritten: the disk is full, or nothing may be written there.
        Stopped: somebody asked for it; what was started has been ended.
    """
    if set_name not in study.set_names():
        Parameters.read(study).settings(set_name)  # tells which there are
    build = study.build(set_name)
    with stoppable(), hold_build_lock(build.guard, say) as taken:
        try:
            remove_scratch(build)
            _build_until_at_rest(study, set_name, say, how)
            if how.stamp:
                write_atomically(build.stamp, "")
                os.utime(build.stamp, ns=(taken - _TICK, taken - _TICK))
        except Exception as problem:
            write_failure_report(build, problem)
            say(Event("account", f"{study.relative(build.failure)} tells of what went wrong"))
            raise
    return build


def _build_until_at_rest(study: Study, set_name: str, say: Say, how: BuildOptions) -> None:
    """Build again for as long as something is saved meanwhile: no page is of two states."""
    for _ in range(_ROUNDS):
        one = _Building(study, set_name, say, how)
        try:
            if one.go():
                return
        except Exception:
            if not one.meanwhile.files:  # else it may come of a file that was saved by half
                raise
        saved = join_words(one.meanwhile.files)
        say(Event("saved", f"saved meanwhile, and looked at again: {saved}"))
    raise SavedMeanwhile(
        f"Again and again something was saved while the page was made, at last {saved}. The page "
        "is as it was: build when the files are at rest."
    )


def _in_a_process(name: str, work: Work, here: Callable[[], None] = do_nothing) -> Any:
    """Return what some work returns that is done in a process of its own, or raise what it did."""
    job = {name: partial(raise_as_run_failed, name, work)}
    with closing(run_in_processes(job, at_once=1, here=here)) as ended:
        (done,) = ended
    if isinstance(done.problem, ReportError):
        raise done.problem
    if done.problem is not None:  # the process was ended
        raise to_run_failed(done.problem, name)
    return done.result


def _warm_up() -> None:
    from reportlib.execute.run_notebook import warm_up  # heavy: papermill

    warm_up()


class _Building:
    """One build at work."""

    def __init__(self, study: Study, set_name: str, say: Say, how: BuildOptions) -> None:
        self._started = datetime.now(UTC)
        self.meanwhile = ConcurrentEdits(study)
        self._study, self._say, self._how = study, say, how
        self._parameters = Parameters.read(study)
        self._settings = self._parameters.settings(set_name)
        self._build = study.build(set_name)
        self._memory = BuildState.read(self._build)
        self._inputs = digest_study_inputs(study)
        self._library = digest_library_at_start()  # before more of it is imported
        self._executing = Executor(
            study, self._build, self._parameters, self._settings, self._memory, self.meanwhile,
            how, say,
        )  # fmt: skip

    def go(self) -> bool:
        """Do what there is to do; return whether all of it could be done on one state."""
        study, build = self._study, self._build
        found = make_plan(study, build, self._memory, self._parameters, self._settings)
        if found.idle:
            write_together({}, gone=[build.failure])
            self._say(Event("idle", f"{study.relative(build.page)} is up to date"))
            return True
        forking = bool(found.stale) and self._how.kernel == "forked"
        with run_drawing_process() if forking else nullcontext():
            self._check(_warm_up if forking else do_nothing)
            return self._bring_up_to_date(found)

    def _bring_up_to_date(self, found: Plan) -> bool:
        study, executing = self._study, self._executing
        executing.forget_what_is_gone()
        executing.to_do = len(found.stale)
        chapters = {path: why for path, why in found.stale.items() if path != study.report}
        executing.execute({p: why for p, why in chapters.items() if not executing.share(p)})
        for notebook in found.reworded:
            executing.reword(notebook)
        # Only now: a chapter may have been executed, and have given what it gave before.
        if report := self._why(study.report):
            executing.execute({study.report: report})
        elif has_prose_update(self._memory, study.report):
            executing.reword(study.report)
        return self._publish()

    def _publish(self) -> bool:
        """Publish what was made, unless something was saved meanwhile."""
        build = self._build
        # In a process of its own, since what draws charts starts threads: this one is forked again.
        made, gone = _in_a_process(_PUBLISHING, self._make)
        if self.meanwhile.files:
            return False
        if digest_library() != self._library:
            raise SavedMeanwhile(
                "The library was saved while it was at work. The page is as it was: build again."
            )
        manifest = make_manifest(
            build, self._settings, self._started, self._memory, self._inputs, made
        )
        write_together(made | {build.manifest: manifest}, [*gone, build.failure])
        self._say(Event("published", f"wrote {self._study.relative(build.page)}"))
        return True

    def _make(self) -> tuple[dict[Path, str], list[Path]]:
        """In a process of its own: return what readers get, and what is there beside it."""
        from reportlib.execute.drawings import trim_cache
        from reportlib.publish.publisher import (  # heavy: pandas, nbconvert
            find_obsolete_files,
            make_publication,
        )

        trim_cache(self._study.drawings)
        made = make_publication(self._study, self._settings, self._parameters, self._inputs)
        return made, find_obsolete_files(self._build, made)

    def _check_data(self) -> None:
        from reportlib.load.validation import check_package  # heavy: frictionless

        check_package(self._study)

    def _why(self, notebook: Path) -> Sequence[Reason]:
        return explain_staleness(
            self._study, self._build, self._memory, self._parameters, self._settings, notebook
        )

    def _check(self, get_ready: Callable[[], None]) -> None:
        """Check data and notebooks, unless nothing has changed since they were in order.

        Meanwhile this process gets ready for what comes then.
        """
        notebooks = self._study.notebooks.glob("*.ipynb")
        sources = {path.name: digest_file(path) for path in notebooks}
        state = digest_value([self._inputs, sources, self._library])
        if state == self._memory.checked:
            get_ready()
            return
        _in_a_process(_CHECKING, self._check_data, get_ready)
        from reportlib.lint.notebook_contract import check_notebooks  # heavy: nbconvert

        check_notebooks(self._study)
        if not self.meanwhile.files:
            self._memory.checked = state
            self._memory.write(self._build)
