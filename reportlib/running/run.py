"""One run of one notebook with papermill: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
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
from reportlib.running.forked.engine import FORKED, ForkedEngine
from reportlib.study import Study

CELL_LIMIT = 300
"""Seconds after which a cell is taken to be stuck."""
Kernel = Literal["forked", "plain"]
"""Where cells run: in a fork of this process, or in a kernel that is started for them."""
ENGINES: dict[Kernel, str] = {"forked": FORKED, "plain": "nbclient"}
"""What papermill calls the engine of each."""

# Also where the project is not installed, and papermill cannot find the entry point.
papermill_engines.register(FORKED, ForkedEngine)


def run(
    study: Study,
    notebook: Path,
    output: Path,
    settings: Mapping[str, Any],
    kernel: Kernel = "forked",
) -> None:
    """Execute a notebook in a fresh process and write it, executed, to ``output``.

    Only parameters that the notebook's own cell names are passed. Times, paths and random ids are
    taken out of the result, so that the same inputs give the same bytes, in whichever kernel.

    Raises:
        RunFailed: a cell raised an error; ``output`` is as it was before.
    """
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # our kernel, not one of the user's
    partial = output.with_name(f".{output.stem}.partial{output.suffix}")
    output.parent.mkdir(parents=True, exist_ok=True)
    named = papermill.inspect_notebook(str(notebook))
    try:
        with TemporaryDirectory(prefix="reportlib-") as sockets:
            papermill.execute_notebook(
                str(notebook),
                str(partial),
                parameters={name: value for name, value in settings.items() if name in named},
                engine_name=ENGINES[kernel],
                kernel_name="python3",
                cwd=str(study.notebooks),
                progress_bar=False,
                request_save_on_cell_execute=False,  # what a failed run leaves is not kept
                execution_timeout=CELL_LIMIT,
                config=_talking_in(sockets),
            )
        _settle(partial, study)
        partial.replace(output)
    except PapermillExecutionError as problem:
        raise RunFailed(
            study.relative(notebook),
            f"{problem.ename}: {problem.evalue}",
            cell=str(problem.exec_count),
            source=problem.source,
            traceback="\n".join(problem.traceback),
        ) from None
    except (CellTimeoutError, DeadKernelError) as problem:
        raise RunFailed(study.relative(notebook), str(problem)) from None
    finally:
        partial.unlink(missing_ok=True)


def _talking_in(folder: str) -> Config:
    """Let a kernel talk through sockets in a folder of its own.

    Ports could be taken, or listened to. Left alone, the sockets lie in the folder of notebooks,
    where two runs at once would meet, and where make would take them for a change of the study.
    """
    return Config(KernelManager={"transport": "ipc", "ip": f"{folder}/kernel"})


def _settle(path: Path, study: Study) -> None:
    """Take out what differs from run to run: times, durations, paths, random cell ids."""
    content = nbformat.read(path, as_version=4)
    content.metadata.pop("papermill", None)
    for number, cell in enumerate(content.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-{number}"
    text = nbformat.writes(content).replace(str(study.root), ".")
    path.write_text(text + "\n", encoding="utf-8")
