"""Running small notebooks with papermill, in processes where nothing else has run."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.engines import papermill_engines

from reportlib.execute.engine.forked import FORKED, ForkedEngine

papermill_engines.register(FORKED, ForkedEngine)
Cell = str | tuple[str, str]
"""The source of a cell, or its source and its tag."""
Submit = Callable[..., "Future[Any]"]


def notebook(*cells: Cell) -> Any:
    """A notebook of code cells."""
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    for number, cell in enumerate(cells):
        source, *tags = [cell] if isinstance(cell, str) else cell
        made.cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": tags}))
        made.cells[-1]["id"] = f"cell-{number}"
    return made


def execute(*cells: Cell, engine: str = FORKED, output: Path | None = None, **options: Any) -> Any:
    """Run a notebook of these cells, and return it with its outputs.

    Raises:
        OrdinaryKernel: it was to be forked, and was not.
    """
    # pytest sets this, and ipykernel then takes nothing in that is written to descriptors.
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    with _no_fallback():
        return papermill.execute_notebook(
            notebook(*cells),
            None if output is None else str(output),
            engine_name=engine,
            **{"progress_bar": False, "start_timeout": 60} | options,
        )


def shown(executed: Any) -> list[list[Any]]:
    """What each cell printed and showed as text, or the name of its error."""
    return [
        [
            output.get("text") or output.get("ename") or output.get("data", {}).get("text/plain")
            for output in cell.get("outputs", [])
        ]
        for cell in executed.cells
    ]


class OrdinaryKernel(Exception):
    """A notebook that was to be forked ran in an ordinary kernel."""


@contextmanager
def _no_fallback() -> Iterator[None]:
    class Refuse(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "ordinary kernel" in record.getMessage():
                raise OrdinaryKernel(record.getMessage())

    handler = Refuse(logging.WARNING)
    logger = logging.getLogger("papermill")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def fresh_context() -> Any:
    """What starts processes: forks of one that has only imported this module.

    The process that runs the tests may itself have threads, from tests that ran before.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@contextmanager
def fresh_processes(number: int) -> Iterator[Submit]:
    """Lend a function that has another called in a process of its own, some at a time."""
    with ProcessPoolExecutor(number, fresh_context(), max_tasks_per_child=1) as pool:
        yield pool.submit
