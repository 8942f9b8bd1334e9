"""Digests of what verdicts rest on: the data, the parameters and the method of a study."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reportlib.assess.assessment import Assessment
from reportlib.execute.inputs import LIBRARY, digest_code, digest_file, digest_table, digest_value
from reportlib.load.csv_rows import group_by_key
from reportlib.load.datapackage import Descriptor
from reportlib.model.evidence import table_of
from reportlib.model.snapshots import LIBRARY_RULES, InputDigests
from reportlib.model.vocabulary import Cause
from reportlib.study import Study, is_passing

RULE_ROOMS = ("assess", "load", "model")
"""The packages of the library whose code can change a verdict."""


def digest_inputs(study: Study, assessment: Assessment) -> InputDigests:
    """Return the digest of every input: tables, parameters, and the parts of the method.

    A table counts with the types of its columns and the sources of its rows, a parameter with its
    value and all plausible ones. Of the ledger, what a person read as evidence is data.

    Raises:
        BadData: the descriptor cannot be read.
    """
    links = group_by_key(
        (table_of(row), (row, link.source, link.origin, link.source_class))
        for row, row_links in assessment.provenance.links.items()
        for link in row_links
    )
    data: dict[str, str] = {}
    ledger: dict[str, str] = {}
    for name, table in Descriptor.read(study).resources.items():
        columns = [asdict(column) for column in table.fields]
        digest = digest_value([digest_table(table), columns, table.known_from, links.get(name)])
        files = ledger if table.folder == "chain" and name != "evidence" else data
        files[name] = digest
    values = assessment.settings.values
    return {
        Cause.DATA: data,
        Cause.PARAMETERS: {
            name: digest_value([values[name], [(c.value, c.rows) for c in choices]])
            for name, parameter in assessment.parameters.by_name.items()
            for choices in [parameter.choices.values()]
        },
        Cause.METHOD: {
            LIBRARY_RULES: digest_rules(LIBRARY),
            "ledger": digest_value(ledger),
            "notebooks": digest_value({path.name: digest_code(path) for path in study.chapters()}),
        },
    }


def digest_rules(library: Path) -> str:
    """Return the digest of the library's code that can change a verdict, whatever its comments."""
    files = [path for room in RULE_ROOMS for path in (library / room).rglob("*.py")]
    return digest_value(
        {str(path.relative_to(library)): _outline(ast.parse(path.read_bytes())) for path in files}
    )


def digest_tests(study: Study) -> dict[str, str]:
    """Return the digest of each claim's test, by claim.

    A test is its function as a chapter has it, with the constants in capitals that it reads, and
    the modules beside the notebooks. One that is bound without a decorator is not found: only the
    digest of all notebooks shows that it changed.
    """
    modules = [
        digest_file(path)
        for path in sorted(study.notebooks.rglob("*.py"))
        if not is_passing(path, study.notebooks)
    ]
    digests = {}
    for notebook in study.chapters():
        statements = list(_parse_cells(notebook))
        for function in statements:
            if claims := _find_tested_claims(function):
                code = _outline([*_find_constants(function, statements), function])
                digests.update(dict.fromkeys(claims, digest_value([code, modules])))
    return digests


def _parse_cells(notebook: Path) -> Iterator[ast.stmt]:
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            with suppress(SyntaxError):  # reported by the notebook contract
                yield from ast.parse("".join(cell["source"])).body


def _find_tested_claims(statement: ast.stmt) -> list[str]:
    """Return the claims of which a function is the test, by its decorators."""
    claims = []
    for decorator in statement.decorator_list if isinstance(statement, ast.FunctionDef) else ():
        match decorator:
            case ast.Call(func=ast.Attribute(attr="test"), args=[ast.Constant(value=str(claim))]):
                claims.append(claim)
    return claims


def _find_constants(function: ast.stmt, statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Return the assignments to constants that a function reads, directly or through others."""

    def constants(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
        names = (child for child in ast.walk(node) if isinstance(child, ast.Name))
        return {name.id for name in names if name.id.isupper() and isinstance(name.ctx, context)}

    read, needed = constants(function, ast.Load), []
    while more := [s for s in statements if s not in needed and constants(s, ast.Store) & read]:
        needed += more
        read = read.union(*(constants(statement, ast.Load) for statement in more))
    return needed


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
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
