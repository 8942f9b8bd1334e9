"""Rewording: prose that was edited goes into an executed notebook without executing it."""

from __future__ import annotations

from pathlib import Path

import nbformat

from reportlib.running.namespace import INJECTED_TAG, PARAMETERS_TAG


def reworded(notebook: Path, executed: str) -> str:
    """Return an executed notebook with the prose of today.

    The code of both is the same. What comes out is what executing the notebook would give.

    Args:
        notebook: as people keep it.
        executed: the text of the executed one.
    """
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


def _was_given(executed: nbformat.NotebookNode) -> bool:
    """Whether parameters were put in below the notebook's own."""
    return any(INJECTED_TAG in cell.metadata.get("tags", []) for cell in executed.cells)
