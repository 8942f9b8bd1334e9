"""Rows of the CSV files that people keep, as they stand, with one way of failing."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from types import TracebackType
from typing import Any, TypeVar

from reportlib.errors import BadData, Fault
from reportlib.load.datapackage import Descriptor
from reportlib.load.validation import find_package_faults
from reportlib.study import Study

CsvRow = Mapping[str, str]
T = TypeVar("T")


class CsvRows:
    """Reader of the described files of a study, which reports what goes wrong as data faults.

    Example: ``with CsvRows(study) as rows: claims = [make(row) for row in rows.of("claims")]``.
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
        """Raise every fault of the data package at once, in place of the first that was met."""
        if isinstance(problem, (OSError, ValueError, KeyError, TypeError, AttributeError)):
            unexplained = [Fault("data/", f"cannot be read: {problem!r}")]
            raise BadData(find_package_faults(self._study) or unexplained) from problem

    def of(self, name: str) -> Iterator[CsvRow]:
        """Return the rows of one file."""
        with self._resources[name].path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def group_by_key(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    """Return the values that go with each key, in order."""
    groups: dict[str, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def make_value(kind: Callable[..., T], row: CsvRow, /, **given: Any) -> T:
    """Return a dataclass made from a row: what is not given is the cell of the field's name."""
    return kind(**{name: given[name] if name in given else row[name] for name in _names(kind)})


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def split_list(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds a list."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())
