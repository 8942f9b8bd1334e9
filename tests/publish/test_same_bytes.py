"""The same bytes wherever and however a study is built, in kernels as in forks of one process."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from reportlib.study import Study
from tests.build.test_build import artefacts
from tests.built_study import WAYS, copy_anew, once, started
from tests.conftest import REPO, TINY

Pair = tuple[Study, Study]
"""A study built in forks, and one built in kernels."""


@pytest.fixture(scope="module")
def pair(built: Study, shared: Path) -> Pair:
    """The real study, built once more in other surroundings and another way."""
    other = Study(shared / "another folder" / "the same study")
    with once(shared, "the same study") as mine:
        if mine:
            copy_anew(built.root, other)
            build = started(other, *WAYS[1])
            said, _ = build.communicate()
            assert build.returncode == 0, said
    return built, other


def test_the_real_study_gives_the_same_bytes_wherever_and_however_it_is_built(pair: Pair) -> None:
    assert_same_bytes(*pair)


def test_the_tiny_study_gives_the_same_bytes_wherever_and_however_it_is_built(
    two_builds: Pair,
) -> None:
    assert_same_bytes(*two_builds)


def assert_same_bytes(one: Study, other: Study) -> None:
    first, second = artefacts(one), artefacts(other)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    here = str(one.root).encode()
    assert [name for name in first if here in first[name]] == []


def notebooks_of(root: Path) -> list[str]:
    study = Study(root)
    return [path.name for path in (*study.chapters(), study.report)]


@pytest.mark.parametrize("notebook", notebooks_of(REPO))
def test_a_notebook_of_the_real_study_comes_out_of_a_fork_as_of_a_kernel(
    notebook: str, pair: Pair
) -> None:
    assert_same_cells(notebook, pair)


@pytest.mark.parametrize("notebook", notebooks_of(TINY))
def test_a_notebook_of_the_tiny_study_comes_out_of_a_fork_as_of_a_kernel(
    notebook: str, two_builds: Pair
) -> None:
    assert_same_cells(notebook, two_builds)


def assert_same_cells(notebook: str, pair: Pair) -> None:
    """A notebook has the same cells with the same outputs, and is the same file."""
    forked, plain = (study.build("base").executed / notebook for study in pair)
    cells = (nbformat.read(path, as_version=4).cells for path in (plain, forked))
    for in_kernel, in_fork in zip(*cells, strict=True):
        assert in_fork == in_kernel
    assert forked.read_bytes() == plain.read_bytes()
