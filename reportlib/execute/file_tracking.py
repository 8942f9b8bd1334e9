"""What a run is seen to open: an audit hook in the process that executes a notebook."""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from reportlib.errors import ForeignFile
from reportlib.execute.inputs import LIBRARY
from reportlib.study import Study

WATCH = "from reportlib.execute.file_tracking import start_tracking; start_tracking()"
"""The line with which a process that executes a notebook begins to watch itself."""
_STUDY, _REPORT = "REPORTLIB_WATCHED_STUDY", "REPORTLIB_SEEN"
_OF_STUDY, _OF_LIBRARY = "study: ", "library: "
_PACKAGE = f"{LIBRARY}{os.sep}"
_SYSTEM = (
    "/usr", "/etc", "/proc", "/sys", "/dev", "/lib", "/lib64", "/bin", "/run", "/var", "/opt",
)  # fmt: skip
_SETTINGS = (".ipython", ".jupyter", ".local/share/jupyter", ".cache", ".config", ".fontconfig")
"""Below the home folder, what an interpreter keeps there of its own."""


def tracking_environment(study: Study, report: Path) -> dict[str, str]:
    """Return the environment by which a process is asked to watch what it opens.

    Args:
        study: whose files are noted.
        report: the file to which they are written.
    """
    return {_STUDY: str(study.root), _REPORT: str(report)}


@dataclass(frozen=True)
class OpenedFiles:
    """The files that a run was seen to open, or to import."""

    study: tuple[str, ...]
    """Those of the study, from its root."""
    library: tuple[str, ...]
    """Those of the library, from the folder that holds it."""


def read_opened_files(report: Path) -> OpenedFiles:
    """Return what was seen, and what this process, which saw to it, has imported of the library."""
    told = set(report.read_text(encoding="utf-8").splitlines())
    study = (line.removeprefix(_OF_STUDY) for line in told if line.startswith(_OF_STUDY))
    library = {line.removeprefix(_OF_LIBRARY) for line in told if line.startswith(_OF_LIBRARY)}
    return OpenedFiles(tuple(sorted(study)), tuple(sorted({*library, *_modules()})))


def start_tracking() -> None:
    """Watch what this process opens from now on, if its environment asks for it."""
    if _STUDY in os.environ:
        # Open for as long as the process lives.
        report = Path(os.environ[_REPORT]).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115
        report.writelines(f"{_OF_LIBRARY}{name}\n" for name in _modules())
        sys.meta_path.insert(0, _Imports(report))
        sys.addaudithook(_hook(Path(os.environ[_STUDY]), report))


def _modules() -> list[str]:
    """The files of the library that this process has imported."""
    files = [
        getattr(module, "__file__", None)
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == LIBRARY.name
    ]
    return [_in_library(os.path.realpath(file)) for file in files if file]


def _in_library(file: str) -> str:
    return f"{LIBRARY.name}/{file.removeprefix(_PACKAGE).replace(os.sep, '/')}"


class _Imports(MetaPathFinder):
    """Notes each module of the library that is imported: its file may be read from a cache."""

    def __init__(self, report: TextIO) -> None:
        self._report = report

    def find_spec(
        self, name: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(f"{LIBRARY.name}."):
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.origin is not None:
            self._report.write(f"{_OF_LIBRARY}{_in_library(os.path.realpath(spec.origin))}\n")
        return spec


def _hook(root: Path, report: TextIO) -> Callable[[str, tuple[Any, ...]], None]:
    """Note each file of the study, and refuse what belongs nowhere. A hook cannot be removed."""
    study = f"{os.path.realpath(root)}{os.sep}"
    kept = (*(f"{study}{name}{os.sep}" for name in ("data", "params", "notebooks")), _PACKAGE)
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
        whole = Path(name)
        named = f"{os.path.realpath(whole.parent)}{os.sep}{whole.name}"
        of_library = path.startswith(_PACKAGE)
        # Beside its files the interpreter keeps what it likes.
        source = not (of_library and "__pycache__" in Path(path[len(_PACKAGE) :]).parts)
        if writes and source and path.startswith(kept):
            whose = "the library" if of_library else "its study"
            raise ForeignFile(f"{name} would be written: a notebook writes no file of {whose}.")
        if source and of_library:
            report.write(f"{_OF_LIBRARY}{_in_library(path)}\n")
        elif path.startswith(environment):
            pass
        elif path.startswith(study) or named.startswith(study):
            for one in {path, named} if not writes else ():
                if one.startswith(study):  # a link counts by its name and by what it leads to
                    file = one.removeprefix(study).replace(os.sep, "/")
                    report.write(f"{_OF_STUDY}{file}\n")
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
        # An environment may borrow the packages of another one, by a .pth file.
        *(path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}),
        str(LIBRARY),
    }
    return tuple(f"{os.path.realpath(place)}{os.sep}" for place in places)


def _elsewhere() -> tuple[str, ...]:
    """The folders of the system, temporary ones, and the interpreter's settings."""
    home = Path.home()
    places = [*_SYSTEM, tempfile.gettempdir(), *(str(home / name) for name in _SETTINGS)]
    return tuple(f"{os.path.realpath(place)}{os.sep}" for place in places)
