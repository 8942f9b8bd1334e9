"""The two records of a build: what each notebook was executed with, and what was published."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reportlib.execute.files import write_atomically
from reportlib.execute.input_snapshot import InputSnapshot, take_snapshot
from reportlib.execute.inputs import digest_file, digest_text
from reportlib.load.parameters import Parameters, Setting, Settings
from reportlib.study import Build, Study

# Records are read by hand: importing pydantic takes longer than finding out that nothing is stale.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""The errors of a record that is not there, is damaged, or was written by another version."""


@dataclass(frozen=True)
class ExecutionRecord(InputSnapshot):
    """The inputs that a notebook was executed with, and what came out."""

    source: str = ""
    """The digest of the whole notebook, prose and all."""
    artefact: str = ""
    """The digest of the executed notebook."""
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The claims that it recorded, with the tables that were read for each."""

    def list_claims_on(self, file: str) -> tuple[str, ...]:
        """Return the claims that a file bears on: of a table those that read it, else all."""
        reading = tuple(c for c, tables in self.claims.items() if Path(file).stem in tables)
        return reading or tuple(self.claims)


@dataclass
class BuildState:
    """The last executions under a parameter set."""

    notebooks: dict[str, ExecutionRecord] = field(default_factory=dict)
    """By the name of the notebook's file."""
    checked: str = ""
    """The digest of study and library when data and notebooks were last found in order."""

    @classmethod
    def read(cls, build: Build) -> BuildState:
        """Read the state; an empty one, by which all is stale, if there is none to be read."""
        try:
            content = json.loads(build.state.read_text(encoding="utf-8"))
            return cls(_read_notebooks(content), content["checked"])
        except _UNREADABLE:
            return cls()

    def write(self, build: Build) -> None:
        """Keep the state for the next build."""
        write_atomically(build.state, json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")


def _read_snapshot(content: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """The fields of a snapshot as JSON has them, less those that were read already."""
    digests = {name: dict(content[name].items()) for name in ("inputs", "library")}
    parameters = {name: (value, str(d)) for name, (value, d) in content["parameters"].items()}
    return {**content, **digests, "parameters": parameters, **fields}


def _read_notebooks(content: Mapping[str, Any]) -> dict[str, ExecutionRecord]:
    records = {}
    for name, record in content["notebooks"].items():
        claims = {claim: tuple(tables) for claim, tables in record["claims"].items()}
        records[name] = ExecutionRecord(**_read_snapshot(record, claims=claims))
    return records


@dataclass(frozen=True)
class BuildContext:
    """One parameter set of a study as a build finds it."""

    study: Study
    build: Build
    parameters: Parameters
    settings: Settings
    state: BuildState
    """The last executions; a build at work adds to them."""
    now: InputSnapshot
    """All that the page depends on."""

    @classmethod
    def read(cls, study: Study, set_name: str) -> BuildContext:
        """Read what a build depends on.

        Raises:
            BadParameters: with every fault at once.
            BadData: a file has a name that cannot be written down.
            BadNotebook: a notebook cannot be read.
        """
        parameters, build = Parameters.read(study), study.build(set_name)
        settings = parameters.settings(set_name)
        return cls(study, build, parameters, settings, BuildState.read(build), take_snapshot(study))


_PACKAGES = ("altair", "nbconvert", "pandas", "papermill", "vl-convert-python")


def list_packages() -> dict[str, str]:
    """Return the versions that a page depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


@dataclass(frozen=True, kw_only=True)
class RunRecord(InputSnapshot):
    """The inputs and artefacts of a page: ``run.json``, the only artefact that holds times."""

    set: str
    settings: Mapping[str, Setting]
    started: str
    ended: str
    packages: Mapping[str, str]
    notebooks: Mapping[str, ExecutionRecord]
    artefacts: Mapping[str, str]
    """The digest of each file that was published, by path from the folder of the set."""

    @classmethod
    def read(cls, build: Build) -> RunRecord | None:
        """Return the record of what is published; None if there is none that can be read."""
        try:
            content = json.loads(build.manifest.read_text(encoding="utf-8"))
            notebooks, artefacts = _read_notebooks(content), dict(content["artefacts"].items())
            return cls(**_read_snapshot(content, notebooks=notebooks, artefacts=artefacts))
        except _UNREADABLE:
            return None


def make_run_record(context: BuildContext, started: datetime, made: Mapping[Path, str]) -> str:
    """Return the text of ``run.json`` for what a build publishes now."""
    folder = context.build.folder
    record = RunRecord(
        **vars(context.now),
        set=context.settings.set_name,
        settings=context.settings.values,
        started=started.isoformat(timespec="seconds"),
        ended=datetime.now(UTC).isoformat(timespec="seconds"),
        packages=list_packages(),
        notebooks=context.state.notebooks,
        artefacts={
            path.relative_to(folder).as_posix(): digest_text(text)
            for path, text in sorted(made.items())
        },
    )
    return json.dumps(asdict(record), indent=2) + "\n"


def is_published(context: BuildContext) -> bool:
    """Return whether what was published is intact, and of the last executions and inputs."""
    record = RunRecord.read(context.build)
    return (
        record is not None
        and record.notebooks == context.state.notebooks
        and not record.diff(context.now)
        and all(digest_file(context.build.folder / n) == d for n, d in record.artefacts.items())
    )


def list_changed_inputs(study: Study, build: Build) -> list[str]:
    """Return what differs from the inputs of the results that are there, if there are any."""
    record = RunRecord.read(build)
    return [reason.what for reason in record.diff(take_snapshot(study))] if record else []
