"""An engine of papermill that runs cells in a fork of this process, without a kernel's process.

The cells run in an IPython kernel of ipykernel whose messages stay in the process, so that outputs
are made by the same code as in any kernel. A process of the pool that has run no notebook yet runs
the cells itself; any other program has them run in a process forked for the notebook. Where that
is not safe, the notebook runs in an ordinary kernel, and the log says why.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager, NoSuchKernel
from nbclient.exceptions import DeadKernelError
from papermill.engines import NBClientEngine
from papermill.iorw import load_notebook_node
from papermill.log import logger
from tqdm import TMonitor

from reportlib.execute.engine.fresh_start import (
    import_shell,
    reset_process,
    run_exit_handlers,
)
from reportlib.execute.engine.kernel import InProcessKernel
from reportlib.execute.process_pool import (
    can_fork,
    claim_process,
    explain_death,
    run_in_processes,
)

FORKED = "forked"
"""The name by which papermill knows the engine."""
KILL_GRACE = 5.0
"""Seconds that an interrupted cell has to come to its end, before its process is killed."""
_LAUNCHED = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


class ForkedEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, with cells that run in a fork of this process.

    Everything from a cell's source to its outputs in the notebook, such as limits, tags and logs,
    is done by papermill and nbclient.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run the cells of a notebook.

        Args:
            nb_man: papermill's manager of the notebook.
            kernel_name: that of the kernel's specification.
            options: those of papermill's engine, and ``setup``, a function to call before the
                first cell in the process that runs the cells.

        Raises:
            DeadKernelError: the process ended while a cell ran; says how.
        """
        setup = options.pop("setup", None)
        if obstacle := _find_obstacle(kernel_name, options):
            logger.warning("The notebook runs in an ordinary kernel, since %s.", obstacle)
            super().execute_managed_notebook(nb_man, kernel_name, **options)
            return

        def run() -> None:
            reset_process()
            if cwd := options.get("cwd"):
                os.chdir(cwd)
            limit = options.get("execution_timeout") or options.get("timeout") or 0
            with InProcessKernel(limit) as kernel:
                if setup is not None:
                    setup()
                try:
                    super(ForkedEngine, cls).execute_managed_notebook(
                        nb_man, kernel_name, km=kernel, **options
                    )
                finally:
                    run_exit_handlers()

        import_shell()
        if claim_process():
            run()
        else:
            _run_in_fork(nb_man, run)


def _run_in_fork(nb_man: Any, run: Any) -> None:
    """Run the cells in a process forked for them, and take over the notebook as it left it."""

    def work() -> tuple[Any, Exception | None]:
        claim_process()
        explain_death(DeadKernelError)
        try:
            run()
        except Exception as problem:
            return nb_man.nb, problem
        return nb_man.nb, None

    sys.stdout.flush()
    sys.stderr.flush()
    with closing(run_in_processes({"notebook": work}, at_once=1)) as results:
        (done,) = results
    if done.problem is None:
        nb_man.nb, problem = done.result
    else:
        problem = done.problem
        if nb_man.output_path:  # written at the start and the end of each cell
            nb_man.nb = load_notebook_node(str(nb_man.output_path))
    if problem is not None:
        raise problem
    nb_man.complete_pbar()  # the fork has moved only its own copy


def _find_obstacle(kernel_name: str, options: Mapping[str, Any]) -> str:
    """Return why the notebook needs an ordinary kernel; empty, if it does not."""
    if sys.platform != "linux":
        return f"a process cannot safely be forked on this platform, {sys.platform}"
    if options.keys() & {"km", "kernel_manager_class"}:
        return "it was given a kernel manager"
    try:
        spec = KernelSpecManager().get_kernel_spec(
            NATIVE_KERNEL_NAME if kernel_name == "python" else kernel_name
        )
    except NoSuchKernel:
        return f"there is no kernel '{kernel_name}'"
    program, *arguments = spec.argv
    ours = {"python", "python3", f"python3.{sys.version_info.minor}", sys.executable}
    if (
        program not in ours
        or arguments != _LAUNCHED
        or spec.env
        or spec.metadata.get("kernel_provisioner")
    ):
        return f"the kernel '{kernel_name}' is not this Python as it is"
    _stop_progress_monitors()
    if not can_fork():
        return "other threads run in this process, and none would run in a fork of it"
    return ""


def _stop_progress_monitors() -> None:
    """End the threads that only redraw tqdm's progress bars, papermill's among them."""
    for thread in threading.enumerate():
        if isinstance(thread, TMonitor):
            thread.exit()
            thread.tqdm_cls.monitor = None
