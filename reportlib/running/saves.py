"""Saves: the files that a page is made from, told as they are saved."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from reportlib.errors import ReportError
from reportlib.running.digests import LIBRARY, REQUIREMENTS
from reportlib.study import Study, is_passing

_SETTLED = 100
"""A burst of saves is over when nothing was saved for so many milliseconds."""


def saves(study: Study) -> Generator[list[Path], None, None]:
    """Yield, without end, what was saved since it was last asked for, in one list.

    The first list is empty: it comes as soon as no later save can be missed. What is saved while
    a list is being seen to comes with the next, however often it was. Watched is what `make
    report` watches: data, parameters, notebooks and lock of the study, the library, and what the
    environment is made from.

    Raises:
        ReportError: files cannot be watched here.
    """
    try:
        from watchfiles import Change, watch
        from watchfiles._rust_notify import WatchfilesRustInternalError
    except ModuleNotFoundError:
        raise ReportError(
            "watchfiles is not there: `make environment` installs what developing needs."
        ) from None

    folders = [study.data, study.params, study.notebooks, LIBRARY, REQUIREMENTS.parent]
    files = {study.lock, LIBRARY.parent / "pyproject.toml"}

    def counts(_change: Change, name: str) -> bool:
        path = Path(name)
        return path in files or any(
            not is_passing(path, folder) for folder in folders if path.is_relative_to(folder)
        )

    def watched(*paths: Path, deeply: bool) -> Iterator[set[tuple[Change, str]]]:
        return watch(
            *paths, watch_filter=counts, recursive=deeply, step=_SETTLED,
            rust_timeout=_SETTLED, yield_on_timeout=True,
        )  # fmt: skip

    saved: set[Path] = set()
    try:
        while True:
            # A file is watched through the folder that holds it, since a save may replace it.
            holding = watched(*{path.parent for path in (*folders, *files)}, deeply=False)
            below = watched(*(folder for folder in folders if folder.is_dir()), deeply=True)
            fresh = True
            for above, deep in zip(holding, below, strict=True):
                now = {Path(name) for _, name in above | deep}
                saved |= now
                if not now.isdisjoint(folders):
                    break  # one came or went: what is there now is watched anew
                if saved or fresh:
                    yield sorted(saved)
                saved, fresh = set(), False
    except (OSError, WatchfilesRustInternalError) as problem:
        raise ReportError(
            f"Files cannot be watched here: {problem}. With WATCHFILES_FORCE_POLLING=1 they are "
            "looked at again and again instead."
        ) from None
