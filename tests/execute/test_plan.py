"""What makes an executed notebook stale, and what does not: nothing is executed here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reportlib.execute import input_snapshot, inputs, plan
from reportlib.execute.executor import update_prose
from reportlib.execute.file_tracking import OpenedFiles
from reportlib.execute.input_snapshot import ConcurrentEdits
from reportlib.execute.inputs import digest_code, digest_file, find_named_parameters
from reportlib.execute.plan import explain_staleness, make_plan, snapshot_execution
from reportlib.execute.state import (
    BuildContext,
    BuildState,
    ExecutionRecord,
    list_changed_inputs,
)
from reportlib.execute.table_copies import keep_copies
from reportlib.load.parameters import Parameters
from reportlib.study import Study
from tests.conftest import add_row, drop_rows, in_notebook, set_cell

READ = OpenedFiles(
    ("data/tables/works.csv", "data/sources/row_sources.csv", "data/chain/claims.csv"),
    ("reportlib/assess/verdict_rules.py",),
)
"""What the chapter is taken to have opened."""


class Chapter:
    """A chapter of a study, as if it had just been executed."""

    def __init__(self, study: Study) -> None:
        self.study, self.build = study, study.build("base")
        self.notebook = study.chapters()[0]
        self.artefact = self.build.executed / self.notebook.name
        self.artefact.parent.mkdir(parents=True)
        self.artefact.write_bytes(self.notebook.read_bytes())
        context = BuildContext.read(study, "base")
        self.executed = ExecutionRecord(
            **vars(snapshot_execution(context, self.notebook, READ, ())),
            artefact=digest_file(self.artefact),
            claims={"B1": ("works",), "B2": ("coverage", "works"), "B3": ()},
        )
        BuildState({self.notebook.name: self.executed}).write(self.build)
        keep_copies(study, self.build, [self.executed])

    @property
    def stale(self) -> list[str]:
        """The reasons for which it is stale now."""
        context = BuildContext.read(self.study, "base")
        return [str(reason) for reason in explain_staleness(context, self.notebook)]


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


def test_a_changed_row_of_a_table_that_was_opened_is_named_with_its_columns_and_the_claims(
    chapter: Chapter,
) -> None:
    set_cell(chapter.study, "tables/works.csv", "opening", "kind", "repair")

    assert chapter.stale == [
        "data/tables/works.csv: row opening changed (kind) (B1, B2 rest on it)"
    ]


def test_rows_that_were_added_or_removed_are_named_and_many_are_counted(chapter: Chapter) -> None:
    drop_rows(chapter.study, "tables/works.csv", "painting")
    for key in ("a", "b", "c", "d", "e"):
        add_row(chapter.study, "tables/works.csv", key=key)

    assert chapter.stale == [
        "data/tables/works.csv: rows a, b, c, and 2 more were added, row painting was removed "
        "(B1, B2 rest on it)"
    ]


def test_one_more_source_of_a_row_is_told_as_a_change_of_its_links(chapter: Chapter) -> None:
    add_row(chapter.study, "sources/row_sources.csv", table="works", key="opening", source="x")

    assert chapter.stale == [
        "data/sources/row_sources.csv: row works#opening changed (B1, B2, B3 rest on it)"
    ]


def test_of_a_table_without_a_copy_or_with_the_same_rows_only_the_change_is_told(
    chapter: Chapter,
) -> None:
    works = chapter.study.data / "tables" / "works.csv"
    works.write_bytes(works.read_bytes().replace(b"\n", b"\r\n"))
    told = ["data/tables/works.csv: its content changed (B1, B2 rest on it)"]
    assert chapter.stale == told

    set_cell(chapter.study, "tables/works.csv", "opening", "kind", "repair")
    shutil.rmtree(chapter.build.copies)
    assert chapter.stale == told


def test_copies_are_kept_of_the_state_that_was_executed_with_and_of_no_other(
    chapter: Chapter,
) -> None:
    copies = sorted(chapter.build.copies.iterdir())
    assert len(copies) == len([name for name in READ.study if name.endswith(".csv")])
    set_cell(chapter.study, "tables/works.csv", "opening", "kind", "repair")

    keep_copies(chapter.study, chapter.build, [chapter.executed])
    assert sorted(chapter.build.copies.iterdir()) == copies
    keep_copies(chapter.study, chapter.build, [])
    assert list(chapter.build.copies.iterdir()) == []


def test_a_name_of_the_study_does_not_steer_the_terminal(chapter: Chapter) -> None:
    add_row(chapter.study, "tables/works.csv", key="\x1b[31m\u202ered")

    assert "rows" not in chapter.stale[0]
    assert "row \ufffd[31m\ufffdred was added" in chapter.stale[0]


def test_a_table_that_was_not_opened_does_not_count_nor_do_the_sources_of_its_rows(
    chapter: Chapter,
) -> None:
    set_cell(chapter.study, "tables/crossings.csv", "club-2012", "walkers", "7")
    link = {"table": "crossings", "key": "club-2012", "source": "minutes", "origin": "x"}
    add_row(chapter.study, "sources/row_sources.csv", **link)

    assert chapter.stale == []

    add_row(chapter.study, "sources/row_sources.csv", **{**link, "table": "works"})
    assert chapter.stale == [
        "data/sources/row_sources.csv: row works#club-2012 was added (B1, B2, B3 rest on it)"
    ]


def test_a_file_that_is_gone_makes_it_stale(chapter: Chapter) -> None:
    (chapter.study.data / "chain" / "claims.csv").unlink()

    assert chapter.stale == ["data/chain/claims.csv: it is gone (B1, B2, B3 rest on it)"]


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
    assert chapter.stale == ["its code changed"]


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
    assert chapter.stale == [
        "parameter tolerance_days: its meaning, or its value in another set, changed "
        "(B1, B2, B3 rest on it)"
    ]


def test_the_old_and_the_new_value_of_a_parameter_are_told(chapter: Chapter) -> None:
    change(chapter.study.parameter_set("base"), "closures: whole", "closures: any")

    assert chapter.stale[0].startswith("parameter closures: value was 'whole', is 'any' (B1, ")


def test_the_value_of_a_parameter_in_another_set_counts_because_its_results_are_shown(
    chapter: Chapter,
) -> None:
    with chapter.study.parameter_set("hindsight").open("a", encoding="utf-8") as file:
        file.write("closures: any\n")

    (reason,) = chapter.stale
    assert reason.startswith("parameter closures: its meaning, or its value in another set, ")


def test_the_environment_counts(chapter: Chapter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "digest_environment", lambda: "another")

    assert chapter.stale == ["the environment: its lock, or Python's version, changed"]


def test_of_the_library_those_files_count_that_it_was_executed_with(
    chapter: Chapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = shutil.copytree(inputs.LIBRARY, tmp_path / "reportlib")
    monkeypatch.setattr(inputs, "LIBRARY", library)
    monkeypatch.setattr(inputs, "_PROJECT", tmp_path)

    (library / "render" / "cards.py").write_text("", encoding="utf-8")
    assert chapter.stale == []
    (library / "assess" / "verdict_rules.py").write_text("", encoding="utf-8")
    assert chapter.stale == ["the library: 1 module (reportlib/assess/verdict_rules.py)"]


def test_an_executed_notebook_that_was_touched_up_or_lost_is_made_anew(chapter: Chapter) -> None:
    chapter.artefact.write_text("mended by hand", encoding="utf-8")
    assert chapter.stale == ["its executed notebook was altered or is gone"]

    chapter.artefact.unlink()
    assert chapter.stale == ["its executed notebook was altered or is gone"]


def test_the_report_is_stale_with_its_chapters_and_with_a_chapter_that_is_new(tiny: Study) -> None:
    chapter, build = Chapter(tiny), tiny.build("base")
    report = build.executed / tiny.report.name
    report.write_text("executed", encoding="utf-8")
    context = BuildContext.read(tiny, "base")
    read = OpenedFiles((tiny.relative(chapter.artefact),), ())
    snapshot = snapshot_execution(context, tiny.report, read, context.parameters.by_name)
    record = ExecutionRecord(**vars(snapshot), artefact=digest_file(report))
    context.state.notebooks[tiny.report.name] = record
    context.state.write(build)

    def stale() -> list[str]:
        return [path.name for path in make_plan(BuildContext.read(tiny, "base")).stale]

    assert stale() == []

    in_notebook(tiny, "len(chapter.data.works)", "len(chapter.data.works) + 0")
    assert stale() == ["01-bridge.ipynb", "report.ipynb"]

    in_notebook(tiny, "len(chapter.data.works) + 0", "len(chapter.data.works)")
    (tiny.notebooks / "02-more.ipynb").write_bytes(chapter.notebook.read_bytes())
    assert stale() == ["02-more.ipynb", "report.ipynb"]


def test_a_state_that_cannot_be_read_is_none_at_all(tiny: Study) -> None:
    build = tiny.build("base")
    record = ExecutionRecord({}, {}, "", {"closures": ("whole", "")}, claims={"B1": ("works",)})
    state = BuildState({"a.ipynb": record}, "x")
    state.write(build)
    assert BuildState.read(build) == state

    text = build.state.read_text(encoding="utf-8")
    for other in (
        "",
        "{}",
        '{"notebooks": {"a.ipynb": {}}}',
        text.replace('"library": {}', '"library": "f"'),
    ):
        assert other != text
        build.state.write_text(other, encoding="utf-8")
        assert BuildState.read(build) == BuildState()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"artefacts": {}}', '{"notebooks": {}, "artefacts": [], "inputs": []}']
)
def test_a_run_record_that_cannot_be_read_is_none_at_all(text: str, tiny: Study) -> None:
    build = tiny.build("base")
    build.folder.mkdir(parents=True)
    build.manifest.write_text(text, encoding="utf-8")

    assert make_plan(BuildContext.read(tiny, "base")).unpublished
    assert list_changed_inputs(tiny, build) == []


@pytest.mark.parametrize("undone", [False, True])
def test_an_edit_during_a_build_is_seen_though_it_keeps_size_and_time_or_is_undone(
    undone: bool, chapter: Chapter
) -> None:
    works = chapter.study.data / "tables" / "works.csv"
    edits, before, content = ConcurrentEdits(chapter.study), works.stat(), works.read_bytes()
    assert edits.files == []

    works.write_bytes(content.replace(b"2011-06-03", b"2011-06-04"))
    if undone:
        works.write_bytes(content)
    else:
        os.utime(works, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert works.stat().st_size == before.st_size

    assert edits.files == ["data/tables/works.csv"]
    BuildState({chapter.notebook.name: edits.withdraw_digests(chapter.executed)}).write(
        chapter.build
    )
    assert chapter.stale == [
        "data/tables/works.csv: it was saved while the notebook ran (B1, B2 rest on it)"
    ]


def test_an_edit_of_parameters_or_library_during_a_build_makes_stale_what_was_executed(
    chapter: Chapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = ConcurrentEdits(chapter.study)
    with chapter.study.parameter_set("base").open("a", encoding="utf-8") as file:
        file.write("# in other words\n")
    monkeypatch.setattr(input_snapshot, "digest_library", lambda: "another")

    record = edits.withdraw_digests(chapter.executed)

    BuildState({chapter.notebook.name: record}).write(chapter.build)
    assert chapter.stale[0] == "the library: 1 module (reportlib/assess/verdict_rules.py)"
    assert len(chapter.stale) == 1 + len(record.parameters)
    assert all(": it was saved while the notebook ran (" in reason for reason in chapter.stale[1:])


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
        cell("code", "injected-2", '# Parameters\nparameter_set = "base"\na = 2', **put_in),
        cell("code", "c", "a * 3", execution_count=3, outputs=[six]),
        language_info={"name": "python"},
    )  # fmt: skip

    content = json.loads(update_prose(new, old.read_text(encoding="utf-8"), "strict"))

    assert [one["id"] for one in content["cells"]] == ["t", "p", "injected-2", "m", "c"]
    assert content["cells"][0]["source"] == ["# New"]
    assert content["cells"][2]["source"][1:] == ['parameter_set = "strict"\n', "a = 2"]
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
