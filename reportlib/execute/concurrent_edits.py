"""Meanwhile: what people saved while a build was at work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from reportlib.execute.state import ExecutionRecord
from reportlib.study import Study

SAVED = "saved meanwhile"
"""Stands for the digest of what was saved while a notebook ran: stale with the next look."""


class ConcurrentEdits:
    """What is saved from now on, of all that a page is made from."""

    def __init__(self, study: Study) -> None:
        """Begin to look."""
        self._study = study
        self._before = self._marks()

    @property
    def files(self) -> Collection[str]:
        """The files that were saved, put there or removed, sorted, as paths from the study."""
        now = self._marks()
        names = sorted(self._before.keys() | now.keys())
        return [name for name in names if self._before.get(name) != now.get(name)]

    def noted_in(self, executed: ExecutionRecord, notebook: Path) -> ExecutionRecord:
        """Return what a notebook was executed with, less what it may have read in two states."""
        study, saved = self._study, self.files
        meanings = any(Path(name).parts[0] == study.params.name for name in saved)
        return replace(
            executed,
            code=SAVED if study.relative(notebook) in saved else executed.code,
            inputs={n: SAVED if n in saved else now for n, now in executed.inputs.items()},
            parameters=dict.fromkeys(executed.parameters, SAVED)
            if meanings
            else executed.parameters,
        )

    def _marks(self) -> Mapping[str, tuple[int, ...]]:
        """What is another once a file was saved, also if it then was saved as it had been."""
        marks = {}
        for path in self._study.inputs():
            with suppress(FileNotFoundError):  # removed just now
                state = path.stat()
                mark = state.st_mtime_ns, state.st_size, state.st_ino
                marks[self._study.relative(path)] = mark
        return marks
