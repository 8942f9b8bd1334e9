"""Drawings of charts: made by one process for all notebooks, and cached by their specification."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib.metadata import version
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from pathlib import Path
from time import time, tzset

from reportlib.execute.files import PARTIAL, write_atomically
from reportlib.execute.inputs import digest_file, digest_value
from reportlib.execute.process_pool import can_fork, run_beside
from reportlib.render import vega
from reportlib.render.vega import convert_to_svg, use_drawer
from reportlib.study import Study

_FIRST = '{"data": {"values": []}, "mark": "point"}'
"""A chart of nothing, with which what draws is started."""
_MANY = 64
"""How many charts may wait to be asked for before one more has to wait with that."""
_REPLY_TIMEOUT = 30.0
"""Seconds after which who asked takes the drawer to be stuck, and draws itself."""

_GONE = (OSError, EOFError, AuthenticationError)
"""What is raised where the other side is not there any more, or is not who it should be."""

_place: tuple[str, bytes] | None = None
"""Where the drawer of this process, and of its forks, is to be asked, and with what word."""


@contextmanager
def run_drawing_process() -> Iterator[None]:
    """Have a drawer for as long as the block runs, where this process can be forked.

    It begins at once, beside what this process does meanwhile.
    """
    global _place
    if not can_fork():
        yield
        return
    # In the system's own name space, where no file is left by who is killed.
    address, word = f"\0reportlib-{secrets.token_hex(16)}", secrets.token_bytes(32)
    listener = Listener(address, "AF_UNIX", backlog=_MANY, authkey=word)
    with run_beside(partial(_draw_for_all, listener)):
        listener.close()  # or nobody would be told when the drawer has gone
        _place = address, word
        try:
            yield
        finally:
            _place = None


def draw_svg(spec: str) -> str:
    """Return a chart as SVG: by the drawer if there is one and it does, else by this process."""
    if _place is not None:
        address, word = _place
        with suppress(*_GONE), Client(address, authkey=word) as asked:
            asked.send_bytes(spec.encode())
            if asked.poll(_REPLY_TIMEOUT):
                return asked.recv_bytes().decode()
    return convert_to_svg(spec)


def _draw_for_all(listener: Listener) -> None:
    """In the drawer: draw one chart after the other."""
    os.environ["TZ"] = "UTC"  # as for notebooks: an axis of days would show the time zone
    tzset()
    convert_to_svg(_FIRST)
    while True:
        with suppress(*_GONE), listener.accept() as asked:
            spec = asked.recv_bytes().decode()
            with suppress(ValueError):  # who asked is told by its own attempt what is wrong
                asked.send_bytes(convert_to_svg(spec).encode())


KEEP = "from reportlib.execute.drawings import start_caching; start_caching()"
"""The line with which a process that executes a notebook begins to keep its drawings."""
_FOLDER = "REPORTLIB_DRAWINGS"
_FORGOTTEN = 3_600
"""Seconds after which nobody writes any more what is there by half."""
_AT_MOST = 1_000
"""How many drawings are kept; those go first that have not been needed for longest."""


def cache_environment(study: Study) -> dict[str, str]:
    """Return the environment by which a process is asked to keep its drawings."""
    return {_FOLDER: str(study.drawings)}


def start_caching() -> None:
    """Take charts from what is kept, and keep what is drawn, if the environment asks for it."""
    if folder := os.environ.get(_FOLDER):
        use_drawer(partial(draw_cached, Path(folder)))


def draw_cached(folder: Path, spec: str) -> str:
    """Return the drawing of a chart: as it is kept there, or drawn, and kept from now on."""
    path = folder / f"{digest_value([spec, *_drawn_by()])}.svg"
    try:
        svg = path.read_text(encoding="utf-8")
        os.utime(path)
    except OSError:
        svg = draw_svg(spec)
        write_atomically(path, svg)
    return svg


def trim_cache(folder: Path) -> None:
    """Remove what killed builds left, and what has not been needed for longest, if it is much."""
    with suppress(FileNotFoundError):  # another build tidies too
        drawings = sorted(folder.glob("*.svg"), key=lambda path: path.stat().st_mtime)
        left = [one for one in folder.glob(PARTIAL) if time() - one.stat().st_mtime > _FORGOTTEN]
        for path in [*drawings[:-_AT_MOST], *left]:
            path.unlink()


@cache
def _drawn_by() -> tuple[str, str]:
    return version("vl-convert-python"), digest_file(Path(vega.__file__))
