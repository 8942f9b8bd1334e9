"""Cells: the source of a notebook's code, and of what a test in it reads."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any


@dataclass
class Cells:
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
