"""Progress: the events of a build at work, and the ways in which they are printed."""

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
    """A step of a build."""

    kind: str
    """``waiting``, ``begins``, ``shared``, ``executed``, ``failed``, ``account``, ``reworded``,
    ``saved``, ``published`` or ``idle``."""
    text: str
    notebook: str = ""
    seconds: float | None = None

    def __str__(self) -> str:
        """The event as a line."""
        duration = f", {self.seconds:.1f} s" if self.seconds is not None else ""
        return f"{self.text}{duration}"


Say = Callable[[Event], None]


def choose_printer() -> Say:
    """Return the printer that fits standard error: a terminal, or a log."""
    in_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return TerminalProgress() if in_terminal and "CI" not in os.environ else print_lines


def print_nothing(_event: Event) -> None:
    """Print nothing."""


def print_lines(event: Event) -> None:
    """Print an event as a line on standard error."""
    with suppress(BrokenPipeError):  # nobody reads it any more, which is no fault of the build
        print(event, file=sys.stderr, flush=True)


def print_json(event: Event) -> None:
    """Print an event as a line of JSON on standard output."""
    print(json.dumps(asdict(event), ensure_ascii=False), flush=True)


class TerminalProgress:
    """Prints events as lines, and below them a line for each notebook that runs just now."""

    def __init__(self) -> None:
        """Begin with no notebook running."""
        self._running: dict[str, Event] = {}

    def __call__(self, event: Event) -> None:
        """Print an event on standard error, above the lines of the notebooks that run."""
        up = f"\x1b[{len(self._running)}F\x1b[J" if self._running else ""
        if event.kind == "begins":
            self._running[event.notebook] = event
            line = ""
        else:
            self._running.pop(event.notebook, None)
            line = f"{event}\n"
        width = shutil.get_terminal_size().columns - 1
        below = "".join(f"{f'... {running}':.{width}}\n" for running in self._running.values())
        print(f"{up}{line}{below}", end="", file=sys.stderr, flush=True)
