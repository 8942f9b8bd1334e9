"""One run of one notebook with papermill: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from reportlib.errors import RunFailed
from reportlib.running.drawings import KEEP, asked_to_keep
from reportlib.running.files import write_whole
from reportlib.running.forked.engine import FORKED, ForkedEngine
from reportlib.running.namespace import INJECTED_TAG
from reportlib.running.seen import WATCH, Seen, asked, seen_in
from reportlib.study import Study
from reportlib.values.phrases import counted

Kernel = Literal["forked", "plain"]
"""Where cells run: in a fork of this process, or in a kernel that is started for them."""
ENGINES: Mapping[Kernel, str] = {"forked": FORKED, "plain": "nbclient"}
"""What papermill calls the engine of each."""
CELL_LIMIT = 300
"""Seconds after which a cell is taken to be stuck."""

# Also where the project is not installed, and papermill cannot find the entry point.
papermill_engines.register(FORKED, ForkedEngine)


def run(
    study: Study,
    notebook: Path,
    output: Path,
    settings: Mapping[str, Any],
    *,
    kernel: Kernel = "forked",
    limit: int = CELL_LIMIT,
) -> Seen:
    """Execute a notebook afresh, write it, executed, to ``output``, and return what it opened.

    Only parameters that the notebook's own cell names are passed. Times, paths and random ids are
    taken out of the result, so that the same inputs give the same bytes, in whichever kernel.

    Args:
        study: whose notebook it is.
        notebook: as people keep it.
        output: where it is written; it appears whole or not at all.
        settings: values of parameters, by name.
        kernel: where cells run.
        limit: seconds after which a cell is taken to be stuck.

    Returns:
        The files of the study and of the library that were opened.

    Raises:
        RunFailed: a cell raised an error or never ended; ``output`` is as it was before.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    # Not by its path, in which papermill would fill in what stands in braces.
    content = nbformat.read(notebook, as_version=4)
    named = papermill.inspect_notebook(content)
    try:
        with TemporaryDirectory(prefix="reportlib-") as folder:
            partial, seen = Path(folder, "partial.ipynb"), Path(folder, "seen")
            seen.touch()
            with _environment({**asked(study, seen), **asked_to_keep(study)}):
                papermill.execute_notebook(
                    content,
                    str(partial),
                    parameters={n: value for n, value in settings.items() if n in named},
                    kernel_name="python3",
                    cwd=str(study.notebooks),
                    progress_bar=False,
                    request_save_on_cell_execute=False,  # what a failed run leaves is not kept
                    execution_timeout=limit,
                    engine_name=ENGINES[kernel],
                    config=_talking_in(folder),
                    extra_arguments=[f"--IPKernelApp.exec_lines={[WATCH, KEEP]!r}"],
                )
            write_whole(output, _settled(partial, study))
            return seen_in(seen)
    except PapermillExecutionError as problem:
        raise RunFailed(
            study.relative(notebook),
            f"{problem.ename}: {problem.evalue}",
            cell=str(problem.exec_count),
            source=problem.source,
            traceback="\n".join(problem.traceback),
        ) from None
    except CellTimeoutError:
        told = f"a cell did not end within {counted(limit, 'second')}, and was stopped"
        raise RunFailed(study.relative(notebook), told) from None
    except DeadKernelError as problem:
        raise RunFailed(study.relative(notebook), str(problem)) from None


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
    return Config(KernelManager={"transport": "ipc", "ip": f"{folder}/kernel"})


def _settled(path: Path, study: Study) -> str:
    """Take out what differs from run to run: times, durations, paths, random cell ids."""
    content = nbformat.read(path, as_version=4)
    content.metadata.pop("papermill", None)
    for number, cell in enumerate(content.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if INJECTED_TAG in cell.metadata.get("tags", []):
            cell["id"] = f"injected-{number}"
    return f"{nbformat.writes(content).replace(str(study.root), '.')}\n"
