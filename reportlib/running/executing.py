"""Executing: what is stale is executed, in parallel, or taken from elsewhere, and remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from time import monotonic

from reportlib.errors import RunFailed, RunsFailed
from reportlib.reading.parameters import Parameters, Settings
from reportlib.running.account import as_failure, telling_all
from reportlib.running.digests import digest_of_bytes, digest_of_library, digest_of_text
from reportlib.running.executed import Executed, Memory
from reportlib.running.files import write_whole
from reportlib.running.how import How
from reportlib.running.jobs import in_processes
from reportlib.running.meanwhile import SAVED, Meanwhile
from reportlib.running.namespace import PARAMETER_SET
from reportlib.running.progress import Event, Say
from reportlib.running.seen import Seen
from reportlib.running.staleness import Reason, digests_of, in_brief
from reportlib.study import Build, Study


@dataclass
class Executing:
    """The notebooks of one build, on their way to being executed as they are today."""

    study: Study
    build: Build
    parameters: Parameters
    settings: Settings
    memory: Memory
    meanwhile: Meanwhile
    how: How
    say: Say
    to_do: int = 0
    """How many are to be executed."""
    done: int = 0
    """How many of them have been."""

    def forget_what_is_gone(self) -> None:
        """Remove what was executed of a notebook that is not there any more."""
        kept = {path.name for path in self.study.notebooks.glob("*.ipynb")}
        for name in self.memory.notebooks.keys() - kept:
            del self.memory.notebooks[name]
            (self.build.executed / name).unlink(missing_ok=True)

    def execute(self, stale: Mapping[Path, Sequence[Reason]]) -> None:
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
            self.say(Event("begins", told, name))

        where = {name: self.study.relative(notebook) for name, notebook in by_name.items()}
        jobs = {n: partial(telling_all, where[n], partial(self._run, by_name[n])) for n in by_name}
        with closing(in_processes(jobs, self.how.jobs, begins)) as ended:
            for done in ended:
                took = monotonic() - began[done.name]
                if done.problem is not None:
                    failures.append(as_failure(done.problem, where[done.name]))
                    self.say(Event("failed", f"{done.name} failed", done.name, took))
                    continue
                self.memory.notebooks[done.name] = done.result
                self.memory.write(self.build)
                self.done += 1
                told = f"{done.name} executed ({self.done} of {self.to_do})"
                self.say(Event("executed", told, done.name, took))
        if failures:
            raise RunsFailed(failures)

    def _run(self, notebook: Path) -> Executed:
        """In a process of its own: execute a notebook, and return what it rested on."""
        from reportlib.running.run import run  # heavy: papermill

        given = {PARAMETER_SET: self.settings.set_name, **self.settings.values}
        artefact = self.build.executed / notebook.name
        kernel, limit = self.how.kernel, self.how.limit
        seen = run(self.study, notebook, artefact, given, kernel=kernel, limit=limit)
        return self._remembered(notebook, artefact, seen)

    def _remembered(self, notebook: Path, artefact: Path, seen: Seen) -> Executed:
        from reportlib.running.carried import records_in

        study = self.study
        records = records_in(artefact)
        if notebook != study.report and not records:
            raise RunFailed(study.relative(notebook), "recorded no claim: it shows no card")
        named = {name for record in records for name in record.parameters}
        everything = self.parameters.by_name if notebook == study.report else named
        # Parameters count by their values, and not as the files that hold them.
        kept = tuple(name for name in seen.study if Path(name).parts[0] != study.params.name)
        files = replace(seen, study=kept)
        found = digests_of(study, notebook, files, everything, self.parameters, self.settings)
        claims = {record.claim: record.tables_read for record in records}
        found = replace(found, artefact=digest_of_bytes(artefact), claims=claims)
        if digest_of_library() != library_here():
            found = replace(found, library=dict.fromkeys(found.library, SAVED))
        return self.meanwhile.noted_in(found, notebook)

    def share(self, notebook: Path) -> bool:
        """Take a chapter from another set that has executed it with the same inputs, if one has."""
        from reportlib.running.sharing import shared  # heavy: nbformat

        found = shared(self.study, notebook, self.parameters, self.settings)
        if found is None:
            return False
        set_name, text, executed = found
        self._keep(notebook, text, self.meanwhile.noted_in(executed, notebook))
        self.to_do -= 1
        told = f"{notebook.name} is as under {set_name}: not executed"
        self.say(Event("shared", told, notebook.name))
        return True

    def reword(self, notebook: Path) -> None:
        """Put the prose of today into what was executed."""
        from reportlib.running.rewording import reworded  # heavy: nbformat

        artefact = self.build.executed / notebook.name
        source = digest_of_bytes(notebook)  # first: what is saved from now on, is seen next
        text = reworded(notebook, artefact.read_text(encoding="utf-8"))
        before = self.memory.notebooks[notebook.name]
        self._keep(notebook, text, replace(before, source=source, artefact=digest_of_text(text)))
        told = f"{notebook.name} has other prose: not executed"
        self.say(Event("reworded", told, notebook.name))

    def _keep(self, notebook: Path, text: str, executed: Executed) -> None:
        write_whole(self.build.executed / notebook.name, text)
        self.memory.notebooks[notebook.name] = executed
        self.memory.write(self.build)


@cache
def library_here() -> str:
    """Return the digest of the library as this process began with it.

    What it imports later may be another.
    """
    return digest_of_library()
