"""Watching: what counts as a save, what a build at each is shown as, and how all of it ends."""

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
from reportlib.serve import watch as saving
from reportlib.serve import watch as watching
from reportlib.serve.watch import watch_saves
from reportlib.study import Study
from tests.conftest import REPO, TINY, copy_of, in_notebook, set_cell
from tests.reader import LONG, Ear, asked


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study with a library, locks and artefacts beside it, as in this repository."""
    study = copy_of(TINY, tmp_path / "a project")
    for name in ("reportlib/build.py", "requirements/report.txt", "build/base/report.html"):
        (study.root / name).parent.mkdir(parents=True)
        (study.root / name).write_text("as it was", encoding="utf-8")
    for name in ("pyproject.toml", "verdicts.lock.json", "README.md"):
        (study.root / name).write_text("as it was", encoding="utf-8")
    monkeypatch.setattr(saving, "LIBRARY", study.root / "reportlib")
    monkeypatch.setattr(saving, "REQUIREMENTS", study.root / "requirements" / "report.txt")
    return study


def save(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("saved", encoding="utf-8")


def replace(path: Path) -> None:
    """Save as careful editors do: what is new is written aside, and takes the name at once."""
    aside = path.with_name(f".~{path.name}")
    aside.write_text("saved", encoding="utf-8")
    aside.replace(path)


MADE_FROM = dict(
    re.findall(r"^(LOCK|INPUTS) := (.*)$", (REPO / "Makefile").read_text(), re.MULTILINE)
)


@pytest.mark.parametrize("how", [save, replace])
def test_whatever_make_report_goes_by_is_watched_and_nothing_else_of_the_project(
    how: Callable[[Path], None], project: Study
) -> None:
    inputs = MADE_FROM["INPUTS"].replace("$(wildcard $(LOCK))", MADE_FROM["LOCK"]).split()
    assert len(inputs) == 7
    with closing(watch_saves(project)) as told:
        assert next(told) == []
        for name in inputs:
            path = project.root / name
            if path.is_dir():
                path = path / "saved.txt"
            for other in ("README.md", "build/base/report.html", "build/.pycache/x.py"):
                save(project.root / other)
            how(path)
            assert next(told) == [path]


def test_what_tools_leave_beside_a_file_is_no_save(project: Study) -> None:
    tables = project.data / "tables"
    with closing(watch_saves(project)) as told:
        next(told)
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
        assert next(told) == [tables / "works.csv"]


def test_many_saves_are_told_at_once_and_those_of_a_build_after_it(project: Study) -> None:
    tables = [project.data / "tables" / f"{number}.csv" for number in range(100)]
    with closing(watch_saves(project)) as told:
        next(told)
        for _ in range(20):  # while the first list is being seen to
            for table in tables:
                save(table)
        assert next(told) == sorted(tables)
        save(project.notebooks / "01-bridge.ipynb")
        assert next(told) == [project.notebooks / "01-bridge.ipynb"]


def test_a_folder_that_goes_and_comes_back_is_watched_as_before(project: Study) -> None:
    away = project.root / "away"
    with closing(watch_saves(project)) as told:
        next(told)
        project.data.rename(away)
        assert project.data in next(told)
        away.rename(project.data)
        assert project.data in next(told)
        save(project.data / "tables" / "works.csv")
        assert next(told) == [project.data / "tables" / "works.csv"]


def test_who_has_no_watchfiles_is_told_how_to_get_it(
    project: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(ReportError, match="`make environment` installs"):
        next(watch_saves(project))


def test_it_ends_before_it_would_build_with_other_versions_than_are_pinned(
    tiny: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements" / "report.txt"
    save(lock)

    def locked(_study: Study) -> Iterator[list[Path]]:
        lock.write_text("other", encoding="utf-8")
        yield [lock]

    monkeypatch.setattr(watching, "REQUIREMENTS", lock)
    monkeypatch.setattr(watching, "saves", locked)
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
        found = re.match(r"(http://127\.0\.0\.1:\d+/) shows build/base/report\.html", first)
        assert found, first
        yield process, found[1]
    finally:
        process.kill()
        print(process.communicate()[1])  # what it said, if the test fails


def line_of(process: subprocess.Popen[str], word: str) -> str:
    """The next line that a process says in which a word is."""
    assert process.stderr is not None
    return next(line for line in process.stderr if word in line).rstrip()


def at_work_on(study: Study) -> list[str]:
    """The commands of all processes that were started for a study."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().decode(errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        if str(study.root) in command:
            found.append(command)
    return found


def test_a_save_changes_the_page_and_a_failing_build_is_told_until_it_is_put_right(
    built_tiny: Study,
) -> None:
    with watched(built_tiny) as (process, address), closing(Ear(address)) as ear:
        before = ear.hear(lambda news: not news["said"])
        assert before["file"] == "report.html"

        set_cell(built_tiny, "tables/works.csv", "opening", "date", "2011-06-02")
        after = ear.hear(lambda news: not news["said"])
        assert after["digest"] != before["digest"]
        assert b"2 June 2011" in asked(address, "/report.html")[2]

        in_notebook(built_tiny, "len(chapter.data.works)", "len(chapter.data.work)")
        failed = ear.hear(lambda news: "failed" in news["said"])
        assert (failed["file"], failed["words"]) == ("failure.html", "")

        set_cell(built_tiny, "tables/works.csv", "repair", "kind", "repairs")
        refused = ear.hear(lambda news: "failed" in news["said"])
        assert refused["file"] == "failure.html"
        assert b"repairs" in asked(address, "/failure.html")[2]

        in_notebook(built_tiny, "len(chapter.data.work)", "len(chapter.data.works)")
        set_cell(built_tiny, "tables/works.csv", "repair", "kind", "repair")
        assert ear.hear(lambda news: not news["said"]) == after

        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=LONG)
        assert process.returncode == 0
        assert "saved: data/tables/works.csv\n" in said
        assert "notebooks/01-bridge.ipynb, cell [4]" in said
        assert said.endswith("ended; what was published is as it was\n")
        assert at_work_on(built_tiny) == []


def test_what_is_saved_during_a_build_is_built_once_after_it(built_tiny: Study) -> None:
    table = built_tiny.data / "tables" / "works.csv"
    chapter = built_tiny.notebooks / "01-bridge.ipynb"
    with watched(built_tiny) as (process, address), closing(Ear(address)) as ear:
        ear.hear(lambda news: not news["said"])
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
def test_who_ends_it_during_a_build_ends_the_build_too(
    number: signal.Signals, built_tiny: Study
) -> None:
    page = built_tiny.build("base").page.read_bytes()
    with watched(built_tiny) as (process, address), closing(Ear(address)) as ear:
        ear.hear(lambda news: not news["said"])
        in_notebook(built_tiny, "len(chapter.data.works)", "while True:\n    pass")
        line_of(process, "is stale")
        assert len(at_work_on(built_tiny)) > 1

        process.send_signal(number)
        _, said = process.communicate(timeout=LONG)
        assert process.returncode == 0
        assert said.endswith("ended; what was published is as it was\n")
        assert at_work_on(built_tiny) == []
        assert built_tiny.build("base").page.read_bytes() == page
