"""Drawings: every SVG is kept by the digest of its spec, since drawing costs more than the rest."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from time import time

from reportlib.reading.parts import digest_of
from reportlib.running.digests import digest_of_bytes
from reportlib.running.drawer import drawn
from reportlib.running.files import PARTIAL, write_whole
from reportlib.showing import drawing
from reportlib.showing.drawing import draw_by
from reportlib.study import Study

KEEP = "from reportlib.running.drawings import keep_as_asked; keep_as_asked()"
"""The line with which a process that executes a notebook begins to keep its drawings."""
_FOLDER = "REPORTLIB_DRAWINGS"
_FORGOTTEN = 3_600
"""Seconds after which nobody writes any more what is there by half."""
_AT_MOST = 1_000
"""How many drawings are kept; those go first that have not been needed for longest."""


def asked_to_keep(study: Study) -> dict[str, str]:
    """Return the environment by which a process is asked to keep its drawings."""
    return {_FOLDER: str(study.drawings)}


def keep_as_asked() -> None:
    """Take charts from what is kept, and keep what is drawn, if the environment asks for it."""
    if folder := os.environ.get(_FOLDER):
        draw_by(partial(kept, Path(folder)))


def kept(folder: Path, spec: str) -> str:
    """Return the drawing of a chart: as it is kept there, or drawn, and kept from now on."""
    path = folder / f"{digest_of([spec, *_drawn_by()])}.svg"
    try:
        svg = path.read_text(encoding="utf-8")
        os.utime(path)
    except OSError:
        svg = drawn(spec)
        write_whole(path, svg)
    return svg


def tidy(folder: Path) -> None:
    """Remove what killed builds left, and what has not been needed for longest, if it is much."""
    with suppress(FileNotFoundError):  # another build tidies too
        drawings = sorted(folder.glob("*.svg"), key=lambda path: path.stat().st_mtime)
        left = [one for one in folder.glob(PARTIAL) if time() - one.stat().st_mtime > _FORGOTTEN]
        for path in [*drawings[:-_AT_MOST], *left]:
            path.unlink()


@cache
def _drawn_by() -> tuple[str, str]:
    return version("vl-convert-python"), digest_of_bytes(Path(drawing.__file__))
