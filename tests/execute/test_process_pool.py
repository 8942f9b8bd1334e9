"""Jobs in processes of their own, the guard against two builds, and what a run is seen to open."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reportlib.errors import BadData, Fault, NotWritten, RunFailed
from reportlib.execute import file_tracking as seen_of_library
from reportlib.execute import process_pool
from reportlib.execute.file_tracking import OpenedFiles, read_opened_files, tracking_environment
from reportlib.execute.files import hold_build_lock
from reportlib.execute.inputs import LIBRARY
from reportlib.execute.process_pool import JobResult, run_in_processes
from reportlib.execute.progress import Event
from reportlib.study import Study
from tests.conftest import REPO
from tests.processes import runs


@pytest.fixture
def forkable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever other tests have left running here: these jobs need nothing that it could hold."""
    monkeypatch.setattr(process_pool, "can_fork", lambda: True)


def run_of(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(REPO), **environment},
        capture_output=True,
        encoding="utf-8",
    )


def by_name(done: list[JobResult]) -> dict[str, JobResult]:
    return {one.name: one for one in done}


@pytest.mark.usefixtures("forkable")
def test_each_job_has_a_process_of_its_own_and_gives_back_what_it_found() -> None:
    found = by_name(list(run_in_processes({"a": os.getpid, "b": os.getpid}, at_once=2)))

    assert len({os.getpid(), found["a"].result, found["b"].result}) == 3


def test_where_another_thread_runs_the_jobs_are_done_here_one_after_the_other() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        found = by_name(list(run_in_processes({"a": os.getpid, "b": lambda: 1 / 0}, at_once=2)))
    finally:
        end.set()
        thread.join()

    assert found["a"].result == os.getpid()
    assert isinstance(found["b"].problem, ZeroDivisionError)


@pytest.mark.usefixtures("forkable")
def test_this_process_does_its_own_part_once_while_the_first_jobs_are_at_work(
    tmp_path: Path,
) -> None:
    done_here = tmp_path / "done here"

    def waits() -> bool:
        until = time.monotonic() + 30
        while not done_here.exists():
            assert time.monotonic() < until
            time.sleep(0.01)
        return True

    found = by_name(
        list(
            run_in_processes(
                {"a": waits, "b": waits}, at_once=1, here=lambda: done_here.touch(exist_ok=False)
            )
        )
    )

    assert [found["a"].result, found["b"].result] == [True, True]


def test_where_nothing_can_be_forked_this_process_does_its_own_part_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process_pool, "can_fork", lambda: False)
    order: list[str] = []

    list(run_in_processes({"a": lambda: order.append("a")}, here=lambda: order.append("here")))

    assert order == ["here", "a"]


@pytest.mark.usefixtures("forkable")
def test_no_more_jobs_are_at_work_than_are_asked_for(tmp_path: Path) -> None:
    def alone_here() -> bool:
        mark = tmp_path / "at work"
        mark.touch(exist_ok=False)
        time.sleep(0.05)
        mark.unlink()
        return True

    found = list(run_in_processes(dict.fromkeys("abc", alone_here), at_once=1))

    assert [one.result for one in found] == [True, True, True]


@pytest.mark.usefixtures("forkable")
def test_a_job_that_fails_tells_all_that_is_known_and_the_others_go_on() -> None:
    def fails() -> None:
        raise RunFailed("notebooks/a.ipynb", "no", cell="[3]", source="1 / 0", traceback="x")

    def faulty() -> None:
        raise BadData([Fault("data/b.csv", "is empty"), Fault("data/a.csv", "is gone")])

    found = by_name(list(run_in_processes({"a": fails, "b": faulty, "c": lambda: 7}, at_once=2)))

    failed, bad = found["a"].problem, found["b"].problem
    assert isinstance(failed, RunFailed)
    assert (failed.notebook, failed.cell, failed.source) == ("notebooks/a.ipynb", "[3]", "1 / 0")
    assert isinstance(bad, BadData)
    assert [fault.where for fault in bad.faults] == ["data/a.csv", "data/b.csv"]
    assert found["c"].result == 7


@pytest.mark.usefixtures("forkable")
def test_a_job_whose_process_dies_is_told_of() -> None:
    (done,) = run_in_processes({"a": lambda: os._exit(3)}, at_once=1)

    assert str(done.problem) == "a: its process ended before it was done (exit code 3)"


@pytest.mark.usefixtures("forkable")
def test_when_nobody_waits_any_more_what_runs_is_ended_with_all_that_it_started(
    tmp_path: Path,
) -> None:
    def lingers() -> None:
        child = subprocess.Popen(["sleep", "600"])
        (tmp_path / "started").write_text(f"{os.getpid()} {child.pid}")
        time.sleep(600)

    def quick() -> None:
        while not (tmp_path / "started").exists():
            time.sleep(0.01)

    for _ in run_in_processes({"slow": lingers, "quick": quick}, at_once=2):
        break

    assert not any(runs(int(pid)) for pid in (tmp_path / "started").read_text().split())


@pytest.mark.skipif(sys.platform != "linux", reason="only there are processes forked")
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_end_is_heard_also_while_a_process_is_being_forked(
    nth: int, number: signal.Signals
) -> None:
    code = (
        "import os, signal, sys, time\n"
        "from reportlib.execute.process_pool import run_in_processes\n"
        "def end(number, frame): sys.exit(9)\n"
        f"signal.signal({number}, end)\n"
        "forks = []\n"
        "def ask():\n"
        "    forks.append(1)\n"
        f"    if len(forks) == {nth}: os.kill(os.getpid(), {number})\n"
        "os.register_at_fork(after_in_parent=ask)\n"
        "jobs = dict.fromkeys('ab', lambda: time.sleep(600))\n"
        "list(run_in_processes(jobs, at_once=2))\n"
    )
    run = run_of(code)

    assert (run.returncode, run.stderr) == (9, "")


@pytest.mark.usefixtures("forkable")
def test_nothing_that_a_job_left_behind_runs_on_after_it() -> None:
    def leaves_a_daemon() -> int:
        ours, theirs = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if (daemon := os.fork()) == 0:
                time.sleep(600)
            os.write(theirs, str(daemon).encode())
            os._exit(0)
        return int(os.read(ours, 20))

    (done,) = run_in_processes({"a": leaves_a_daemon}, at_once=1)

    assert not runs(done.result)


@pytest.mark.usefixtures("forkable")
def test_a_job_is_told_of_when_it_begins() -> None:
    begun: list[str] = []

    for done in run_in_processes({"a": int, "b": int}, at_once=1, begins=begun.append):
        assert begun[-1] == done.name
    assert begun == ["a", "b"]


def test_where_no_process_can_be_forked_the_jobs_are_done_here_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    found = list(run_in_processes({"a": os.getpid, "b": lambda: 1 // 0}, at_once=2))

    assert (found[0].name, found[0].result) == ("a", os.getpid())
    assert isinstance(found[1].problem, ZeroDivisionError)


def test_a_second_build_waits_and_says_for_whom(tmp_path: Path) -> None:
    guard, said = tmp_path / "build" / ".base.building", list[Event]()
    code = (
        "import sys, time, pathlib\n"
        "from reportlib.execute.files import hold_build_lock\n"
        "with hold_build_lock(pathlib.Path(sys.argv[1]), print):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(0.5)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(guard)],
        env={**os.environ, "PYTHONPATH": str(REPO)},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with hold_build_lock(guard, said.append):
            assert other.wait() == 0

    (event,) = said
    assert event.text.startswith(
        f"waiting for another command that writes here: process {other.pid}, since "
    )


def test_where_nothing_can_be_written_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("a file, not a folder", encoding="utf-8")

    with (
        pytest.raises(NotWritten, match=r"base\.building cannot be written \(File exists\)"),
        hold_build_lock(tmp_path / "build" / ".base.building", print),
    ):
        pass


WATCHED = "from reportlib.execute.file_tracking import start_tracking; start_tracking()\n"


def watched(
    study: Study, code: str, **environment: str
) -> tuple[OpenedFiles, subprocess.CompletedProcess[str]]:
    """Run code that watches what it opens; return what it was seen to open, and how it ended."""
    report = study.root / "seen"
    report.touch()
    ended = run_of(WATCHED + code, **tracking_environment(study, report), **environment)
    return read_opened_files(report), ended


def test_a_file_of_the_study_is_seen_however_it_is_opened(tiny: Study) -> None:
    tables = tiny.data / "tables"
    seen, ended = watched(
        tiny,
        "import pandas, os\n"
        f"pandas.read_csv({str(tables / 'works.csv')!r})\n"
        f"os.close(os.open({str(tables / 'coverage.csv')!r}, os.O_RDONLY))\n"
        f"os.chdir({str(tiny.notebooks)!r}); open('../data/tables/crossings.csv').close()\n",
    )

    assert ended.returncode == 0, ended.stderr
    assert list(seen.study) == [
        f"data/tables/{name}.csv" for name in ("coverage", "crossings", "works")
    ]


def test_what_the_interpreter_the_system_and_temporary_folders_hold_is_not_noted(
    tiny: Study,
) -> None:
    seen, ended = watched(
        tiny,
        "import csv, tempfile, zoneinfo\n"
        "zoneinfo.ZoneInfo('Europe/Berlin'); open('/etc/hostname').close()\n"
        "tempfile.TemporaryFile('w').write('x')\n",
    )

    assert ended.returncode == 0, ended.stderr
    assert seen.study == ()


def test_of_the_library_every_module_and_every_template_that_was_used_is_noted(
    tiny: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_of_library, "_modules", list)  # what pytest has imported
    seen, ended = watched(
        tiny,
        "from reportlib.render.templating import render\n"
        "import importlib; importlib.import_module('reportlib.assess.verdict_rules')\n"
        "try: render('figure.html.j2')\n"
        "except Exception: pass",
    )

    assert ended.returncode == 0, ended.stderr
    assert "reportlib/render/templating.py" in seen.library
    assert "reportlib/assess/verdict_rules.py" in seen.library
    assert "reportlib/render/templates/figure.html.j2" in seen.library
    assert "reportlib/publish/html_page.py" not in seen.library
    assert "reportlib/render/templates/chapter.html.j2" not in seen.library


def test_a_file_from_nowhere_is_refused_by_its_name(tiny: Study) -> None:
    stray = Path.home() / f"reportlib-stray-{os.getpid()}.csv"
    stray.write_text("a,b\n", encoding="utf-8")
    try:
        _, ended = watched(tiny, f"import pandas; pandas.read_csv({str(stray)!r})")
    finally:
        stray.unlink()

    assert ended.returncode == 1
    assert f"ForeignFile: {stray} belongs neither to the study nor" in ended.stderr


def test_a_file_of_the_study_cannot_be_written(tiny: Study) -> None:
    works = tiny.data / "tables" / "works.csv"
    before = works.read_bytes()

    _, ended = watched(tiny, f"open({str(works)!r}, 'a').write('more')")

    assert ended.returncode == 1
    assert "a notebook writes no file of its study" in ended.stderr
    assert works.read_bytes() == before


@pytest.fixture
def own_library(tiny: Study) -> tuple[Path, dict[str, str]]:
    """A copy of the library in the study, and the variables with which it is used and compiled."""
    copied = shutil.copytree(
        LIBRARY, tiny.root / LIBRARY.name, ignore=shutil.ignore_patterns("__pycache__")
    )
    here = {"PYTHONPATH": str(tiny.root), "PYTHONSAFEPATH": "1"}
    return copied, here | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": ""}


def test_of_the_library_only_bytecode_can_be_written_wherever_it_lies(
    tiny: Study, own_library: tuple[Path, dict[str, str]]
) -> None:
    library, here = own_library

    _, ended = watched(tiny, "import reportlib.assess.verdict_rules", **here)

    assert ended.returncode == 0, ended.stderr
    assert list((library / "assess" / "__pycache__").glob("verdict_rules.*.pyc"))

    _, ended = watched(tiny, f"open({str(library / 'more.py')!r}, 'w')", **here)

    assert "a notebook writes no file of the library" in ended.stderr
    assert not (library / "more.py").exists()
