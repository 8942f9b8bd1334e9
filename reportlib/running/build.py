"""The build: exactly what is out of date is executed, and what comes out is published."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from reportlib.errors import ReportError, RunFailed
from reportlib.reading.parameters import Parameters
from reportlib.reading.parts import digest_of
from reportlib.running.digests import (
    digest_of_bytes,
    digest_of_input,
    digest_of_library,
    digest_of_text,
)
from reportlib.running.executed import Executed, Memory
from reportlib.running.files import write_whole
from reportlib.running.guard import alone
from reportlib.running.jobs import Done, in_processes
from reportlib.running.manifest import inputs_of, write_manifest
from reportlib.running.namespace import PARAMETER_SET
from reportlib.running.plan import Plan, plan, why
from reportlib.running.progress import Event, Say, in_lines
from reportlib.running.seen import Seen
from reportlib.running.staleness import digests_of
from reportlib.study import Build, Study

if TYPE_CHECKING:
    from reportlib.running.run import Kernel  # heavy: papermill

_SHARED = ("pandas", "altair", "reportlib.running.run", "reportlib.running.report")
"""What is imported once, before notebooks are executed in forks of this process."""
_PUBLISHING = "publishing"
_SAVED = "saved meanwhile"
"""Stands for the digest of a file that was saved while a notebook ran: stale with the next."""


@dataclass(frozen=True)
class How:
    """How a build goes about it; nothing of this changes what comes out."""

    jobs: int = 0
    """Notebooks at once; 0: as many as there are processors for this process."""
    kernel: Kernel = "forked"

    @property
    def at_once(self) -> int:
        """Notebooks at once."""
        return self.jobs or len(os.sched_getaffinity(0))


def build_report(study: Study, set_name: str, say: Say = in_lines, how: How = How()) -> Build:
    """Bring the page of a parameter set up to date.

    What is stale is executed, in parallel; other prose is put in without. Then the page and what
    lies beside it is published. A failed build leaves the last good page in place, with an account
    of the failure beside it, and keeps what other notebooks gave.

    Raises:
        BadParameters, BadData, BadNotebook: before anything ran, with every fault at once.
        RunFailed: a notebook stopped, or a chapter recorded nothing.
    """
    build = study.build(set_name)
    with alone(build.guard, say), _ended_in_order():
        one = _Building(study, set_name, say, how)
        one.go()
    return build


def planned(study: Study, set_name: str) -> Plan:
    """Return what a build would have to do, and why.

    Raises:
        BadParameters: with every fault at once.
    """
    parameters = Parameters.read(study)
    build = study.build(set_name)
    return plan(study, build, Memory.read(build), parameters, parameters.settings(set_name))


class _Building:
    """One build at work."""

    def __init__(self, study: Study, set_name: str, say: Say, how: How) -> None:
        self._started = datetime.now(UTC)
        self._study, self._say, self._how = study, say, how
        self._parameters = Parameters.read(study)
        self._settings = self._parameters.settings(set_name)
        self._build = study.build(set_name)
        self._memory = Memory.read(self._build)
        self._inputs = inputs_of(study)

    def go(self) -> None:
        """Do what there is to do."""
        study, build = self._study, self._build
        found = plan(study, build, self._memory, self._parameters, self._settings)
        if found.idle:
            self._say(Event("idle", f"{study.relative(build.page)} is up to date"))
            return
        if found.stale and self._how.kernel == "forked":
            from reportlib.running.forked.engine import preload  # heavy: nbclient

            preload(*_SHARED)
        self._check()
        try:
            self._make(found)
        except ReportError as problem:
            failed = problem if isinstance(problem, RunFailed) else None
            self._tell_of(failed or RunFailed("The report", str(problem)))
            raise

    def _make(self, found: Plan) -> None:
        """Execute, reword and publish."""
        study, build = self._study, self._build
        self._forget_what_is_gone()
        chapters = {path: why for path, why in found.stale.items() if path != study.report}
        self._execute({c: why for c, why in chapters.items() if not self._share(c)})
        for notebook in found.reworded:
            self._reword(notebook)
        if report := self._why(study.report):
            self._execute({study.report: report})
        # In a process of its own, since what draws charts starts threads: this one is forked again.
        (published,) = in_processes({_PUBLISHING: self._publish}, at_once=1)
        if published.problem is not None:
            raise published.problem
        made = published.result
        build.failure.unlink(missing_ok=True)
        write_manifest(build, self._settings, self._started, self._memory, self._inputs, made)
        self._say(Event("published", f"wrote {study.relative(build.page)}"))

    def _publish(self) -> list[Path]:
        """In a process of its own: write what readers get."""
        from reportlib.running.drawings import tidy
        from reportlib.running.publishing import publish  # heavy: pandas, altair, nbconvert

        tidy(self._study.drawings)
        return publish(self._study, self._settings, self._parameters, self._inputs)

    def _forget_what_is_gone(self) -> None:
        """Remove what was executed of a notebook that is not there any more."""
        kept = {path.name for path in self._study.notebooks.glob("*.ipynb")}
        for name in self._memory.notebooks.keys() - kept:
            del self._memory.notebooks[name]
            (self._build.executed / name).unlink(missing_ok=True)

    def _tell_of(self, problem: RunFailed) -> None:
        """Leave a readable account of a failure beside the page."""
        from reportlib.running.page import failure_page  # heavy: nbconvert

        write_whole(self._build.failure, failure_page(problem))

    def _why(self, notebook: Path) -> Sequence[Any]:
        return why(
            self._study, self._build, self._memory, self._parameters, self._settings, notebook
        )

    def _check(self) -> None:
        """Check data and notebooks, unless nothing has changed since they were in order."""
        notebooks = self._study.notebooks.glob("*.ipynb")
        sources = {path.name: digest_of_bytes(path) for path in notebooks}
        state = digest_of([self._inputs, sources, digest_of_library()])
        if state == self._memory.checked:
            return
        from reportlib.reading.validation import check_package  # heavy: frictionless
        from reportlib.running.contract import check_notebooks

        check_package(self._study)
        check_notebooks(self._study)
        self._memory.checked = state
        self._memory.write(self._build)

    def _execute(self, stale: Mapping[Path, Sequence[Any]]) -> None:
        """Execute notebooks, in parallel, and remember each that came to its end.

        Raises:
            RunFailed: one did not; the others are executed all the same.
        """
        for notebook, found in stale.items():
            told = f"{notebook.name} is stale: {'; '.join(map(str, found))}"
            self._say(Event("stale", told, notebook.name))
        by_name = {notebook.name: notebook for notebook in stale}
        began = monotonic()
        problems = []
        jobs = {name: partial(self._run, notebook) for name, notebook in by_name.items()}
        for done in in_processes(jobs, self._how.at_once):
            if done.problem is not None:
                problems.append(_told(done, self._study.relative(by_name[done.name])))
                self._say(Event("failed", f"{done.name} failed", done.name))
                continue
            self._memory.notebooks[done.name] = done.result
            self._memory.write(self._build)
            took = monotonic() - began
            self._say(Event("executed", f"{done.name} executed", done.name, took))
        if problems:
            raise problems[0]

    def _run(self, notebook: Path) -> Executed:
        """In a process of its own: execute a notebook, and return what it rested on."""
        from reportlib.running.run import run  # heavy: papermill

        given = {PARAMETER_SET: self._settings.set_name, **self._settings.values}
        artefact = self._build.executed / notebook.name
        seen = run(self._study, notebook, artefact, given, kernel=self._how.kernel)
        return self._remembered(notebook, artefact, seen)

    def _remembered(self, notebook: Path, artefact: Path, seen: Seen) -> Executed:
        from reportlib.running.carried import records_in

        study = self._study
        records = records_in(artefact)
        if notebook != study.report and not records:
            raise RunFailed(study.relative(notebook), "recorded no claim: it shows no card")
        named = {name for record in records for name in record.parameters}
        everything = self._parameters.by_name if notebook == study.report else named
        # Parameters count by their values, and not as the files that hold them.
        kept = tuple(name for name in seen.study if Path(name).parts[0] != study.params.name)
        files = replace(seen, study=kept)
        found = digests_of(study, notebook, files, everything, self._parameters, self._settings)
        saved = {n for n, was in self._inputs.items() if digest_of_input(study, n) != was}
        return replace(
            found,
            inputs={n: _SAVED if n in saved else now for n, now in found.inputs.items()},
            artefact=digest_of_bytes(artefact),
            claims={record.claim: record.tables_read for record in records},
        )

    def _share(self, notebook: Path) -> bool:
        """Take a chapter from another set that has executed it with the same inputs, if one has."""
        from reportlib.running.sharing import shared  # heavy: nbformat

        found = shared(self._study, notebook, self._parameters, self._settings)
        if found is None:
            return False
        set_name, text, executed = found
        self._keep(notebook, text, executed)
        told = f"{notebook.name} is as under {set_name}: not executed"
        self._say(Event("shared", told, notebook.name))
        return True

    def _reword(self, notebook: Path) -> None:
        from reportlib.running.rewording import reworded  # heavy: nbformat

        artefact = self._build.executed / notebook.name
        text = reworded(notebook, artefact.read_text(encoding="utf-8"))
        before = self._memory.notebooks[notebook.name]
        executed = replace(before, source=digest_of_bytes(notebook), artefact=digest_of_text(text))
        self._keep(notebook, text, executed)
        told = f"{notebook.name} has other prose: not executed"
        self._say(Event("reworded", told, notebook.name))

    def _keep(self, notebook: Path, text: str, executed: Executed) -> None:
        write_whole(self._build.executed / notebook.name, text)
        self._memory.notebooks[notebook.name] = executed
        self._memory.write(self._build)


def _told(done: Done, notebook: str) -> RunFailed:
    problem = done.problem
    return problem if isinstance(problem, RunFailed) else RunFailed(notebook, str(problem))


def _ended_in_order() -> ExitStack:
    """Let a request to end be an exception, so that what was started is ended first."""
    stack = ExitStack()

    def end(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    stack.callback(signal.signal, signal.SIGTERM, before)
    return stack
