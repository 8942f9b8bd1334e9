"""Input snapshots: what a result was made from, by digest, and how two of them differ in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from reportlib.execute.inputs import (
    ABSENT,
    LIBRARY,
    digest_environment,
    digest_file,
    digest_input,
    digest_library,
    digest_value,
)
from reportlib.load.parameters import Setting
from reportlib.model.formatting import format_count
from reportlib.study import Study

SAVED = "saved meanwhile"
"""Stands for the digest of what was saved while a notebook ran, and so equals no digest."""
_NAMES_SHOWN = 5
Snapshot = TypeVar("Snapshot", bound="InputSnapshot")


@dataclass(frozen=True)
class Reason:
    """A difference between two snapshots, or another reason to execute a notebook."""

    what: str
    """A file, a parameter, a part of the run, or a whole sentence."""
    how: str = ""
    claims: tuple[str, ...] = ()
    """The claims that rest on it, as far as they are known."""

    def __str__(self) -> str:
        """The reason in a line; names and values of the study must not steer a terminal."""
        text = f"{self.what}: {self.how}" if self.how else self.what
        if self.claims:
            verb = "rests" if len(self.claims) == 1 else "rest"
            text += f" ({', '.join(self.claims)} {verb} on it)"
        return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


@dataclass(frozen=True)
class InputSnapshot:
    """The inputs of a result, each by the digest of what counts of it."""

    inputs: Mapping[str, str]
    """By path from the study: of a notebook its code counts, of parameters what they say."""
    library: Mapping[str, str]
    """By path, the modules of the library; or one digest of all under the library's name."""
    environment: str
    parameters: Mapping[str, tuple[Setting, str]] = field(default_factory=dict)
    """By name, the value of a parameter, and the digest of its meaning."""

    @property
    def edition(self) -> str:
        """The name of what is made from these inputs: a short digest."""
        return digest_value([self.inputs, self.library])

    def diff(self, now: InputSnapshot) -> list[Reason]:
        """Return what differs in a later snapshot."""
        reasons = []
        if self.environment != now.environment:
            reasons.append(Reason("the environment", "its lock, or Python's version, changed"))
        if modules := [name for name, _, _ in _differences(self.library, now.library)]:
            whole = modules == [LIBRARY.name]
            named = f"{format_count(len(modules), 'module')} ({shorten_list(modules)})"
            reasons.append(Reason("the library", "its content changed" if whole else named))
        for name, was, is_ in _differences(self.inputs, now.inputs):
            reasons.append(Reason(name, _describe_file(name, was or ABSENT, is_ or ABSENT)))
        for name, was, is_ in _differences(self.parameters, now.parameters):
            reasons.append(Reason(f"parameter {name}", _describe_parameter(was, is_)))
        return reasons


def _differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            yield name, was.get(name), now.get(name)


def _describe_file(name: str, was: str, now: str) -> str:
    if was == ABSENT:
        return "it is new"
    if now == ABSENT:
        return "it is gone"
    if was == SAVED:
        return "it was saved while the notebook ran"
    path = Path(name)
    part = "content" if path.suffix != ".ipynb" else "code" if len(path.parts) == 2 else "output"
    return f"its {part} changed"


def _describe_parameter(was: tuple[Setting, str] | None, now: tuple[Setting, str] | None) -> str:
    if was is None or now is None:
        return "it is new" if was is None else "it is gone"
    if was[0] != now[0]:
        return f"value was {was[0]!r}, is {now[0]!r}"
    if was[1] == SAVED:
        return "it was saved while the notebook ran"
    return "its meaning, or its value in another set, changed"


def shorten_list(texts: Sequence[str], shown: int = _NAMES_SHOWN, separator: str = ", ") -> str:
    """Return texts in a line: the first of them, and how many more there are."""
    more = [f"and {len(texts) - shown} more"] if len(texts) > shown else []
    return separator.join([*texts[:shown], *more])


def take_snapshot(study: Study, *, in_notebook: bool = False) -> InputSnapshot:
    """Return the snapshot of all that people write, of the whole library and the environment.

    In a notebook, which may not open the lock of the environment, the environment is left out.
    """
    names = sorted(study.relative(path) for path in study.inputs())
    inputs = {name: digest_input(study, name) for name in names}
    environment = "" if in_notebook else digest_environment()
    return InputSnapshot(inputs, {LIBRARY.name: digest_library()}, environment)


@cache
def _digest_library_at_start() -> str:
    """The digest of the library that this process began with; it may import more of it later."""
    return digest_library()


class ConcurrentEdits:
    """The edits of a study, and of the library, since a build began.

    A file counts as saved if its content differs, and also if it was saved twice and is as it was:
    a notebook may have read what stood there in between. The digest sees what size and times do
    not tell, such as an edit that keeps both; the times see what the digest does not.
    """

    def __init__(self, study: Study) -> None:
        """Take note of every file as it is now."""
        self._study = study
        self._before = self._marks()
        self._library = _digest_library_at_start()

    @property
    def files(self) -> list[str]:
        """The files of the study that were saved, added or removed, by path from it, sorted."""
        return [name for name, _, _ in _differences(self._before, self._marks())]

    @property
    def of_library(self) -> bool:
        """Whether the library is another than this process began with."""
        return digest_library() != self._library

    @property
    def digest(self) -> str:
        """The digest of every file, to the byte, and of the library, as they were."""
        contents = {name: content for name, (content, *_) in self._before.items()}
        return digest_value([contents, self._library])

    def withdraw_digests(self, record: Snapshot) -> Snapshot:
        """Return what a notebook was executed with, less what it may have read in two states."""
        saved = set(self.files)
        inputs = {name: SAVED if name in saved else now for name, now in record.inputs.items()}
        library, parameters = record.library, record.parameters
        if self.of_library:
            library = dict.fromkeys(library, SAVED)
        if any(Path(name).parts[0] == self._study.params.name for name in saved):
            parameters = {name: (value, SAVED) for name, (value, _) in parameters.items()}
        return replace(record, inputs=inputs, library=library, parameters=parameters)

    def _marks(self) -> Mapping[str, tuple[str, int, int, int]]:
        marks = {}
        for path in self._study.inputs():
            with suppress(FileNotFoundError):  # removed just now
                state = path.stat()
                times = state.st_mtime_ns, state.st_ctime_ns
                marks[self._study.relative(path)] = (digest_file(path), *times, state.st_ino)
        return marks
