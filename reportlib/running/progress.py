"""Progress: what a build says while it is at work."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Event:
    """Something that has happened in a build."""

    kind: str
    """``waiting``, ``stale``, ``shared``, ``executed``, ``failed``, ``reworded``, ``published`` or
    ``idle``."""
    text: str
    notebook: str = ""
    seconds: float | None = None


Say = Callable[[Event], None]


def quietly(_event: Event) -> None:
    """Say nothing."""


def in_lines(event: Event) -> None:
    """Say it in a line on standard error."""
    took = f", {event.seconds:.1f} s" if event.seconds is not None else ""
    print(f"{event.text}{took}", file=sys.stderr, flush=True)


def as_json(event: Event) -> None:
    """Say it as a line of JSON on standard output."""
    print(json.dumps(asdict(event), ensure_ascii=False), flush=True)
