"""What a fork inherits of its parent, and a process that has just started would not have."""

from __future__ import annotations

import atexit
import gc
import importlib
import logging
import os
import random
import signal
import sys
import weakref
from pathlib import Path
from typing import Any

import ipykernel_launcher
from papermill.log import logger

_SHELL = (
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.extensions.storemagic",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
)
_START_FOLDER = str(Path.cwd())


def reset_process() -> None:
    """Make of a fork, as far as a notebook can see, a process in which a kernel has just started.

    What stays the parent's: its modules, its options of Python, its seed of hashes, its locale and
    its filters of warnings.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    sys.breakpointhook = lambda *_, **__: None  # as in a kernel to which no debugger is attached
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    # The handlers of the root are the parent's; papermill keeps them for its own log.
    logger.handlers.extend(logging.root.handlers)
    logger.setLevel(logger.getEffectiveLevel())
    logger.propagate = False
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    _reset_imports()
    # Else the child would do at its end what the parent wants done at its own.
    atexit._clear()
    finalize: Any = weakref.finalize
    for finalizer in list(finalize._registry):
        finalizer.atexit = False
    finalize._registered_with_atexit = False
    random.seed()
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()
    gc.enable()
    gc.freeze()  # nothing that was there before is the notebook's to clear away


def import_shell() -> None:
    """Import what a shell imports before, or with, its first cell.

    Without debugpy, which takes longer to import than pandas, and serves only a debugger.
    """
    hides_debugger = "debugpy" not in sys.modules
    if hides_debugger:
        sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        for name in _SHELL:
            importlib.import_module(name)
    finally:
        if hides_debugger:
            del sys.modules["debugpy"]


def run_exit_handlers() -> None:
    """Run what the notebook wants done at its end; IPython's part clears all variables."""
    atexit._run_exitfuncs()


def _reset_imports() -> None:
    sys.argv[:] = [ipykernel_launcher.__file__]
    program = getattr(sys.modules["__main__"], "__file__", None)
    folders = {"", _START_FOLDER, *([str(Path(program).resolve().parent)] if program else ())}
    if not sys.flags.safe_path and sys.path[0] in folders:
        del sys.path[0]  # Python put it there for the parent's program
    sys.path.insert(0, "")
    importlib.invalidate_caches()
    # It chose its bars' looks when it was imported, and counts the parent's among those shown.
    for name in [name for name in sys.modules if name.partition(".")[0] == "tqdm"]:
        del sys.modules[name]
    # It took the parent for a terminal, if it was imported there, and would ask for its width.
    pandas = sys.modules.get("pandas")
    if pandas is not None and pandas.get_option("display.max_columns") == 0:
        pandas.set_option("display.max_columns", 20)
