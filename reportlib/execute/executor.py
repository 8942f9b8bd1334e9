"""The executor: runs stale notebooks in parallel, reuses results, and records what was executed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic
from traceback import format_exception
from typing import TYPE_CHECKING

from reportlib.errors import ReportError, RunFailed, RunsFailed
from reportlib.execute.file_tracking import OpenedFiles
from reportlib.execute.files import write_atomically
from reportlib.execute.input_snapshot import ConcurrentEdits, Reason, shorten_list
from reportlib.execute.inputs import digest_file, digest_text
from reportlib.execute.plan import (
    Plan,
    explain_staleness,
    has_prose_update,
    snapshot_execution,
)
from reportlib.execute.process_pool import run_in_processes
from reportlib.execute.progress import Event, Say
from reportlib.execute.state import BuildContext, BuildState, ExecutionRecord
from reportlib.execute.table_copies import keep_copies
from reportlib.notebook.cell_parameters import INJECTED_TAG, PARAMETER_SET, PARAMETERS_TAG

if TYPE_CHECKING:
    from reportlib.execute.run_notebook import Kernel  # heavy: papermill

_REASONS_SHOWN = 2
"""The number of reasons in a line of progress; `make why` has all."""


@dataclass(frozen=True)
class BuildOptions:
    """The options of a build, none of which bears on what comes out."""

    jobs: int = 0
    """Notebooks at once; 0: as many as there are processors for this process."""
    kernel: Kernel = "forked"
    limit: int = 300
    """Seconds after which a cell is taken to be stuck; 0: it may take any time."""
    stamp: bool = False
    """Whether to keep make's list of the inputs, by which it sees that nothing has changed."""


_NAME_LINE = re.compile(rf"^{PARAMETER_SET} = .*$", flags=re.MULTILINE)


def update_prose(notebook: Path, executed: str, set_name: str) -> str:
    """Return an executed notebook with the prose of today, which is what executing it would give.

    Args:
        notebook: as people keep it; its code is the code that was executed.
        executed: the text of the executed one.
        set_name: the parameter set to be named in it, which may be another with the same values.
    """
    import nbformat  # heavy

    new, old = nbformat.read(notebook, as_version=4), nbformat.reads(executed, as_version=4)
    code = [cell for cell in old.cells if cell.cell_type == "code"]
    injected = [cell for cell in code if INJECTED_TAG in cell.metadata.get("tags", [])]
    own = iter([cell for cell in code if cell not in injected])
    name_line = f"{PARAMETER_SET} = {json.dumps(set_name)}"
    cells = []
    for cell in new.cells:
        cells.append(cell)
        if cell.cell_type == "code":
            before = next(own)
            cell.outputs, cell.execution_count = before.outputs, before.execution_count
        if PARAMETERS_TAG in cell.metadata.setdefault("tags", []):
            for given in injected:
                given["id"] = f"injected-{len(cells)}"
                given.source = re.sub(_NAME_LINE, lambda _: name_line, given.source)
                cells.append(given)
    new.cells = cells
    new.metadata.language_info = old.metadata.language_info
    return f"{nbformat.writes(new)}\n"


@dataclass
class Executor:
    """The notebooks of one build, on their way to being executed as they are today."""

    context: BuildContext
    edits: ConcurrentEdits
    options: BuildOptions
    say: Say
    _to_do: int = 0
    """The number of notebooks to execute."""
    _done: int = 0
    """The number of those that have been executed."""

    def carry_out(self, plan: Plan) -> None:
        """Execute what is stale, and put the prose of today into the rest.

        Raises:
            RunsFailed: notebooks did not come to their end; the others are executed all the same.
        """
        report = self.context.study.report
        self._forget_removed_notebooks()
        self._to_do = len(plan.stale)
        chapters = {path: reasons for path, reasons in plan.stale.items() if path != report}
        self._execute({p: reasons for p, reasons in chapters.items() if not self._reuse(p)})
        for notebook in plan.reworded:
            self._reword(notebook)
        # Only now, since a chapter that was executed may have given what it gave before.
        if reasons := explain_staleness(self.context, report):
            self._execute({report: reasons})
        elif has_prose_update(self.context, report):
            self._reword(report)

    def _forget_removed_notebooks(self) -> None:
        context = self.context
        kept = {path.name for path in context.study.notebooks.glob("*.ipynb")}
        for name in context.state.notebooks.keys() - kept:
            del context.state.notebooks[name]
            (context.build.executed / name).unlink(missing_ok=True)

    def _execute(self, stale: Mapping[Path, Sequence[Reason]]) -> None:
        """Execute notebooks, in parallel, and record each that came to its end."""
        context, notebooks = self.context, {notebook.name: notebook for notebook in stale}
        began: dict[str, float] = {}
        failures = []

        def announce(name: str) -> None:
            began[name] = monotonic()
            reasons = shorten_list([*map(str, stale[notebooks[name]])], _REASONS_SHOWN, "; ")
            self.say(Event("begins", f"{name} is stale: {reasons}", name))

        jobs = {name: partial(self._run, notebook) for name, notebook in notebooks.items()}
        with closing(run_in_processes(jobs, self.options.jobs, announce)) as results:
            for job in results:
                took = monotonic() - began[job.name]
                if job.problem is not None:
                    where = context.study.relative(notebooks[job.name])
                    failures.append(to_run_failed(job.problem, where))
                    self.say(Event("failed", f"{job.name} failed", job.name, took))
                    continue
                context.state.notebooks[job.name] = job.result
                context.state.write(context.build)
                self._done += 1
                text = f"{job.name} executed ({self._done} of {self._to_do})"
                self.say(Event("executed", text, job.name, took))
        keep_copies(context.study, context.build, context.state.notebooks.values())
        if failures:
            raise RunsFailed(failures)

    def _run(self, notebook: Path) -> ExecutionRecord:
        """In a process of its own: execute a notebook, and return its record."""
        from reportlib.execute.run_notebook import run_notebook  # heavy: papermill

        context, options = self.context, self.options
        artefact = context.build.executed / notebook.name
        values = {PARAMETER_SET: context.settings.set_name, **context.settings.values}
        try:
            opened = run_notebook(
                context.study, notebook, artefact, values,
                kernel=options.kernel, limit=options.limit,
            )  # fmt: skip
            return self._make_record(notebook, artefact, opened)
        except Exception as problem:  # not every error can cross to another process
            raise to_run_failed(problem, context.study.relative(notebook)) from None

    def _make_record(self, notebook: Path, artefact: Path, opened: OpenedFiles) -> ExecutionRecord:
        from reportlib.notebook.outputs import load_records

        study, source = self.context.study, digest_file(notebook)
        records, is_report = load_records(artefact), notebook == study.report
        if not records and not is_report:
            raise RunFailed(study.relative(notebook), "recorded no claim: it shows no card")
        named = {name for record in records for name in record.parameters}
        if is_report:
            named |= self.context.parameters.by_name.keys()
        # Parameters count by their values, and not by the files that hold them.
        files = tuple(name for name in opened.study if Path(name).parts[0] != study.params.name)
        snapshot = snapshot_execution(self.context, notebook, replace(opened, study=files), named)
        return self.edits.withdraw_digests(
            ExecutionRecord(
                **vars(snapshot),
                source=source,
                artefact=digest_file(artefact),
                claims={record.claim: record.tables_read for record in records},
            )
        )

    def _reuse(self, notebook: Path) -> bool:
        """Take a chapter from another set that has executed it with the same inputs, if one has.

        A chapter shows nothing of a set but its name and the values that its code names, so what
        comes out is what executing it would give.
        """
        context = self.context
        for name in context.study.set_names():
            other = context.study.build(name)
            artefact = other.executed / notebook.name
            record = BuildState.read(other).notebooks.get(notebook.name)
            if record is None or name == context.settings.set_name or not artefact.is_file():
                continue
            text = artefact.read_text(encoding="utf-8")
            if digest_text(text) != record.artefact:  # another build is at work there
                continue
            if explain_staleness(context, notebook, record):
                continue
            self._keep(notebook, text, self.edits.withdraw_digests(record))
            self._to_do -= 1
            self.say(
                Event("shared", f"{notebook.name} is as under {name}: not executed", notebook.name)
            )
            return True
        return False

    def _reword(self, notebook: Path) -> None:
        """Put the prose of today into what was executed."""
        text = (self.context.build.executed / notebook.name).read_text(encoding="utf-8")
        self._keep(notebook, text, self.context.state.notebooks[notebook.name])
        self.say(Event("reworded", f"{notebook.name} has other prose: not executed", notebook.name))

    def _keep(self, notebook: Path, executed: str, record: ExecutionRecord) -> None:
        """Write and record an executed notebook of the same code, with the prose of today."""
        context = self.context
        source = digest_file(notebook)  # first: what is saved from now on is seen by the next build
        text = update_prose(notebook, executed, context.settings.set_name)
        record = replace(record, source=source, artefact=digest_text(text))
        write_atomically(context.build.executed / notebook.name, text)
        context.state.notebooks[notebook.name] = record
        context.state.write(context.build)


def to_run_failed(problem: Exception, where: str) -> RunFailed:
    """Return a problem as the failure of a notebook, or of another part of a build."""
    if isinstance(problem, RunFailed):
        return problem
    if isinstance(problem, (ReportError, ChildProcessError)):
        return RunFailed(where, str(problem))
    error = f"{type(problem).__name__}: {problem}"
    return RunFailed(where, error, traceback="".join(format_exception(problem)))
