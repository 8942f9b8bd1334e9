"""Records of a run: what each notebook was executed with, and what was published."""

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
from reportlib.execute.inputs import (
    digest_file,
    digest_input,
    digest_library,
    digest_text,
    digest_value,
)
from reportlib.load.parameters import Settings
from reportlib.study import Build, Study


@dataclass(frozen=True)
class ExecutionRecord:
    """What a notebook was executed with, by digest, and what came out."""

    code: str
    inputs: Mapping[str, str]
    """By path from the study, the files that its execution was seen to open."""
    parameters: Mapping[str, str]
    library: Mapping[str, str]
    """By path, the files of the library that it was executed with."""
    environment: str
    source: str
    """The whole notebook, prose and all."""
    artefact: str
    """The executed notebook."""
    claims: Mapping[str, tuple[str, ...]]
    """The claims that it recorded, with the tables that were read for each."""

    def touched_by(self, file: str) -> tuple[str, ...]:
        """The claims that a file bears on: those that read it, if it is a table; else all."""
        reading = tuple(c for c, tables in self.claims.items() if Path(file).stem in tables)
        return reading or tuple(self.claims)


@dataclass
class BuildState:
    """What is known of the last executions under a parameter set."""

    notebooks: dict[str, ExecutionRecord] = field(default_factory=dict)
    """By the name of the notebook's file."""
    checked: str = ""
    """The digest of all that was in order when data, parameters and notebooks were last checked."""

    @classmethod
    def read(cls, build: Build) -> BuildState:
        """Read what is remembered; nothing, if it cannot be read: then everything is stale."""
        try:
            content: Mapping[str, Any] = json.loads(build.memory.read_text(encoding="utf-8"))
            notebooks = {name: _executed(one) for name, one in content["notebooks"].items()}
            return cls(notebooks, content["checked"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    @property
    def as_json(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        return dict(json.loads(json.dumps(asdict(self))))

    def write(self, build: Build) -> None:
        """Keep it for the next build."""
        write_atomically(build.memory, json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")


def _executed(content: Mapping[str, Any]) -> ExecutionRecord:
    """Return what was remembered of a notebook.

    Raises:
        TypeError, KeyError, AttributeError: it was remembered by another version of this library.
    """
    claims = {claim: tuple(tables) for claim, tables in content["claims"].items()}
    for digests in (content["inputs"], content["parameters"], content["library"]):
        digests.items()
    return ExecutionRecord(**{**content, "claims": claims})


_PACKAGES = ("altair", "nbconvert", "pandas", "papermill", "vl-convert-python")


def digest_study_inputs(study: Study) -> dict[str, str]:
    """Return the digest of every file that people write and a page is made from, by path."""
    names = sorted(study.relative(path) for path in study.inputs())
    return {name: digest_input(study, name) for name in names}


def name_edition(inputs: Mapping[str, str]) -> str:
    """Return the name of what is made from these inputs by today's library: a short digest."""
    return digest_value([dict(inputs), digest_library()])


def list_packages() -> dict[str, str]:
    """Return the versions that a page depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def make_manifest(
    build: Build,
    settings: Settings,
    started: datetime,
    memory: BuildState,
    inputs: Mapping[str, str],
    made: Mapping[Path, str],
) -> str:
    """Return ``run.json``; the only artefact that holds times.

    Args:
        build: where the artefacts are.
        settings: what was chosen.
        started: when the run began.
        memory: what each notebook was executed with.
        inputs: the digests of what people keep, as they were when the run began.
        made: what came out, by path.
    """
    content: dict[str, Any] = {
        "set": settings.set_name,
        "settings": dict(settings.values),
        "started": started.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "packages": list_packages(),
        "library": digest_library(),
        "inputs": dict(inputs),
        "notebooks": memory.as_json["notebooks"],
        "artefacts": {
            path.relative_to(build.folder).as_posix(): digest_text(text)
            for path, text in sorted(made.items())
        },
    }
    return json.dumps(content, indent=2) + "\n"


def is_published(build: Build, memory: BuildState, inputs: Mapping[str, str]) -> bool:
    """Whether all that was published is there as it was made, of the last execution and inputs."""
    try:
        content = json.loads(build.manifest.read_text(encoding="utf-8"))
        artefacts = content["artefacts"].items()
        same = content["notebooks"] == memory.as_json["notebooks"]
        same = same and content["inputs"] == inputs
        same = same and content["library"] == digest_library()
    except (OSError, ValueError, KeyError, AttributeError):
        return False
    return same and all(digest_file(build.folder / name) == was for name, was in artefacts)


def list_changed_inputs(study: Study, build: Build) -> list[str]:
    """Return the inputs that differ from those of the run whose results are there."""
    if not build.manifest.is_file():
        return []
    before = json.loads(build.manifest.read_text(encoding="utf-8"))["inputs"]
    now = digest_study_inputs(study)
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
