"""Watching: what counts as a save, how the build after it is shown, and how all of it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reportlib.cli import main
from reportlib.errors import ReportError
from reportlib.execute.files import hold_build_lock
from reportlib.execute.progress import print_nothing
from reportlib.serve import watch as watching
from reportlib.serve.watch import watch_saves
from reportlib.study import Study
from tests.conftest import REPO, TINY, copy_of, in_notebook, set_cell
from tests.serve.client import TIMEOUT, EventReader, request


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study with a library, locks and artefacts beside it, as in this repository."""
    study = copy_of(TINY, tmp_path / "a project")
    for name in ("reportlib/build.py", "requirements/report.txt", "build/base/report.html"):
        (study.root / name).parent.mkdir(parents=True)
        (study.root / name).write_text("as it was", encoding="utf-8")
    for name in ("pyproject.toml", "verdicts.lock.json", "README.md"):
        (study.root / name).write_text("as it was", encoding="utf-8")
    monkeypatch.setattr(watching, "LIBRARY", study.root / "reportlib")
    monkeypatch.setattr(watching, "REQUIREMENTS", study.root / "requirements" / "report.txt")
    return study


def save(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("saved", encoding="utf-8")


def replace(path: Path) -> None:
    """Save as careful editors do: what is new is written aside, and takes the name at once."""
    aside = path.with_name(f".~{path.name}")
    aside.write_text("saved", encoding="utf-8")
    aside.replace(path)


MADE_FROM = re.findall(r"^INPUTS := (.*)$", (REPO / "Makefile").read_text(), re.MULTILINE)[0]


@pytest.mark.parametrize("how", [save, replace])
def test_the_inputs_of_make_report_are_watched_and_nothing_else_of_the_project(
    how: Callable[[Path], None], project: Study
) -> None:
    inputs = re.sub(r"\$\(wildcard (.*)\)", r"\1", MADE_FROM).split()
    assert len(inputs) == 7
    with closing(watch_saves(project)) as saves:
        assert next(saves) == []
        for name in inputs:
            path = project.root / name
            if path.is_dir():
                path = path / "saved.txt"
            for other in ("README.md", "build/base/report.html", "build/.pycache/x.py"):
                save(project.root / other)
            how(path)
            assert next(saves) == [path]


def test_a_file_that_a_tool_leaves_beside_another_is_no_save(project: Study) -> None:
    tables = project.data / "tables"
    with closing(watch_saves(project)) as saves:
        next(saves)
        for passing in (
            ".works.csv.swp",
            ".works.csv.partial",
            ".~works.csv",
            ".#works.csv",
            "#works.csv#",
            "works.csv~",
            "4913",
            ".ipynb_checkpoints/works-checkpoint.csv",
            "__pycache__/works.cpython-311.pyc",
        ):
            save(tables / passing)
        save(tables / "works.csv")
        assert next(saves) == [tables / "works.csv"]


def test_a_burst_of_saves_is_one_list_and_saves_during_a_build_are_the_next(project: Study) -> None:
    tables = [project.data / "tables" / f"{number}.csv" for number in range(100)]
    with closing(watch_saves(project)) as saves:
        next(saves)
        for _ in range(20):  # while the first list is being seen to
            for table in tables:
                save(table)
        assert next(saves) == sorted(tables)
        save(project.notebooks / "01-bridge.ipynb")
        assert next(saves) == [project.notebooks / "01-bridge.ipynb"]


def test_a_folder_that_goes_and_comes_back_is_watched_as_before(project: Study) -> None:
    away = project.root / "away"
    with closing(watch_saves(project)) as saves:
        next(saves)
        project.data.rename(away)
        assert project.data in next(saves)
        away.rename(project.data)
        assert project.data in next(saves)
        save(project.data / "tables" / "works.csv")
        assert next(saves) == [project.data / "tables" / "works.csv"]


def test_without_watchfiles_it_says_how_to_install_them(
    project: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, watching.__name__)
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert main(["--study", str(project.root), "watch"]) == 1
    assert "watchfiles is not installed: `make environment` installs" in capsys.readouterr().err


def test_it_ends_before_it_would_build_with_other_versions_than_are_pinned(
    tiny: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements" / "report.txt"
    save(lock)

    def change_lock(_study: Study) -> Iterator[list[Path]]:
        lock.write_text("other", encoding="utf-8")
        yield [lock]

    monkeypatch.setattr(watching, "REQUIREMENTS", lock)
    monkeypatch.setattr(watching, "watch_saves", change_lock)
    with pytest.raises(ReportError, match=r"requirements/report\.txt pins other versions"):
        watching.watch(tiny, "base")
    assert not tiny.build("base").folder.exists()


def test_an_unknown_parameter_set_is_not_watched(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--study", str(tiny.root), "watch", "--set", "hindsigth"]) == 1
    assert 'Did you mean "hindsight"?' in capsys.readouterr().err


@contextmanager
def watched(study: Study) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Watch a study, and give the process with the address of its preview."""
    command = [sys.executable, "-m", "reportlib", "--study", str(study.root), "watch"]
    process = subprocess.Popen(command, cwd=REPO, stderr=subprocess.PIPE, encoding="utf-8")
    try:
        first = line_of(process, "")
        match = re.match(r"(http://127\.0\.0\.1:\d+/) shows build/base/report\.html", first)
        assert match, first
        yield process, match[1]
    finally:
        process.kill()
        print(process.communicate()[1])  # what it said, if the test fails


def line_of(process: subprocess.Popen[str], word: str) -> str:
    """The next line that a process says in which a word is."""
    assert process.stderr is not None
    return next(line for line in process.stderr if word in line).rstrip()


def find_processes_of(study: Study) -> list[str]:
    """The commands of all processes that were started for a study."""
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().decode(errors="replace")
        except OSError:  # the process has ended
            continue
        if str(study.root) in command:
            commands.append(command)
    return commands


def test_a_save_changes_the_page_and_a_failed_build_is_shown_until_it_is_put_right(
    built_tiny: Study,
) -> None:
    with watched(built_tiny) as (process, address), closing(EventReader(address)) as events:
        before = events.read(lambda event: not event["status"])
        assert before["file"] == "report.html"

        set_cell(built_tiny, "tables/works.csv", "opening", "date", "2011-06-02")
        after = events.read(lambda event: not event["status"])
        assert after["digest"] != before["digest"]
        assert b"2 June 2011" in request(address, "/report.html")[2]

        in_notebook(built_tiny, "len(chapter.data.works)", "len(chapter.data.work)")
        failed = events.read(lambda event: "failed" in event["status"])
        assert (failed["file"], failed["detail"]) == ("failure.html", "")

        set_cell(built_tiny, "tables/works.csv", "repair", "kind", "repairs")
        refused = events.read(lambda event: "failed" in event["status"])
        assert refused["file"] == "failure.html"
        assert b"repairs" in request(address, "/failure.html")[2]

        in_notebook(built_tiny, "len(chapter.data.work)", "len(chapter.data.works)")
        set_cell(built_tiny, "tables/works.csv", "repair", "kind", "repair")
        assert events.read(lambda event: not event["status"]) == after

        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0
        assert "saved: data/tables/works.csv\n" in said
        assert "notebooks/01-bridge.ipynb, cell [4]" in said
        assert said.endswith("ended; what was published is as it was\n")
        assert find_processes_of(built_tiny) == []


def test_what_is_saved_during_a_build_is_built_once_after_it(built_tiny: Study) -> None:
    table = built_tiny.data / "tables" / "works.csv"
    chapter = built_tiny.notebooks / "01-bridge.ipynb"
    with watched(built_tiny) as (process, address), closing(EventReader(address)) as events:
        events.read(lambda event: not event["status"])
        with hold_build_lock(built_tiny.build("base").guard, print_nothing):
            table.touch()
            line_of(process, "waiting for another command that writes here")
            for _ in range(20):
                table.touch()
                chapter.touch()
        line_of(process, "is up to date")
        assert line_of(process, "") == "saved: data/tables/works.csv and notebooks/01-bridge.ipynb"
        line_of(process, "is up to date")
        built_tiny.parameter_set("base").touch()
        assert line_of(process, "") == "saved: params/base.yaml"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_end_it_during_a_build_ends_the_build_too(
    number: signal.Signals, built_tiny: Study
) -> None:
    page = built_tiny.build("base").page.read_bytes()
    with watched(built_tiny) as (process, address), closing(EventReader(address)) as events:
        events.read(lambda event: not event["status"])
        in_notebook(built_tiny, "len(chapter.data.works)", "while True:\n    pass")
        line_of(process, "is stale")
        assert len(find_processes_of(built_tiny)) > 1

        process.send_signal(number)
        _, said = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0
        assert said.endswith("ended; what was published is as it was\n")
        assert find_processes_of(built_tiny) == []
        assert built_tiny.build("base").page.read_bytes() == page
