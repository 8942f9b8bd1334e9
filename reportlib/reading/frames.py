"""Frames: tables by name, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import pandas as pd


class Frames(Mapping[str, pd.DataFrame]):
    """Tables by name. Nobody pays for one that is not looked at, and for none twice."""

    def __init__(self, names: Iterable[str], make: Callable[[str], pd.DataFrame]) -> None:
        self._names = dict.fromkeys(names)
        self._make = make
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table not in self._names:
            raise KeyError(table)
        if table not in self._made:
            self._made[table] = self._make(table)
        return self._made[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
