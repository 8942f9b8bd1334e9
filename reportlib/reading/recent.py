"""Recent values: what is asked for again is not made again, and what is not asked for is let go."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """So many values as were asked for last, by name.

    Example: ``views.get(day, lambda: cut(day))`` cuts to a day once, while it stays in use.
    """

    def __init__(self, most: int) -> None:
        """Keep at most so many values."""
        self._most = most
        self._values: dict[Hashable, V] = {}

    def get(self, name: Hashable, make: Callable[[], V]) -> V:
        """Return the value of a name, which is made if it is not among those kept."""
        value = self._values.pop(name) if name in self._values else make()
        self._values[name] = value  # last in order: asked for most recently
        if len(self._values) > self._most:
            del self._values[next(iter(self._values))]
        return value
