"""What a build executes after a change: seen, not declared."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from reportlib.study import Study
from tests.built_study import built_as_people_do
from tests.conftest import add_row, copy_of, lines_of, set_cell
from tests.warm_builds import WarmBuilds, what_became


def rebuild(study: Study) -> set[str]:
    """Build, and return the notebooks that were executed."""
    done = built_as_people_do(study, "--json")
    assert done.returncode == 0, done.stderr
    return executed(what_became(done.stdout))


def executed(became: Mapping[str, str]) -> set[str]:
    return {name for name, how in became.items() if how == "executed"}


def readers_of(study: Study, file: str) -> set[str]:
    """The notebooks that the manifest says have opened a file."""
    manifest = json.loads(study.build("base").manifest.read_text(encoding="utf-8"))
    return {name for name, one in manifest["notebooks"].items() if file in one["inputs"]}


def add_row_like(study: Study, table: str, key: str) -> None:
    """Add a row to a table, with its sources, that differs from another one in its key alone."""
    for file in (f"tables/{table}.csv", "sources/row_sources.csv"):
        for line in lines_of(study, file):
            if line["key"] == key and line.get("table", table) == table:
                add_row(study, file, **{**line, "key": "another"})


def split(study: Study) -> None:
    """Move the claim on widening into a new chapter, which counts the crossings with pandas."""
    set_cell(study, "chain/claims.csv", "B3", "chapter", "widening")
    text = study.descriptor.read_text(encoding="utf-8")
    assert '"bridge"' in text
    study.descriptor.write_text(text.replace('"bridge"', '"bridge", "widening"'), encoding="utf-8")
    path = study.chapters()[0]
    content = json.loads(path.read_text(encoding="utf-8"))
    moved = [cell for cell in content["cells"] if cell["id"] == "b3-card"]
    content["cells"] = [cell for cell in content["cells"] if cell["id"] != "b3-card"]
    path.write_text(json.dumps(content), encoding="utf-8")
    parameters = [cell for cell in content["cells"] if cell["id"] == "parameters"]
    code: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
    }
    content["cells"] = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Whether to widen"},
        *parameters,
        {
            **code,
            "id": "open",
            "source": "import pandas as pd\n\nfrom reportlib import open_chapter\n\n"
            'chapter = open_chapter("widening", globals())\nchapter',
        },
        {**code, "id": "count", "source": 'len(pd.read_csv("../data/tables/crossings.csv"))'},
        *moved,
    ]
    new = study.notebooks / "02-widening.ipynb"
    new.write_text(json.dumps(content), encoding="utf-8")


def test_a_row_executes_the_notebooks_that_read_its_table_though_new_and_by_plain_pandas(
    builds: WarmBuilds, tiny: Study
) -> None:
    assert executed(builds.became(tiny)) == {"01-bridge.ipynb", "report.ipynb"}
    split(tiny)
    assert executed(builds.became(tiny)) == {"01-bridge.ipynb", "02-widening.ipynb", "report.ipynb"}
    crossings = "data/tables/crossings.csv"
    assert readers_of(tiny, crossings) == {"01-bridge.ipynb", "02-widening.ipynb", "report.ipynb"}
    assert "02-widening.ipynb" not in readers_of(tiny, "data/tables/works.csv")

    add_row_like(tiny, "crossings", "club-2012")
    assert executed(builds.became(tiny)) == readers_of(tiny, crossings)
    counted = (tiny.build("base").notebooks / "02-widening.ipynb").read_text(encoding="utf-8")
    assert '"4"' in counted  # rows that pandas counts

    add_row_like(tiny, "works", "painting")
    assert executed(builds.became(tiny)) == {"01-bridge.ipynb", "report.ipynb"}


def test_a_cell_of_one_table_of_the_real_study_executes_only_those_that_opened_it(
    built_anew: Study,
) -> None:
    readers = readers_of(built_anew, "data/tables/labour.csv")
    assert readers == {"05-labour.ipynb", "report.ipynb"}

    key = lines_of(built_anew, "tables/labour.csv")[0]["key"]
    set_cell(built_anew, "tables/labour.csv", key, "note", "Another note.")

    assert rebuild(built_anew) == readers


def test_what_does_not_bear_on_a_result_executes_nothing(built_anew: Study) -> None:
    page = built_anew.build("base").page.read_bytes()
    for path in built_anew.root.rglob("*.csv"):
        os.utime(path)
    for path in built_anew.chapters():
        content = json.loads(path.read_text(encoding="utf-8"))
        content["cells"][0]["source"] = "# Another title"
        path.write_text(json.dumps(content), encoding="utf-8")

    assert rebuild(built_anew) == set()

    assert built_anew.build("base").page.read_bytes() == page
    for path in built_anew.build("base").notebooks.glob("0*.ipynb"):
        assert "# Another title" in path.read_text(encoding="utf-8")


@pytest.fixture
def built_anew(built: Study, tmp_path: Path) -> Study:
    """A copy of the built study, to be changed."""
    study = copy_of(built.root, tmp_path / "built anew")
    shutil.copytree(built.build("base").folder, study.build("base").folder)
    return study
