"""The crate: page, inputs, method and provenance as one archive, an RO-Crate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportlib.errors import NotBuilt
from reportlib.reading.parameters import how_to_build
from reportlib.running.archive import archive
from reportlib.running.build import planned
from reportlib.running.digests import LIBRARY, files_of_method
from reportlib.running.files import write_whole
from reportlib.running.guard import alone
from reportlib.running.manifest import inputs_of
from reportlib.running.progress import in_lines
from reportlib.running.run_crate import METADATA, described
from reportlib.study import Build, Study

_BESIDE = ("CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-DATA.md", "README.md")
"""What may lie beside data, parameters and notebooks, and belongs to them."""
_TIMES = ("started", "ended")


def write_crate(study: Study, set_name: str) -> Path:
    """Write the crate of a page, and return where it is.

    It is laid out as the study is, so that the links of its page lead somewhere and the library in
    it can build the page again. No time is in it: the same inputs give the same bytes.

    Raises:
        NotBuilt: there is no page, or it is not what today's inputs give.
        BadData: the descriptor does not say who made the study, and when.
        BadParameters: there is no such parameter set.
    """
    build = study.build(set_name)
    with alone(build.guard, in_lines):
        _refuse_stale(study, build, set_name)
        manifest = _timeless(build)
        files = _files(study, build, manifest)
        metadata = json.dumps(described(study, build, manifest, files), indent=1, sort_keys=True)
        whole = {METADATA: f"{metadata}\n".encode(), f"{LIBRARY.name}/": b"", **files}
        write_whole(build.crate, archive(whole))
    return build.crate


def _refuse_stale(study: Study, build: Build, set_name: str) -> None:
    plan = planned(study, set_name)
    first = f"{how_to_build(set_name)} first."
    where = study.relative(build.page)
    if not build.page.is_file():
        raise NotBuilt(f"There is no {where} to put into a crate: {first}")
    if not plan.idle:
        stale = "\n".join(f"  {line}" for line in plan.lines)
        raise NotBuilt(f"{where} is not what today's inputs give: {first}\n{stale}")


def _timeless(build: Build) -> dict[str, Any]:
    """The manifest of the run, less when it was and what a notebook imported of the library.

    A fork has imported more than a kernel; the digest of the whole library is there.
    """
    content = json.loads(build.manifest.read_text(encoding="utf-8"))
    for executed in content["notebooks"].values():
        del executed["library"]
    return {name: value for name, value in content.items() if name not in _TIMES}


def _files(study: Study, build: Build, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """The content of every file in the crate, by name; those of the study count before others."""
    beside = {name: study.root / name for name in _BESIDE}
    found = files_of_method()
    found |= {name: path for name, path in beside.items() if path.is_file()}
    found |= {name: study.root / name for name in inputs_of(study)}
    made = [build.folder / name for name in manifest["artefacts"]]
    found |= {study.relative(path): path for path in made}
    files = {name: path.read_bytes() for name, path in found.items()}
    files[study.relative(build.manifest)] = f"{json.dumps(manifest, indent=2)}\n".encode()
    return dict(sorted(files.items()))
