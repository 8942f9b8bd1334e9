"""One run of one notebook with papermill: its output appears whole or not at all."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from importlib import import_module
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from time import tzset
from typing import Any, Literal

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from reportlib.errors import RunFailed
from reportlib.execute.drawings import KEEP, cache_environment, start_caching
from reportlib.execute.engine.forked import FORKED, KILL_GRACE, ForkedEngine
from reportlib.execute.engine.fresh_start import import_shell
from reportlib.execute.file_tracking import (
    WATCH,
    OpenedFiles,
    read_opened_files,
    start_tracking,
    tracking_environment,
)
from reportlib.execute.files import scratch_prefix, write_atomically
from reportlib.execute.inputs import find_words
from reportlib.execute.process_pool import explain_death, is_unclaimed_job, run_in_processes
from reportlib.load.ledger import Ledger
from reportlib.model.formatting import format_count
from reportlib.notebook.cell_parameters import INJECTED_TAG
from reportlib.study import Study

Kernel = Literal["forked", "plain"]
"""Where cells run: in a fork of this process, or in a kernel that is started for them."""
ENGINES: Mapping[Kernel, str] = {"forked": FORKED, "plain": "nbclient"}
"""What papermill calls the engine of each."""

_ANYWHERE = {"TZ": "UTC"}
"""What a kernel is told of where it runs: the axis of a chart would show the time zone."""

# Also where the project is not installed, and papermill cannot find the entry point.
papermill_engines.register(FORKED, ForkedEngine)


def run_notebook(
    study: Study,
    notebook: Path,
    output: Path,
    settings: Mapping[str, Any],
    *,
    kernel: Kernel = "forked",
    limit: int = 0,
) -> OpenedFiles:
    """Execute a notebook afresh, write it, executed, to ``output``, and return what it opened.

    Only parameters that the notebook's own cell names are passed. Times, paths and random ids are
    taken out of the result, so that the same inputs give the same bytes, in whichever kernel.

    Args:
        study: whose notebook it is.
        notebook: as people keep it.
        output: where it is written; it appears whole or not at all.
        settings: values of parameters, by name.
        kernel: where cells run; forked, in this process, if it is a job's that has run none.
        limit: seconds after which a cell is taken to be stuck; 0: it may take any time.

    Returns:
        The files of the study and of the library that were opened.

    Raises:
        RunFailed: a cell raised an error, never ended, or ended its notebook; ``output`` is as it
            was before.
        NotWritten: ``output`` cannot be written, and is as it was before.
    """
    work = partial(_run, study, notebook, output, settings, kernel, limit)
    if kernel == "plain" or is_unclaimed_job():
        return work()
    with closing(run_in_processes({notebook.name: work}, at_once=1)) as results:
        (done,) = results
    if done.problem is not None:
        raise done.problem
    opened: OpenedFiles = done.result
    return opened


def _run(
    study: Study,
    notebook: Path,
    output: Path,
    settings: Mapping[str, Any],
    kernel: Kernel,
    limit: int,
) -> OpenedFiles:
    # Not by its path, in which papermill would fill in what stands in braces.
    content = nbformat.read(notebook, as_version=4)
    named = papermill.inspect_notebook(content)
    cells = _StartedCells(study, notebook, limit)
    try:
        with TemporaryDirectory(prefix=scratch_prefix(output.parent)) as folder:
            seen = Path(folder, "seen")
            seen.touch()
            with _environment(
                tracking_environment(study, seen) | cache_environment(study) | _ANYWHERE
            ):
                executed = papermill.execute_notebook(
                    content,
                    None,  # written here, once it is whole
                    parameters={n: value for n, value in settings.items() if n in named},
                    kernel_name="python3",
                    cwd=str(study.notebooks),
                    progress_bar=False,
                    execution_timeout=limit,
                    engine_name=ENGINES[kernel],
                    config=_talking_in(folder),
                    extra_arguments=[f"--IPKernelApp.exec_lines={[WATCH, KEEP]!r}"],
                    on_cell_execute=cells.begin,
                    **({"setup": _set_up} if kernel == "forked" else {}),
                )
            if _ended_itself(executed):
                raise cells.fail(
                    "SystemExit: the cell ends its notebook, and none after it was run"
                )
            write_atomically(output, _settled(executed, study))
            return read_opened_files(seen)
    except PapermillExecutionError as problem:
        cells.number, cells.source = problem.exec_count, problem.source
        error = f"{problem.ename}: {problem.evalue}"
        raise cells.fail(error, "\n".join(problem.traceback)) from None
    except CellTimeoutError:
        raise cells.fail(cells.overdue) from None
    except DeadKernelError as problem:
        raise cells.fail(str(problem)) from None


def _set_up() -> None:
    """Prepare the process that runs the cells, as ``exec_lines`` do in a kernel."""
    tzset()
    start_tracking()
    start_caching()


class _StartedCells:
    """The cell that began last, numbered as a kernel does, and how its failure is told."""

    def __init__(self, study: Study, notebook: Path, limit: int) -> None:
        self.number, self.source = 0, ""
        self._study, self._notebook, self._limit = study, notebook, limit
        self.overdue = (
            f"the cell did not end within {format_count(limit, 'second')}, and was stopped: make "
            "it faster, or give cells more time (make report LIMIT=..., or build --limit ...)"
        )

    def begin(self, cell: Any, **_: Any) -> None:
        """Take note of a cell that begins, here and in the process that waits for this one."""
        self.number += 1
        self.source = cell.source
        explain_death(self.fail, self._limit + KILL_GRACE if self._limit else inf, self.overdue)

    def fail(self, error: str, traceback: str = "") -> RunFailed:
        """Return the failure, with the claims that the cell names, and the rows of the error."""
        words = find_words(self.source) | set(re.findall(r"\w+", error))
        tables = {path.stem for path in self._study.tables()}
        rows = dict.fromkeys(re.findall(r"(\w+)#([\w-]+)", error))
        return RunFailed(
            self._study.relative(self._notebook),
            error,
            cell=str(self.number or ""),
            claims=[claim for claim in Ledger.read(self._study).claims if claim in words],
            rows=[f"{table}#{key}" for table, key in rows if table in tables],
            source=self.source,
            traceback=traceback,
        )


def _ended_itself(executed: Any) -> bool:
    """Return whether a cell raised SystemExit, which papermill alone takes for an end in order."""
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    return any(output.output_type == "error" for output in outputs)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables that the process which runs the cells inherits."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # our kernel, not one of the user's
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _talking_in(folder: str) -> Config:
    """Let a kernel talk through sockets in a folder of its own.

    Ports could be taken, or listened to. Left alone, the sockets lie in the folder of notebooks,
    where two runs at once would meet, and where make would take them for a change of the study.
    """
    return Config(
        KernelManager={
            "transport": "ipc",
            "ip": f"{folder}/kernel",
            "connection_file": f"{folder}/kernel.json",
        }
    )


def _settled(content: Any, study: Study) -> str:
    """Take out what differs from run to run: times, durations, paths, random cell ids."""
    content.metadata.pop("papermill", None)
    for number, cell in enumerate(content.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if INJECTED_TAG in cell.metadata.get("tags", []):
            cell["id"] = f"injected-{number}"
    return f"{nbformat.writes(content).replace(str(study.root), '.')}\n"


_SHARED = (
    "pandas",
    "altair",
    "reportlib.publish.report_sections",
)
"""What notebooks import."""


def warm_up() -> None:
    """Import it, and do what the first card and the first chart take longer for than others.

    All but drawing: what draws starts threads, and then this process could not be forked.
    """
    import_shell()
    for name in _SHARED:
        import_module(name)
    import altair as alt
    import pandas as pd

    from reportlib.render.templating import compile_templates

    compile_templates()
    frame = pd.DataFrame({"number": [1.5], "name": ["a"], "day": [pd.Timestamp(2000, 1, 1)]})
    alt.Chart(frame).mark_point().encode(x="day", y="number", color="name").to_dict()
    gc.freeze()  # else collecting in a fork writes to, and so copies, all of it
