"""Lines: the rows of a file that people keep, as they stand, with one way of failing."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import TypeVar

from reportlib.errors import BadData, Fault
from reportlib.load.datapackage import Descriptor
from reportlib.load.validation import find_package_faults
from reportlib.study import Study

CsvRow = Mapping[str, str]
T = TypeVar("T")


class CsvRows:
    """Reads the described files of a study; what goes wrong meanwhile is told as data faults.

    Example: ``with Lines(study) as lines: claims = [make(line) for line in lines.of("claims")]``.
    """

    def __init__(self, study: Study) -> None:
        """Read the descriptor."""
        self._study = study
        self._resources = Descriptor.read(study).resources

    def __enter__(self) -> CsvRows:
        """Start reading."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say every fault of the data package at once, in place of the first that was met."""
        if isinstance(problem, (OSError, ValueError, KeyError, TypeError, AttributeError)):
            unexplained = [Fault("data/", f"cannot be read: {problem!r}")]
            raise BadData(find_package_faults(self._study) or unexplained) from problem

    def of(self, name: str) -> Iterator[CsvRow]:
        """The lines of one file."""
        with self._resources[name].path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def group_by_key(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    """Return the values that go with each name, in order."""
    found: dict[str, list[T]] = defaultdict(list)
    for name, value in pairs:
        found[name].append(value)
    return {name: tuple(values) for name, values in found.items()}


def split_list(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds a list."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())
