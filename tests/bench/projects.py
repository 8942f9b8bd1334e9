"""A copy of the project in which builds are timed, so that nothing of the work tree is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reportlib.study import Study
from tests.bench.environments import Environment
from tests.conftest import REPO, copy_of

LIBRARY, REQUIREMENTS = "reportlib", "requirements"


class CommandFailed(Exception):
    """A command did not end well; says what it said last."""


@dataclass(frozen=True)
class Project:
    """The library, the Makefile and one study, with an environment that is lent to it."""

    root: Path
    environment: Environment

    @classmethod
    def copied(cls, root: Path, environment: Environment) -> Project:
        """Copy the project without a study."""
        root.mkdir(parents=True)
        for name in (LIBRARY, REQUIREMENTS):
            bytecode = shutil.ignore_patterns("__pycache__")
            shutil.copytree(REPO / name, root / name, ignore=bytecode)
        for name in ("Makefile", "pyproject.toml"):
            shutil.copy(REPO / name, root)
        project = cls(root, environment)
        project._lend()
        return project

    def _lend(self) -> None:
        """Let ``make`` find the environment in .venv, and find it current."""
        venv = self.root / ".venv"
        venv.mkdir()
        for path in self.environment.folder.iterdir():
            if not path.name.startswith("."):
                (venv / path.name).symlink_to(path)
        (venv / ".made").write_text(f"{self.root}\nlent", encoding="utf-8")
        for record, file in (
            (".report", "requirements/report.txt"),
            (".project", "pyproject.toml"),
        ):
            shutil.copy(self.root / file, venv / record)

    @property
    def study(self) -> Study:
        """The study in it."""
        return Study(self.root)

    def hold(self, root: Path) -> None:
        """Put a study in it, in place of the one that was there."""
        for path in (self.study.data, self.study.params, self.study.notebooks):
            shutil.rmtree(path, ignore_errors=True)
        self.study.lock.unlink(missing_ok=True)
        copy_of(root, self.root)
        self.clear()

    def clear(self) -> None:
        """Remove all that building made."""
        for name in ("build", "html", ".snakemake"):
            shutil.rmtree(self.root / name, ignore_errors=True)

    def run(
        self, *command: str, watched: Callable[[subprocess.Popen[bytes]], None] | None = None
    ) -> None:
        """Run a command in it, and let someone watch while it runs.

        Raises:
            CommandFailed: it did not end well.
        """
        told = self.root / "told"
        with told.open("wb") as file:
            process = subprocess.Popen(
                command,
                cwd=self.root,
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
            if watched is not None:
                watched(process)
            status = process.wait()
        if status:
            last = told.read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise CommandFailed(f"{' '.join(command)} ended with {status}:\n{last}")

    def _variables(self) -> dict[str, str]:
        return self.environment.variables(os.environ) | {
            "PYTHONPATH": str(self.root),  # kernels that are started find the copy, too
            "PIP_DRY_RUN": "1",  # a lent environment is never changed, whatever make thinks of it
            "PIP_NO_INDEX": "1",
        }
