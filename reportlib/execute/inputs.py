"""Digests of everything that a run depends on, each of its content alone."""

from __future__ import annotations

import ast
import contextlib
import csv
import hashlib
import json
import platform
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reportlib.errors import BadNotebook, Fault
from reportlib.load.datapackage import Resource
from reportlib.load.parameters import OWN, Parameters, Setting, Settings, read_mapping
from reportlib.study import Study

ABSENT = "absent"
"""The digest of a file that is not there, or may not be read."""
LIBRARY = Path(__file__).resolve().parents[1]
"""The folder of the library's own files."""
_PROJECT = LIBRARY.parent
REQUIREMENTS = _PROJECT / "requirements" / "report.txt"
"""The lock that the environment is made from."""


def digest_value(content: Any) -> str:
    """Return a short digest of plain values; mappings have no order."""
    text = json.dumps(_with_text_keys(content), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _with_text_keys(content: Any) -> Any:
    """The same with text for every key: keys of several kinds have no order."""
    if isinstance(content, dict):
        return {str(key): _with_text_keys(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_with_text_keys(value) for value in content]
    return content


def digest_table(resource: Resource) -> str:
    """Return the digest of a described file, however its lines end."""
    content = resource.path.read_bytes().replace(b"\r\n", b"\n")
    return digest_value(content.decode("utf-8", "replace"))


def digest_file(path: Path) -> str:
    """Return the sha256 of a file; ABSENT if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ABSENT


def digest_text(text: str) -> str:
    """Return the digest of a file that holds this text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def digest_input(study: Study, name: str) -> str:
    """Return the digest of a file of the study.

    Of a notebook its code counts, of an executed one also what came out; prose does not. Of
    parameters their content counts, and not the comments among them.
    """
    path = study.root / name
    if path.suffix == ".yaml" and path.parent == study.params:
        with contextlib.suppress(OSError, UnicodeDecodeError, yaml.YAMLError):
            return digest_value(read_mapping(path))
    if path.suffix != ".ipynb" or not path.is_file():
        return digest_file(path)
    return digest_code(path) if path.parent == study.notebooks else _digest_outputs(path)


def digest_inputs(study: Study, names: Iterable[str]) -> dict[str, str]:
    """Return the digest of each file that a notebook opens, by path from the study.

    Of the links from rows to their sources only those of the tables that it opens count: a link
    of any other row cannot bear on what comes out.
    """
    opened = sorted(names)
    tables = {Path(name).stem for name in opened if study.is_table(study.root / name)}
    return {
        name: _digest_links(study, tables)
        if study.root / name == study.links
        else digest_input(study, name)
        for name in opened
    }


def _digest_links(study: Study, tables: Collection[str]) -> str:
    try:
        with study.links.open(encoding="utf-8-sig", newline="") as file:
            columns, *lines = csv.reader(file)
            at = columns.index("table")
            return digest_value([columns, [line for line in lines if line[at] in tables]])
    except (OSError, ValueError, IndexError, csv.Error):  # the check of the data reports it
        return digest_file(study.links)


def digest_code(notebook: Path) -> str:
    """Return the digest of a notebook's code and of the tags of its code cells.

    Tags count because papermill puts values in at one of them, and skips cells by another.
    """
    code = [cell for cell in _cells(notebook) if cell["cell_type"] == "code"]
    return digest_value([[_source(c), sorted(c["metadata"].get("tags", []))] for c in code])


def digest_prose(notebook: Path) -> str:
    """Return the digest of a notebook's prose; ABSENT if there is no notebook."""
    if not notebook.is_file():
        return ABSENT
    return digest_value([_source(c) for c in _cells(notebook) if c["cell_type"] == "markdown"])


def _digest_outputs(notebook: Path) -> str:
    try:
        code = [cell for cell in _cells(notebook) if cell["cell_type"] == "code"]
    except BadNotebook:  # no build has written it: it will be executed again
        return digest_file(notebook)
    return digest_value([[_source(cell), cell["outputs"]] for cell in code])


def find_named_parameters(notebook: Path, parameters: Parameters) -> set[str]:
    """Return the parameters that a notebook's code names, and those that the library obeys."""
    named: set[str] = set(OWN)
    for cell in _cells(notebook):
        if cell["cell_type"] == "code":
            named |= find_words(_source(cell)) & parameters.by_name.keys()
    return named


def digest_parameter(name: str, parameters: Parameters, settings: Settings) -> tuple[Setting, str]:
    """Return the value of a parameter, and the digest of its meaning and of its other values.

    A set with another value counts, since every claim that names the parameter is tried under it.
    """
    value = settings.values[name]
    values = {set_name: parameters.settings(set_name).values[name] for set_name in parameters.sets}
    others = {set_name: other for set_name, other in values.items() if other != value}
    return value, digest_value([repr(parameters.by_name[name]), others])


def digest_modules(names: Iterable[str]) -> dict[str, str]:
    """Return the digest of each file of the library that a notebook was executed with, by path."""
    return {name: digest_file(LIBRARY.parent / name) for name in sorted(names)}


def digest_library() -> str:
    """Return one digest of every file of the library."""
    return digest_value(digest_modules(_in_project(path) for path in _library_files()))


def list_method_files() -> dict[str, Path]:
    """Return the library and what its environment is made from, by path from the project.

    Of an installed library only its own files are there.
    """
    files = [_PROJECT / name for name in ("LICENSE", "Makefile", "pyproject.toml")]
    files += sorted(REQUIREMENTS.parent.glob("*.*"))
    files = [path for path in files if path.is_file()]
    return {_in_project(path): path for path in [*files, *_library_files()]}


def _library_files() -> list[Path]:
    files = (path for path in LIBRARY.rglob("*") if "__pycache__" not in path.parts)
    return sorted(path for path in files if path.is_file())


def _in_project(path: Path) -> str:
    return path.relative_to(_PROJECT).as_posix()


@cache
def digest_environment() -> str:
    """Return the digest of the lock that the environment is made from, and of the interpreter."""
    return digest_value([digest_file(REQUIREMENTS), platform.python_version()])


def find_words(source: str) -> set[str]:
    """Return every name and every string in some code."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the check of the notebooks' contract reports it
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
        hint = "A merge, or an editor that was interrupted, may have damaged it."
        raise BadNotebook([Fault(where, f"is no notebook ({problem})", hint)]) from None


def _source(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])
