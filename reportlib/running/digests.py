"""Digests: what a run depends on, each part by its content alone."""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import platform
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reportlib.errors import BadNotebook, Fault
from reportlib.reading.parameters import OWN, Parameters, Settings
from reportlib.reading.parts import digest_of
from reportlib.running.namespace import PARAMETERS_TAG
from reportlib.study import Study

ABSENT = "absent"
"""The digest of a file that is not there, or may not be read."""
_PACKAGE = Path(__file__).resolve().parents[1]
_LOCK = _PACKAGE.parent / "requirements" / "report.txt"


def digest_of_bytes(path: Path) -> str:
    """Return the sha256 of a file, or that it cannot be had."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ABSENT


def digest_of_text(text: str) -> str:
    """Return the digest that a file of this text has."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_input(study: Study, name: str) -> str:
    """Return the digest of a file of the study; a notebook of its own is known by its code."""
    path = study.root / name
    if path.suffix == ".ipynb" and path.parent == study.notebooks and path.is_file():
        return digest_of_code(path)
    return digest_of_bytes(path)


def digests_of_inputs(study: Study, names: Iterable[str]) -> dict[str, str]:
    """Return the digest of each file that a notebook opens, by path from the study.

    Of the links from rows to their sources only those of the tables that it opens count: a link
    of any other row cannot bear on what comes out.
    """
    opened = sorted(names)
    tables = {study.root / name for name in opened} & set(study.tables())
    return {
        name: _digest_of_links(study, {path.stem for path in tables})
        if study.root / name == study.links
        else digest_of_input(study, name)
        for name in opened
    }


def _digest_of_links(study: Study, tables: Collection[str]) -> str:
    try:
        with study.links.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return digest_of([line for line in reader if line.get("table") in tables])
    except FileNotFoundError:
        return ABSENT


def digest_of_code(notebook: Path) -> str:
    """Return the digest of a notebook's code; prose, tags and outputs do not count.

    The place of the parameters cell does, since that is where values are put in.
    """
    code = [cell for cell in _cells(notebook) if cell["cell_type"] == "code"]
    tagged = [PARAMETERS_TAG in cell["metadata"].get("tags", []) for cell in code]
    return digest_of([["".join(cell["source"]) for cell in code], tagged])


def parameters_named(notebook: Path, parameters: Parameters) -> set[str]:
    """Return the parameters that a notebook's code names, and those that the library obeys."""
    named: set[str] = set(OWN)
    for cell in _cells(notebook):
        if cell["cell_type"] == "code":
            named |= words_in(_source(cell)) & parameters.by_name.keys()
    return named


def digest_of_parameter(name: str, parameters: Parameters, settings: Settings) -> str:
    """Return the digest of what a parameter means, of its value here and in every set."""
    in_sets = {each: parameters.settings(each).values[name] for each in parameters.sets}
    return digest_of([repr(parameters.by_name[name]), settings.values[name], in_sets])


@cache
def digest_of_library() -> str:
    """Return one digest of every file of the library."""
    files = sorted(p for p in _PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    whole = hashlib.sha256()
    for path in files:
        whole.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


@cache
def digest_of_environment() -> str:
    """Return the digest of the lock that the environment is made from, and of the interpreter."""
    return digest_of([digest_of_bytes(_LOCK), platform.python_version()])


def words_in(source: str) -> set[str]:
    """Return every name and every string in some code."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # told by the notebooks' contract
        return set()
    words = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=word) | ast.arg(arg=word) | ast.keyword(arg=str(word)):
                words.add(word)
            case ast.Attribute(attr=word) | ast.Constant(value=str(word)):
                words.add(word)
    return words


def _cells(notebook: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads(notebook.read_text(encoding="utf-8"))["cells"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        where = f"{notebook.parent.name}/{notebook.name}"
        hint = "A merge, or an editor that was interrupted, may have spoilt it."
        raise BadNotebook([Fault(where, f"is no notebook ({problem})", hint)]) from None


def _source(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])
