"""Builds in forks of a process that has imported all they need: quick, and free to be killed.

Unless asked for, charts are not drawn, and are all the same: what draws them takes long to start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from reportlib.study import Study
from tests.conftest import TINY

_CHART = '<svg viewBox="0 0 1 1" width="1" height="1"><rect width="1" height="1"/></svg>'


class WarmBuilds:
    """Starts builds, one after the other or several at once."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server

    def start(self, study: Study, *options: str, first: str = "", draws: bool = False) -> int:
        """Start a build, and return its process; ``first`` is code that it runs before."""
        order = {"study": str(study.root), "options": options, "first": first, "draws": draws}
        return int(self._asked(log=str(study.root / "said.txt"), **order))

    def status(self, process: int) -> int:
        """Wait until a build has ended, and return with what; of a signal its number, negative."""
        return int(self._asked(process=process))

    def run(self, study: Study, *options: str, first: str = "", draws: bool = False) -> int:
        """Build, and return how it ended."""
        return self.status(self.start(study, *options, first=first, draws=draws))

    def became(self, study: Study, *options: str, draws: bool = False) -> dict[str, str]:
        """Build, and return what became of each notebook that did not stay as it was."""
        assert self.run(study, "--json", *options, draws=draws) == 0, said(study)
        return what_became(said(study))

    def _asked(self, **order: Any) -> Any:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return json.loads(self._server.stdout.readline())


def what_became(events: str) -> dict[str, str]:
    """What a build that was asked for JSON says of each notebook that did not stay as it was."""
    told = [json.loads(line) for line in events.splitlines()]
    ended = ("executed", "shared", "reworded")
    return {event["notebook"]: event["kind"] for event in told if event["kind"] in ended}


def said(study: Study) -> str:
    """What the last build said so far."""
    log = study.root / "said.txt"
    return log.read_text(encoding="utf-8") if log.exists() else ""


@contextmanager
def warm_builds(scratch: Path) -> Iterator[WarmBuilds]:
    """Lend what starts builds; their folders for a time are below a folder."""
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        env=os.environ | {"TMPDIR": str(scratch), "HOME": str(scratch.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        yield WarmBuilds(server)
        assert server.stdin is not None
        server.stdin.close()


def _serve() -> None:
    from reportlib.execute.run_notebook import warm_up
    from reportlib.load.validation import find_package_faults

    warm_up()
    import reportlib.publish.publisher  # noqa: F401

    find_package_faults(Study(TINY))
    for line in sys.stdin:
        order = json.loads(line)
        if "process" in order:
            _, ended = os.waitpid(order["process"], 0)
            answer = os.waitstatus_to_exitcode(ended)
        else:
            answer = os.fork()
            if answer == 0:
                _end_with(_built, order)
        print(answer, flush=True)


def _end_with(work: Callable[..., int], order: Mapping[str, Any]) -> NoReturn:
    status = 1
    try:
        status = work(**order)
    except SystemExit as leaving:
        status = int(leaving.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _built(study: str, options: list[str], first: str, draws: bool, log: str) -> int:
    from reportlib.cli import main

    if not draws:
        import vl_convert

        vl_convert.vegalite_to_svg = lambda *_, **__: _CHART
    os.setsid()
    with Path(log).open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    exec(first, {})
    return main(["--study", study, "build", *options])


if __name__ == "__main__":
    _serve()
