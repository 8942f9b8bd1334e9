"""Progress: what a build says while it is at work."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Event:
    """Something that has happened in a build."""

    kind: str
    """``waiting``, ``begins``, ``shared``, ``executed``, ``failed``, ``account``, ``reworded``,
    ``saved``, ``published`` or ``idle``."""
    text: str
    notebook: str = ""
    seconds: float | None = None

    def __str__(self) -> str:
        """The event as a line."""
        took = f", {self.seconds:.1f} s" if self.seconds is not None else ""
        return f"{self.text}{took}"


Say = Callable[[Event], None]


def choose_printer() -> Say:
    """Return what says it as the place allows: to a terminal, or as lines for a log."""
    in_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return TerminalProgress() if in_terminal and "CI" not in os.environ else print_lines


def print_nothing(_event: Event) -> None:
    """Say nothing."""


def print_lines(event: Event) -> None:
    """Say it in a line on standard error."""
    with suppress(BrokenPipeError):  # nobody reads it any more, which is no fault of the build
        print(event, file=sys.stderr, flush=True)


def print_json(event: Event) -> None:
    """Say it as a line of JSON on standard output."""
    print(json.dumps(asdict(event), ensure_ascii=False), flush=True)


class TerminalProgress:
    """Say it in lines, and keep below them one for each notebook that runs just now."""

    def __init__(self) -> None:
        """Begin with none."""
        self._running: dict[str, Event] = {}

    def __call__(self, event: Event) -> None:
        """Say it on standard error."""
        up = f"\x1b[{len(self._running)}F\x1b[J" if self._running else ""
        if event.kind == "begins":
            self._running[event.notebook] = event
            said = ""
        else:
            self._running.pop(event.notebook, None)
            said = f"{event}\n"
        width = shutil.get_terminal_size().columns - 1
        below = "".join(f"{f'... {one}':.{width}}\n" for one in self._running.values())
        print(f"{up}{said}{below}", end="", file=sys.stderr, flush=True)
