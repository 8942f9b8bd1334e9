"""Execution alone: one notebook of a study under many settings, as a build runs notebooks.

``python -m tests.bench.execution NOTEBOOK KERNEL AT_ONCE DAY...``, from the study's folder, runs it
once for each day up to which things were known.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from reportlib.reading.parameters import AS_OF, BASE
from reportlib.running.jobs import in_processes
from reportlib.running.namespace import PARAMETER_SET
from reportlib.running.warm import warm_up
from reportlib.study import Study

if TYPE_CHECKING:
    from reportlib.running.run import Kernel

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
        from reportlib.running.run import run  # as late as a build has it

        output = study.build(OUT).notebooks / f"{day}.ipynb"
        given = {PARAMETER_SET: BASE, AS_OF: day}
        run(study, study.notebooks / notebook, output, given, kernel=cast("Kernel", kernel))

    for done in in_processes({day: partial(run_on, day) for day in days}, int(at_once)):
        if done.problem is not None:
            raise done.problem


if __name__ == "__main__":
    main(*sys.argv[1:])
