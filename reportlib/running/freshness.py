"""Freshness: a page held against a study, for what differs and which claims that touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reportlib.errors import NotAPage
from reportlib.reading.imprint import Imprint
from reportlib.running.digests import (
    ABSENT,
    digest_of_environment,
    digest_of_library,
    digest_of_prose,
)
from reportlib.running.made_from import MadeFrom, carried_by, is_whole
from reportlib.running.manifest import inputs_of
from reportlib.showing.markup import clean
from reportlib.study import Study
from reportlib.values.phrases import counted, joined

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

    made_from: MadeFrom
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
        number = counted(len(made.inputs), "input")
        if self.fresh:
            return f"{name} is fresh: {which}; its {number} are as they were."
        lines = [] if self.whole else [f"{name} was altered after it was made ({which})."]
        if self.differences:
            lines.append(f"{name} is stale ({which}); what differs:")
            lines += [f"  {one}" for one in self.differences]
        else:
            lines.append(f"What it was made from is as it was: its {number}.")
        return "\n".join(map(clean, lines))


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
    made = carried_by(html, page)
    here = Imprint.read(study).name
    if made.study != here:
        raise NotAPage(
            f"{page} is a page of the study “{made.study}”, and {study.root} is “{here}”: name "
            "its folder with --study."
        )
    return Verification(made, is_whole(html), tuple(_differences(made, study)))


def _differences(made: MadeFrom, study: Study) -> Iterator[Difference]:
    now = inputs_of(study)
    for name in sorted(made.inputs.keys() | now.keys()):
        was, is_ = made.inputs.get(name, ABSENT), now.get(name, ABSENT)
        if was != is_:
            how = "is new" if was == ABSENT else "is gone" if is_ == ABSENT else "differs"
            yield Difference(f"{name} {how}", _touched_by(name, made, study))
    if digest_of_prose(study.report) != made.prose:
        yield Difference(f"{study.relative(study.report)} has other prose", _NOTHING)
    if digest_of_library() != made.library:
        yield Difference("the library differs", _EVERYTHING)
    if digest_of_environment() != made.environment:
        yield Difference("the environment differs (its lock, or Python's version)", _EVERYTHING)


def _touched_by(name: str, made: MadeFrom, study: Study) -> str:
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
    follow = f", and {joined(above)} on these" if above else ""
    return f"{joined(claims)} {'rests' if len(claims) == 1 else 'rest'} on it{follow}"
