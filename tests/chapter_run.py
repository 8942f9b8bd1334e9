"""Running the cells of chapters in this process: fast, and the same records as in a kernel."""

from __future__ import annotations

import ast
import contextlib
import json
from typing import Any

from pydantic import TypeAdapter

from reportlib.judging.argument import Argument
from reportlib.reading.ledger import Ledger
from reportlib.running.carried import RECORD
from reportlib.study import Study
from reportlib.values.findings import Record


def run_chapters(study: Study, *names: str, **parameters: str) -> dict[str, Record]:
    """Run the cells of chapters (of all, if none is named) but for their figures.

    Parameters are changed below a notebook's own, where papermill would put them. Groundings are
    put together from the chapters that were run.
    """
    records = {}
    for path in study.chapters():
        if names and path.stem not in names:
            continue
        namespace: dict[str, Any] = {}
        with contextlib.chdir(study.notebooks):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                source = "".join(cell["source"])
                if cell["cell_type"] != "code" or "chapter.figure(" in source:
                    continue
                shown = _run(source, namespace)
                if "parameters" in cell["metadata"].get("tags", []):
                    namespace |= parameters
                if hasattr(shown, "_repr_mimebundle_") and RECORD in (
                    bundle := shown._repr_mimebundle_()
                ):
                    record = TypeAdapter(Record).validate_python(bundle[RECORD])
                    records[record.claim] = record
    return Argument(Ledger.read(study), records).completed()


def _run(source: str, namespace: dict[str, Any]) -> Any:
    """Execute a cell and return the value of its last line, as a kernel would show it."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), namespace)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
