"""Files that appear whole or not at all, the lock of a build, and its scratch folders."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import strftime

from reportlib.errors import NotWritten
from reportlib.execute.inputs import digest_value
from reportlib.execute.progress import Event, Say
from reportlib.study import Build

try:
    import fcntl
except ImportError:  # a platform without it: two builds at once are not kept apart there
    fcntl = None  # type: ignore[assignment]

PARTIAL = ".*.partial"
"""The names under which files are written before they take their places."""


def scratch_prefix(executed: Path) -> str:
    """Return the beginning of the names of scratch folders, for runs that write to a folder."""
    return f"reportlib-{digest_value(str(executed))[:12]}-"


def remove_scratch(build: Build) -> None:
    """Remove what killed builds left; only while the lock of the build is held."""
    for folder in Path(tempfile.gettempdir()).glob(f"{scratch_prefix(build.executed)}*"):
        shutil.rmtree(folder, ignore_errors=True)
    for partial in build.folder.rglob(PARTIAL):
        partial.unlink(missing_ok=True)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that it appears whole or not at all; text as UTF-8.

    Raises:
        NotWritten: the disk is full, or nothing may be written there; the file is as it was.
    """
    write_together({path: content})


def write_together(files: Mapping[Path, str | bytes], gone: Iterable[Path] = ()) -> None:
    """Write files that belong together: none takes its place before all of them are written.

    Each appears whole or not at all. They take their places in the order given, so that the last
    one can say what belongs together: a process that is killed in between leaves files of two
    states, each of them whole.

    Args:
        files: the contents, by path.
        gone: the files to remove before the first takes its place.

    Raises:
        NotWritten: the disk is full, or nothing may be written there. If so before the first took
            its place, which is nearly always, all is as it was.
    """
    # With the process in the name, since another one may write the same drawing just now.
    partials = {path: path.with_name(f".{path.name}.{os.getpid()}.partial") for path in files}
    path: Path | None = None
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            partials[path].write_bytes(content.encode() if isinstance(content, str) else content)
        for path in gone:
            path.unlink(missing_ok=True)
        for path, partial in partials.items():
            partial.replace(path)
    except OSError as problem:
        raise NotWritten.of(path, problem) from None
    finally:
        for partial in partials.values():
            with suppress(OSError):
                partial.unlink()


@contextmanager
def hold_build_lock(guard: Path, say: Say) -> Iterator[None]:
    """Hold a file for as long as the block runs; wait for another process that holds it.

    Not by the library filelock, which closes the file in every fork: there the system would release
    it as soon as this process is killed, though what it had started may still be writing.

    Raises:
        NotWritten: nothing can be written there.
    """
    try:
        guard.parent.mkdir(parents=True, exist_ok=True)
        file = guard.open("a+", encoding="utf-8")
    except OSError as problem:
        raise NotWritten.of(guard, problem) from None
    with file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = guard.read_text(encoding="utf-8") or "one that has just begun"
                say(Event("waiting", f"waiting for another command that writes here: {holder}"))
                fcntl.flock(file, fcntl.LOCK_EX)
        try:
            file.truncate(0)
            file.write(f"process {os.getpid()}, since {strftime('%H:%M:%S')}")
            file.flush()
        except OSError as problem:
            raise NotWritten.of(guard, problem) from None
        yield
