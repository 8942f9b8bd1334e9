"""The notebooks' contract: what lets one run anywhere with the same result."""

from __future__ import annotations

import ast
import builtins
import contextlib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
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
"""What opens files where a build does not see it: modules, and readers of pandas."""
_ONE_PARAMETER = re.compile(r"[a-z_]+: (int|float|str|bool|list\[str\]) = [^=]+")


def check_notebooks(study: Study) -> None:
    """Raise every breach of the contract at once.

    Raises:
        BadNotebook: there is one.
    """
    parameters, ledger = Parameters.read(study), Ledger.read(study)
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
        imported = _imported(cells)
        faults += _shape(where, cells)
        if path == study.report:
            faults += _title(where, cells, PackageMetadata.read(study).title)
        faults += _parameters(where, cells, parameters)
        for number, cell in enumerate(cells, start=1):
            faults += check_cell(f"{where}, cell {number}", cell)
            if cell.cell_type == "code":
                faults += _code(f"{where}, cell {number}", cell.source, parameters, imported)
    faults += _every_claim_has_a_chapter(study, ledger)
    if faults:
        raise BadNotebook(faults)


def _shape(where: str, cells: list[Any]) -> Iterator[Fault]:
    if not cells:
        yield Fault(where, "is empty")
        return
    if not (cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")):
        yield Fault(f"{where}, cell 1", "does not open with a title", "Begin with “# ”.")
    if not cells[-1].source.strip():
        yield Fault(f"{where}, cell {len(cells)}", "is an empty cell at the end")
    for number, cell in enumerate(cells, start=1):
        if cell.get("outputs") or cell.get("execution_count"):
            yield Fault(
                f"{where}, cell {number}",
                "holds outputs",
                "Strip them: only a run makes official ones.",
            )


def _title(where: str, cells: list[Any], title: str) -> Iterator[Fault]:
    """The report is cited by the title that the study has in its descriptor."""
    first = cells[0].source.partition("\n")[0].removeprefix("# ") if cells else title
    if first != title:
        told = f"is titled “{first}”, and data/datapackage.json has “{title}”"
        yield Fault(f"{where}, cell 1", told, "One study has one title.")


def _parameters(where: str, cells: list[Any], parameters: Parameters) -> Iterator[Fault]:
    """One cell of annotated literals, each as base.yaml has it."""
    tagged = [c for c in cells if PARAMETERS_TAG in c.metadata.get("tags", [])]
    if len(tagged) != 1:
        yield Fault(where, f"has {len(tagged)} cells tagged “{PARAMETERS_TAG}”, and needs one")
        return
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
            yield Fault(
                f"{where}, parameters",
                f"“{code}” is not read by papermill",
                'Write name: type = literal, one "=" a line, no union types.',
            )
    if given.pop(PARAMETER_SET, None) != BASE:
        yield Fault(f"{where}, parameters", f'needs {PARAMETER_SET}: str = "{BASE}"')
    yield from parameters.faults_in(given, f"{where}, parameters")
    for name, value in given.items():
        if name in parameters.base and value != parameters.base[name]:
            yield Fault(
                f"{where}, parameters, {name}",
                f"is {value!r}, and params/{BASE}.yaml has {parameters.base[name]!r}",
            )


def _imported(cells: list[Any]) -> set[str]:
    """The names that a notebook imports."""
    names = set()
    for cell in cells:
        for line in cell.source.splitlines() if cell.cell_type == "code" else ():
            if line.startswith(("import ", "from ")):
                with contextlib.suppress(SyntaxError):
                    for node in ast.walk(ast.parse(line)):
                        if isinstance(node, ast.alias):
                            names.add(node.asname or node.name.split(".")[0])
    return names


def _code(
    where: str, source: str, parameters: Parameters, imported: Collection[str]
) -> Iterator[Fault]:
    """No paths, network, clock, randomness or environment; only tests are functions."""
    try:
        tree = ast.parse(source)
    except SyntaxError as problem:
        yield Fault(where, f"is not Python: {problem.msg}")
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            for name in names:
                if name and name.split(".")[0] in _REFUSED_MODULES:
                    yield Fault(where, f"imports {name}: a notebook has no such state")
                if name and name.split(".")[0] in _BELOW_PYTHON:
                    yield _unseen(where, f"imports {name}")
        if isinstance(node, ast.Attribute) and node.attr in _BELOW_PYTHON:
            yield _unseen(where, f"calls {node.attr}")
        if isinstance(node, ast.FunctionDef):
            yield from _function(where, node, parameters)
            yield from _purity(f"{where}, {node.name}", node, imported)


def _unseen(where: str, does: str) -> Fault:
    said = f"{does}, which opens files below Python: a build would not see that it depends on them"
    return Fault(where, said, "Keep what a notebook reads as CSV in data/, with its source.")


def _purity(where: str, node: ast.FunctionDef, imported: Collection[str]) -> Iterator[Fault]:
    """A test reads nothing but its arguments, what is imported, and constants in capitals."""
    names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
    own = {one.id for one in names if isinstance(one.ctx, ast.Store)}
    own |= {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    decorators = {one for d in node.decorator_list for one in ast.walk(d)}
    for one in names:
        known = one.id in own or one.id in imported or hasattr(builtins, one.id)
        if one not in decorators and not known and not one.id.isupper():
            yield Fault(where, f"reads {one.id}", "A test reads its data and parameters alone.")


def _function(where: str, node: ast.FunctionDef, parameters: Parameters) -> Iterator[Fault]:
    if not any(ast.unparse(one).split("(")[0].endswith(".test") for one in node.decorator_list):
        yield Fault(
            f"{where}, {node.name}",
            "is a function that is no claim's test",
            "What is used twice belongs into reportlib.",
        )
        return
    for argument in node.args.args[1:]:
        if argument.arg not in parameters.by_name:
            hint = did_you_mean(argument.arg, parameters.by_name)
            yield Fault(f"{where}, {node.name}", f"{argument.arg} is not a parameter", hint)


def _every_claim_has_a_chapter(study: Study, ledger: Ledger) -> Iterator[Fault]:
    """A chapter's notebook is named after it: ``01-bridge.ipynb`` is the chapter ``bridge``."""
    known: Mapping[str, Path] = {path.stem.partition("-")[2]: path for path in study.chapters()}
    of_claims = {claim.chapter for claim in ledger.claims.values()}
    for name, path in known.items():
        if name not in of_claims:
            hint = did_you_mean(name, of_claims)
            yield Fault(study.relative(path), f"no claim belongs to the chapter “{name}”", hint)
