"""An engine of papermill that runs each notebook in a fresh fork of this process.

What this process has imported, no child need import again. Where it cannot be forked, the notebook
runs in an ordinary kernel, and the log says why.
"""

from __future__ import annotations

import builtins
import gc
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager, NoSuchKernel
from nbclient.exceptions import DeadKernelError
from papermill.engines import NBClientEngine
from papermill.log import logger

from reportlib.execute.forked.hidden import hidden

FORKED = "forked"
"""The name by which papermill knows the engine."""
_SHELL = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.extensions.storemagic",
    "reportlib.execute.forked.child",
    "sqlite3",
    "tornado.platform.asyncio",
)
"""What a shell imports before, or with, its first cell."""
_LAUNCHED = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
_LOCAL = "local-provisioner"


class ForkedEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, with a fork of this process in place of a kernel.

    Only where the cells run differs: everything from a cell's source to its outputs in the
    notebook, such as limits, tags and logs, is done by papermill and nbclient.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run the cells of a notebook; options are those of papermill's engine.

        Raises:
            DeadKernelError: the child ended while a cell ran; says how.
        """
        obstacle = _obstacle(kernel_name, options)
        if obstacle is None:
            preload()
            from reportlib.execute.forked.child import Child, Unforkable

            try:
                child = Child(_command_line(options))
            except Unforkable:
                obstacle = "other threads run in this process, and none would run in a fork of it"
        if obstacle is not None:
            logger.warning("The notebook runs in an ordinary kernel, since %s.", obstacle)
            super().execute_managed_notebook(nb_man, kernel_name, **options)
            return
        with child:
            try:
                super().execute_managed_notebook(nb_man, kernel_name, km=child, **options)
            except DeadKernelError:
                raise DeadKernelError(f"The notebook's process {child.fate()}.") from None


def preload(*modules: str) -> None:
    """Import what children then need not: IPython's shell, and the modules named.

    Best called before anything else imports them: while it imports, this process looks like a
    kernel, for what chooses then how it shows itself. Not for modules that start threads, such as
    vl-convert, nor for a project's own in a process that outlives one state of their files.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        with hidden("debugpy"):  # takes longer than pandas, and serves only a debugger
            import_module("ipykernel.debugger")
        for name in _SHELL:
            import_module(name)
        with _like_a_kernel():
            for name in modules:
                import_module(name)
    finally:
        if collecting:
            gc.enable()


def _obstacle(kernel_name: str, options: Mapping[str, Any]) -> str | None:
    """Why the notebook needs an ordinary kernel, if it does."""
    if sys.platform != "linux":
        return f"a process cannot safely be forked on this platform, {sys.platform}"
    if options.keys() & {"km", "kernel_manager_class"}:
        return "it was given a kernel manager"
    name = (
        NATIVE_KERNEL_NAME if kernel_name == "python" else kernel_name
    )  # as jupyter_client has it
    try:
        kernel = KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel:
        return f"there is no kernel '{kernel_name}'"
    program, *arguments = kernel.argv
    provisioner = kernel.metadata.get("kernel_provisioner", {}).get("provisioner_name")
    provisioner = provisioner or os.environ.get("JUPYTER_DEFAULT_PROVISIONER_NAME", _LOCAL)
    ours = {"python", "python3", f"python3.{sys.version_info.minor}", sys.executable}
    if program not in ours or arguments != _LAUNCHED or kernel.env or provisioner != _LOCAL:
        return f"the kernel '{kernel_name}' is not this Python as it is"
    return None


def _command_line(options: Mapping[str, Any]) -> list[str]:
    """The arguments that nbclient gives a kernel."""
    arguments = list(options.get("extra_arguments", ()))
    history = options.get("ipython_hist_file", ":memory:")
    if history and not any(one.startswith("--HistoryManager.hist_file") for one in arguments):
        arguments.append(f"--HistoryManager.hist_file={history}")
    return arguments


@contextmanager
def _like_a_kernel() -> Iterator[None]:
    """Let whatever asks find a kernel's shell, though none has begun."""
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.interactiveshell import InteractiveShell

    if InteractiveShell.initialized():
        yield
        return
    shell = ZMQInteractiveShell.__new__(ZMQInteractiveShell)
    InteractiveShell._instance = shell  # type: ignore[assignment]
    builtins.get_ipython = lambda: shell  # type: ignore[attr-defined]
    try:
        yield
    finally:
        InteractiveShell._instance = None
        del builtins.get_ipython  # type: ignore[attr-defined]
