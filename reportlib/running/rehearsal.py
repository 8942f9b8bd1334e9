"""Rehearsal: the cells of the chapters run in this process, for their records alone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from traceback import format_exc
from typing import Any

import nbformat
from markupsafe import Markup

from reportlib.errors import RunFailed
from reportlib.judging.argument import Argument
from reportlib.judging.claim_test import ClaimTest
from reportlib.judging.inquiry import Inquiry
from reportlib.reading.parameters import BASE, Parameters, Setting
from reportlib.running.carried import as_carried
from reportlib.running.cells import Cells
from reportlib.running.chapter import STAGE, Chapter
from reportlib.running.namespace import PARAMETER_SET, PARAMETERS_TAG
from reportlib.showing.display import Block
from reportlib.study import Study
from reportlib.values.findings import Record

_NOTHING = Block(Markup(""))


@dataclass(frozen=True)
class Rehearsal:
    """What the chapters of a study find at one setting, without kernels, cards and figures."""

    study: Study
    inquiry: Inquiry
    records: Mapping[str, Record]
    """By claim, with groundings; what a run's notebooks carry, less what was tried."""
    tests: Mapping[str, ClaimTest]
    sources: Mapping[str, str]
    """By claim, the source of its test and of the constants that it reads."""


def rehearse(
    study: Study, set_name: str = BASE, *, tried: bool = False, **changes: Setting
) -> Rehearsal:
    """Run the code cells of every chapter in this process, at a set with changes on top.

    Answers are only tried to be turned, as a run's are, if ``tried`` is set.

    The setting holds as in a build: a parameters cell gives no value but those that params/ does
    not know. Nothing is written, and no other study that was rehearsed before is seen.

    Example: ``rehearse(study).records["C06"].state``.

    Raises:
        BadParameters, BadData: the study cannot be read.
        RunFailed: a cell raised an error.
    """
    parameters = Parameters.read(study)
    inquiry = Inquiry.open(study, parameters.settings(set_name, changes), parameters)
    records: dict[str, Record] = {}
    tests: dict[str, ClaimTest] = {}
    sources: dict[str, str] = {}
    for path in study.chapters():
        stage = _Stage(study, inquiry, path, tried)
        stage.run()
        for chapter in stage.opened:
            records |= {claim: as_carried(record) for claim, record in chapter.records.items()}
            tests |= chapter.tests
        sources |= {
            claim: stage.cells.source_of(test.function)
            for chapter in stage.opened
            for claim, test in chapter.tests.items()
        }
    return Rehearsal(study, inquiry, Argument(inquiry.ledger, records).completed(), tests, sources)


class _RehearsedChapter(Chapter):
    """A chapter that looks at its claims and draws nothing; all chapters share one inquiry."""

    def __init__(self, study: Study, name: str, inquiry: Inquiry, tried: bool) -> None:
        self._shared = inquiry
        self._tried = tried
        super().__init__(study, name, {})

    @property
    def records(self) -> Mapping[str, Record]:
        return self._records

    @property
    def tests(self) -> Mapping[str, ClaimTest]:
        return self._tests

    def card(self, claim: str) -> Block:
        self._record(claim)
        return _NOTHING

    def figure(self, *_given: Any, **_told: Any) -> Block:
        return _NOTHING

    def crossfoot(self, *_given: Any, **_told: Any) -> Block:
        return _NOTHING

    def _looked_at(self, inquiry: Inquiry, claim: str) -> Record:
        if self._tried:
            return super()._looked_at(inquiry, claim)
        return inquiry.record(inquiry.question(claim, self._tests.get(claim)))

    def _current(self) -> Inquiry:
        return self._shared

    def _read(self) -> Inquiry:
        return self._shared


@dataclass
class _Stage:
    """Where the cells of one notebook run, and the chapter that they open."""

    study: Study
    inquiry: Inquiry
    notebook: Path
    tried: bool
    cells: Cells = field(default_factory=Cells)
    opened: list[_RehearsedChapter] = field(default_factory=list)

    def run(self) -> None:
        """Run the code cells, one after the other."""
        namespace: dict[str, Any] = {"__name__": "__main__", "display": _show_nothing}
        content = nbformat.read(self.notebook, as_version=4)
        code = [cell for cell in content.cells if cell.cell_type == "code"]
        staged = STAGE.set(self._open)
        try:
            for number, cell in enumerate(code, start=1):
                self._run_cell(number, cell.source, namespace)
                if PARAMETERS_TAG in cell.metadata.get("tags", []):
                    self._set_parameters(namespace)
        finally:
            STAGE.reset(staged)

    def _open(self, name: str) -> Chapter:
        """Open a chapter of this study, wherever the process works."""
        self.opened.append(_RehearsedChapter(self.study, name, self.inquiry, self.tried))
        return self.opened[-1]

    def _run_cell(self, number: int, source: str, namespace: dict[str, Any]) -> None:
        where = self.study.relative(self.notebook)
        try:
            with redirect_stdout(io.StringIO()):
                exec(self.cells.compiled(f"{where}, cell [{number}]", source), namespace)
        except Exception as problem:
            raise RunFailed(
                where,
                f"{type(problem).__name__}: {problem}",
                cell=str(number),
                source=source,
                traceback=format_exc(),
            ) from problem

    def _set_parameters(self, namespace: dict[str, Any]) -> None:
        """Put the setting into the cells' own variables, as a build does below that cell."""
        settings = self.inquiry.settings
        given = {PARAMETER_SET: settings.set_name, **settings.values}
        namespace |= {name: value for name, value in given.items() if name in namespace}


def _show_nothing(*_shown: Any, **_how: Any) -> None:
    """Stand in for the ``display`` that every kernel has."""
