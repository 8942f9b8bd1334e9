"""Studies that are built once a session, for every test that reads what came out."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from reportlib.study import Study
from tests.conftest import REPO, TINY, copy_of

SETS = ("base", "hindsight", "strict")


@cache
def built_study(folder: Path) -> Study:
    """Return a copy of the study below that folder, built under every parameter set."""
    study = copy_of(REPO, folder / "built study")
    command = [sys.executable, "-m", "reportlib", "--study", str(study.root), "build", "--all-sets"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return study


@cache
def built_in_surroundings(folder: Path) -> tuple[Study, Study]:
    """Return two copies of the tiny study, each built in surroundings of its own."""
    surroundings = (
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8"},
    )
    studies = (
        copy_of(TINY, folder / "plain" / "s"),
        copy_of(TINY, folder / "a name with spaces" / "the tiny study"),
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "reportlib", "build"],
            cwd=study.notebooks,
            env=os.environ | around,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        for study, around in zip(studies, surroundings, strict=True)
    ]
    said = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "\n".join(said)
    return studies
