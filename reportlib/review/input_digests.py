"""Digests of what verdicts rest on: the data, the parameters and the method of a study."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reportlib.assess.assessment import Assessment
from reportlib.execute.inputs import LIBRARY, digest_code, digest_file, digest_table, digest_value
from reportlib.load.csv_rows import group_by_key
from reportlib.load.datapackage import Descriptor, Resource
from reportlib.load.parameters import Parameters, Settings
from reportlib.model.evidence import table_of
from reportlib.model.snapshots import LIBRARY_RULES, InputDigests
from reportlib.model.vocabulary import Cause
from reportlib.study import Study, is_passing

RULE_ROOMS = ("assess", "load", "model")
"""The packages of the library whose code can change a verdict."""


def digest_inputs(study: Study, assessment: Assessment) -> InputDigests:
    """Return the digest of every input, by name: tables, parameters, and parts of the method.

    Raises:
        BadData: the descriptor cannot be read.
    """
    resources = Descriptor.read(study).resources
    data = {name: resource for name, resource in resources.items() if _is_data(resource)}
    ledger = resources.keys() - data.keys()
    return {
        Cause.DATA: _digest_data(data, assessment),
        Cause.PARAMETERS: _digest_parameters(assessment.parameters, assessment.settings),
        Cause.METHOD: {
            LIBRARY_RULES: digest_rules(LIBRARY),
            "ledger": digest_value({name: digest_table(resources[name]) for name in ledger}),
            "notebooks": digest_value({path.name: digest_code(path) for path in study.chapters()}),
        },
    }


def _is_data(resource: Resource) -> bool:
    """Return whether a described file holds data: of the ledger, only the evidence does."""
    return resource.folder != "chain" or resource.name == "evidence"


def _digest_data(resources: Mapping[str, Resource], assessment: Assessment) -> dict[str, str]:
    """Return the digest of each file with its columns' types and the sources of its rows."""
    links = group_by_key(
        (table_of(row), (row, link.source, link.origin, *vars(link.source_class).values()))
        for row, row_links in assessment.provenance.links.items()
        for link in row_links
    )
    return {
        name: digest_value(
            [
                digest_table(resource),
                [asdict(column) for column in resource.fields],
                resource.known_from,
                links.get(name, ()),
            ]
        )
        for name, resource in resources.items()
    }


def _digest_parameters(parameters: Parameters, settings: Settings) -> dict[str, str]:
    """Return the digest of each parameter's value and of all its plausible values."""
    return {
        name: digest_value(
            [
                settings.values[name],
                [
                    (choice.value, {column: list(cells) for column, cells in choice.rows.items()})
                    for choice in parameter.choices.values()
                ],
            ]
        )
        for name, parameter in parameters.by_name.items()
    }


def digest_tests(study: Study) -> dict[str, str]:
    """Return the digest of each claim's test, by claim.

    A test is its function as a chapter has it, with the constants in capitals that it reads and the
    modules that lie beside the notebooks. A test that is bound other than by a decorator is not
    among them: of those only the digest of all notebooks tells a change.
    """
    modules = [
        digest_file(path)
        for path in sorted(study.notebooks.rglob("*.py"))
        if not is_passing(path, study.notebooks)
    ]
    tests = {}
    for chapter in study.chapters():
        statements = list(_statements(chapter))
        for statement in statements:
            for claim in _claims_tested_by(statement):
                constants = _constants_read_by(statement, statements)
                code = [_outline(node) for node in (*constants, statement)]
                tests[claim] = digest_value([code, modules])
    return tests


def _statements(notebook: Path) -> Iterator[ast.stmt]:
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            with suppress(SyntaxError):  # reported by the notebook contract
                yield from ast.parse("".join(cell["source"])).body


def _claims_tested_by(statement: ast.stmt) -> Iterator[str]:
    for decorator in statement.decorator_list if isinstance(statement, ast.FunctionDef) else ():
        match decorator:
            case ast.Call(func=ast.Attribute(attr="test"), args=[ast.Constant(value=str(claim))]):
                yield claim


def _constants_read_by(function: ast.stmt, statements: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    """Return the assignments to constants that a function reads, directly or through others."""
    assignments = [node for node in statements if isinstance(node, (ast.Assign, ast.AnnAssign))]
    names = _constants(function, ast.Load)
    while True:
        needed = [node for node in assignments if names & _constants(node, ast.Store)]
        more = names.union(*(_constants(node, ast.Load) for node in needed))
        if more == names:
            return needed
        names = more


def _constants(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    names = (child for child in ast.walk(node) if isinstance(child, ast.Name))
    return {name.id for name in names if name.id.isupper() and isinstance(name.ctx, context)}


def digest_rules(library: Path) -> str:
    """Return the digest of the library's code that can change a verdict, whatever its comments."""
    files = (path for room in RULE_ROOMS for path in (library / room).rglob("*.py"))
    return digest_value(
        {
            path.relative_to(library).as_posix(): _outline(ast.parse(path.read_bytes()))
            for path in files
        }
    )


def _outline(node: Any) -> str:
    """Return the structure of code as text, without comments, layout and docstrings.

    Not by ``ast.dump`` or ``ast.unparse``, whose text depends on the version of Python: newer
    versions give nodes more fields, which are empty in older code and are left out here.
    """
    if isinstance(node, ast.AST):
        fields = [_outline(value) for _, value in ast.iter_fields(node) if value not in (None, [])]
        return f"{type(node).__name__}({' '.join(fields)})"
    if isinstance(node, list):
        return f"[{' '.join(_outline(child) for child in node if not _is_docstring(child))}]"
    return repr(node)


def _is_docstring(node: Any) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False
