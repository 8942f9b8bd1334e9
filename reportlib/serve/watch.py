"""Build the page at every save, and show it in a preview."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import watchfiles

from reportlib.errors import ReportError
from reportlib.execute.inputs import LIBRARY, REQUIREMENTS, digest_file
from reportlib.execute.process_pool import stoppable
from reportlib.load.parameters import Parameters
from reportlib.model.formatting import join_words
from reportlib.serve.preview import Preview
from reportlib.study import Study, is_passing

_QUIET_PERIOD = 100
"""Milliseconds without a save after which a burst of saves is over."""
_FILES_NAMED = 3
"""The number of saved files that are named; the others are counted."""
_TERMINATE_AGAIN = 5.0
"""Seconds after which a build that still runs is asked again to end."""
_BUILDING = "Building…"
_FAILED = "The build failed: what was published is as it was."


def watch(study: Study, set_name: str, port: int = 0) -> None:
    """Build the page of a parameter set now and after every save, until asked to end.

    A build that fails is reported here and in the preview, and the next save builds again. Ctrl-C
    or a request to terminate ends a build in progress in order, and nothing runs on. The preview
    is at this port of this machine alone, or at any that is free if it is 0.

    Raises:
        BadParameters: there is no such set, or the parameters have faults.
        ReportError: the port is taken, files cannot be watched, or the lock has changed.
    """
    Parameters.read(study).settings(set_name)
    pinned = digest_file(REQUIREMENTS)
    build = study.build(set_name)
    with suppress(KeyboardInterrupt), stoppable(), Preview(build.folder, port) as preview:
        preview.show(build.page, _BUILDING)
        _print(f"{preview.address} shows {study.relative(build.page)}; Ctrl-C ends it")
        for saved in watch_saves(study):
            if digest_file(REQUIREMENTS) != pinned:
                raise ReportError(
                    f"{REQUIREMENTS.parent.name}/{REQUIREMENTS.name} pins other versions than when "
                    "this began: `make watch` installs them, and begins anew."
                )
            if saved:
                _print(f"saved: {_name_files(saved, study)}")
            _build_once(study, set_name, preview)
    _print("ended; what was published is as it was")


def watch_saves(study: Study) -> Generator[list[Path], None, None]:
    """Yield lists of the files saved since the last list, without end.

    The first list is empty and comes when no later save can be missed. Files that are saved while
    the caller handles a list come with the next, each once. What `make report` depends on is
    watched: data, parameters, notebooks and lock of the study, the library and its requirements.

    Raises:
        ReportError: files cannot be watched here.
    """
    folders = [study.data, study.params, study.notebooks, LIBRARY, REQUIREMENTS.parent]
    files = {study.lock, LIBRARY.parent / "pyproject.toml"}

    def is_input(_change: watchfiles.Change, name: str) -> bool:
        path = Path(name)
        return path in files or any(
            not is_passing(path, folder) for folder in folders if path.is_relative_to(folder)
        )

    poll = partial(
        watchfiles.watch,
        watch_filter=is_input,
        step=_QUIET_PERIOD,
        rust_timeout=_QUIET_PERIOD,
        yield_on_timeout=True,
    )
    saved: set[Path] = set()
    try:
        while True:
            # A file is watched through the folder that holds it, since a save may replace it.
            parents = poll(*{path.parent for path in (*folders, *files)}, recursive=False)
            contents = poll(*(folder for folder in folders if folder.is_dir()), recursive=True)
            is_first = True
            for beside, below in zip(parents, contents, strict=True):
                changed = {Path(name) for _, name in beside | below}
                saved |= changed
                if not changed.isdisjoint(folders):
                    break  # a folder came or went: watch those that are there now
                if saved or is_first:
                    yield sorted(saved)
                saved, is_first = set(), False
    except (OSError, RuntimeError) as problem:  # RuntimeError: of watchfiles
        raise ReportError(
            f"Files cannot be watched here: {problem}. With WATCHFILES_FORCE_POLLING=1 they are "
            "looked at again and again instead."
        ) from None


def _build_once(study: Study, set_name: str, preview: Preview) -> None:
    """Build in a process of its own, which imports the library as it was saved.

    The process has a group of its own: Ctrl-C asks it to end once, through this process.
    """
    build = study.build(set_name)
    preview.set_status(_BUILDING)
    failure_before = _modification_time(build.failure)
    lines = []
    with subprocess.Popen(
        [sys.executable, "-m", "reportlib", "--study", study.root, "build", "--set", set_name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        process_group=0,
    ) as process:
        try:
            for line in process.stdout or ():
                print(line, end="", file=sys.stderr, flush=True)
                lines.append(line)
        except BaseException:
            # Again and again, since Python loses a request that arrives in a finaliser.
            while process.poll() is None:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_TERMINATE_AGAIN)
            raise
    if process.returncode == 0:
        preview.show(build.page)
        return
    _print(_FAILED)
    if _modification_time(build.failure) == failure_before:  # it failed without a report
        preview.show(build.page, _FAILED, "".join(lines))
    else:
        preview.show(build.failure, _FAILED)


def _modification_time(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.exists() else None


def _name_files(saved: Sequence[Path], study: Study) -> str:
    roots = (study.root, LIBRARY.parent)
    names = [
        path.relative_to(next(filter(path.is_relative_to, roots))).as_posix()
        for path in saved[:_FILES_NAMED]
    ]
    more = len(saved) - len(names)
    return join_words([*names, f"{more} more"] if more else names)


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
