"""The parameters of a notebook, from its parameters cell and the one that papermill injects."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from reportlib.load.parameters import BASE, Parameters, Settings

PARAMETER_SET = "parameter_set"
"""The variable of a notebook that names its parameter set."""
PARAMETERS_TAG = "parameters"
"""The tag of the cell that holds the parameters."""
INJECTED_TAG = "injected-parameters"
"""The tag of the cell that papermill puts below it."""
_INJECTED = "# Parameters"
"""The first line of that cell."""


def read_settings(namespace: Mapping[str, Any], parameters: Parameters) -> Settings:
    """Return the settings that a notebook's variables ask for.

    The set named by ``parameter_set`` holds, with each value on top that differs from base.yaml: a
    value left as base.yaml has it follows the set.

    Raises:
        BadParameters: with every name that is no parameter and every value that cannot be, at once.
    """
    known = {PARAMETER_SET, *parameters.by_name}
    names = _list_assigned(namespace.get("In", ())) or known.intersection(namespace)
    values = {name: namespace[name] for name in names if name in namespace}
    set_name = values.pop(PARAMETER_SET, BASE)
    parameters.check(values, "the notebook's parameters")
    changes = {name: value for name, value in values.items() if value != parameters.base[name]}
    return parameters.settings(set_name, changes)


def _list_assigned(cells: Iterable[str]) -> set[str]:
    """Return the names given in the last parameters cell that was run, and the last injected one.

    The shell keeps the source of every cell that was run. Reading the names there, and not among
    all variables, tells a mistyped parameter from whatever else a session holds.
    """
    own: set[str] = set()
    injected: set[str] = set()
    for source in cells:
        names = _parse_assigned(source)
        if source.startswith(_INJECTED):
            injected = names
        elif PARAMETER_SET in names:
            own = names
    return own | injected


def _parse_assigned(source: str) -> set[str]:
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic, or a cell that failed
        return set()
    targets: list[ast.expr] = []
    for node in body:
        if isinstance(node, ast.Assign):
            targets += node.targets
        elif isinstance(node, ast.AnnAssign):
            targets.append(node.target)
    return {target.id for target in targets if isinstance(target, ast.Name)}
