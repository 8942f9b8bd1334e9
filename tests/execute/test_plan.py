"""What makes an executed notebook stale, and what does not: nothing is executed here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from reportlib.execute import inputs, plan
from reportlib.execute.executor import update_prose
from reportlib.execute.file_tracking import OpenedFiles
from reportlib.execute.inputs import digest_code, digest_file, find_named_parameters
from reportlib.execute.plan import digest_execution, find_reasons, make_plan
from reportlib.execute.state import BuildState, ExecutionRecord
from reportlib.load.parameters import Parameters
from reportlib.study import Study
from tests.conftest import add_row, in_notebook, set_cell

READ = OpenedFiles(
    ("data/tables/works.csv", "data/sources/row_sources.csv", "data/chain/claims.csv"),
    ("reportlib/assess/verdict_rules.py",),
)
"""What the chapter is taken to have opened."""


class Chapter:
    """A chapter of a study, as if it had just been executed."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.notebook = study.chapters()[0]
        self.artefact = study.build("base").executed / self.notebook.name
        self.artefact.parent.mkdir(parents=True)
        self.artefact.write_bytes(self.notebook.read_bytes())
        parameters = Parameters.read(study)
        found = digest_execution(study, self.notebook, READ, (), parameters, parameters.settings())
        self.executed = replace(
            found,
            artefact=digest_file(self.artefact),
            claims={"B1": ("works",), "B2": ("coverage", "works"), "B3": ()},
        )

    @property
    def stale(self) -> list[str]:
        """Why it is stale now, in words without digests."""
        parameters = Parameters.read(self.study)
        found = find_reasons(
            self.study,
            self.notebook,
            self.artefact,
            self.executed,
            parameters,
            parameters.settings(),
        )
        return [reason.what for reason in found]


@pytest.fixture
def chapter(tiny: Study) -> Chapter:
    return Chapter(tiny)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_was_just_executed_is_not_stale(chapter: Chapter) -> None:
    assert chapter.stale == []


def test_touching_and_going_there_and_back_makes_nothing_stale(chapter: Chapter) -> None:
    works = chapter.study.data / "tables" / "works.csv"
    os.utime(works, (1, 1))
    change(works, "2011-06-03", "2011-06-04")
    change(works, "2011-06-04", "2011-06-03")
    os.utime(chapter.notebook)

    assert chapter.stale == []


def test_a_changed_row_of_a_table_that_was_opened_makes_it_stale_and_names_the_claims(
    chapter: Chapter,
) -> None:
    set_cell(chapter.study, "tables/works.csv", "opening", "kind", "repair")

    parameters = Parameters.read(chapter.study)
    (found,) = find_reasons(
        chapter.study, chapter.notebook, chapter.artefact, chapter.executed, parameters,
        parameters.settings(),
    )  # fmt: skip

    assert (found.what, found.claims) == ("data/tables/works.csv", ("B1", "B2"))
    assert f"{found.was[:8]} -> {found.now[:8]}" in str(found)
    assert str(found).endswith(", which B1, B2 rest on")


def test_a_table_that_was_not_opened_does_not_count_nor_do_the_sources_of_its_rows(
    chapter: Chapter,
) -> None:
    set_cell(chapter.study, "tables/crossings.csv", "club-2012", "walkers", "7")
    link = {"table": "crossings", "key": "club-2012", "source": "minutes", "origin": "x"}
    add_row(chapter.study, "sources/row_sources.csv", **link)

    assert chapter.stale == []

    add_row(chapter.study, "sources/row_sources.csv", **{**link, "table": "works"})
    assert chapter.stale == ["data/sources/row_sources.csv"]


def test_a_file_that_is_gone_makes_it_stale(chapter: Chapter) -> None:
    (chapter.study.data / "chain" / "claims.csv").unlink()

    assert chapter.stale == ["data/chain/claims.csv"]


def test_prose_tags_and_outputs_do_not_count_as_code(chapter: Chapter) -> None:
    before = digest_code(chapter.notebook)
    content = json.loads(chapter.notebook.read_text(encoding="utf-8"))
    content["cells"][0]["source"] = "# Another title"
    content["cells"][-1]["metadata"]["tags"] = ["late"]
    content["cells"].append({"cell_type": "markdown", "id": "x", "metadata": {}, "source": "More."})
    chapter.notebook.write_text(json.dumps(content), encoding="utf-8")

    assert digest_code(chapter.notebook) == before
    assert chapter.stale == []


def test_code_counts_and_so_does_which_cell_holds_the_parameters(chapter: Chapter) -> None:
    before = digest_code(chapter.notebook)
    content = json.loads(chapter.notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["metadata"].pop("tags", None)
    chapter.notebook.write_text(json.dumps(content), encoding="utf-8")
    assert digest_code(chapter.notebook) != before

    in_notebook(chapter.study, "len(chapter.data.works)", "len(chapter.data.works) + 0")
    assert chapter.stale == ["its code"]


def test_a_parameter_counts_if_the_code_names_it_and_else_not(chapter: Chapter) -> None:
    parameters = Parameters.read(chapter.study)
    own = {"as_of", "outcomes_until", "source_floor"}
    assert find_named_parameters(chapter.notebook, parameters) == {
        *own,
        "closures",
        "tolerance_days",
    }
    assert find_named_parameters(chapter.study.report, parameters) == own

    change(chapter.study.meanings, "label: a week", "label: seven days")
    assert chapter.stale == ["tolerance_days"]


def test_the_value_of_a_parameter_in_another_set_counts_because_its_results_are_shown(
    chapter: Chapter,
) -> None:
    with chapter.study.parameter_set("hindsight").open("a", encoding="utf-8") as file:
        file.write("closures: any\n")

    assert chapter.stale == ["closures"]


def test_the_environment_counts(chapter: Chapter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "digest_environment", lambda: "another")

    assert chapter.stale == ["the environment"]


def test_of_the_library_those_files_count_that_it_was_executed_with(
    chapter: Chapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = shutil.copytree(inputs.LIBRARY, tmp_path / "reportlib")
    monkeypatch.setattr(inputs, "LIBRARY", library)

    (library / "render" / "cards.py").write_text("", encoding="utf-8")
    assert chapter.stale == []
    (library / "assess" / "verdict_rules.py").write_text("", encoding="utf-8")
    assert chapter.stale == ["reportlib/assess/verdict_rules.py"]


def test_an_executed_notebook_that_was_touched_up_or_lost_is_made_anew(chapter: Chapter) -> None:
    chapter.artefact.write_text("mended by hand", encoding="utf-8")
    assert chapter.stale == ["its executed notebook"]

    chapter.artefact.unlink()
    assert chapter.stale == ["its executed notebook"]


def test_the_report_is_stale_with_its_chapters_and_with_a_chapter_that_is_new(tiny: Study) -> None:
    chapter, build = Chapter(tiny), tiny.build("base")
    parameters = Parameters.read(tiny)
    report = build.executed / tiny.report.name
    report.write_text("executed", encoding="utf-8")
    read = OpenedFiles((tiny.relative(chapter.artefact),), ())
    found = digest_execution(
        tiny, tiny.report, read, parameters.by_name, parameters, parameters.settings()
    )
    memory = BuildState(
        {
            chapter.notebook.name: chapter.executed,
            tiny.report.name: replace(found, artefact=digest_file(report)),
        }
    )

    def stale() -> list[str]:
        asked = make_plan(tiny, build, memory, parameters, parameters.settings())
        return [path.name for path in asked.stale]

    assert stale() == []

    in_notebook(tiny, "len(chapter.data.works)", "len(chapter.data.works) + 0")
    assert stale() == ["01-bridge.ipynb", "report.ipynb"]

    in_notebook(tiny, "len(chapter.data.works) + 0", "len(chapter.data.works)")
    (tiny.notebooks / "02-more.ipynb").write_bytes(chapter.notebook.read_bytes())
    assert stale() == ["02-more.ipynb", "report.ipynb"]


def test_a_memory_that_cannot_be_read_is_none_at_all(tiny: Study) -> None:
    build = tiny.build("base")
    memory = BuildState(
        {"a.ipynb": ExecutionRecord("", {}, {}, {}, "", "", "", {"B1": ("works",)})}, "x"
    )
    memory.write(build)
    assert BuildState.read(build) == memory

    text = build.memory.read_text(encoding="utf-8")
    for other in (
        "",
        "{}",
        '{"notebooks": {"a.ipynb": {}}}',
        text.replace('"library": {}', '"library": "f"'),
    ):
        assert other != text
        build.memory.write_text(other, encoding="utf-8")
        assert BuildState.read(build) == BuildState()


def test_rewording_puts_the_prose_of_today_into_an_executed_notebook(tmp_path: Path) -> None:
    def cell(kind: str, id: str, source: str, **more: object) -> dict[str, object]:
        code: dict[str, object] = {"outputs": [], "execution_count": None}
        code = code if kind == "code" else {}
        return {"cell_type": kind, "id": id, "metadata": {}, "source": source, **code, **more}

    def notebook(name: str, *cells: dict[str, object], **metadata: object) -> Path:
        path = tmp_path / name
        content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    own = {"metadata": {"tags": ["parameters"]}}
    put_in = {"metadata": {"tags": ["injected-parameters"]}, "execution_count": 2}
    six = {"output_type": "execute_result", "data": {"text/plain": "6"}, "metadata": {},
           "execution_count": 3}  # fmt: skip
    new = notebook(
        "new.ipynb", cell("markdown", "t", "# New"), cell("code", "p", "a: int = 1", **own),
        cell("markdown", "m", "And so."), cell("code", "c", "a * 3"),
    )  # fmt: skip
    old = notebook(
        "old.ipynb", cell("markdown", "t", "# Old"),
        cell("code", "p", "a: int = 1", **own, execution_count=1),
        cell("code", "injected-2", "# Parameters\na = 2", **put_in),
        cell("code", "c", "a * 3", execution_count=3, outputs=[six]),
        language_info={"name": "python"},
    )  # fmt: skip

    content = json.loads(update_prose(new, old.read_text(encoding="utf-8")))

    assert [one["id"] for one in content["cells"]] == ["t", "p", "injected-2", "m", "c"]
    assert content["cells"][0]["source"] == ["# New"]
    assert content["cells"][-1]["outputs"][0]["data"] == {"text/plain": ["6"]}
    assert content["metadata"]["language_info"] == {"name": "python"}


HEAVY = ("altair", "frictionless", "jinja2", "nbformat", "pandas", "papermill")


def test_looking_what_is_stale_imports_nothing_that_takes_long(tiny: Study) -> None:
    code = (
        "import sys\n"
        "from reportlib.cli import main\n"
        "assert main(['--study', sys.argv[1], 'build', '--dry-run']) == 0\n"
        f"print(sorted(set(sys.modules) & set({HEAVY})))"
    )
    said = subprocess.check_output([sys.executable, "-c", code, str(tiny.root)], encoding="utf-8")

    assert said.splitlines()[-1] == "[]"
