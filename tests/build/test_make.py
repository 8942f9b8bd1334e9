"""`make report`: when it starts a build, and what becomes of the build when make is ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep, time

import pytest

from tests.conftest import REPO
from tests.processes import assert_gone

PYTHON = f"""\
#!/bin/sh
case "$*" in *environment.py*) exec '{sys.executable}' "$@" ;; esac
echo "$@" >> asked.txt
echo $$ > started
[ ! -f endless ] || exec sleep 1000
[ ! -f edit ] || . ./edit
for set in base other; do
  [ -f build/$set/.stamp.new ] || continue
  (cd build/$set
  mkdir -p notebooks
  touch report.html findings.json findings.csv findings.schema.json run.json
  touch sources.bib sources.csl.json sources.csv
  mv .stamp.new .stamp)
done
"""
"""Stands for the Python of the environment, and builds in no time."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an environment that is up to date, built once."""
    root = tmp_path / "a project"
    for file in (
        "data/datapackage.json", "data/tables/a.csv", "notebooks/01-a.ipynb", "notebooks/b.ipynb",
        "params/base.yaml", "params/other.yaml", "params/parameters.yaml", "reportlib/a.py",
        "requirements/report.txt", "pyproject.toml", "verdicts.lock.json", ".venv/bin/python",
    ):  # fmt: skip
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    shutil.copy(REPO / "Makefile", root)
    python = root / ".venv" / "bin" / "python"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    made = f"{root.resolve()}\n{shutil.which('python3')}\n"
    (root / ".venv" / ".made").write_text(made, encoding="utf-8")
    shutil.copy(root / "requirements" / "report.txt", root / ".venv" / ".report")
    shutil.copy(root / "pyproject.toml", root / ".venv" / ".project")
    shutil.copy(REPO / "requirements" / "environment.py", root / "requirements")
    assert make(root) == ""
    assert asked(root) == ["-m reportlib build --set base --stamp"]
    return root


def make(root: Path, *options: str) -> str:
    """Run `make report`, and return what it printed."""
    command = ["make", "--no-print-directory", "report", *options]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8")
    return done.stdout + done.stderr


def asked(root: Path) -> list[str]:
    """With what Python was started since this was asked last."""
    file = root / "asked.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def test_where_nothing_was_touched_no_build_is_started(project: Path) -> None:
    for _ in range(2):
        assert make(project) == "build/base/report.html is up to date\n"
    assert asked(project) == []


TOUCHES: dict[str, Callable[[Path], object]] = {
    "a table": lambda root: (root / "data/tables/a.csv").write_text("a\n"),
    "a file of the library": lambda root: (root / "reportlib/a.py").touch(),
    "a new table": lambda root: (root / "data/tables/b.csv").touch(),
    "a table that is gone": lambda root: (root / "data/tables/a.csv").unlink(),
    "a notebook that is gone": lambda root: (root / "notebooks/b.ipynb").unlink(),
    "a notebook of another name": lambda root: (root / "notebooks/b.ipynb").rename(
        root / "notebooks/c.ipynb"
    ),
    "a parameter set that is gone": lambda root: (root / "params/other.yaml").unlink(),
    "a path with spaces": lambda root: (root / "data/tables/a new table.csv").touch(),
    "a file that is replaced": lambda root: (root / "params/other.yaml").replace(
        root / "params/base.yaml"
    ),
    "an older copy": lambda root: os.utime(root / "data/tables/a.csv", (1, 1)),
    "the lock": lambda root: (root / "verdicts.lock.json").write_text("{}"),
    "a lock that is gone": lambda root: (root / "verdicts.lock.json").unlink(),
    "a page that is gone": lambda root: (root / "build/base/report.html").unlink(),
    "a download that is gone": lambda root: (root / "build/base/sources.csv").unlink(),
    "a run record that is gone": lambda root: (root / "build/base/run.json").unlink(),
}


@pytest.mark.parametrize("what", TOUCHES)
def test_what_was_touched_starts_a_build_and_then_no_other(what: str, project: Path) -> None:
    TOUCHES[what](project)

    make(project)
    assert len(asked(project)) == 1
    assert make(project) == "build/base/report.html is up to date\n"


def test_a_lock_that_is_new_starts_a_build(project: Path) -> None:
    lock = project / "verdicts.lock.json"
    lock.unlink()
    make(project)
    asked(project)

    lock.touch()

    make(project)
    assert len(asked(project)) == 1


def test_what_a_link_leads_to_is_looked_at(project: Path) -> None:
    kept = project / "kept.csv"
    (project / "data/tables/a.csv").replace(kept)
    (project / "data/tables/a.csv").symlink_to(kept)
    make(project)
    assert len(asked(project)) == 1

    kept.write_text("b\n", encoding="utf-8")

    make(project)
    assert len(asked(project)) == 1
    assert make(project) == "build/base/report.html is up to date\n"


def test_an_edit_is_seen_whatever_the_clock_said_during_the_build(project: Path) -> None:
    ahead = time() + 3600
    os.utime(project / "build/base/.stamp", (ahead, ahead))

    (project / "data/tables/a.csv").write_text("a\n", encoding="utf-8")

    make(project)
    assert len(asked(project)) == 1


def test_an_edit_during_a_build_is_seen_by_the_next(project: Path) -> None:
    (project / "data/tables/a.csv").touch()
    (project / "edit").write_text("echo b >> data/tables/a.csv", encoding="utf-8")
    make(project)
    assert len(asked(project)) == 1

    (project / "edit").unlink()

    make(project)
    assert len(asked(project)) == 1
    assert make(project) == "build/base/report.html is up to date\n"


def test_a_build_that_fails_is_tried_again(project: Path) -> None:
    (project / "data/tables/a.csv").touch()
    (project / "edit").write_text("exit 1", encoding="utf-8")
    for _ in range(2):
        assert subprocess.run(["make", "report"], cwd=project, capture_output=True).returncode == 2
        assert len(asked(project)) == 1


def test_what_tools_leave_beside_the_inputs_starts_no_build(project: Path) -> None:
    for name in ("reportlib/__pycache__/a.pyc", "notebooks/.ipynb_checkpoints/b.ipynb"):
        (project / name).parent.mkdir()
        (project / name).touch()

    assert make(project) == "build/base/report.html is up to date\n"


def test_make_reports_brings_every_set_up_to_date(project: Path) -> None:
    subprocess.run(["make", "reports"], cwd=project, check=True)
    assert asked(project) == ["-m reportlib build --all-sets --stamp"]

    assert make(project) == "build/base/report.html is up to date\n"
    assert make(project, "SET=other") == "build/other/report.html is up to date\n"
    (project / "data/tables/a.csv").touch()
    make(project, "SET=other")
    assert asked(project) == ["-m reportlib build --set other --stamp"]


def test_while_the_inputs_cannot_be_listed_a_build_is_started_each_time(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = project / "failing" / "find"
    failing.parent.mkdir()
    failing.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    failing.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{failing.parent}{os.pathsep}{os.environ['PATH']}")
        for _ in range(2):
            make(project)
            assert len(asked(project)) == 1

    make(project)
    assert len(asked(project)) == 1
    assert make(project) == "build/base/report.html is up to date\n"


@pytest.mark.parametrize("name", ["", "other/", "%", "base base", "its own"])
def test_a_set_that_there_is_not_is_refused_by_name(name: str, project: Path) -> None:
    done = subprocess.run(
        ["make", "report", f"SET={name}"], cwd=project, check=False, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert f"There is no parameter set '{name}': params/ holds base other." in done.stderr
    assert asked(project) == []


def test_options_reach_the_build(project: Path) -> None:
    (project / "data/tables/a.csv").touch()
    make(project, "KERNEL=plain", "JOBS=1", "LIMIT=900")
    (last,) = asked(project)
    assert last.endswith("--stamp --kernel plain --jobs 1 --limit 900")


@pytest.mark.parametrize(("number", "end"), [(signal.SIGTERM, os.kill), (signal.SIGINT, os.killpg)])
def test_who_ends_make_ends_the_build(
    number: signal.Signals, end: Callable[[int, int], None], project: Path
) -> None:
    (project / "endless").touch()
    (project / "started").unlink()
    (project / "data/tables/a.csv").touch()
    with subprocess.Popen(
        ["make", "report"], cwd=project, stderr=subprocess.DEVNULL, start_new_session=True
    ) as running:
        started = project / "started"
        until = monotonic() + 30
        while not started.exists() or not started.read_text(encoding="utf-8").endswith("\n"):
            assert monotonic() < until
            sleep(0.01)
        end(running.pid, number)
        assert running.wait(30) != 0
    assert_gone([int(started.read_text(encoding="utf-8"))])
