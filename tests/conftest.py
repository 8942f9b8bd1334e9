"""Studies to test on, and small changes to their files."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reportlib.assess.assessment import Assessment
from reportlib.load.parameters import Parameters, Setting
from reportlib.load.study_data import StudyData
from reportlib.study import Study

if TYPE_CHECKING:
    from reportlib.review.dry_run import DryRun
    from tests.warm_builds import WarmBuilds

REPO = Path(__file__).resolve().parent.parent
# The processes that tests start import the same: bytecode is kept for all of them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(REPO / "build" / ".pycache"))
TINY = REPO / "tests" / "study"
"""The tiny second study: the library must work on it unchanged. Copy it before building in it."""

KEYS = {
    "chain/claims.csv": "claim",
    "chain/groups.csv": "group",
    "chain/sentences.csv": "locator",
    "sources/classes.csv": "class",
    "sources/sources.csv": "source",
}
"""The column that names a line; elsewhere it is ``key``, or else the first column."""


@pytest.fixture
def tiny(tmp_path: Path) -> Study:
    """A fresh copy of the tiny study."""
    return copy_of(TINY, tmp_path / "tiny study")


@pytest.fixture(scope="session")
def real() -> Study:
    """The study of this repository, to be read only."""
    return Study(REPO)


@pytest.fixture(scope="session")
def article(real: Study) -> DryRun:
    """The chapters of the real study, run dry at base once; to be read only."""
    from reportlib.review.dry_run import run_dry

    return run_dry(real)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the session, for all the processes among which its tests are dealt out."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def built(shared: Path) -> Study:
    """The real study, built under every parameter set once a session; not to be changed."""
    from tests.built_study import built_study  # it copies a study, and so needs this module

    return built_study(shared)


@pytest.fixture(scope="session")
def two_builds(shared: Path) -> tuple[Study, Study]:
    """The tiny study in two folders, each built by a process with surroundings of its own."""
    from tests.built_study import built_in_surroundings

    return built_in_surroundings(shared)


@pytest.fixture
def built_tiny(two_builds: tuple[Study, Study], tmp_path: Path) -> Study:
    """A tiny study of yesterday, with all that its build made."""
    shutil.copytree(two_builds[0].root, tmp_path / "built study")
    return Study(tmp_path / "built study")


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the warm builds have their folders for a time; nothing is to stay there."""
    return tmp_path_factory.mktemp("warm") / "scratch"


@pytest.fixture(scope="session")
def builds(scratch: Path) -> Iterator[WarmBuilds]:
    """What starts builds in forks of a process that has imported all they need."""
    from tests.warm_builds import warm_builds

    with warm_builds(scratch) as lent:
        yield lent
    assert list(scratch.iterdir()) == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser with nothing open."""
    from tests.open_page import started_browser  # heavy, and only wanted where a page is opened

    with started_browser() as browser:
        yield browser


@pytest.fixture
def real_copy(tmp_path: Path) -> Study:
    """A fresh copy of the data, parameters and notebooks of this repository."""
    return copy_of(REPO, tmp_path / "real study")


def copy_of(root: Path, target: Path) -> Study:
    """Copy what people keep of a study, without what machines wrote."""
    for name in ("data", "params", "notebooks"):
        shutil.copytree(
            root / name, target / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )
    study = Study(target)
    if Study(root).lock.is_file():
        shutil.copy(Study(root).lock, study.lock)
    return study


def assess_study(study: Study, set_name: str = "base", **changes: Setting) -> Assessment:
    """Read a study at a set, with changes on top."""
    parameters = Parameters.read(study)
    return Assessment(StudyData.read(study, parameters), parameters.settings(set_name, changes))


def lines_of(study: Study, file: str) -> list[dict[str, str]]:
    """The lines of a file below data/, such as ``tables/visits.csv``."""
    with (study.data / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def set_cell(study: Study, file: str, key: str, column: str, value: str) -> None:
    """Change one cell of the first line of that key."""
    lines = lines_of(study, file)
    line = next(_named(file, key, lines))
    assert column in line, f"{file} has no column {column}"
    line[column] = value
    _write(study, file, lines)


def add_row(study: Study, file: str, **cells: str) -> None:
    """Add a line at the end; cells that are not given stay empty."""
    lines = lines_of(study, file)
    assert set(cells) <= set(lines[0]), f"{file} has no column {set(cells) - set(lines[0])}"
    _write(study, file, [*lines, dict.fromkeys(lines[0], "") | cells])


def drop_rows(study: Study, file: str, *keys: str) -> None:
    """Remove every line of these keys."""
    lines = lines_of(study, file)
    gone = [line for key in keys for line in _named(file, key, lines)]
    assert gone, f"{file} has no line {keys}"
    _write(study, file, [line for line in lines if line not in gone], columns=list(lines[0]))


def in_notebook(study: Study, old: str, new: str) -> None:
    """Replace what stands once in the code of a chapter."""
    for path in study.chapters():
        content = json.loads(path.read_text(encoding="utf-8"))
        for cell in content["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and old in source:
                assert source.count(old) == 1, old
                cell["source"] = source.replace(old, new)
                path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
                return
    raise AssertionError(f"no chapter has {old}")


def _named(file: str, key: str, lines: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    column = KEYS.get(file, "key" if "key" in lines[0] else next(iter(lines[0])))
    return (line for line in lines if line[column] == key)


def _write(
    study: Study, file: str, lines: list[dict[str, str]], columns: list[str] | None = None
) -> None:
    with (study.data / file).open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns or list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
