"""What is public says what it is for."""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import re
from types import ModuleType

import pytest

import reportlib
from reportlib import cli
from tests.conftest import REPO

MAKEFILE = (REPO / "Makefile").read_text(encoding="utf-8")
README = REPO / "README.md"
NEEDS = dict(re.findall(r"^([a-z]+):(?!=) *([a-z ]*)##", MAKEFILE, flags=re.MULTILINE))
STEPS = {step for steps in NEEDS.values() for step in steps.split()}
"""Targets that others bring about, such as the parts of `make check`."""
TARGETS = sorted(re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, flags=re.MULTILINE))
PHONY = re.findall(r"^\.PHONY:((?:.*\\\n)*.*)", MAKEFILE, flags=re.MULTILINE)[0].split()


def modules() -> list[ModuleType]:
    names = [m.name for m in pkgutil.walk_packages(reportlib.__path__, "reportlib.")]
    return [reportlib, *(importlib.import_module(n) for n in names if "__main__" not in n)]


def public(module: ModuleType) -> dict[str, object]:
    """The functions and classes that are made in a module, and the methods of these classes."""
    made = {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    }
    methods = {
        f"{name}.{method}": getattr(value, "fget", None) or getattr(value, "func", value)
        for name, owner in made.items()
        if inspect.isclass(owner)
        for method, value in vars(owner).items()
        if not method.startswith("_")
        and (inspect.isfunction(value) or isinstance(value, (property, classmethod)))
    }
    return made | methods


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_every_public_name_has_a_docstring(module):
    assert (module.__doc__ or "").strip(), module.__name__
    assert [name for name, value in public(module).items() if not inspect.getdoc(value)] == []


def test_a_notebook_needs_two_dozen_names_at_most():
    assert len(reportlib.__all__) <= 24
    assert all(inspect.getdoc(getattr(reportlib, name)) for name in reportlib.__all__)


def test_the_make_targets_are_found():
    assert {"help", "report", "test", "check", "lab"} <= set(TARGETS)
    assert {"lint", "types", "test", "environment"} <= STEPS


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_has_help_and_is_phony(target):
    assert re.search(rf"^{target}:[^#\n]*## \S", MAKEFILE, flags=re.MULTILINE)
    assert target in PHONY


def subcommands() -> dict[str, argparse.ArgumentParser]:
    return _choices(cli._parser()).choices


def _choices(parser: argparse.ArgumentParser) -> argparse._SubParsersAction:
    return next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))


def test_every_command_and_every_argument_has_help():
    told = {action.dest: action.help for action in _choices(cli._parser())._choices_actions}

    assert set(told) == set(subcommands())
    assert all(told.values())
    for name, parser in subcommands().items():
        assert [a.dest for a in parser._actions if not a.help] == [], name


@pytest.mark.skipif(not README.is_file(), reason="README.md is not there yet")
@pytest.mark.parametrize("target", [t for t in TARGETS if t != "help"])
def test_the_readme_mentions_every_make_target(target):
    asked = rf"\b{target}\b" if target in STEPS else rf"`make {target}\b"

    assert re.search(asked, README.read_text(encoding="utf-8")), target


@pytest.mark.skipif(not README.is_file(), reason="README.md is not there yet")
@pytest.mark.parametrize("command", sorted(subcommands()))
def test_the_readme_mentions_every_command(command):
    assert f"python -m reportlib {command}" in README.read_text(encoding="utf-8")
