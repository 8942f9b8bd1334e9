"""A dry run: the code cells of every chapter run in this process, for their records alone."""

from __future__ import annotations

import ast
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from traceback import format_exc
from types import CodeType
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
from reportlib.notebook.outputs import round_trip_record
from reportlib.render.templating import Block
from reportlib.study import Study


@dataclass
class CellSources:
    """The code cells of one notebook that were compiled, in order, by the name they go by."""

    _sources: dict[str, str] = field(default_factory=dict)
    _trees: dict[str, ast.Module] = field(default_factory=dict)

    def compiled(self, name: str, source: str) -> CodeType:
        """Compile a cell under a name, and remember it.

        Raises:
            SyntaxError: it is not Python.
        """
        tree = ast.parse(source, name)
        self._sources[name] = source
        self._trees[name] = tree
        return compile(tree, name, "exec", dont_inherit=True)

    def source_of(self, function: Callable[..., Any]) -> str:
        """Return a function as it is written here, after the constants in capitals that it reads.

        Nothing, if it was not defined in one of these cells.
        """
        code = getattr(function, "__code__", None)
        cell = code.co_filename if code is not None else ""
        for node in self._trees[cell].body if cell in self._trees else ():
            if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
                return "\n".join([*self._constants_of(node), self._text(cell, node)])
        return ""

    def _constants_of(self, node: ast.AST) -> list[str]:
        """The assignments behind the constants that code reads, and behind those that these read.

        They stand in the order of the notebook.
        """
        assigned = list(self._assigned())
        wanted = _capitals(node)
        while more := {
            name
            for names, _, value in assigned
            if names & wanted
            for name in _capitals(value) - wanted
        }:
            wanted |= more
        return [self._text(cell, value) for names, cell, value in assigned if names & wanted]

    def _assigned(self) -> Iterator[tuple[set[str], str, ast.stmt]]:
        """The constants that each statement of the notebook gives a value."""
        for cell, tree in self._trees.items():
            for node in tree.body:
                if isinstance(node, (ast.Assign, ast.AnnAssign)):
                    yield _capitals(node, ast.Store), cell, node

    def _text(self, cell: str, node: ast.AST) -> str:
        return ast.get_source_segment(self._sources[cell], node) or ""


def _capitals(node: ast.AST, context: type[ast.expr_context] = ast.Load) -> set[str]:
    names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
    return {one.id for one in names if one.id.isupper() and isinstance(one.ctx, context)}


_NOTHING = Block(Markup(""))


@dataclass(frozen=True)
class DryRun:
    """What the chapters of a study find at one setting, without kernels, cards and figures."""

    study: Study
    assessment: Assessment
    records: Mapping[str, Record]
    """By claim, with groundings; what a run's notebooks carry, less what was tried."""
    tests: Mapping[str, ClaimTest]
    sources: Mapping[str, str]
    """By claim, the source of its test and of the constants that it reads."""


def run_dry(
    study: Study, set_name: str = BASE, *, tried: bool = False, **changes: Setting
) -> DryRun:
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
    settings = parameters.settings(set_name, changes)
    assessment = Assessment(StudyData.read(study, parameters), settings)
    records: dict[str, Record] = {}
    tests: dict[str, ClaimTest] = {}
    sources: dict[str, str] = {}
    for path in study.chapters():
        stage = _Stage(study, assessment, path, tried)
        stage.run()
        for chapter in stage.opened:
            records |= {
                claim: round_trip_record(record) for claim, record in chapter.records.items()
            }
            tests |= chapter.tests
        sources |= {
            claim: stage.cells.source_of(test.function)
            for chapter in stage.opened
            for claim, test in chapter.tests.items()
        }
    return DryRun(
        study, assessment, Argument(assessment.ledger, records).completed(), tests, sources
    )


class _DryChapter(Chapter):
    """A chapter that looks at its claims and draws nothing; all chapters share one assessment."""

    def __init__(self, study: Study, name: str, assessment: Assessment, tried: bool) -> None:
        self._shared = assessment
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

    def _looked_at(self, assessment: Assessment, claim: str) -> Record:
        if self._tried:
            return super()._looked_at(assessment, claim)
        return assessment.record(assessment.evaluator(claim, self._tests.get(claim)))

    def _current(self) -> Assessment:
        return self._shared

    def _read(self) -> Assessment:
        return self._shared


@dataclass
class _Stage:
    """Where the cells of one notebook run, and the chapter that they open."""

    study: Study
    assessment: Assessment
    notebook: Path
    tried: bool
    cells: CellSources = field(default_factory=CellSources)
    opened: list[_DryChapter] = field(default_factory=list)

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
        self.opened.append(_DryChapter(self.study, name, self.assessment, self.tried))
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
        settings = self.assessment.settings
        given = {PARAMETER_SET: settings.set_name, **settings.values}
        namespace |= {name: value for name, value in given.items() if name in namespace}


def _show_nothing(*_shown: Any, **_how: Any) -> None:
    """Stand in for the ``display`` that every kernel has."""
