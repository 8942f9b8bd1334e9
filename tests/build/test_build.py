"""The build from end to end, on the tiny study: what it makes, refuses and leaves alone."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reportlib.cli import main
from reportlib.errors import BadNotebook
from reportlib.lint.notebook_contract import check_notebooks
from reportlib.publish.exports import format_csv
from reportlib.study import Study
from tests.conftest import TINY, set_cell
from tests.warm_builds import WarmBuilds, said

CHAPTER = "01-bridge.ipynb"
Cells = list[dict[str, Any]]


def edit(study: Study, change: Callable[[Cells], object], notebook: str = CHAPTER) -> None:
    """Change the cells of a notebook; their sources are whole strings here."""
    path = study.notebooks / notebook
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    change(content["cells"])
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def replace(study: Study, old: str, new: str, notebook: str = CHAPTER) -> None:
    """Replace text wherever it stands in a notebook's cells."""

    def change(cells: Cells) -> None:
        assert any(old in cell["source"] for cell in cells), old
        for cell in cells:
            cell["source"] = cell["source"].replace(old, new)

    edit(study, change, notebook)


def artefacts(study: Study) -> dict[str, bytes]:
    """Every published file below build/base, by path, without run.json: it alone holds times."""
    folder = study.build("base").folder
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json" and ".work" not in path.parts
    }


@pytest.fixture
def built(built_tiny: Study) -> Study:
    """A tiny study of yesterday, with all that its build made."""
    return built_tiny


def test_a_build_makes_page_findings_run_record_notebooks_and_figures(
    two_builds: tuple[Study, Study],
) -> None:
    study, _ = two_builds
    assert sorted(artefacts(study)) == [
        "figures/argument-drawing.csv",
        "figures/crossings.csv",
        "findings.csv",
        "findings.json",
        "findings.schema.json",
        "notebooks/01-bridge.ipynb",
        "notebooks/report.ipynb",
        "report.html",
        "sources.bib",
        "sources.csl.json",
        "sources.csv",
        "tables/coverage.csv",
        "tables/crossings.csv",
        "tables/works.csv",
    ]
    manifest = json.loads(study.build("base").manifest.read_text(encoding="utf-8"))
    assert sorted(manifest["artefacts"]) == sorted(artefacts(study))
    assert "data/tables/works.csv" in manifest["inputs"]
    page = study.build("base").page.read_text(encoding="utf-8")
    for claim in ("B1", "B2", "B3"):
        assert f'id="{claim}"' in page


def test_a_sentence_with_bound_numbers_is_the_same_in_jupyterlab_and_on_the_page(
    two_builds: tuple[Study, Study],
) -> None:
    sentence = "The bridge was opened on 3 June 2011; 2 rows bear on its closures."
    study, _ = two_builds
    build_of = study.build("base")
    cells = json.loads((build_of.notebooks / CHAPTER).read_text(encoding="utf-8"))["cells"]
    (output,) = next(cell["outputs"] for cell in cells if cell["id"] == "b3-say")
    shown = {kind: "".join(output["data"][kind]) for kind in ("text/plain", "text/html")}
    page = build_of.page.read_text(encoding="utf-8")
    card = page.partition('id="B1"')[2].partition("</article>")[0]

    assert shown["text/plain"] == sentence
    assert re.sub("<[^>]+>", "", shown["text/html"]).strip() == sentence
    assert f'<p class="rl-reason rl-published">{sentence}</p>' in card


def test_a_build_leaves_what_people_keep_as_it_was(two_builds: tuple[Study, Study]) -> None:
    for study in two_builds:
        assert {path.name for path in study.root.iterdir()} == {
            "build",
            "data",
            "notebooks",
            "params",
        }
        for folder in (study.data, study.params, study.notebooks):
            kept = {p.relative_to(study.root): p.read_bytes() for p in files_below(folder)}
            original = TINY / folder.name
            assert kept == {p.relative_to(TINY): p.read_bytes() for p in files_below(original)}


def times_of_change(study: Study) -> dict[Path, int]:
    """When the folders that people keep, and all in them, changed last: what make goes by."""
    kept = (study.data, study.params, study.notebooks)
    return {p: p.stat().st_ctime_ns for top in kept for p in (top, *top.rglob("*"))}


def files_below(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and ".ipynb_checkpoints" not in p.parts)


def test_findings_say_of_each_claim_its_state_value_parameters_rows_sources_and_reason(
    two_builds: tuple[Study, Study],
) -> None:
    build_of = two_builds[0].build("base")
    whole = json.loads(build_of.findings.read_text(encoding="utf-8"))
    assert [claim["id"] for claim in whole["claims"]] == ["B1", "B2", "B3"]
    wanted = ("id", "kind", "state", "value", "parameters", "rows", "sources", "reason")
    assert all(name in claim for claim in whole["claims"] for name in wanted)
    opened, closed, judged = whole["claims"]
    assert {name: opened[name] for name in wanted[:-1]} == {
        "id": "B1",
        "kind": "factual-date",
        "state": "not supported as written",
        "value": "2011-06-03",
        "parameters": {"tolerance_days": 0},
        "rows": ["works#opening"],
        "sources": ["gazette_opening", "town_log"],
    }
    assert "3 June 2011" in opened["reason"]
    assert (closed["value"], closed["parameters"]) == (0, {"closures": "whole"})
    assert judged["value"] is None
    with build_of.findings_table.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(line["id"], line["state"], line["rows"]) for line in table] == [
        (claim["id"], claim["state"], ";".join(claim["rows"])) for claim in whole["claims"]
    ]


TRIED = """\
B1  not supported as written
  settings that agree  1 of 2; of those that the text allows 1 of 1
  turned by            “Tolerance in days” taken as “a week” gives “supported with a caveat”, against the text
  without one origin   without Town of Millford (its own act or count): not settled (weak)
  better sources only  the same answer with nothing below grade B or A
  canary               its row is heard
  then and now         the same
B2  depends on the definition
  settings that agree  1 of 2
  turned by            “Closed” taken as “closed to anybody” gives “not supported as written”
  without one origin   without Town of Millford (its own act or count): not settled (no data)
  better sources only  the same answer with nothing below grade B or A
  canary               each of 2 rows is heard; a row put in is heard
  then and now         the same
"""  # noqa: E501


def test_the_command_robustness_prints_what_was_tried_on_every_checkable_claim(
    two_builds: tuple[Study, Study], capsys: pytest.CaptureFixture[str]
) -> None:
    for study in two_builds:
        assert main(["--study", str(study.root), "robustness"]) == 0
        said = capsys.readouterr()
        assert (said.out, said.err) == (TRIED, "")


def test_the_command_robustness_prints_nothing_that_a_terminal_would_obey(
    built: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    meanings = built.meanings.read_text(encoding="utf-8")
    meanings = meanings.replace("label: Closed", r'label: "\e[31mClosed\u202e"')
    built.meanings.write_text(meanings, encoding="utf-8")

    assert main(["--study", str(built.root), "robustness"]) == 0
    said = capsys.readouterr()
    assert "[31mClosed” taken as “closed to anybody” gives" in said.out
    assert re.search("[\x1b\u202e]", said.out) is None
    assert said.err == "note: changed since that run: params/parameters.yaml\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "01-bridge.ipynb has not been run: `make report` runs it."),
        (["--set", "hindsigth"], 'Did you mean "hindsight"?'),
    ],
)
def test_the_command_robustness_says_what_it_needs(
    arguments: list[str], told: str, tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--study", str(tiny.root), "robustness", *arguments]) == 1
    assert told in capsys.readouterr().err


def test_a_cell_that_fails_leaves_the_page_as_it_was_and_an_account_beside_it(
    builds: WarmBuilds, built: Study
) -> None:
    before = artefacts(built)
    replace(built, "len(chapter.data.works)", "len(chapter.data.work)")
    assert builds.run(built) == 1
    # Counted as the kernel does, which has run papermill's own parameters cell, too.
    assert "notebooks/01-bridge.ipynb, cell [4]" in said(built)
    assert 'There is no table “work”. Did you mean "works"?' in said(built)
    after = artefacts(built)
    failure = after.pop("failure.html").decode()
    assert after == before
    for word in ("notebooks/01-bridge.ipynb", "cell [4]", "len(chapter.data.work)", "no table"):
        assert word in failure


def test_a_notebook_that_records_nothing_is_named(builds: WarmBuilds, built: Study) -> None:
    page = built.build("base").page.read_bytes()

    def drop_cards(cells: Cells) -> None:
        for cell in cells:
            cell["source"] = cell["source"].replace("\n\n\nchapter.card(", "\n\n\n# (")
        cells[:] = [
            cell
            for cell in cells
            if not cell["source"].startswith(("chapter.card(", "chapter.say("))
        ]

    edit(built, drop_cards)
    assert builds.run(built) == 1
    assert "notebooks/01-bridge.ipynb: recorded no claim" in said(built)
    assert built.build("base").page.read_bytes() == page
    failure = built.build("base").failure.read_text(encoding="utf-8")
    assert "notebooks/01-bridge.ipynb" in failure
    assert "recorded no claim" in failure


def test_a_report_in_which_nothing_is_settled_is_refused_and_its_claims_are_named(
    builds: WarmBuilds, built: Study
) -> None:
    before = {path: path.read_bytes() for path in published(built)}
    set_cell(built, "sources/classes.csv", "own_act", "grade", "D")  # no word of the town's counts

    assert builds.run(built) == 1

    told = "not one checkable claim is settled, of B1 and B2"
    assert f"The report: {told}" in said(built)
    assert told in built.build("base").failure.read_text(encoding="utf-8")
    assert {path: path.read_bytes() for path in published(built)} == before


def published(study: Study) -> list[Path]:
    build_of = study.build("base")
    return [build_of.page, build_of.findings, build_of.findings_table, build_of.manifest]


def test_one_claim_that_is_settled_is_enough_for_a_report(builds: WarmBuilds, built: Study) -> None:
    set_cell(built, "sources/classes.csv", "press", "grade", "A")
    set_cell(built, "sources/classes.csv", "press", "primary", "yes")
    set_cell(built, "sources/classes.csv", "own_act", "grade", "D")

    assert builds.run(built) == 0
    whole = json.loads(built.build("base").findings.read_text(encoding="utf-8"))
    assert [claim["state"] for claim in whole["claims"][:2]] == [
        "not supported as written",
        "not settled",
    ]


def test_a_good_build_clears_away_an_old_failure_and_what_came_of_notebooks_and_figures_now_gone(
    builds: WarmBuilds, built: Study
) -> None:
    built.build("base").failure.write_text("yesterday's", encoding="utf-8")
    (built.notebooks / CHAPTER).rename(built.notebooks / "02-bridge.ipynb")
    replace(built, '    "crossings",\n', '    "walkers",\n', "02-bridge.ipynb")
    replace(built, 'report.figure("crossings")', 'report.figure("walkers")', "report.ipynb")
    before = times_of_change(built)
    assert builds.run(built) == 0
    assert times_of_change(built) == before, "make would take this for a change, and build again"
    assert sorted(artefacts(built)) == [
        "figures/argument-drawing.csv",
        "figures/walkers.csv",
        "findings.csv",
        "findings.json",
        "findings.schema.json",
        "notebooks/02-bridge.ipynb",
        "notebooks/report.ipynb",
        "report.html",
        "sources.bib",
        "sources.csl.json",
        "sources.csv",
        "tables/coverage.csv",
        "tables/crossings.csv",
        "tables/works.csv",
    ]
    manifest = json.loads(built.build("base").manifest.read_text(encoding="utf-8"))
    assert sorted(manifest["artefacts"]) == sorted(artefacts(built))


def assert_nothing_ran(study: Study) -> None:
    """There is an account of the failure, and nothing else."""
    assert sorted(artefacts(study)) == ["failure.html"]
    assert not study.build("base").work.exists()


def test_prose_of_the_report_is_new_also_where_a_chapter_gives_again_what_the_report_had_read(
    builds: WarmBuilds, built: Study
) -> None:
    replace(built, "len(chapter.data.works)", "len(chapter.data.works) + 1")
    replace(built, "report.outline()", "1 / 0", "report.ipynb")
    assert builds.run(built) == 1  # once the chapter was executed
    replace(built, "len(chapter.data.works) + 1", "len(chapter.data.works)")
    replace(built, "1 / 0", "report.outline()", "report.ipynb")
    replace(built, "## Then and now", "## Now and then", "report.ipynb")

    assert builds.run(built) == 0

    assert ">Now and then</h2>" in built.build("base").page.read_text(encoding="utf-8")


def test_bad_parameters_stop_the_build_before_anything_ran(builds: WarmBuilds, tiny: Study) -> None:
    base = tiny.parameter_set("base")
    text = base.read_text(encoding="utf-8")
    text = text.replace("closures: whole", "closure: whole").replace('"2015-03-01"', "2015-03-01")
    base.write_text(text, encoding="utf-8")
    assert builds.run(tiny) == 1
    assert "params/base.yaml, closure: is not a parameter. Did you mean" in said(tiny)
    assert "params/base.yaml, as_of: the day 2015-03-01 must stand in quotes" in said(tiny)
    assert "params/base.yaml, closures: has no value" in said(tiny)
    assert "(3 faults)" in said(tiny)
    assert_nothing_ran(tiny)


def test_bad_data_stop_the_build_before_anything_ran(builds: WarmBuilds, tiny: Study) -> None:
    set_cell(tiny, "tables/works.csv", "repair", "kind", "repairs")
    set_cell(tiny, "chain/evidence.csv", "b3-letter", "target", "crossings#leter")
    assert builds.run(tiny) == 1
    assert 'data/tables/works.csv, row 3, column kind: "repairs" is not allowed' in said(tiny)
    assert "Allowed: opening, repair, painting." in said(tiny)
    assert (
        'data/chain/evidence.csv, row 5, column target: "crossings#leter" is not there. '
        'Did you mean "letter"?'
    ) in said(tiny)
    assert "(2 faults)" in said(tiny)
    assert_nothing_ran(tiny)


def test_a_broken_contract_stops_the_build_before_anything_ran(
    builds: WarmBuilds, tiny: Study
) -> None:
    replace(tiny, "import altair as alt", "import os\n\nimport altair as alt")
    replace(tiny, "tolerance_days: int = 0", "tolerance_days: int = 7")
    assert builds.run(tiny) == 1
    assert "notebooks/01-bridge.ipynb, cell 3: imports os" in said(tiny)
    assert "parameters, tolerance_days: is 7, and params/base.yaml has 0" in said(tiny)
    assert "(2 faults)" in said(tiny)
    assert_nothing_ran(tiny)


def test_an_unknown_parameter_set_is_answered_with_those_that_are_there(
    builds: WarmBuilds, tiny: Study
) -> None:
    assert builds.run(tiny, "--set", "zzz") == 1
    assert "there is no set “zzz”. Known: base, hindsight." in said(tiny)
    assert builds.run(tiny, "--set", "hindsigth") == 1
    assert 'Did you mean "hindsight"?' in said(tiny)
    assert not tiny.build("base").folder.exists()


def in_parameters(old: str, new: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        cell = next(c for c in cells if "parameters" in c["metadata"].get("tags", []))
        assert old in cell["source"], old
        cell["source"] = cell["source"].replace(old, new)

    return change


def in_cell(id: str, old: str, new: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        cell = next(c for c in cells if c["id"] == id)
        assert old in cell["source"], old
        cell["source"] = cell["source"].replace(old, new)

    return change


def with_output(cells: Cells) -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": "3\n"}
    next(c for c in cells if c["id"] == "rows-count")["outputs"] = [printed]


def without_tag(cells: Cells) -> None:
    for cell in cells:
        cell["metadata"].pop("tags", None)


def renamed_argument(cells: Cells) -> None:
    """Rename an argument of a test to what is no parameter, and all that reads it."""
    in_cell("b2-test", "closures=closures", "closures=closure")(cells)
    in_cell("b2-test", "(data, closures)", "(data, closure)")(cells)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (with_output, "cell 5: holds outputs. Strip them"),
        (in_parameters('floor: str = "C"', 'floor: str = "C=B"'), "is not read by papermill"),
        (in_parameters("days: int = 0", "days: int | None = 0"), "no union types"),
        (in_parameters("2015-03-01", "2015-03-02"), "is '2015-03-02', and params/base.yaml has"),
        (in_parameters("tolerance_days", "tolerance_day"), 'Did you mean "tolerance_days"?'),
        (without_tag, "has 0 cells tagged “parameters”, and needs one"),
        (
            in_cell("rows-count", "len(", "def double(x):\n    return 2 * x\n\n\nlen("),
            "cell 5, double: is a function that is no claim's test",
        ),
        (in_cell("open", "import pandas", "import os.path\nimport pandas"), "imports os.path"),
        (in_cell("open", "import pandas", "from time import time\nimport pandas"), "imports time"),
        (in_cell("open", "import pandas", "import polars\nimport pandas"), "imports polars, which"),
        (
            in_cell("rows-count", "len(", 'pandas.read_parquet("works.parquet")\nlen('),
            "calls read_parquet, which opens files below Python",
        ),
        (
            renamed_argument,
            'closures_since_the_repair: closure is not a parameter. Did you mean "closures"?',
        ),
        (in_cell("rows-count", "len(", "len(("), "is not Python"),
        (in_cell("b1-test", "data.works", "works"), "reads works"),
    ],
)
def test_a_notebook_that_breaks_its_contract_is_told_where_and_how(
    change: Callable[[Cells], None], fault: str, tiny: Study
) -> None:
    edit(tiny, change)
    with pytest.raises(BadNotebook) as caught:
        check_notebooks(tiny)
    (only,) = caught.value.faults
    assert only.where.startswith("notebooks/01-bridge.ipynb")
    assert fault in str(only)


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+A1", "-1e", "@SUM(A1)", "\t=1"])
def test_a_cell_that_a_spreadsheet_could_run_gets_a_quote(cell: str) -> None:
    (line,) = csv.reader([format_csv(["name"], [[cell]]).partition("\n")[2]])
    assert line == ["'" + cell]


@pytest.mark.parametrize("cell", ["-1", "+1", "-3.25", "-1e-5", "1-2", "a=b"])
def test_a_number_or_a_word_goes_without(cell: str) -> None:
    (line,) = csv.reader([format_csv(["name"], [[cell]]).partition("\n")[2]])
    assert line == [cell]
    assert format_csv(["name"], [["1+1"]]) == "name\n1+1\n"
