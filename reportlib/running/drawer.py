"""A drawer: one process that draws for all notebooks of a build, since it takes long to begin."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener

from reportlib.running.jobs import beside, can_fork
from reportlib.showing.drawing import by_vega

_FIRST = '{"data": {"values": []}, "mark": "point"}'
"""A chart of nothing, with which what draws is started."""
_MANY = 64
"""How many charts may wait to be asked for before one more has to wait with that."""
_PATIENCE = 30.0
"""Seconds after which who asked takes the drawer to be stuck, and draws itself."""

_GONE = (OSError, EOFError, AuthenticationError)
"""What is raised where the other side is not there any more, or is not who it should be."""

_place: tuple[str, bytes] | None = None
"""Where the drawer of this process, and of its forks, is to be asked, and with what word."""


@contextmanager
def a_drawer() -> Iterator[None]:
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
    with beside(partial(_draw_for_all, listener)):
        listener.close()  # or nobody would be told when the drawer has gone
        _place = address, word
        try:
            yield
        finally:
            _place = None


def drawn(spec: str) -> str:
    """Return a chart as SVG: by the drawer if there is one and it does, else by this process."""
    if _place is not None:
        address, word = _place
        with suppress(*_GONE), Client(address, authkey=word) as asked:
            asked.send_bytes(spec.encode())
            if asked.poll(_PATIENCE):
                return asked.recv_bytes().decode()
    return by_vega(spec)


def _draw_for_all(listener: Listener) -> None:
    """In the drawer: draw one chart after the other."""
    os.environ["TZ"] = "UTC"  # as for notebooks: an axis of days would show the time zone
    time.tzset()
    by_vega(_FIRST)
    while True:
        with suppress(*_GONE), listener.accept() as asked:
            spec = asked.recv_bytes().decode()
            with suppress(ValueError):  # who asked is told by its own attempt what is wrong
                asked.send_bytes(by_vega(spec).encode())
