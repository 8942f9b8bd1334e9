"""The executor: runs stale notebooks in parallel, reuses results, and records what was executed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from time import monotonic
from traceback import format_exception
from typing import TYPE_CHECKING, Any, TypeVar

from reportlib.errors import ReportError, RunFailed, RunsFailed
from reportlib.execute.concurrent_edits import SAVED, ConcurrentEdits
from reportlib.execute.file_tracking import OpenedFiles
from reportlib.execute.files import write_atomically
from reportlib.execute.inputs import digest_file, digest_library, digest_text
from reportlib.execute.plan import Reason, digest_execution, find_reasons, summarise_reasons
from reportlib.execute.process_pool import run_in_processes
from reportlib.execute.progress import Event, Say
from reportlib.execute.state import BuildState, ExecutionRecord
from reportlib.load.parameters import Parameters, Settings
from reportlib.notebook.cell_parameters import INJECTED_TAG, PARAMETER_SET, PARAMETERS_TAG
from reportlib.study import Build, Study

if TYPE_CHECKING:
    from reportlib.execute.run_notebook import Kernel  # heavy: papermill

T = TypeVar("T")


@dataclass(frozen=True)
class BuildOptions:
    """How a build goes about it."""

    jobs: int = 0
    """Notebooks at once; 0: as many as there are processors for this process."""
    kernel: Kernel = "forked"
    limit: int = 300
    """Seconds after which a cell is taken to be stuck; 0: it may take any time."""
    stamp: bool = False
    """Whether to leave the stamp by which make sees that nothing was touched since."""


def update_prose(notebook: Path, executed: str) -> str:
    """Return an executed notebook with the prose of today.

    The code of both is the same. What comes out is what executing the notebook would give.

    Args:
        notebook: as people keep it.
        executed: the text of the executed one.
    """
    import nbformat  # heavy

    new, old = nbformat.read(notebook, as_version=4), nbformat.reads(executed, as_version=4)
    ran = iter([cell for cell in old.cells if cell.cell_type == "code"])
    cells = []
    for cell in new.cells:
        tags = cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            before = next(ran)
            cell.outputs, cell.execution_count = before.outputs, before.execution_count
        cells.append(cell)
        if PARAMETERS_TAG in tags and _was_given(old):
            injected = next(ran)
            injected["id"] = f"injected-{len(cells)}"
            cells.append(injected)
    new.cells = cells
    new.metadata.language_info = old.metadata.language_info
    return f"{nbformat.writes(new)}\n"


def _was_given(executed: Any) -> bool:
    """Whether parameters were put in below the notebook's own."""
    return any(INJECTED_TAG in cell.metadata.get("tags", []) for cell in executed.cells)


def find_reusable(
    study: Study, notebook: Path, parameters: Parameters, settings: Settings
) -> tuple[str, str, ExecutionRecord] | None:
    """Return a chapter as another set has executed it, if its inputs are the same under this one.

    A chapter shows nothing of a set but the values that its code names, so what comes out is what
    executing it would give.

    Returns:
        The name of that set, the executed notebook with this set's name in it and today's prose,
        and what it rests on; None, if it must be executed.
    """
    for name in study.set_names():
        build = study.build(name)
        artefact = build.executed / notebook.name
        executed = BuildState.read(build).notebooks.get(notebook.name)
        if executed is None or name == settings.set_name or not artefact.is_file():
            continue
        text = artefact.read_text(encoding="utf-8")
        if digest_text(text) != executed.artefact:  # another build is at work there
            continue
        if not find_reasons(study, notebook, artefact, executed, parameters, settings):
            source = digest_file(notebook)  # first: what is saved from now on is seen next
            given = _under(settings.set_name, update_prose(notebook, text))
            return name, given, replace(executed, source=source, artefact=digest_text(given))
    return None


def _under(set_name: str, text: str) -> str:
    """The notebook with another set's name among the parameters that were put in."""
    import nbformat  # heavy

    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if INJECTED_TAG in cell.metadata.get("tags", []):
            cell.source = "\n".join(
                f"{PARAMETER_SET} = {json.dumps(set_name)}"
                if line.startswith(f"{PARAMETER_SET} = ")
                else line
                for line in cell.source.split("\n")
            )
    return f"{nbformat.writes(notebook)}\n"


@dataclass
class Executor:
    """The notebooks of one build, on their way to being executed as they are today."""

    study: Study
    build: Build
    parameters: Parameters
    settings: Settings
    memory: BuildState
    meanwhile: ConcurrentEdits
    how: BuildOptions
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
            told = f"{name} is stale: {summarise_reasons(stale[by_name[name]])}"
            self.say(Event("begins", told, name))

        where = {name: self.study.relative(notebook) for name, notebook in by_name.items()}
        jobs = {
            n: partial(raise_as_run_failed, where[n], partial(self._run, by_name[n]))
            for n in by_name
        }
        with closing(run_in_processes(jobs, self.how.jobs, begins)) as ended:
            for done in ended:
                took = monotonic() - began[done.name]
                if done.problem is not None:
                    failures.append(to_run_failed(done.problem, where[done.name]))
                    self.say(Event("failed", f"{done.name} failed", done.name, took))
                    continue
                self.memory.notebooks[done.name] = done.result
                self.memory.write(self.build)
                self.done += 1
                told = f"{done.name} executed ({self.done} of {self.to_do})"
                self.say(Event("executed", told, done.name, took))
        if failures:
            raise RunsFailed(failures)

    def _run(self, notebook: Path) -> ExecutionRecord:
        """In a process of its own: execute a notebook, and return what it rested on."""
        from reportlib.execute.run_notebook import run_notebook  # heavy: papermill

        given = {PARAMETER_SET: self.settings.set_name, **self.settings.values}
        artefact = self.build.executed / notebook.name
        kernel, limit = self.how.kernel, self.how.limit
        seen = run_notebook(self.study, notebook, artefact, given, kernel=kernel, limit=limit)
        return self._remembered(notebook, artefact, seen)

    def _remembered(self, notebook: Path, artefact: Path, seen: OpenedFiles) -> ExecutionRecord:
        from reportlib.notebook.outputs import load_records

        study = self.study
        records = load_records(artefact)
        if notebook != study.report and not records:
            raise RunFailed(study.relative(notebook), "recorded no claim: it shows no card")
        named = {name for record in records for name in record.parameters}
        everything = self.parameters.by_name if notebook == study.report else named
        # Parameters count by their values, and not as the files that hold them.
        kept = tuple(name for name in seen.study if Path(name).parts[0] != study.params.name)
        files = replace(seen, study=kept)
        found = digest_execution(study, notebook, files, everything, self.parameters, self.settings)
        claims = {record.claim: record.tables_read for record in records}
        found = replace(found, artefact=digest_file(artefact), claims=claims)
        if digest_library() != digest_library_at_start():
            found = replace(found, library=dict.fromkeys(found.library, SAVED))
        return self.meanwhile.noted_in(found, notebook)

    def share(self, notebook: Path) -> bool:
        """Take a chapter from another set that has executed it with the same inputs, if one has."""
        found = find_reusable(self.study, notebook, self.parameters, self.settings)
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
        artefact = self.build.executed / notebook.name
        source = digest_file(notebook)  # first: what is saved from now on, is seen next
        text = update_prose(notebook, artefact.read_text(encoding="utf-8"))
        before = self.memory.notebooks[notebook.name]
        self._keep(notebook, text, replace(before, source=source, artefact=digest_text(text)))
        told = f"{notebook.name} has other prose: not executed"
        self.say(Event("reworded", told, notebook.name))

    def _keep(self, notebook: Path, text: str, executed: ExecutionRecord) -> None:
        write_atomically(self.build.executed / notebook.name, text)
        self.memory.notebooks[notebook.name] = executed
        self.memory.write(self.build)


@cache
def digest_library_at_start() -> str:
    """Return the digest of the library as this process began with it.

    What it imports later may be another.
    """
    return digest_library()


def raise_as_run_failed(where: str, work: Callable[[], T]) -> T:
    """Do some work of a process of its own, whose errors cross to another one by what they say.

    Raises:
        ReportError: as the work raises it; RunFailed, with the traceback, for any other error.
    """
    try:
        return work()
    except ReportError:
        raise
    except Exception as problem:
        raise to_run_failed(problem, where) from None


def to_run_failed(problem: Exception, where: str) -> RunFailed:
    """Return a problem as the failure of a notebook, or of what else was at work there."""
    if isinstance(problem, RunFailed):
        return problem
    if isinstance(problem, (ReportError, ChildProcessError)):
        return RunFailed(where, str(problem))
    told = f"{type(problem).__name__}: {problem}"
    return RunFailed(where, told, traceback="".join(format_exception(problem)))
