"""The notebooks' contract: what lets one run anywhere with the same result."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterator
from typing import Any

import nbformat

from reportlib.errors import BadNotebook, Fault, did_you_mean
from reportlib.lint.typed_numbers import check_cell
from reportlib.load.datapackage import PackageMetadata
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import BASE, Parameters, Setting
from reportlib.notebook.cell_parameters import PARAMETER_SET, PARAMETERS_TAG
from reportlib.study import Study

_REFUSED_MODULES = {
    "datetime", "os", "pathlib", "random", "requests", "socket", "subprocess", "sys", "time",
    "urllib",
}  # fmt: skip
_BELOW_PYTHON = {
    "duckdb", "fastparquet", "h5py", "netCDF4", "polars", "pyarrow", "tables",
    "read_feather", "read_hdf", "read_orc", "read_parquet",
}  # fmt: skip
"""Modules, and readers of pandas, that open files where a build does not see it."""
_ONE_PARAMETER = re.compile(r"[a-z_]+: (int|float|str|bool|list\[str\]) = [^=]+")


def check_notebooks(study: Study) -> None:
    """Raise every breach of the contract at once.

    Raises:
        BadNotebook: there is one.
    """
    parameters = Parameters.read(study)
    faults: list[Fault] = []
    for path in [*study.chapters(), study.report]:
        where = study.relative(path)
        if not path.is_file():
            faults.append(Fault(where, "is missing"))
            continue
        try:
            cells = nbformat.read(path, as_version=4).cells
        except (nbformat.reader.NotJSONError, nbformat.ValidationError, OSError) as problem:
            faults.append(Fault(where, f"is not a notebook that can be read ({problem})"))
            continue
        faults += _check_form(where, cells)
        if path == study.report:
            faults += _check_title(where, cells, PackageMetadata.read(study).title)
        faults += _check_parameters(where, cells, parameters)
        imported = _list_imports(cells)
        for number, cell in enumerate(cells, start=1):
            place = f"{where}, cell {number}"
            faults += check_cell(place, cell)
            if cell.cell_type == "code":
                faults += _check_code(place, cell.source, parameters, imported)
    faults += _check_chapters(study, Ledger.read(study))
    if faults:
        raise BadNotebook(faults)


def _check_form(where: str, cells: list[Any]) -> Iterator[Fault]:
    if not cells:
        yield Fault(where, "is empty")
        return
    if not (cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")):
        yield Fault(f"{where}, cell 1", "does not open with a title", "Begin with “# ”.")
    if not cells[-1].source.strip():
        yield Fault(f"{where}, cell {len(cells)}", "is an empty cell at the end")
    for number, cell in enumerate(cells, start=1):
        if cell.get("outputs") or cell.get("execution_count"):
            hint = "Strip them: only a run makes official ones."
            yield Fault(f"{where}, cell {number}", "holds outputs", hint)


def _check_title(where: str, cells: list[Any], title: str) -> Iterator[Fault]:
    """The report is cited by the title that the study has in its descriptor."""
    first = cells[0].source.partition("\n")[0].removeprefix("# ") if cells else title
    if first != title:
        problem = f"is titled “{first}”, and data/datapackage.json has “{title}”"
        yield Fault(f"{where}, cell 1", problem, "One study has one title.")


def _check_parameters(where: str, cells: list[Any], parameters: Parameters) -> Iterator[Fault]:
    """One cell of annotated literals, each as base.yaml has it."""
    tagged = [cell for cell in cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        yield Fault(where, f"has {len(tagged)} cells tagged “{PARAMETERS_TAG}”, and needs one")
        return
    place = f"{where}, parameters"
    given: dict[str, Setting] = {}
    for line in tagged[0].source.splitlines():
        code = line.split("#")[0].strip()
        if not code:
            continue
        name, _, value = code.partition(": ")
        try:
            if not _ONE_PARAMETER.fullmatch(code):
                raise ValueError(code)
            given[name] = ast.literal_eval(value.partition(" = ")[2])
        except (ValueError, SyntaxError):
            hint = 'Write name: type = literal, one "=" a line, no union types.'
            yield Fault(place, f"“{code}” is not read by papermill", hint)
    if given.pop(PARAMETER_SET, None) != BASE:
        yield Fault(place, f'needs {PARAMETER_SET}: str = "{BASE}"')
    yield from parameters.faults_in(given, place)
    for name, value in given.items():
        if name in parameters.base and value != parameters.base[name]:
            problem = f"is {value!r}, and params/{BASE}.yaml has {parameters.base[name]!r}"
            yield Fault(f"{place}, {name}", problem)


def _list_imports(cells: list[Any]) -> set[str]:
    """Return the names that a notebook imports."""
    names = set()
    for cell in cells:
        try:
            tree = ast.parse(cell.source if cell.cell_type == "code" else "")
        except SyntaxError:  # reported by _check_code
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.alias):
                names.add(node.asname or node.name.split(".")[0])
    return names


def _check_code(
    where: str, source: str, parameters: Parameters, imported: Collection[str]
) -> Iterator[Fault]:
    """No paths, network, clock, randomness or environment; only tests are functions."""
    try:
        tree = ast.parse(source)
    except SyntaxError as problem:
        yield Fault(where, f"is not Python: {problem.msg}")
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield from _check_import(where, alias.name)
            case ast.ImportFrom(module=str(name)):
                yield from _check_import(where, name)
            case ast.Attribute(attr=name) if name in _BELOW_PYTHON:
                yield _unseen(where, f"calls {name}")
            case ast.FunctionDef():
                yield from _check_function(f"{where}, {node.name}", node, parameters, imported)


def _check_import(where: str, name: str) -> Iterator[Fault]:
    module = name.split(".")[0]
    if module in _REFUSED_MODULES:
        yield Fault(where, f"imports {name}: a notebook has no such state")
    if module in _BELOW_PYTHON:
        yield _unseen(where, f"imports {name}")


def _unseen(where: str, use: str) -> Fault:
    problem = f"{use}, which opens files below Python: a build would not see the dependence on them"
    return Fault(where, problem, "Keep what a notebook reads as CSV in data/, with its source.")


def _check_function(
    where: str, function: ast.FunctionDef, parameters: Parameters, imported: Collection[str]
) -> Iterator[Fault]:
    """A function is a test; it reads its arguments, imports, and constants in capitals alone."""
    decorators = function.decorator_list
    if any(ast.unparse(node).split("(")[0].endswith(".test") for node in decorators):
        for argument in function.args.args[1:]:
            if argument.arg not in parameters.by_name:
                hint = did_you_mean(argument.arg, parameters.by_name)
                yield Fault(where, f"{argument.arg} is not a parameter", hint)
    else:
        hint = "What is used twice belongs into reportlib."
        yield Fault(where, "is a function that is no claim's test", hint)
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    known = {*imported, *vars(builtins)}
    known |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    known |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    outside = {node for decorator in decorators for node in ast.walk(decorator)}
    for name in names:
        if name not in outside and name.id not in known and not name.id.isupper():
            yield Fault(where, f"reads {name.id}", "A test reads its data and parameters alone.")


def _check_chapters(study: Study, ledger: Ledger) -> Iterator[Fault]:
    """A chapter's notebook is named after it: ``01-bridge.ipynb`` is the chapter ``bridge``."""
    chapters = {claim.chapter for claim in ledger.claims.values()}
    for path in study.chapters():
        name = path.stem.partition("-")[2]
        if name not in chapters:
            hint = did_you_mean(name, chapters)
            yield Fault(study.relative(path), f"no claim belongs to the chapter “{name}”", hint)
