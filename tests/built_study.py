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
    command = [sys.executable, "-m", "reportlib", "--study", str(study.root), "build", "--all-sets"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return study
