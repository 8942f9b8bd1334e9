"""What happens to a study before it is built."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.bench.projects import LIBRARY, Project
from tests.conftest import lines_of, set_cell

ROW = "one row changed"
SIGN = "#"
"""What is put at the end of something; once more the next time, since to what is as it was before
a build could come back."""


@dataclass(frozen=True)
class Scenario:
    """Something that happens to a study, as often as one likes."""

    name: str
    happen: Callable[[Project], None]


COLD = Scenario("cold", Project.clear)
NOTHING = Scenario("nothing changed", lambda _project: None)


def changes(table: str, column: str) -> list[Scenario]:
    """Return what can change, with a row in a column of text of a table that one chapter reads."""
    return [
        Scenario(ROW, partial(_change_a_row, table=table, column=column)),
        Scenario("prose changed", _change_prose),
        Scenario("one library module changed", _change_the_library),
    ]


def _change_a_row(project: Project, table: str, column: str) -> None:
    file = f"tables/{table}.csv"
    line = lines_of(project.study, file)[-1]
    set_cell(project.study, file, line["key"], column, f"{line[column]}{SIGN}")


def _change_prose(project: Project) -> None:
    path = project.study.chapters()[0]
    content = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in content["cells"] if cell["cell_type"] == "markdown")
    cell["source"] = "".join([*cell["source"], SIGN])
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _change_the_library(project: Project) -> None:
    path = project.root / LIBRARY / "render" / "cards.py"
    path.write_text(f"{path.read_text(encoding='utf-8')}{SIGN}", encoding="utf-8")
