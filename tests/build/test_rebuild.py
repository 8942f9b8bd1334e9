"""What a build executes after a change: seen, not declared."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from reportlib.study import Study
from tests.conftest import add_row, lines_of, set_cell
from tests.warm_builds import WarmBuilds


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


def test_of_the_real_study_a_table_is_opened_by_its_chapter_and_the_report_alone(
    built: Study,
) -> None:
    assert readers_of(built, "data/tables/labour.csv") == {"05-labour.ipynb", "report.ipynb"}


def test_what_does_not_bear_on_a_result_executes_nothing(
    builds: WarmBuilds, built_tiny: Study
) -> None:
    page = built_tiny.build("base").page.read_bytes()
    for path in built_tiny.data.rglob("*.csv"):
        os.utime(path)
    (chapter,) = built_tiny.chapters()
    content = json.loads(chapter.read_text(encoding="utf-8"))
    content["cells"][0]["source"] = "# Another title"
    chapter.write_text(json.dumps(content), encoding="utf-8")

    assert builds.became(built_tiny) == {"01-bridge.ipynb": "reworded"}

    assert built_tiny.build("base").page.read_bytes() == page
    executed = (built_tiny.build("base").notebooks / chapter.name).read_text(encoding="utf-8")
    assert "# Another title" in executed
