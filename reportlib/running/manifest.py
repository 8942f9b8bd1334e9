"""The manifest: what went into a run and what came out of it, with digests and times."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reportlib.reading.parameters import Settings
from reportlib.study import Build, Study

_PACKAGES = ("altair", "nbconvert", "pandas", "papermill", "vl-convert-python")


def inputs_of(study: Study) -> dict[str, str]:
    """Return the sha256 of every file that people write and a page is made from, by path."""
    files = [
        *study.data.rglob("*.csv"),
        study.descriptor,
        *study.params.glob("*.yaml"),
        *study.notebooks.glob("*.ipynb"),
        *([study.lock] if study.lock.is_file() else []),
    ]
    return {study.relative(path): _digest(path) for path in sorted(files)}


def digest_of_library() -> str:
    """Return one digest of every file of the library."""
    package = Path(__file__).resolve().parents[1]
    files = sorted(p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    whole = hashlib.sha256()
    for path in files:
        whole.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def packages() -> dict[str, str]:
    """Return the versions that a page depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def write_manifest(
    build: Build,
    settings: Settings,
    started: datetime,
    inputs: Mapping[str, str],
    made: Iterable[Path],
) -> None:
    """Write ``run.json``; the only artefact that holds times.

    Args:
        build: where the artefacts are.
        settings: what was chosen.
        started: when the run began.
        inputs: the digests of what went in, as they were when it began.
        made: what came out.
    """
    content: dict[str, Any] = {
        "set": settings.set_name,
        "settings": dict(settings.values),
        "started": started.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "packages": packages(),
        "library": digest_of_library(),
        "inputs": dict(inputs),
        "artefacts": {
            path.relative_to(build.folder).as_posix(): _digest(path) for path in sorted(made)
        },
    }
    write_whole(build.manifest, json.dumps(content, indent=2) + "\n")


def changed_since(study: Study, build: Build) -> list[str]:
    """Return the inputs that differ from those of the run whose results are there."""
    if not build.manifest.is_file():
        return []
    before = json.loads(build.manifest.read_text(encoding="utf-8"))["inputs"]
    now = inputs_of(study)
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
