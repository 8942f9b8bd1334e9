"""What a run is seen to open: an audit hook in the process that executes a notebook."""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reportlib.errors import ForeignFile
from reportlib.study import Study

WATCH = "from reportlib.running.seen import watch_as_asked; watch_as_asked()"
"""The line with which a process that executes a notebook begins to watch itself."""
_STUDY, _REPORT = "REPORTLIB_WATCHED_STUDY", "REPORTLIB_SEEN"
_SYSTEM = (
    "/usr", "/etc", "/proc", "/sys", "/dev", "/lib", "/lib64", "/bin", "/run", "/var", "/opt",
)  # fmt: skip
_SETTINGS = (".ipython", ".jupyter", ".local/share/jupyter", ".cache", ".config", ".fontconfig")
"""Below the home folder, what an interpreter keeps there of its own."""


def asked(study: Study, report: Path) -> dict[str, str]:
    """Return the environment by which a process is asked to watch what it opens.

    Args:
        study: whose files are noted.
        report: the file to which they are written.
    """
    return {_STUDY: str(study.root), _REPORT: str(report)}


def seen_in(report: Path) -> list[str]:
    """Return the files of the study that were opened, from its root, sorted."""
    return sorted(set(report.read_text(encoding="utf-8").splitlines()))


def watch_as_asked() -> None:
    """Watch what this process opens from now on, if its environment asks for it."""
    if _STUDY in os.environ:
        sys.addaudithook(_hook(Path(os.environ[_STUDY]), Path(os.environ[_REPORT])))


def _hook(root: Path, report: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """Note each file of the study, and refuse what belongs nowhere. A hook cannot be removed."""
    told = report.open("a", encoding="utf-8", buffering=1)
    study = f"{os.path.realpath(root)}{os.sep}"
    kept = tuple(f"{study}{name}{os.sep}" for name in ("data", "params", "notebooks"))
    # Drawings are what a run keeps for itself: they hold nothing that their specs do not.
    environment = (*_environment(), f"{os.path.realpath(Study(root).drawings)}{os.sep}")
    elsewhere = _elsewhere()
    known: set[str] = set()

    def see(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("open", "sqlite3.connect"):
            return
        opened = arguments[0]
        if not isinstance(opened, (str, bytes)):  # a descriptor that is open already
            return
        writes = event == "open" and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
        name = os.fsdecode(opened)
        if name in known and not writes:
            return
        path = os.path.realpath(name)
        if path.startswith(environment):
            pass
        elif path.startswith(kept) and writes:
            raise ForeignFile(f"{name} would be written: a notebook writes no file of its study.")
        elif path.startswith(study):
            if not writes:
                told.write(path.removeprefix(study).replace(os.sep, "/") + "\n")
        elif not f"{path}{os.sep}".startswith(elsewhere) and Path(path).exists():
            raise ForeignFile(
                f"{name} belongs neither to the study nor to what it is run with. Put what a "
                "notebook reads into data/, with its source."
            )
        known.add(name)

    return see


def _environment() -> tuple[str, ...]:
    """The folders of the interpreter, of what is installed, and of the library itself."""
    places = {
        sys.prefix,
        sys.base_prefix,
        *sysconfig.get_paths().values(),
        *filter(None, [sys.pycache_prefix]),
        str(Path(__file__).resolve().parents[1]),
    }
    return tuple(f"{os.path.realpath(place)}{os.sep}" for place in places)


def _elsewhere() -> tuple[str, ...]:
    """The folders of the system, temporary ones, and the interpreter's settings."""
    home = Path.home()
    places = [*_SYSTEM, tempfile.gettempdir(), *(str(home / name) for name in _SETTINGS)]
    return tuple(f"{os.path.realpath(place)}{os.sep}" for place in places)
