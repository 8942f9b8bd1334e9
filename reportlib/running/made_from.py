"""Made from: what a page was made from, by digest, as the page itself carries it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlib.errors import NotAPage
from reportlib.reading.imprint import Imprint
from reportlib.running.digests import digest_of_environment, digest_of_library, digest_of_prose
from reportlib.running.manifest import edition_of
from reportlib.study import Study

ID = "made-from"
"""The id of the element that holds the record."""
_RECORD = re.compile(rf'<script type="application/json" id="{ID}">(.*?)</script>', flags=re.DOTALL)
_SEAL = '<meta name="reportlib-sha256" content="{}">'
UNSEALED = _SEAL.format("")
"""Where the page's own digest goes, which is that of the page with nothing there."""
_SEALED = re.compile(_SEAL.format("[0-9a-f]{64}"))


@dataclass(frozen=True)
class ReadFor:
    """What was read for a claim, and what stands on it."""

    notebook: str
    """The chapter that recorded it."""
    tables: tuple[str, ...]
    """Those that its test read, and those of the rows that a person read for it."""
    above: tuple[str, ...]
    """The judgements that it is a premise of, however far."""


@dataclass(frozen=True)
class MadeFrom:
    """What a page was made from, by digest."""

    study: str
    set_name: str
    edition: str
    library: str
    environment: str
    inputs: Mapping[str, str]
    """By path, every file that people write; a notebook is known by its code."""
    prose: str
    """The prose of the report, which is the page's own."""
    claims: Mapping[str, ReadFor]

    @classmethod
    def of(
        cls, study: Study, set_name: str, inputs: Mapping[str, str], claims: Mapping[str, ReadFor]
    ) -> MadeFrom:
        """Return it for a page that is made now.

        Args:
            study: what the page is made from.
            set_name: the parameter set.
            inputs: the digests of what people keep.
            claims: what was read for each claim that was looked at.

        Raises:
            BadData: the descriptor does not say what study it is.
        """
        return cls(
            study=Imprint.read(study).name,
            set_name=set_name,
            edition=edition_of(inputs),
            library=digest_of_library(),
            environment=digest_of_environment(),
            inputs=inputs,
            prose=digest_of_prose(study.report),
            claims=claims,
        )

    @property
    def as_json(self) -> dict[str, Any]:
        """It as the page carries it."""
        claims = {id: [one.notebook, one.tables, one.above] for id, one in self.claims.items()}
        return {**vars(self), "inputs": dict(self.inputs), "claims": claims}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> MadeFrom:
        """Read it from what a page carries.

        Raises:
            KeyError, TypeError, ValueError: it is nothing of this kind.
        """
        claims = {
            id: ReadFor(notebook, tuple(tables), tuple(above))
            for id, (notebook, tables, above) in content["claims"].items()
        }
        return cls(**{**content, "inputs": dict(content["inputs"]), "claims": claims})


def sealed(page: str) -> str:
    """Return a page with its own digest in it."""
    return page.replace(UNSEALED, _SEAL.format(hashlib.sha256(page.encode()).hexdigest()), 1)


def is_whole(page: str) -> bool:
    """Whether a page is as it was sealed."""
    return sealed(_SEALED.sub(UNSEALED, page, count=1)) == page


def carried_by(page: str, name: Path) -> MadeFrom:
    """Return what a page says that it was made from.

    Raises:
        NotAPage: it does not say so, or not as this version of the library does.
    """
    found = _RECORD.search(page)
    if found is None or _SEALED.search(page) is None:
        raise NotAPage(f"{name} is no page of this library: it does not say what it is made from.")
    try:
        return MadeFrom.from_json(json.loads(found[1]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotAPage(
            f"{name} does not say what it is made from as this version of the library does: it "
            "was altered, or made by another version."
        ) from None
