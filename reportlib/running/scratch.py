"""Scratch: what a build writes for a time, and what a killed one left of it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from reportlib.reading.parts import digest_of
from reportlib.running.files import PARTIAL
from reportlib.study import Build


def scratch_prefix(executed: Path) -> str:
    """Return how the names of folders for a time begin, of the runs that write to a folder."""
    return f"reportlib-{digest_of(str(executed))[:12]}-"


def clear_away(build: Build) -> None:
    """Remove what killed builds left; only for who holds the guard."""
    for folder in Path(tempfile.gettempdir()).glob(f"{scratch_prefix(build.executed)}*"):
        shutil.rmtree(folder, ignore_errors=True)
    for partial in build.folder.rglob(PARTIAL):
        partial.unlink(missing_ok=True)
