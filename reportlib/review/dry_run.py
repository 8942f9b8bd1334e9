"""A dry run: the code cells of every chapter run in this process, for their records alone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from traceback import format_exc
from typing import Any

import nbformat
from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.assess.claim_test import ClaimTest
from reportlib.errors import RunFailed
from reportlib.load.parameters import BASE, Parameters, Setting
from reportlib.load.study_data import StudyData
from reportlib.model.findings import Record
from reportlib.notebook.cell_parameters import PARAMETER_SET, PARAMETERS_TAG
from reportlib.notebook.chapter import STAGE, Chapter
from reportlib.notebook.outputs import RECORD
from reportlib.render.templating import Block
from reportlib.study import Study


@dataclass(frozen=True)
class DryRun:
    """What the chapters of a study find at one setting, without kernels, cards and figures."""

    assessment: Assessment
    records: Mapping[str, Record]
    """By claim, with groundings, as the notebooks of a build have them, less the stress tests."""
    tests: Mapping[str, ClaimTest]


def run_dry(study: Study, set_name: str = BASE, **changes: Setting) -> DryRun:
    """Run the code cells of every chapter in this process, at a set with changes on top.

    The setting holds as in a build: it takes the place of the values in the parameters cells.
    Nothing is written.

    Example: ``run_dry(study).records["C06"].state``.

    Raises:
        BadParameters, BadData: the study cannot be read.
        RunFailed: a cell raised an error.
    """
    parameters = Parameters.read(study)
    settings = parameters.settings(set_name, changes)
    assessment = Assessment(StudyData.read(study, parameters), settings)
    records: dict[str, Record] = {}
    tests: dict[str, ClaimTest] = {}
    for notebook in study.chapters():
        for chapter in _run_cells(study, notebook, assessment):
            records |= {c: RECORD.round_trip(record) for c, record in chapter.records.items()}
            tests |= chapter.tests
    return DryRun(assessment, Argument(assessment.ledger, records).completed(), tests)


class _DryChapter(Chapter):
    """A chapter that records its claims and draws nothing; all chapters share one assessment."""

    def __init__(self, study: Study, name: str, assessment: Assessment) -> None:
        self._shared = assessment
        super().__init__(study, name, {})

    @property
    def records(self) -> Mapping[str, Record]:
        return self._records

    @property
    def tests(self) -> Mapping[str, ClaimTest]:
        return self._tests

    def card(self, claim: str) -> Block:
        self._record(claim)
        return Block(Markup(""))

    def figure(self, *_arguments: Any, **_options: Any) -> Block:
        return Block(Markup(""))

    crossfoot = figure

    def _test_claim(self, assessment: Assessment, claim: str) -> Record:
        return assessment.record(assessment.evaluator(claim, self._tests.get(claim)))

    def _current(self) -> Assessment:
        return self._shared

    _read = _current


def _run_cells(study: Study, notebook: Path, assessment: Assessment) -> list[_DryChapter]:
    """Run the code cells of one notebook in order; return the chapters that they open."""
    chapters: list[_DryChapter] = []

    def open_chapter(name: str) -> Chapter:
        chapters.append(_DryChapter(study, name, assessment))
        return chapters[-1]

    where = study.relative(notebook)
    setting = {PARAMETER_SET: assessment.settings.set_name, **assessment.settings.values}
    namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda *_, **__: None}
    cells = nbformat.read(notebook, as_version=4).cells
    token = STAGE.set(open_chapter)
    try:
        for number, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
            try:
                name = f"{where}, cell [{number}]"
                code = compile(cell.source, name, "exec", dont_inherit=True)
                with redirect_stdout(io.StringIO()):
                    exec(code, namespace)
            except Exception as problem:
                raise RunFailed(
                    where,
                    f"{type(problem).__name__}: {problem}",
                    cell=str(number),
                    source=cell.source,
                    traceback=format_exc(),
                ) from problem
            if PARAMETERS_TAG in cell.metadata.get("tags", []):
                namespace |= {name: setting[name] for name in setting.keys() & namespace}
    finally:
        STAGE.reset(token)
    return chapters
