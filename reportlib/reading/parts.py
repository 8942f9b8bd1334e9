"""Parts of a study: what is data and what are parameters; all else is method."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from reportlib.reading.descriptor import Descriptor, Resource
from reportlib.study import Study

_READ = "evidence"
"""The file of the ledger that is data as well: what a person found in rows and documents."""


def is_data(resource: Resource) -> bool:
    """Whether a described file is data: rows, documents, and what a person read in them."""
    return resource.folder != "chain" or resource.name == _READ


def digest_of(content: Any) -> str:
    """Return a short digest of plain values; mappings have no order."""
    text = json.dumps(_with_text_keys(content), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _with_text_keys(content: Any) -> Any:
    """The same with text for every key: keys of several kinds have no order."""
    if isinstance(content, dict):
        return {str(key): _with_text_keys(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_with_text_keys(value) for value in content]
    return content


def digest_of_table(resource: Resource) -> str:
    """Return the digest of a described file, however its lines end."""
    return digest_of(_text(resource.path))


def digest_of_data(study: Study) -> str:
    """Return one digest of all data, with their descriptions.

    Raises:
        BadData: the descriptor cannot be read.
        OSError: a described file is not there.
    """
    data = {n: r for n, r in Descriptor.read(study).resources.items() if is_data(r)}
    described = {n: entry for n, entry in _entries(study).items() if n in data}
    return digest_of([described, {name: digest_of_table(r) for name, r in data.items()}])


def digest_of_parameters(study: Study) -> str:
    """Return one digest of all parameter sets and of what the parameters mean."""
    return digest_of({path.name: _text(path) for path in study.params.glob("*.yaml")})


def joint_descriptor(method: Study, data: Study) -> dict[str, Any]:
    """Return a descriptor that takes each data file from one study and all else from another."""
    theirs = Descriptor.read(data).resources
    own = Descriptor.read(method).resources
    content = json.loads(method.descriptor.read_text(encoding="utf-8"))
    content["resources"] = [
        *(entry for name, entry in _entries(data).items() if is_data(theirs[name])),
        *(entry for name, entry in _entries(method).items() if not is_data(own[name])),
    ]
    return dict(content)


def _entries(study: Study) -> dict[str, Any]:
    content = json.loads(study.descriptor.read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in content["resources"]}


def _text(path: Path) -> str:
    return path.read_bytes().replace(b"\r\n", b"\n").decode("utf-8", "replace")
