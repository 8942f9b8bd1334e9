"""Execution alone: one notebook of a study under many settings, as a build runs notebooks.

``python -m tests.bench.execution NOTEBOOK KERNEL AT_ONCE DAY...``, from the study's folder, runs it
once for each day up to which things were known.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from reportlib.execute.process_pool import run_in_processes
from reportlib.execute.run_notebook import warm_up
from reportlib.load.parameters import AS_OF, BASE
from reportlib.notebook.cell_parameters import PARAMETER_SET
from reportlib.study import Study

if TYPE_CHECKING:
    from reportlib.execute.run_notebook import Kernel

OUT = "settings"
"""Below build/, where what was executed is put."""


def main(notebook: str, kernel: str, at_once: str, *days: str) -> None:
    """Run a notebook under each setting.

    Raises:
        Exception: a run failed.
    """
    if kernel == "forked":
        warm_up()
    study = Study(Path.cwd())

    def run_on(day: str) -> None:
        from reportlib.execute.run_notebook import run_notebook  # as late as a build has it

        output = study.build(OUT).notebooks / f"{day}.ipynb"
        given = {PARAMETER_SET: BASE, AS_OF: day}
        run_notebook(
            study, study.notebooks / notebook, output, given, kernel=cast("Kernel", kernel)
        )

    for done in run_in_processes({day: partial(run_on, day) for day in days}, int(at_once)):
        if done.problem is not None:
            raise done.problem


if __name__ == "__main__":
    main(*sys.argv[1:])
