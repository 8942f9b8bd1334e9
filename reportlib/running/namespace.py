"""The parameters of a notebook: the plain values that stand in it before its study is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportlib.errors import BadParameters
from reportlib.reading.parameters import BASE, Parameters, Settings

PARAMETER_SET = "parameter_set"
"""The name in a notebook that says which parameter set is used."""
_OF_THE_SHELL = frozenset(("In", "Out"))


def settings_from(namespace: Mapping[str, Any], parameters: Parameters) -> Settings:
    """Return the settings that a notebook's variables ask for.

    The set named by ``parameter_set`` holds, with each value on top that differs from base.yaml: a
    value left as base.yaml has it follows the set.

    Raises:
        BadParameters: with every name that is no parameter and every value that cannot be, at once.
    """
    values = {
        name: value
        for name, value in namespace.items()
        if isinstance(value, (str, int, float, list, dict))
        and not name.startswith("_")
        and name not in _OF_THE_SHELL
    }
    set_name = values.pop(PARAMETER_SET, BASE)
    faults = parameters.faults_in(values, "the notebook's parameters")
    if faults:
        raise BadParameters(faults)
    changes = {name: value for name, value in values.items() if value != parameters.base[name]}
    return parameters.settings(set_name, changes)
