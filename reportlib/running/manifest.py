"""The manifest: what went into a run and what came out of it, with digests and times."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reportlib.reading.parameters import Settings
from reportlib.reading.parts import digest_of
from reportlib.running.digests import (
    digest_of_bytes,
    digest_of_input,
    digest_of_library,
    digest_of_text,
)
from reportlib.running.executed import Memory
from reportlib.study import Build, Study

_PACKAGES = ("altair", "nbconvert", "pandas", "papermill", "vl-convert-python")


def inputs_of(study: Study) -> dict[str, str]:
    """Return the digest of every file that people write and a page is made from, by path."""
    names = sorted(study.relative(path) for path in study.inputs())
    return {name: digest_of_input(study, name) for name in names}


def edition_of(inputs: Mapping[str, str]) -> str:
    """Return the name of what is made from these inputs by today's library: a short digest."""
    return digest_of([dict(inputs), digest_of_library()])


def packages() -> dict[str, str]:
    """Return the versions that a page depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def as_manifest(
    build: Build,
    settings: Settings,
    started: datetime,
    memory: Memory,
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
        "packages": packages(),
        "library": digest_of_library(),
        "inputs": dict(inputs),
        "notebooks": memory.as_json["notebooks"],
        "artefacts": {
            path.relative_to(build.folder).as_posix(): digest_of_text(text)
            for path, text in sorted(made.items())
        },
    }
    return json.dumps(content, indent=2) + "\n"


def is_published(build: Build, memory: Memory, inputs: Mapping[str, str]) -> bool:
    """Whether all that was published is there as it was made, of the last execution and inputs."""
    try:
        content = json.loads(build.manifest.read_text(encoding="utf-8"))
        artefacts = content["artefacts"].items()
        same = content["notebooks"] == memory.as_json["notebooks"]
        same = same and content["inputs"] == inputs
        same = same and content["library"] == digest_of_library()
    except (OSError, ValueError, KeyError, AttributeError):
        return False
    return same and all(digest_of_bytes(build.folder / name) == was for name, was in artefacts)


def changed_since(study: Study, build: Build) -> list[str]:
    """Return the inputs that differ from those of the run whose results are there."""
    if not build.manifest.is_file():
        return []
    before = json.loads(build.manifest.read_text(encoding="utf-8"))["inputs"]
    now = inputs_of(study)
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
