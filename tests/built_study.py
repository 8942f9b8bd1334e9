"""The study of this repository, built once a session for every test that reads what came out."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from reportlib.study import Study
from tests.conftest import REPO, copy_of

SETS = ("base", "hindsight", "strict")


@cache
def built_study(folder: Path) -> Study:
    """Return a copy of the study below that folder, built under every parameter set."""
    study = copy_of(REPO, folder / "built study")
    builds = [
        subprocess.Popen(
            [sys.executable, "-m", "reportlib", "--study", study.root, "build", "--set", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        for name in SETS
    ]
    said = [build.communicate()[0] for build in builds]
    assert [build.returncode for build in builds] == [0] * len(SETS), "\n".join(said)
    return study
