"""Build the page at every save, and show it in a preview."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from reportlib.errors import ReportError
from reportlib.execute.inputs import LIBRARY, REQUIREMENTS, digest_file
from reportlib.execute.process_pool import REQUESTS
from reportlib.load.parameters import Parameters
from reportlib.model.formatting import join_words
from reportlib.serve.preview import Preview
from reportlib.study import Study, is_passing

_SETTLED = 100
"""A burst of saves is over when nothing was saved for so many milliseconds."""


def watch_saves(study: Study) -> Generator[list[Path], None, None]:
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


_BUILDING = "Building…"
_FAILED = "The build failed: what was published is as it was."
_ASK_AGAIN = 5.0
"""Seconds until a build that goes on is asked again to end."""
_FILES_SHOWN = 3
"""So many files that were saved are named, the others counted."""


def watch(study: Study, set_name: str, port: int = 0) -> None:
    """Build the page of a parameter set now and after every save, until asked to end.

    A build that fails is told, here and in the preview, and the next save builds again. Ctrl-C or
    a request to terminate ends this: a build at work is ended in order, and nothing runs on.

    Args:
        study: what is built.
        set_name: the parameter set.
        port: where the preview is, on this machine alone; 0: at any port that is free.

    Raises:
        BadParameters: as this begins; there is no such set, or the parameters have faults.
        ReportError: the port is taken, files cannot be watched, or the lock has changed.
    """
    Parameters.read(study).settings(set_name)
    pinned = digest_file(REQUIREMENTS)
    build = study.build(set_name)
    with suppress(KeyboardInterrupt), _ended_on_request(), Preview(build.folder, port) as preview:
        preview.show(build.page, _BUILDING)
        _say(f"{preview.address} shows {study.relative(build.page)}; Ctrl-C ends it")
        for saved in watch_saves(study):
            if digest_file(REQUIREMENTS) != pinned:
                raise ReportError(
                    f"{REQUIREMENTS.parent.name}/{REQUIREMENTS.name} pins other versions than when "
                    "this began: `make watch` installs them, and begins anew."
                )
            if saved:
                _say(f"saved: {_named(saved, study)}")
            _build(study, set_name, preview)
    _say("ended; what was published is as it was")


def _build(study: Study, set_name: str, preview: Preview) -> None:
    """Build in a process of its own, which knows the library as it was saved."""
    build = study.build(set_name)
    preview.tell(_BUILDING)
    told_of = _version(build.failure)
    said = []
    with _started("--study", str(study.root), "build", "--set", set_name) as process:
        for line in process.stdout or ():
            print(line, end="", file=sys.stderr, flush=True)
            said.append(line)
    if process.returncode == 0:
        preview.show(build.page)
        return
    _say(_FAILED)
    if _version(build.failure) == told_of:  # there is no account of it
        preview.show(build.page, _FAILED, "".join(said))
    else:
        preview.show(build.failure, _FAILED)


@contextmanager
def _started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command of the library; it is ended with the block, if it has not ended before.

    It is in a group of its own, so that Ctrl-C asks it to end once, and through this process.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "reportlib", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        process_group=0,
    ) as process:
        try:
            yield process
        except BaseException:
            _end(process)
            raise


def _end(process: subprocess.Popen[str]) -> None:
    """Ask a process to end until it has: Python loses a request that it hears in a finaliser."""
    while process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ASK_AGAIN)


@contextmanager
def _ended_on_request() -> Iterator[None]:
    """Let Ctrl-C and a request to terminate be the same exception."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in REQUESTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _version(path: Path) -> int | None:
    """When a file was written; None if there is none."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _named(saved: Sequence[Path], study: Study) -> str:
    roots = (study.root, LIBRARY.parent)
    names = [
        path.relative_to(next(filter(path.is_relative_to, roots))).as_posix()
        for path in saved[:_FILES_SHOWN]
    ]
    more = len(saved) - len(names)
    return join_words([*names, f"{more} more"] if more else names)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
