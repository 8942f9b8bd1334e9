"""Studies that are built once a session, for every test that reads what came out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from reportlib.execute.files import hold_build_lock
from reportlib.execute.progress import print_nothing
from reportlib.study import Study
from tests.conftest import REPO, TINY, copy_of

SETS = ("base", "hindsight", "strict")


def built_as_people_do(study: Study, *options: str) -> subprocess.CompletedProcess[str]:
    """Build in a process of its own."""
    command = [sys.executable, "-m", "reportlib", "--study", str(study.root), "build", *options]
    return subprocess.run(command, capture_output=True, encoding="utf-8")


@contextmanager
def once(folder: Path, name: str) -> Iterator[bool]:
    """Whether this process is the one to make a thing that all processes of the session share.

    The others wait until it is made, or until it has failed and one of them is to try.
    """
    made = folder / f"{name}.made"
    with hold_build_lock(folder / f"{name}.making", print_nothing):
        yield not made.exists()
        made.touch()


def copy_anew(root: Path, study: Study) -> None:
    """Copy a study, also where another process has failed to build it."""
    shutil.rmtree(study.root, ignore_errors=True)
    copy_of(root, study.root)


def built_study(folder: Path) -> Study:
    """Return a copy of the study below that folder, built under every parameter set."""
    study = Study(folder / "built study")
    with once(folder, "built study") as mine:
        if mine:
            copy_anew(REPO, study)
            done = built_as_people_do(study, "--all-sets")
            assert done.returncode == 0, done.stderr
            assert "ordinary kernel" not in done.stderr
    return study


WAYS = (
    (
        ("--kernel", "forked", "--jobs", "1"),
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
    ),
    (
        ("--kernel", "plain", "--jobs", "2"),
        {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8"},
    ),
)
"""Two ways to build the same, as different as can be."""


def started(
    study: Study, options: Sequence[str], environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """Start a build in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "reportlib", "build", *options],
        cwd=study.notebooks,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def built_in_surroundings(folder: Path) -> tuple[Study, Study]:
    """Return two copies of the tiny study, each built in surroundings and in a way of its own."""
    studies = (
        Study(folder / "plain" / "s"),
        Study(folder / "a name with spaces" / "the tiny study"),
    )
    with once(folder, "tiny study") as mine:
        if mine:
            for study in studies:
                copy_anew(TINY, study)
            builds = [started(study, *way) for study, way in zip(studies, WAYS, strict=True)]
            said = [build.communicate()[0] for build in builds]
            assert [build.returncode for build in builds] == [0, 0], "\n".join(said)
            assert "ordinary kernel" not in said[0]
    return studies
