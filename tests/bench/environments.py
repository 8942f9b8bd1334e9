"""Environments that hold what a lock pins and nothing else, made once and kept in build/bench/."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.conftest import REPO

PLACE = REPO / "build" / "bench"
OF_A_TOOL = ("PYTHON", "PIP_", "MAKE", "MFLAGS", "VIRTUAL_ENV", "PYTEST", "REPORTLIB_")
"""How variables begin that whoever runs the bench has set for its own sake."""


@dataclass(frozen=True)
class Environment:
    """A Python with what is installed for it."""

    folder: Path

    @classmethod
    def current(cls) -> Environment:
        """The one that runs this."""
        return cls(Path(sys.prefix))

    @classmethod
    def made(cls, name: str) -> Environment:
        """Return the one that requirements/NAME.txt pins; make it if it is not there as it is now.

        What is installed besides, as JupyterLab is for developing, can slow down an import.

        Raises:
            SystemExit: it cannot be made, for instance without a network.
        """
        lock, environment = REPO / "requirements" / f"{name}.txt", cls(PLACE / name)
        stamp = environment.folder / ".lock"
        wanted = sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
            here, source = (path.relative_to(REPO) for path in (environment.folder, lock))
            print(f"making {here} from {source}, which needs a network", flush=True)
            shutil.rmtree(environment.folder, ignore_errors=True)
            base: str = sys._base_executable  # type: ignore[attr-defined]
            install = ["-m", "pip", "install", "-qq", "--require-hashes", "-r", str(lock)]
            try:
                subprocess.run([base, "-m", "venv", environment.folder], check=True)
                subprocess.run([environment.program("python"), *install], check=True)
            except subprocess.CalledProcessError:
                raise SystemExit(f"{here} could not be made; what failed says why above") from None
            stamp.write_text(wanted, encoding="utf-8")
        return environment

    def program(self, name: str) -> str:
        """The path of a program that is installed in it."""
        return str(self.folder / "bin" / name)

    def variables(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """The environment variables with which its programs are found and run."""
        kept = {name: one for name, one in inherited.items() if not name.startswith(OF_A_TOOL)}
        path = f"{self.folder / 'bin'}:{kept['PATH']}"
        return kept | {"PATH": path, "JUPYTER_PREFER_ENV_PATH": "1"}
