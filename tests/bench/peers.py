"""Who builds a study: this project, or make or Snakemake by way of papermill and nbconvert."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlib.study import Study
from tests.bench.environments import Environment
from tests.bench.projects import LIBRARY, Project

AT_ONCE = 2
"""How many notebooks each of them runs at a time."""
MAKE, SNAKEMAKE, BARE = f"make -j{AT_ONCE}", "Snakemake", "bare make"
EXECUTED = Path("build/base/.work/notebooks")
"""Where the report looks for executed chapters."""
PAPERMILL = "papermill --no-progress-bar --start-timeout 20"


@dataclass(frozen=True)
class Builder:
    """A command that brings what is made of a study up to date."""

    name: str
    project: Project
    command: Sequence[str]

    def build(self) -> None:
        """Run it."""
        self.project.run(*self.command)


@dataclass(frozen=True)
class Step:
    """A file that a command makes of others."""

    target: str
    needs: Sequence[str]
    command: str


def ours(project: Project, name: str = "make report") -> Builder:
    """Return what builds the study by this project's own Makefile."""
    # Bytecode stays beside the modules of the lent environment, where it is already.
    return Builder(name, project, ["make", "report", f"JOBS={AT_ONCE}", "PYTHONPYCACHEPREFIX="])


def make(project: Project) -> Builder:
    """Return what builds the study by a Makefile such as one writes for papermill and nbconvert."""
    (project.root / "Makefile").write_text(as_makefile(steps(project.study)), encoding="utf-8")
    return Builder(MAKE, project, ["make", f"-j{AT_ONCE}"])


def snakemake(project: Project, environment: Environment) -> Builder:
    """Return what builds the study by the same rules, written for Snakemake."""
    (project.root / "Snakefile").write_text(as_snakefile(steps(project.study)), encoding="utf-8")
    program = environment.program("snakemake")
    return Builder(SNAKEMAKE, project, [program, "--quiet", "all", "--cores", f"{AT_ONCE}"])


def bare(project: Project) -> Builder:
    """Return what looks whether the one target of a Makefile is up to date; it is."""
    project.root.mkdir()
    (project.root / "Makefile").write_text("of: one\n\tcp one of\n", encoding="utf-8")
    for name in ("one", "of"):
        (project.root / name).touch()
    return Builder(BARE, project, ["make"])


def steps(study: Study) -> Iterator[Step]:
    """The steps from notebooks to pages: of the tables each chapter needs those that it names."""
    chapters = [path.name for path in study.chapters()]
    kept = [study.data, study.params, study.root / LIBRARY]
    common = sorted(
        study.relative(path)
        for folder in kept
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path not in study.tables()
    )
    for path in (*study.chapters(), study.report):
        executed = str(EXECUTED / path.name)
        source = path.read_text(encoding="utf-8")
        named = [study.relative(table) for table in study.tables() if _names(source, table.stem)]
        read = [str(EXECUTED / name) for name in chapters] if path == study.report else []
        needs = [study.relative(path), *named, *read, *common]
        run = f"mkdir -p {EXECUTED} && {PAPERMILL} {study.relative(path)} {executed}"
        yield Step(executed, needs, run)
        page = f"html/{path.stem}.html"
        yield Step(page, [executed], f"jupyter-nbconvert --to html --output-dir html {executed}")


def _names(source: str, table: str) -> bool:
    """Whether a notebook has ``data.table`` or ``rows("table")``, as it stands in its file."""
    return re.search(rf'\.{table}\b|\(\\"{table}\\"', source) is not None


def as_makefile(steps: Iterable[Step]) -> str:
    """Return the steps as make reads them; the first rule asks for every target."""
    every = list(steps)
    rules = [f"all: {' '.join(step.target for step in every)}\n"]
    rules += [f"{one.target}: {' '.join(one.needs)}\n\t{one.command}\n" for one in every]
    return "\n".join([".DELETE_ON_ERROR:\n.PHONY: all", *rules])


def as_snakefile(steps: Iterable[Step]) -> str:
    """Return the steps as Snakemake reads them; the first rule asks for every target."""
    every = list(steps)
    rules = [f"rule all:\n    input: {json.dumps([step.target for step in every])}\n"]
    for number, one in enumerate(every):
        about = {"input": one.needs, "output": [one.target], "shell": one.command}
        lines = [f"    {name}: {json.dumps(value)}" for name, value in about.items()]
        rules.append("\n".join([f"rule step_{number}:", *lines, ""]))
    return "\n".join(rules)
