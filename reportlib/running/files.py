"""Files: written so that they appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from reportlib.errors import NotWritten

PARTIAL = ".*.partial"
"""The names under which files are written, before they take their places."""


def write_whole(path: Path, content: str | bytes) -> None:
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
        files: what to write, by path.
        gone: what is removed before the first takes its place.

    Raises:
        NotWritten: the disk is full, or nothing may be written there. If so before the first took
            its place, which is nearly always, all is as it was.
    """
    # By a name of this process alone, since another one may write the same drawing just now.
    partials = {path: path.with_name(f".{path.name}.{os.getpid()}.partial") for path in files}
    path: Path | None = None
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = content.encode() if isinstance(content, str) else content
            partials[path].write_bytes(whole)
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
