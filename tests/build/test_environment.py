"""How .venv is made, and what is said where it cannot be made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPO

PYTHON = """\
#!/bin/sh
case "$*" in
  *sys.version_info*) printf '%s\\n%s\\n' "$(cat version)" "$0" ;;
  *ensurepip*) [ ! -f without-venv ] ;;
  "-m venv .venv") echo venv >> done.txt; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  "-m pip "*) echo "$@" >> done.txt; [ ! -f pip-says ] || { cat pip-says; exit 1; } ;;
  *) exit 127 ;;
esac
"""
"""Stands for a Python that makes environments, and for the one that is in them."""
REPORT = "Installing requirements/report.txt into .venv (a minute or two if it is new)\n"
MADE = f"Making .venv with Python 3.12.1\n{REPORT}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without an environment."""
    root = tmp_path / "a project"
    (root / "requirements").mkdir(parents=True)
    shutil.copy(REPO / "requirements" / "environment.py", root / "requirements")
    shutil.copytree(REPO / "tests" / "checkers", root / "tests" / "checkers")
    for name in ("requirements/report.txt", "requirements/develop.txt", "pyproject.toml"):
        (root / name).write_text(f"# {name}\n", encoding="utf-8")
    (root / "version").write_text("3.12.1", encoding="utf-8")
    write_program(root / "bin" / "python", PYTHON)
    return root


def write_program(path: Path, text: str = "#!/bin/sh\n") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def start(
    project: Path, task: str, python: str = "python", *chosen: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Start the script, with no programs but those of the project and what shells need."""
    script = project / "requirements" / "environment.py"
    return subprocess.run(
        [sys.executable, "-IS", script, task, python, *chosen],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PATH": f"{project / 'bin'}:{project / 'tools'}", **variables},
    )


@pytest.fixture(autouse=True)
def tools(project: Path) -> None:
    """Lend the project the programs that its Python is made of."""
    (project / "tools").mkdir()
    for name in ("cat", "cp", "mkdir"):
        (project / "tools" / name).symlink_to(str(shutil.which(name)))


def done(project: Path) -> list[str]:
    """What was made and installed since this was asked last."""
    file = project / "done.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return [line.removeprefix("-m pip --disable-pip-version-check ") for line in lines]


INSTALL = "install --no-input --retries 2 --require-hashes --requirement requirements/{}.txt"
INSTALL_PROJECT = "install --no-index --no-build-isolation --no-deps --editable ."


def test_what_is_current_is_left_alone_and_else_only_what_differs_is_installed(
    project: Path,
) -> None:
    first = start(project, "report")
    assert (first.returncode, first.stderr) == (0, MADE)
    assert done(project) == ["venv", INSTALL.format("report"), INSTALL_PROJECT]
    again = start(project, "report")
    assert (again.returncode, again.stderr, done(project)) == (0, "", [])

    (project / "pyproject.toml").write_text("# other\n", encoding="utf-8")
    start(project, "report")
    assert done(project) == [INSTALL_PROJECT]
    (project / "requirements/develop.txt").write_text("# other\n", encoding="utf-8")
    start(project, "report")
    assert done(project) == []
    for _ in range(2):
        start(project, "environment")
    assert done(project) == [INSTALL.format("develop")]
    (project / "requirements/report.txt").write_text("# other\n", encoding="utf-8")
    start(project, "environment")
    start(project, "report")
    assert done(project) == [INSTALL.format("develop")]


def test_a_project_that_was_moved_gets_a_new_environment(project: Path) -> None:
    start(project, "report")
    (project / ".venv/old").touch()
    moved = project.rename(project.with_name("elsewhere"))
    done(moved)

    assert start(moved, "report").stderr == MADE
    assert not (moved / ".venv/old").exists()


def test_a_python_that_the_command_line_names_replaces_another(project: Path) -> None:
    start(project, "report")
    done(project)
    other = project / "bin" / "other"
    shutil.copy(project / "bin" / "python", other)

    assert start(project, "report", str(other)).stderr == ""
    assert start(project, "report", "python", "chosen").stderr == ""
    assert start(project, "report", str(other), "chosen").stderr == MADE
    assert start(project, "report", str(other), "chosen").stderr == ""
    assert start(project, "report", "is gone").stderr == ""


INSTALL_ONE = "install Python 3.11 or newer, or name one with PYTHON=/path/to/python3."


def test_where_no_environment_can_be_made_it_says_why(project: Path) -> None:
    python = project / "bin" / "python"
    none = start(project, "report", "python9")
    assert (none.returncode, none.stderr) == (
        1,
        f"No Python was found as 'python9': {INSTALL_ONE}\n",
    )
    (project / "without-venv").touch()
    assert start(project, "report").stderr == (
        f"'{python}' cannot make environments (its venv or ensurepip is missing): on Debian or "
        "Ubuntu, apt install python3-venv.\n"
    )
    (project / "version").write_text("3.9.18", encoding="utf-8")
    assert start(project, "report").stderr == (
        f"'{python}' is Python 3.9.18, and 3.11 or newer is needed: "
        "name one with PYTHON=/path/to/python3.\n"
    )
    write_program(python, "#!/bin/sh\nexit 1\n")
    assert start(project, "report").stderr == f"'{python}' does not run: {INSTALL_ONE}\n"
    assert done(project) == []


def test_make_itself_says_that_there_is_no_python(project: Path) -> None:
    shutil.copy(REPO / "Makefile", project)
    told = subprocess.run(
        ["make", "environment", "PYTHON=python9"], cwd=project, capture_output=True, text=True
    )
    assert told.returncode == 2
    assert "No Python was found as 'python9': install 3.11 or newer, or name it" in told.stderr


def test_what_cannot_be_fetched_or_installed_is_said_and_tried_again(project: Path) -> None:
    says = project / "pip-says"
    says.write_text("WARNING: Retrying after connection broken\nERROR: none\n", encoding="utf-8")
    no_network = start(project, "report")
    assert no_network.returncode == 1
    assert no_network.stderr == (
        f"{MADE}requirements/report.txt could not be fetched: the first build needs a network, "
        "later ones do not (pip's own words: .venv/install.log).\n"
    )
    says.write_text("1\n2\n3\n4\n5\nERROR: hashes do not match\n", encoding="utf-8")
    assert start(project, "report").stderr == (
        f"{REPORT}2\n3\n4\n5\nERROR: hashes do not match\nrequirements/report.txt could not be "
        "installed into .venv; pip's own words are above and in .venv/install.log.\n"
    )
    says.unlink()
    assert start(project, "report").stderr == REPORT


def test_a_missing_browser_skips_tests_but_not_where_ci_is_true(project: Path) -> None:
    none = (
        "No browser was found (chromium, chromium-browser, google-chrome or google-chrome-stable)"
    )
    by_hand, in_ci = start(project, "browser"), start(project, "browser", CI="true")
    assert (by_hand.returncode, in_ci.returncode) == (0, 1)
    assert by_hand.stderr == f"{none}: the browser tests are skipped.\n"
    assert in_ci.stderr == f"{none}, and CI=true asks for one.\n"

    write_program(project / "bin" / "chromium-browser")
    assert (start(project, "browser", CI="true").stderr) == ""


def test_the_checkers_are_installed_once_and_what_they_lack_is_said(project: Path) -> None:
    said = start(project, "checkers")
    assert said.stderr == (
        "No node was found (node and npm, 18.16 or newer): the tests that need it are skipped.\n"
    )
    npm = project / "bin" / "npm"
    write_program(project / "bin" / "node")
    write_program(npm, "#!/bin/sh\nexit 1\n")
    installing = (
        "Installing tests/checkers/package-lock.json into .venv/checkers (a minute if it is new)\n"
    )
    failed = start(project, "checkers", CI="true")
    assert (failed.returncode, failed.stderr) == (
        1,
        f"{installing}tests/checkers/package-lock.json could not be installed (npm's own words: "
        "build/checkers.log), and CI=true asks for it.\n",
    )
    write_program(npm, '#!/bin/sh\n[ "$*" = ci ] && mkdir node_modules\n')
    no_java = "No Java was found (java): the tests that need it are skipped.\n"
    assert start(project, "checkers").stderr == installing + no_java
    write_program(project / "bin" / "java")
    assert start(project, "checkers").stderr == ""
    assert (project / ".venv/checkers/node_modules").is_dir()


def test_a_debian_gets_a_browser_if_root_asks(project: Path) -> None:
    if not Path("/etc/debian_version").is_file() or os.geteuid() != 0:
        pytest.skip("this is no Debian, or not root's")
    apt = '#!/bin/sh\n[ "$1" = update ] || { echo "$@"; cp "$0" "${0%/*}/chromium"; }\n'
    write_program(project / "bin" / "apt-get", apt)
    assert start(project, "browser", CI="true").stderr == (
        "Installing for the browser tests: chromium fonts-dejavu-core\n"
    )
    assert (project / "build/browser.log").read_text(encoding="utf-8") == (
        "install -y --no-install-recommends chromium fonts-dejavu-core\n"
    )
