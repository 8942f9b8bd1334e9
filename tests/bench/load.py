"""How much building is measured, and on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.environments import Environment
from tests.bench.made_up import MadeUp
from tests.bench.notebooks import write_notebooks
from tests.bench.projects import Project
from tests.bench.size import PREMISES, Size


@dataclass(frozen=True)
class Load:
    """How much building is measured, how often, and with what."""

    environment: Environment
    """What every notebook runs in, whoever runs it."""
    snakemake: Environment | None
    """Where Snakemake is; None: nothing is built by peers."""
    notebooks: int
    """Of the made-up study, the report among them."""
    rows: int
    article: bool
    """Whether the study of this article is built, too."""
    times: int
    long: int
    """How often what takes longest is measured."""
    often: int
    """How often what takes a second is measured."""
    blinks: int
    """How often what takes milliseconds is measured."""
    sets: int
    """Under how many parameter sets one notebook is run."""
    few: int
    """Under how many where that is slow."""
    growing: Sequence[int]
    """Numbers of notebooks of studies that grow."""

    def study(self, folder: Path, notebooks: int = 0, *, drawn: bool = True) -> Path:
        """Make up a study, and return its folder."""
        chapters = (notebooks or self.notebooks) - 1
        size = Size(
            claims=6 + (PREMISES + 1) * -(-chapters // PREMISES),  # one or more to check a chapter
            rows=self.rows,
            chapters=chapters,
            tables=("deeds", "acts"),
        )
        write_notebooks(MadeUp.write(folder, size), drawn=drawn)
        return folder

    def project(self, folder: Path, study: Path) -> Project:
        """Copy the project, and put a study in it."""
        project = Project.copied(folder, self.environment)
        project.hold(study)
        return project
