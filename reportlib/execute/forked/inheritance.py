"""What a fork inherits of its parent, and a process that just started would not have."""

from __future__ import annotations

import asyncio
import atexit
import faulthandler
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
from ipykernel.kernelbase import Kernel
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Application, SingletonConfigurable

_STARTED_IN = str(Path.cwd())


def start_afresh() -> None:
    """Make of a fork, as far as a notebook can see, a process in which a kernel just started.

    What stays the parent's: its modules, its options of Python, its seed of hashes, its locale and
    its filters of warnings.
    """
    os.setsid()
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    _renew_interpreter()
    _renew_streams()
    _renew_imports()
    _renew_ends()
    for family in (InteractiveShell, Application, Kernel):
        _forget(family)
    random.seed()
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()
    gc.enable()
    gc.freeze()  # nothing that was there before is the notebook's to clear away


def _renew_interpreter() -> None:
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.set_wakeup_fd(-1)
    faulthandler.disable()
    sys.settrace(None)
    sys.setprofile(None)
    sys.breakpointhook = lambda *_, **__: None  # as a kernel's debugger has it when not in use
    asyncio.set_event_loop(None)
    asyncio._set_running_loop(None)


def _renew_streams() -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace", closefd=False)
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    logging.disable(logging.NOTSET)


def _renew_imports() -> None:
    sys.argv[:] = [ipykernel_launcher.__file__]
    main = sys.modules["__main__"]
    program = getattr(main, "__file__", None)
    if main.__spec__ is None and program is not None:
        folders = {str(Path(program).resolve().parent)}
    else:
        folders = {"", _STARTED_IN}
    if not sys.flags.safe_path and sys.path[0] in folders:
        del sys.path[0]  # Python put it there for the parent's program
    importlib.invalidate_caches()
    # It chose its bars' looks when it was imported, and counts the parent's among those shown.
    for name in [one for one in sys.modules if one.partition(".")[0] == "tqdm"]:
        del sys.modules[name]
    # It took the parent for a terminal, if it was imported there, and would ask for its width.
    pandas = sys.modules.get("pandas")
    if pandas is not None and pandas.get_option("display.max_columns") == 0:
        pandas.set_option("display.max_columns", 20)


def _renew_ends() -> None:
    """Forget what the parent wants done when it ends: the child would do it, too."""
    atexit._clear()
    atexit.register(logging.shutdown)
    finalize: Any = weakref.finalize
    for finalizer in list(finalize._registry):
        finalizer.atexit = False
    finalize._registered_with_atexit = False


def _forget(family: type[SingletonConfigurable]) -> None:
    if family._instance is not None:
        type(family._instance).clear_instance()
