"""The inputs that a page was made from, and whether today's inputs would give the same page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reportlib.errors import NotAPage
from reportlib.execute.input_snapshot import InputSnapshot, take_snapshot
from reportlib.execute.inputs import digest_prose
from reportlib.load.datapackage import PackageMetadata
from reportlib.model.formatting import format_count, join_words
from reportlib.render.templating import strip_controls
from reportlib.study import Study

ID = "made-from"
"""The id of the element that holds the record."""
_RECORD = re.compile(rf'<script type="application/json" id="{ID}">(.*?)</script>', flags=re.DOTALL)
_SEAL = '<meta name="reportlib-sha256" content="{}">'
UNSEALED = _SEAL.format("")
"""The element for the page's own digest, which is that of the page with nothing there."""
_SEALED = re.compile(_SEAL.format("[0-9a-f]{64}"))


class ClaimInputs(NamedTuple):
    """The inputs of a claim, and the claims that stand on it."""

    notebook: str
    """The chapter that recorded it."""
    tables: tuple[str, ...]
    """Those that its test read, and those of the rows that a person read for it."""
    above: tuple[str, ...]
    """The judgements that it is a premise of, however far."""


@dataclass(frozen=True, kw_only=True)
class PageInputs(InputSnapshot):
    """The inputs of a page, as the page carries them."""

    study: str
    set_name: str
    prose: str
    """The digest of the prose of the report, which is the page's own."""
    claims: Mapping[str, ClaimInputs]

    def name_claims_on(self, name: str, study: Study) -> str:
        """Return which claims rest on an input, in words."""
        path = study.root / name
        if path in (study.report, study.lock):
            return "no claim rests on it"
        if study.is_table(path):
            claims = [id for id, inputs in self.claims.items() if path.stem in inputs.tables]
        elif path.parent == study.notebooks:
            claims = [id for id, inputs in self.claims.items() if inputs.notebook == name]
        else:
            return "every claim may turn on it"
        if not claims:
            return "no claim rests on it"
        above = {id for claim in claims for id in self.claims[claim].above} - set(claims)
        follow = f", and {join_words(sorted(above))} on these" if above else ""
        return f"{join_words(claims)} {'rests' if len(claims) == 1 else 'rest'} on it{follow}"


def seal(page: str) -> str:
    """Return a page with its own digest in it."""
    return page.replace(UNSEALED, _SEAL.format(hashlib.sha256(page.encode()).hexdigest()), 1)


def is_intact(page: str) -> bool:
    """Return whether a page is as it was sealed."""
    return seal(_SEALED.sub(UNSEALED, page, count=1)) == page


def read_page_inputs(page: str, name: Path) -> PageInputs:
    """Return the inputs that a page carries.

    Raises:
        NotAPage: it carries none, or in another form than this version of the library has.
    """
    from pydantic import TypeAdapter, ValidationError  # heavy

    record = _RECORD.search(page)
    if record is None or _SEALED.search(page) is None:
        raise NotAPage(f"{name} is no page of this library: it does not say what it is made from.")
    try:
        return TypeAdapter(PageInputs).validate_json(record[1])
    except ValidationError:
        raise NotAPage(
            f"{name} does not say what it is made from as this version of the library does: it "
            "was altered, or made by another version."
        ) from None


@dataclass(frozen=True)
class Verification:
    """The result of comparing a page with a study."""

    made_from: PageInputs
    intact: bool
    """Whether the page is as it was made."""
    differences: tuple[str, ...]
    """The inputs that are not as they were, each with the claims that it touches."""

    @property
    def fresh(self) -> bool:
        """Whether the page is as it was made, and made of what is there now."""
        return self.intact and not self.differences

    def told_of(self, name: str) -> str:
        """Return the result in lines, the verdict first."""
        made = self.made_from
        which = f"set {made.set_name}, edition {made.edition}"
        number = format_count(len(made.inputs), "input")
        if self.fresh:
            return f"{name} is fresh: {which}; its {number} are as they were."
        lines = [] if self.intact else [f"{name} was altered after it was made ({which})."]
        if self.differences:
            lines.append(f"{name} is stale ({which}); what differs:")
            lines += [f"  {difference}" for difference in self.differences]
        else:
            lines.append(f"What it was made from is as it was: its {number}.")
        return "\n".join(map(strip_controls, lines))


def verify(study: Study, page: Path) -> Verification:
    """Compare a page with a study.

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
    return Verification(made, is_intact(html), tuple(_list_differences(made, study)))


def _list_differences(made: PageInputs, study: Study) -> Iterator[str]:
    for reason in made.diff(take_snapshot(study)):
        yield f"{reason}; {made.name_claims_on(reason.what, study)}"
    if digest_prose(study.report) != made.prose:
        yield f"{study.relative(study.report)}: its prose changed; no claim rests on it"
