"""The inputs that a page was made from, and whether today's inputs would give the same page."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlib.errors import NotAPage
from reportlib.execute.inputs import ABSENT, digest_environment, digest_library, digest_prose
from reportlib.execute.state import digest_study_inputs, name_edition
from reportlib.load.datapackage import PackageMetadata
from reportlib.model.formatting import format_count, join_words
from reportlib.render.templating import strip_controls
from reportlib.study import Study

ID = "made-from"
"""The id of the element that holds the record."""
_RECORD = re.compile(rf'<script type="application/json" id="{ID}">(.*?)</script>', flags=re.DOTALL)
_SEAL = '<meta name="reportlib-sha256" content="{}">'
UNSEALED = _SEAL.format("")
"""Where the page's own digest goes, which is that of the page with nothing there."""
_SEALED = re.compile(_SEAL.format("[0-9a-f]{64}"))


@dataclass(frozen=True)
class ClaimInputs:
    """What was read for a claim, and what stands on it."""

    notebook: str
    """The chapter that recorded it."""
    tables: tuple[str, ...]
    """Those that its test read, and those of the rows that a person read for it."""
    above: tuple[str, ...]
    """The judgements that it is a premise of, however far."""


@dataclass(frozen=True)
class PageInputs:
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
    claims: Mapping[str, ClaimInputs]

    @classmethod
    def of(
        cls,
        study: Study,
        set_name: str,
        inputs: Mapping[str, str],
        claims: Mapping[str, ClaimInputs],
    ) -> PageInputs:
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
            study=PackageMetadata.read(study).name,
            set_name=set_name,
            edition=name_edition(inputs),
            library=digest_library(),
            environment=digest_environment(),
            inputs=inputs,
            prose=digest_prose(study.report),
            claims=claims,
        )

    @property
    def as_json(self) -> dict[str, Any]:
        """It as the page carries it."""
        claims = {id: [one.notebook, one.tables, one.above] for id, one in self.claims.items()}
        return {**vars(self), "inputs": dict(self.inputs), "claims": claims}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> PageInputs:
        """Read it from what a page carries.

        Raises:
            KeyError, TypeError, ValueError: it is nothing of this kind.
        """
        claims = {
            id: ClaimInputs(notebook, tuple(tables), tuple(above))
            for id, (notebook, tables, above) in content["claims"].items()
        }
        return cls(**{**content, "inputs": dict(content["inputs"]), "claims": claims})


def seal(page: str) -> str:
    """Return a page with its own digest in it."""
    return page.replace(UNSEALED, _SEAL.format(hashlib.sha256(page.encode()).hexdigest()), 1)


def is_intact(page: str) -> bool:
    """Whether a page is as it was sealed."""
    return seal(_SEALED.sub(UNSEALED, page, count=1)) == page


def read_page_inputs(page: str, name: Path) -> PageInputs:
    """Return what a page says that it was made from.

    Raises:
        NotAPage: it does not say so, or not as this version of the library does.
    """
    found = _RECORD.search(page)
    if found is None or _SEALED.search(page) is None:
        raise NotAPage(f"{name} is no page of this library: it does not say what it is made from.")
    try:
        return PageInputs.from_json(json.loads(found[1]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotAPage(
            f"{name} does not say what it is made from as this version of the library does: it "
            "was altered, or made by another version."
        ) from None


_EVERYTHING = "every claim may turn on it"
_NOTHING = "no claim rests on it"


@dataclass(frozen=True)
class Difference:
    """An input that is not as it was when the page was made."""

    what: str
    touches: str

    def __str__(self) -> str:
        """The input, what is other about it, and the claims that it touches."""
        return f"{self.what}: {self.touches}"


@dataclass(frozen=True)
class Verification:
    """What came of holding a page against a study."""

    made_from: PageInputs
    whole: bool
    """Whether the page is as it was made."""
    differences: tuple[Difference, ...]

    @property
    def fresh(self) -> bool:
        """Whether the page is as it was made, and made of what is there now."""
        return self.whole and not self.differences

    def told_of(self, name: str) -> str:
        """All of it in lines, the verdict first."""
        made = self.made_from
        which = f"set {made.set_name}, edition {made.edition}"
        number = format_count(len(made.inputs), "input")
        if self.fresh:
            return f"{name} is fresh: {which}; its {number} are as they were."
        lines = [] if self.whole else [f"{name} was altered after it was made ({which})."]
        if self.differences:
            lines.append(f"{name} is stale ({which}); what differs:")
            lines += [f"  {one}" for one in self.differences]
        else:
            lines.append(f"What it was made from is as it was: its {number}.")
        return "\n".join(map(strip_controls, lines))


def verify(study: Study, page: Path) -> Verification:
    """Hold a page against a study.

    Raises:
        NotAPage: it cannot be read, carries no such record, or is the page of another study.
        BadData: the descriptor does not say what study it is.
    """
    try:
        html = page.read_bytes().decode("utf-8")
    except OSError as problem:
        raise NotAPage(f"{page} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise NotAPage(f"{page} is no page: it is not text.") from None
    made = read_page_inputs(html, page)
    here = PackageMetadata.read(study).name
    if made.study != here:
        raise NotAPage(
            f"{page} is a page of the study “{made.study}”, and {study.root} is “{here}”: name "
            "its folder with --study."
        )
    return Verification(made, is_intact(html), tuple(_differences(made, study)))


def _differences(made: PageInputs, study: Study) -> Iterator[Difference]:
    now = digest_study_inputs(study)
    for name in sorted(made.inputs.keys() | now.keys()):
        was, is_ = made.inputs.get(name, ABSENT), now.get(name, ABSENT)
        if was != is_:
            how = "is new" if was == ABSENT else "is gone" if is_ == ABSENT else "differs"
            yield Difference(f"{name} {how}", _touched_by(name, made, study))
    if digest_prose(study.report) != made.prose:
        yield Difference(f"{study.relative(study.report)} has other prose", _NOTHING)
    if digest_library() != made.library:
        yield Difference("the library differs", _EVERYTHING)
    if digest_environment() != made.environment:
        yield Difference("the environment differs (its lock, or Python's version)", _EVERYTHING)


def _touched_by(name: str, made: PageInputs, study: Study) -> str:
    path = study.root / name
    if path in (study.report, study.lock):
        return _NOTHING
    if study.is_table(path):
        claims = [id for id, one in made.claims.items() if path.stem in one.tables]
    elif path.parent == study.notebooks:
        claims = [id for id, one in made.claims.items() if one.notebook == name]
    else:
        return _EVERYTHING
    if not claims:
        return _NOTHING
    above = sorted({one for id in claims for one in made.claims[id].above} - set(claims))
    follow = f", and {join_words(above)} on these" if above else ""
    return f"{join_words(claims)} {'rests' if len(claims) == 1 else 'rest'} on it{follow}"
