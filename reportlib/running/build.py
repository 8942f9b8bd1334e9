"""The build: exactly what is out of date is executed, and what comes out is published."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from time import monotonic
from traceback import format_exc

from reportlib.errors import ReportError, RunFailed, RunsFailed, SavedMeanwhile
from reportlib.reading.parameters import Parameters
from reportlib.reading.parts import digest_of
from reportlib.running.account import leave_account
from reportlib.running.digests import digest_of_bytes, digest_of_library, digest_of_text
from reportlib.running.executed import Executed, Memory
from reportlib.running.files import write_together, write_whole
from reportlib.running.guard import alone
from reportlib.running.how import How
from reportlib.running.jobs import can_fork, in_processes
from reportlib.running.manifest import as_manifest, inputs_of
from reportlib.running.meanwhile import SAVED, Meanwhile
from reportlib.running.namespace import PARAMETER_SET
from reportlib.running.plan import Plan, plan, why
from reportlib.running.progress import Event, Say, in_lines
from reportlib.running.scratch import clear_away
from reportlib.running.seen import Seen
from reportlib.running.staleness import Reason, digests_of, in_brief
from reportlib.running.stopping import stoppable
from reportlib.study import Build, Study
from reportlib.values.phrases import joined

_USUAL = How()
_ROUNDS = 4
"""How often a build begins again because something was saved meanwhile."""
_TICK = 20_000_000
"""Nanoseconds that the clock of a file system may be behind."""
_PUBLISHING = "publishing"
_SHARED = ("pandas", "altair", "reportlib.running.run", "reportlib.running.report")
"""What is imported once, before notebooks are executed in forks of this process."""


def build_report(study: Study, set_name: str, say: Say = in_lines, how: How = _USUAL) -> Build:
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
    with stoppable(), alone(build.guard, say) as taken:
        try:
            clear_away(build)
            _build_until_at_rest(study, set_name, say, how)
            if how.stamp:
                write_whole(build.stamp, "")
                os.utime(build.stamp, ns=(taken - _TICK, taken - _TICK))
        except Exception as problem:
            leave_account(build, problem)
            say(Event("account", f"{study.relative(build.failure)} tells of what went wrong"))
            raise
    return build


def planned(study: Study, set_name: str) -> Plan:
    """Return what a build would have to do, and why.

    Raises:
        BadParameters: with every fault at once.
    """
    parameters = Parameters.read(study)
    build = study.build(set_name)
    return plan(study, build, Memory.read(build), parameters, parameters.settings(set_name))


def _build_until_at_rest(study: Study, set_name: str, say: Say, how: How) -> None:
    """Build again for as long as something is saved meanwhile: no page is of two states."""
    for _ in range(_ROUNDS):
        one = _Building(study, set_name, say, how)
        try:
            if one.go():
                return
        except Exception:
            if not one.meanwhile.files:  # else it may come of a file that was saved by half
                raise
        saved = joined(one.meanwhile.files)
        say(Event("saved", f"saved meanwhile, and looked at again: {saved}"))
    raise SavedMeanwhile(
        f"Again and again something was saved while the page was made, at last {saved}. The page "
        "is as it was: build when the files are at rest."
    )


class _Building:
    """One build at work."""

    def __init__(self, study: Study, set_name: str, say: Say, how: How) -> None:
        self._started = datetime.now(UTC)
        self.meanwhile = Meanwhile(study)
        self._study, self._say, self._how = study, say, how
        self._parameters = Parameters.read(study)
        self._settings = self._parameters.settings(set_name)
        self._build = study.build(set_name)
        self._memory = Memory.read(self._build)
        self._inputs = inputs_of(study)
        self._stale = self._executed = 0

    def go(self) -> bool:
        """Do what there is to do; return whether all of it could be done on one state."""
        study, build = self._study, self._build
        found = plan(study, build, self._memory, self._parameters, self._settings)
        if found.idle:
            write_together({}, gone=[build.failure])
            self._say(Event("idle", f"{study.relative(build.page)} is up to date"))
            return True
        if found.stale and self._how.kernel == "forked":
            from reportlib.running.forked.engine import preload  # heavy: nbclient

            preload(*_SHARED)
        self._stale = len(found.stale)
        self._check()
        self._forget_what_is_gone()
        chapters = {path: why for path, why in found.stale.items() if path != study.report}
        self._execute({path: why for path, why in chapters.items() if not self._share(path)})
        for notebook in found.reworded:
            self._reword(notebook)
        if report := self._why(study.report):
            self._execute({study.report: report})
        return self._publish()

    def _publish(self) -> bool:
        """Publish what was made, unless something was saved meanwhile."""
        build = self._build
        # In a process of its own, since what draws charts starts threads: this one is forked again.
        with closing(in_processes({_PUBLISHING: self._make}, at_once=1)) as ended:
            (done,) = ended
        if done.problem is not None:
            raise done.problem
        made, gone = done.result
        if self.meanwhile.files:
            return False
        if digest_of_library() != _library_here():
            raise SavedMeanwhile(
                "The library was saved while it was at work. The page is as it was: build again."
            )
        manifest = as_manifest(
            build, self._settings, self._started, self._memory, self._inputs, made
        )
        write_together(made | {build.manifest: manifest}, [*gone, build.failure])
        self._say(Event("published", f"wrote {self._study.relative(build.page)}"))
        return True

    def _make(self) -> tuple[dict[Path, str], list[Path]]:
        """In a process of its own: return what readers get, and what is there beside it."""
        from reportlib.running.drawings import tidy
        from reportlib.running.publishing import made_of, strangers  # heavy: pandas, nbconvert

        tidy(self._study.drawings)
        made = made_of(self._study, self._settings, self._parameters, self._inputs)
        return made, strangers(self._build, made)

    def _forget_what_is_gone(self) -> None:
        """Remove what was executed of a notebook that is not there any more."""
        kept = {path.name for path in self._study.notebooks.glob("*.ipynb")}
        for name in self._memory.notebooks.keys() - kept:
            del self._memory.notebooks[name]
            (self._build.executed / name).unlink(missing_ok=True)

    def _why(self, notebook: Path) -> Sequence[Reason]:
        return why(
            self._study, self._build, self._memory, self._parameters, self._settings, notebook
        )

    def _check(self) -> None:
        """Check data and notebooks, unless nothing has changed since they were in order."""
        notebooks = self._study.notebooks.glob("*.ipynb")
        sources = {path.name: digest_of_bytes(path) for path in notebooks}
        state = digest_of([self._inputs, sources, _library_here()])
        if state == self._memory.checked:
            return
        from reportlib.reading.validation import check_package  # heavy: frictionless
        from reportlib.running.contract import check_notebooks

        check_package(self._study)
        check_notebooks(self._study)
        if not self.meanwhile.files:
            self._memory.checked = state
            self._memory.write(self._build)

    def _execute(self, stale: Mapping[Path, Sequence[Reason]]) -> None:
        """Execute notebooks, in parallel, and remember each that came to its end.

        Raises:
            RunsFailed: some did not; the others are executed all the same.
        """
        by_name = {notebook.name: notebook for notebook in stale}
        began = {}
        failures = []

        def begins(name: str) -> None:
            began[name] = monotonic()
            told = f"{name} is stale: {in_brief(stale[by_name[name]])}"
            self._say(Event("begins", told, name))

        jobs = {name: partial(self._run, notebook) for name, notebook in by_name.items()}
        at_once = self._how.jobs or _processors()
        with closing(in_processes(jobs, at_once, begins)) as ended:
            for done in ended:
                took = monotonic() - began[done.name]
                if done.problem is not None:
                    where = self._study.relative(by_name[done.name])
                    failures.append(_as_failure(done.problem, where))
                    self._say(Event("failed", f"{done.name} failed", done.name, took))
                    continue
                self._memory.notebooks[done.name] = done.result
                self._memory.write(self._build)
                self._executed += 1
                told = f"{done.name} executed ({self._executed} of {self._stale})"
                self._say(Event("executed", told, done.name, took))
        if failures:
            raise RunsFailed(failures)

    def _run(self, notebook: Path) -> Executed:
        """In a process of its own: execute a notebook, and return what it rested on."""
        from reportlib.running.run import run  # heavy: papermill

        given = {PARAMETER_SET: self._settings.set_name, **self._settings.values}
        artefact = self._build.executed / notebook.name
        kernel, limit = self._how.kernel, self._how.limit
        try:
            seen = run(self._study, notebook, artefact, given, kernel=kernel, limit=limit)
            return self._remembered(notebook, artefact, seen)
        except ReportError:
            raise
        except Exception as problem:  # what it says is all that crosses to the other process
            told = f"{type(problem).__name__}: {problem}"
            where = self._study.relative(notebook)
            raise RunFailed(where, told, traceback=format_exc()) from None

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
        claims = {record.claim: record.tables_read for record in records}
        found = replace(found, artefact=digest_of_bytes(artefact), claims=claims)
        if digest_of_library() != _library_here():
            found = replace(found, library=dict.fromkeys(found.library, SAVED))
        return self.meanwhile.noted_in(found, notebook)

    def _share(self, notebook: Path) -> bool:
        """Take a chapter from another set that has executed it with the same inputs, if one has."""
        from reportlib.running.sharing import shared  # heavy: nbformat

        found = shared(self._study, notebook, self._parameters, self._settings)
        if found is None:
            return False
        set_name, text, executed = found
        self._keep(notebook, text, self.meanwhile.noted_in(executed, notebook))
        self._stale -= 1
        told = f"{notebook.name} is as under {set_name}: not executed"
        self._say(Event("shared", told, notebook.name))
        return True

    def _reword(self, notebook: Path) -> None:
        from reportlib.running.rewording import reworded  # heavy: nbformat

        artefact = self._build.executed / notebook.name
        source = digest_of_bytes(notebook)  # first: what is saved from now on, is seen next
        text = reworded(notebook, artefact.read_text(encoding="utf-8"))
        before = self._memory.notebooks[notebook.name]
        self._keep(notebook, text, replace(before, source=source, artefact=digest_of_text(text)))
        told = f"{notebook.name} has other prose: not executed"
        self._say(Event("reworded", told, notebook.name))

    def _keep(self, notebook: Path, text: str, executed: Executed) -> None:
        write_whole(self._build.executed / notebook.name, text)
        self._memory.notebooks[notebook.name] = executed
        self._memory.write(self._build)


@cache
def _library_here() -> str:
    """The library as this process began with it: what it imports later may be another."""
    return digest_of_library()


def _as_failure(problem: Exception, notebook: str) -> RunFailed:
    return problem if isinstance(problem, RunFailed) else RunFailed(notebook, str(problem))


def _processors() -> int:
    """How many processors this process may use; where it cannot fork, one job runs at a time."""
    return len(os.sched_getaffinity(0)) if can_fork() else 1
