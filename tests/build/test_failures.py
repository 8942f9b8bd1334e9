"""What goes wrong while a page is made: yesterday's stays, it is told why, and nothing runs on."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from html import unescape
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from reportlib.execute.process_pool import find_descendants
from reportlib.execute.progress import Event, TerminalProgress, choose_printer, print_lines
from reportlib.study import Study
from tests.build.test_build import artefacts, edit, replace
from tests.conftest import TINY, copy_of, set_cell
from tests.processes import assert_gone
from tests.warm_builds import WarmBuilds, said

KERNELS = ("forked", "plain")


@pytest.fixture(scope="module")
def yesterdays(builds: WarmBuilds, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The tiny study with a second chapter, which shows one more card of the same bridge."""
    study = copy_of(TINY, tmp_path_factory.mktemp("yesterday") / "s")
    shutil.copy(study.chapters()[0], study.notebooks / "02-bridge.ipynb")
    assert builds.run(study) == 0, said(study)
    return study


@pytest.fixture
def built(yesterdays: Study, tmp_path: Path) -> Study:
    """A copy of it, with all that its build made."""
    shutil.copytree(yesterdays.root, tmp_path / "built study")
    return Study(tmp_path / "built study")


def put_first(study: Study, code: str, id: str = "b2-test") -> None:
    """Put code before what stands in a cell of the first chapter."""

    def change(cells: list[dict[str, Any]]) -> None:
        cell = next(cell for cell in cells if cell["id"] == id)
        cell["source"] = f"{code}\n{cell['source']}"

    edit(study, change)


def published(study: Study) -> dict[str, bytes]:
    """Everything that readers get, but for an account of a failure."""
    return {n: text for n, text in artefacts(study).items() if n != "failure.html"}


def account(study: Study) -> str:
    """What the account of the failure says."""
    return unescape(study.build("base").failure.read_text(encoding="utf-8"))


def executed(study: Study) -> list[str]:
    """Which notebooks the last build executed."""
    lines = said(study).splitlines()
    return [line.split()[0] for line in lines if " executed (" in line]


# A disk that is full, and a folder that is none.

FULL = """
import errno, os
from pathlib import Path
write = Path.write_bytes
def write_half(path, content):
    if path.suffix == ".partial" and path.name.split(".")[1:-2] in {names}:
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return write(path, content)
Path.write_bytes = write_half
"""
"""Lets the disk be full when half of certain files is written."""


@pytest.mark.parametrize("name", ["report.html", "run.json", "01-bridge.ipynb", "executed.json"])
def test_a_full_disk_leaves_all_as_it_was_and_nothing_half_written(
    name: str, builds: WarmBuilds, built: Study
) -> None:
    before = published(built)
    put_first(built, "1")

    assert builds.run(built, first=FULL.format(names=[name.split(".")])) == 1

    assert f"{name} cannot be written (No space left on device)" in said(built)
    assert "Traceback" not in said(built)
    assert "No space left on device" in account(built)
    assert published(built) == before
    assert list(built.build("base").folder.rglob("*.partial")) == []
    assert builds.run(built) == 0
    assert published(built).keys() == before.keys()
    assert not built.build("base").failure.exists()


def test_a_disk_too_full_for_an_account_of_that_says_so_all_the_same(
    builds: WarmBuilds, built: Study
) -> None:
    before = artefacts(built)
    put_first(built, "1")
    full = FULL.format(names=[["report", "html"], ["failure", "html"]])

    assert builds.run(built, first=full) == 1

    assert "report.html cannot be written (No space left on device)" in said(built)
    assert artefacts(built) == before


def test_a_build_folder_that_is_a_file_is_told_of(builds: WarmBuilds, tiny: Study) -> None:
    build = tiny.build("base").folder.parent
    build.write_text("not a folder", encoding="utf-8")

    assert builds.run(tiny) == 1

    assert said(tiny).startswith(f"{build}/.base.building cannot be written (")
    assert "Traceback" not in said(tiny)
    assert build.read_text(encoding="utf-8") == "not a folder"


def test_a_folder_in_the_place_of_a_file_is_told_of(builds: WarmBuilds, built: Study) -> None:
    findings = built.build("base").findings
    findings.unlink()
    (findings / "mine").mkdir(parents=True)
    page = built.build("base").page.read_bytes()

    assert builds.run(built) == 1

    assert f"{findings} cannot be written (Is a directory)" in said(built)
    assert "Traceback" not in said(built)
    assert built.build("base").page.read_bytes() == page


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_told_of(builds: WarmBuilds, built: Study) -> None:
    folder = built.build("base").folder
    before = published(built)
    put_first(built, "1")
    folder.chmod(0o555)

    assert builds.run(built) == 1

    assert "cannot be written (Permission denied)" in said(built)
    assert published(built) == before
    folder.chmod(0o755)
    assert builds.run(built) == 0


# Cells that fail, end their notebook, or never end.

ENDINGS = {
    "raise KeyError('no such key')": "KeyError: 'no such key'",
    "raise MemoryError": "MemoryError",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
    "raise SystemExit": "the cell ends its notebook, and none after it was run",
    "raise SystemExit(3)": "SystemExit: 3",
    "__import__('os')._exit(0)": "The notebook's process ended with exit status 0",
    "__import__('ctypes').string_at(0)": "The notebook's process was ended by SIGSEGV",
}


@pytest.mark.parametrize("code", ENDINGS)
def test_a_cell_that_fails_is_named_however_it_does(
    code: str, builds: WarmBuilds, built: Study
) -> None:
    before = published(built)
    put_first(built, code)

    assert builds.run(built) == 1

    for told in (said(built), account(built)):
        assert ENDINGS[code] in told
        assert "notebooks/01-bridge.ipynb, cell [8] (B2)" in told
    assert published(built) == before


def test_what_a_killed_run_left_is_cleared_away(
    builds: WarmBuilds, built: Study, scratch: Path
) -> None:
    kill = "pd.io.common.os.kill(pd.io.common.os.getpid(), 9)"
    put_first(built, kill)

    assert builds.run(built) == 1
    assert "The notebook's process was ended by SIGKILL" in said(built)
    assert list(scratch.iterdir()) == []

    replace(built, kill, "")
    assert builds.run(built) == 0
    assert list(scratch.iterdir()) == []


def test_what_other_chapters_gave_is_kept_and_the_next_build_executes_what_failed_and_the_report(
    builds: WarmBuilds, built: Study
) -> None:
    set_cell(built, "tables/works.csv", "painting", "closed_to", "everyone")
    put_first(built, "1 / 0")
    assert builds.run(built) == 1
    assert executed(built) == ["02-bridge.ipynb"]

    replace(built, "1 / 0\n", "")

    assert builds.run(built) == 0
    assert executed(built) == ["01-bridge.ipynb", "report.ipynb"]
    assert not built.build("base").failure.exists()


def test_each_notebook_that_failed_is_told_of_and_what_is_undone_is_forgotten(
    builds: WarmBuilds, built: Study
) -> None:
    before = artefacts(built)
    for notebook in ("01-bridge.ipynb", "02-bridge.ipynb"):
        replace(built, "len(chapter.data.works)", "len(chapter.data.work)", notebook)

    assert builds.run(built, "--jobs", "2") == 1

    for told in (said(built), account(built)):
        assert "notebooks/01-bridge.ipynb, cell [4]" in told
        assert "notebooks/02-bridge.ipynb, cell [4]" in told
    for notebook in ("01-bridge.ipynb", "02-bridge.ipynb"):
        replace(built, "len(chapter.data.work)", "len(chapter.data.works)", notebook)
    assert builds.run(built) == 0
    assert executed(built) == []
    assert artefacts(built).keys() == before.keys()
    assert artefacts(built)["report.html"] == before["report.html"]


def test_the_account_of_a_test_that_cites_a_row_in_vain_names_the_row(
    builds: WarmBuilds, built: Study
) -> None:
    replace(built, "Finding(opened.date.min(), opened.index)", 'Finding(1, ["works#opning"])')

    assert builds.run(built) == 1

    told = account(built)
    assert "<h2>notebooks/01-bridge.ipynb, cell [6] (B1)</h2>" in told
    assert "<dt>Rows</dt>\n<dd>works#opning, works#opening</dd>" in told


def test_the_account_of_bad_data_names_file_and_row(builds: WarmBuilds, built: Study) -> None:
    before = published(built)
    set_cell(built, "tables/works.csv", "repair", "kind", "repairs")

    assert builds.run(built) == 1

    told = account(built)
    assert "<h1>The data package has faults</h1>" in told
    assert "<strong>data/tables/works.csv, row 3, column kind</strong>" in told
    assert published(built) == before


BROKEN = """
from reportlib.publish import publisher
def make_publication(*_given):
    raise KeyError("nobody thought of this")
publisher.make_publication = make_publication
"""


def test_a_fault_of_the_library_itself_is_told_with_where_it_came_from(
    builds: WarmBuilds, built: Study
) -> None:
    before = published(built)
    put_first(built, "1")

    assert builds.run(built, first=BROKEN) == 1

    assert said(built).endswith("Publishing: KeyError: 'nobody thought of this'\n")
    assert "in make_publication" in account(built)
    assert published(built) == before
    assert builds.run(built) == 0


ENDLESS = {
    "a loop": "while True: pass",
    "a loop that heeds no interrupt": "while True:\n    try:\n        while True: pass\n"
    "    except BaseException: pass",
    "a search that holds the interpreter": "__import__('re').match('(a+)+$', 'a' * 64 + 'b')",
    "a wait": "__import__('time').sleep(1000)",
}


@pytest.mark.parametrize(
    ("what", "kernel"),
    [
        *((what, "forked") for what in ENDLESS),
        ("a loop that heeds no interrupt", "plain"),
        ("a wait", "plain"),
    ],
)
def test_a_cell_that_never_ends_is_stopped_at_the_limit_and_named(
    what: str, kernel: str, builds: WarmBuilds, built: Study
) -> None:
    before = published(built)
    put_first(built, ENDLESS[what], "open")  # before it imports what takes a while

    assert builds.run(built, "--limit", "1", "--kernel", kernel) == 1

    for told in (said(built), account(built)):
        assert "notebooks/01-bridge.ipynb, cell [3]" in told
        assert "the cell did not end within 1 second, and was stopped" in told
        assert "LIMIT=" in told
    assert published(built) == before


# What was started, and requests to stop.

DAEMON = """
def _daemon(os=__import__("os"), time=__import__("time")):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            open("{file}", "a").write(f"{{os.getpid()}}\\n")
            time.sleep(1000)
        os._exit(0)
    __import__("subprocess").Popen(["sleep", "1000"], start_new_session=True)
    while not os.path.exists("{file}"):
        time.sleep(0.01)
_daemon()
"""
"""Starts a process that is left by who started it, and one in a session of its own."""


def starts_a_daemon(study: Study, then: str = "") -> Path:
    """Let a cell do so, and return the file in which the process writes its number."""
    file = study.root.parent / "daemon"
    line = f"exec({DAEMON.format(file=file)!r}, {{}})"
    put_first(study, "\n".join([line, then]) if then else line)
    return file


def numbers_in(file: Path) -> list[int]:
    until = monotonic() + 60
    while not (file.exists() and file.read_text(encoding="utf-8").endswith("\n")):
        assert monotonic() < until
        sleep(0.01)
    return [int(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("kernel", KERNELS)
def test_nothing_that_a_cell_started_runs_on_after_the_build(
    kernel: str, builds: WarmBuilds, built: Study
) -> None:
    file = starts_a_daemon(built)

    assert builds.run(built, "--kernel", kernel) == 0, said(built)

    assert_gone(numbers_in(file))


@pytest.mark.parametrize(
    ("number", "kernel"),
    [
        ("SIGINT", "forked"),
        ("SIGTERM", "forked"),
        ("SIGHUP", "forked"),
        ("SIGKILL", "forked"),
        ("SIGTERM", "plain"),
        ("SIGKILL", "plain"),
    ],
)
def test_a_build_that_is_asked_to_stop_ends_all_that_it_started(
    number: str, kernel: str, builds: WarmBuilds, built: Study, scratch: Path
) -> None:
    asked = signal.Signals[number]
    before = artefacts(built)
    file = starts_a_daemon(built, "while True: pass")
    build = builds.start(built, "--kernel", kernel)
    daemon = numbers_in(file)
    started = find_descendants(build)

    os.kill(build, asked)

    expected = -asked if asked == signal.SIGKILL else 128 + asked
    assert builds.status(build) == expected, said(built)
    assert_gone([*daemon, *started])
    assert artefacts(built) == before
    if asked != signal.SIGKILL:
        assert said(built).endswith(
            "stopped; the page is whole, and the next build goes on from here\n"
        )
        assert list(scratch.iterdir()) == []
    replace(built, "while True: pass", "")
    assert builds.run(built) == 0, said(built)
    assert "waiting" not in said(built)


# Two at once, and what is saved meanwhile.


class Waiting:
    """A cell that waits until it is told to go on."""

    def __init__(self, study: Study) -> None:
        self._begun, self._go_on = study.root.parent / "begun", study.root.parent / "go on"
        put_first(
            study,
            f"__import__('os').makedirs({str(self._begun)!r}, exist_ok=True)\n"
            f"while not __import__('os').path.exists({str(self._go_on)!r}):\n"
            "    __import__('time').sleep(0.01)",
        )

    def until_it_runs(self) -> None:
        until = monotonic() + 60
        while not self._begun.exists():
            assert monotonic() < until
            sleep(0.01)

    def end(self) -> None:
        self._go_on.touch()


def test_a_second_build_waits_says_for_whom_and_finds_nothing_to_do(
    builds: WarmBuilds, built: Study
) -> None:
    cell = Waiting(built)
    first = builds.start(built)
    cell.until_it_runs()
    log = built.root / "said.txt"
    log.rename(built.root / "said by the first.txt")
    second = builds.start(built)
    until = monotonic() + 60
    while "waiting" not in said(built):
        assert monotonic() < until
        sleep(0.01)
    cell.end()

    assert (builds.status(first), builds.status(second)) == (0, 0)

    waited, found = said(built).splitlines()
    assert waited.startswith(
        f"waiting for another command that writes here: process {first}, since "
    )
    assert found == "build/base/report.html is up to date"


def save(study: Study) -> None:
    set_cell(study, "tables/works.csv", "painting", "closed_to", "everyone")


def save_and_undo(study: Study) -> None:
    save(study)
    set_cell(study, "tables/works.csv", "painting", "closed_to", "riders")


def save_with_the_same_size_and_time(study: Study) -> None:
    works = study.data / "tables" / "works.csv"
    before, content = works.stat(), works.read_bytes()
    works.write_bytes(content.replace(b"painting,2014-07-21", b"painting,2014-07-20"))
    os.utime(works, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert works.read_bytes() != content
    assert works.stat().st_size == before.st_size


@pytest.mark.parametrize("edit", [save, save_and_undo, save_with_the_same_size_and_time])
def test_a_page_is_of_one_state_whatever_is_saved_while_it_is_made(
    edit: Callable[[Study], None], builds: WarmBuilds, built: Study, tmp_path: Path
) -> None:
    cell = Waiting(built)
    build = builds.start(built, "--jobs", "2")
    cell.until_it_runs()
    edit(built)
    cell.end()

    assert builds.status(build) == 0

    assert "saved meanwhile, and looked at again: data/tables/works.csv" in said(built)
    anew = copy_of(built.root, tmp_path / "anew")
    assert builds.run(anew) == 0
    assert artefacts(built) == artefacts(anew)


def test_a_cell_that_is_edited_while_it_runs_is_run_again(
    builds: WarmBuilds, built: Study, tmp_path: Path
) -> None:
    cell = Waiting(built)
    build = builds.start(built)
    cell.until_it_runs()
    replace(built, "len(chapter.data.works)", "len(chapter.data.works) + 1")
    cell.end()

    assert builds.status(build) == 0

    assert executed(built).count("01-bridge.ipynb") == 2
    anew = copy_of(built.root, tmp_path / "anew")
    assert builds.run(anew) == 0
    assert artefacts(built) == artefacts(anew)


def test_a_good_build_leaves_the_listing_that_make_had_written_when_it_began(
    builds: WarmBuilds, built: Study
) -> None:
    build_of = built.build("base")
    build_of.new_stamp.write_text("first", encoding="utf-8")
    put_first(built, "1 / 0")
    assert builds.run(built, "--stamp") == 1
    assert not build_of.stamp.exists()

    replace(built, "1 / 0", "1")
    cell = Waiting(built)
    build_of.new_stamp.write_text("second", encoding="utf-8")
    build = builds.start(built, "--stamp")
    cell.until_it_runs()
    build_of.new_stamp.write_text("of a make that was called while it ran", encoding="utf-8")
    cell.end()
    assert builds.status(build) == 0
    assert build_of.stamp.read_text(encoding="utf-8") == "second"
    assert not build_of.new_stamp.exists()

    assert builds.run(built, "--stamp") == 0
    assert build_of.stamp.read_text(encoding="utf-8") == "second"


# What is said.


def test_quietly_nothing_is_said_but_what_is_wrong(builds: WarmBuilds, built: Study) -> None:
    put_first(built, "1")
    assert builds.run(built, "-q") == 0
    assert said(built) == ""

    put_first(built, "1 / 0")
    assert builds.run(built, "-q") == 1
    assert said(built).startswith("notebooks/01-bridge.ipynb, cell [8] (B2): ZeroDivisionError")


def test_as_json_every_line_is_an_event(builds: WarmBuilds, built: Study) -> None:
    put_first(built, "1")

    assert builds.run(built, "--json", "-j", "1") == 0

    events = [json.loads(line) for line in said(built).splitlines()]
    assert [(event["kind"], event["notebook"]) for event in events] == [
        ("begins", "01-bridge.ipynb"),
        ("executed", "01-bridge.ipynb"),
        ("begins", "report.ipynb"),
        ("executed", "report.ipynb"),
        ("published", ""),
    ]
    assert events[1]["text"] == "01-bridge.ipynb executed (1 of 2)"
    assert events[1]["seconds"] > 0


def test_what_would_be_run_can_be_asked_for_and_runs_nothing(
    builds: WarmBuilds, built: Study
) -> None:
    before = artefacts(built)
    put_first(built, "1")

    assert builds.run(built, "-n") == 0
    name, chapter, report = said(built).splitlines()
    assert name == "base:"
    assert chapter == "  01-bridge.ipynb is stale: its code changed"
    assert report == "  report.ipynb is stale: notebooks/01-bridge.ipynb: its code changed"
    assert builds.run(built, "-n", "--json", "--all-sets") == 0
    plans = [json.loads(line) for line in said(built).splitlines()]
    assert [plan["set"] for plan in plans] == ["base", "hindsight"]
    assert plans[1]["plan"][0] == "01-bridge.ipynb is stale: it was not run yet"
    assert artefacts(built) == before


@pytest.mark.parametrize("options", [["-j", "-1"], ["--limit", "soon"], ["--kernel", "other"]])
def test_a_call_that_is_wrong_ends_with_2(
    options: list[str], builds: WarmBuilds, tiny: Study
) -> None:
    assert builds.run(tiny, *options) == 2
    assert "usage: python -m reportlib build" in said(tiny)


def test_a_set_that_is_not_there_leaves_nothing_anywhere(builds: WarmBuilds, built: Study) -> None:
    for name in ("zzz", "../../elsewhere"):
        before = sorted(built.root.parent.rglob("*"))
        assert builds.run(built, "--set", name) == 1
        assert f"there is no set “{name}”. Known: base, hindsight." in said(built)
        assert sorted(built.root.parent.rglob("*")) == before


def test_in_a_terminal_what_runs_just_now_stands_below_what_was_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    say = TerminalProgress()

    say(Event("begins", "a.ipynb is stale: its code changed", "a.ipynb"))
    say(Event("begins", "b.ipynb is stale", "b.ipynb"))
    say(Event("executed", "a.ipynb executed (1 of 2)", "a.ipynb", 1.25))
    say(Event("failed", "b.ipynb failed", "b.ipynb", 2.0))
    say(Event("published", "wrote it"))

    assert capsys.readouterr().err.split("\x1b[J") == [
        "... a.ipynb is stale: i\n\x1b[1F",
        "... a.ipynb is stale: i\n... b.ipynb is stale\n\x1b[2F",
        "a.ipynb executed (1 of 2), 1.2 s\n... b.ipynb is stale\n\x1b[1F",
        "b.ipynb failed, 2.0 s\nwrote it\n",
    ]


@pytest.mark.parametrize(
    ("terminal", "environment", "kind"),
    [
        (True, {"TERM": "xterm"}, TerminalProgress),
        (True, {"TERM": "dumb"}, type(print_lines)),
        (True, {"TERM": "xterm", "CI": "true"}, type(print_lines)),
        (False, {"TERM": "xterm"}, type(print_lines)),
    ],
)
def test_lines_are_rewritten_in_a_terminal_alone(
    terminal: bool, environment: dict[str, str], kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)

    assert isinstance(choose_printer(), kind)
