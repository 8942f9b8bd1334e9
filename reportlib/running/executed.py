"""What was executed: each notebook with the digests of all that its execution rested on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reportlib.running.files import write_whole
from reportlib.study import Build


@dataclass(frozen=True)
class Executed:
    """What a notebook was executed with, by digest, and what came out."""

    code: str
    inputs: Mapping[str, str]
    """By path from the study, the files that its execution was seen to open."""
    parameters: Mapping[str, str]
    library: str
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
class Memory:
    """What is known of the last executions under a parameter set."""

    notebooks: dict[str, Executed] = field(default_factory=dict)
    """By the name of the notebook's file."""
    checked: str = ""
    """The digest of all that was in order when data, parameters and notebooks were last checked."""

    @classmethod
    def read(cls, build: Build) -> Memory:
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
        write_whole(build.memory, json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")


def _executed(content: Mapping[str, Any]) -> Executed:
    claims = {claim: tuple(tables) for claim, tables in content["claims"].items()}
    return Executed(**{**content, "claims": claims})
