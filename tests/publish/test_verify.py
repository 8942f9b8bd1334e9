"""Whether a page is what today's inputs give: told from the page alone, wherever it lies."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportlib.cli import main
from reportlib.execute import input_snapshot
from reportlib.execute.plan import plan_build
from reportlib.publish.verify import verify
from reportlib.study import Study
from tests.conftest import add_row, drop_rows, in_notebook, set_cell
from tests.warm_builds import WarmBuilds


@pytest.fixture
def page(built_tiny: Study, tmp_path: Path) -> Path:
    """A copy of the page that was mailed to somebody: nothing lies beside it."""
    return Path(shutil.copy(built_tiny.build("base").page, tmp_path / "from a mail.html"))


def differences(study: Study, page: Path) -> list[str]:
    return list(verify(study, page).differences)


def in_prose(notebook: Path, old: str, new: str) -> None:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = "".join(cell["source"]).replace(old, new)
    notebook.write_text(json.dumps(content), encoding="utf-8")


def comment(file: Path) -> None:
    file.write_text(f"# in other words\n{file.read_text(encoding='utf-8')}", encoding="utf-8")


def test_a_page_is_fresh_while_nothing_has_changed(
    built_tiny: Study, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--study", str(built_tiny.root), "verify", str(page)]) == 0
    said = capsys.readouterr()
    assert re.fullmatch(
        rf"{re.escape(str(page))} is fresh: set base, edition [0-9a-f]{{16}}; its 23 inputs are "
        r"as they were\.\n",
        said.out,
    )
    assert said.err == ""


def test_the_page_prints_the_edition_that_it_carries(built_tiny: Study, page: Path) -> None:
    edition = verify(built_tiny, page).made_from.edition

    html = page.read_text(encoding="utf-8")
    assert f"Parameter set base, edition <code>{edition}</code>." in html
    assert f"<dt>Edition</dt><dd><code>{edition}</code>" in html


def test_a_changed_row_is_named_by_its_table_with_the_claims_that_it_touches(
    built_tiny: Study, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_cell(built_tiny, "tables/works.csv", "opening", "note", "in other words")

    assert main(["--study", str(built_tiny.root), "verify", str(page)]) == 1
    head, told = capsys.readouterr().out.splitlines()
    assert " is stale (set base, edition " in head
    assert told.removeprefix("  data/tables/works.csv: ") == (
        "its content changed; B1 and B2 rest on it, and B3 on these"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda study: add_row(study, "sources/sources.csv", source="new", title="New"),
            ["data/sources/sources.csv: its content changed; every claim may turn on it"],
        ),
        (
            lambda study: set_cell(study, "chain/claims.csv", "B1", "method", "Otherwise."),
            ["data/chain/claims.csv: its content changed; every claim may turn on it"],
        ),
        (
            lambda study: (study.data / "tables" / "crossings.csv").unlink(),
            ["data/tables/crossings.csv: it is gone; B3 rests on it"],
        ),
        (
            lambda study: (study.data / "tables" / "new.csv").write_text("key\n", "utf-8"),
            ["data/tables/new.csv: it is new; no claim rests on it"],
        ),
        (
            lambda study: (study.data / "a list.txt").write_text("one\n", "utf-8"),
            ["data/a list.txt: it is new; every claim may turn on it"],
        ),
        (
            lambda study: shutil.copy(study.parameter_set("hindsight"), study.params / "b.yaml"),
            ["params/b.yaml: it is new; every claim may turn on it"],
        ),
        (
            lambda study: in_notebook(study, "len(chapter.data.works)", "0"),
            ["notebooks/01-bridge.ipynb: its code changed; B1, B2 and B3 rest on it"],
        ),
        (
            lambda study: in_prose(study.report, "How many crossed it", "Who crossed it"),
            ["notebooks/report.ipynb: its prose changed; no claim rests on it"],
        ),
        (
            lambda study: study.lock.write_text("{}", encoding="utf-8"),
            ["verdicts.lock.json: it is new; no claim rests on it"],
        ),
    ],
    ids=["source", "ledger", "gone", "new", "a list", "set", "code", "prose", "lock"],
)
def test_every_other_input_is_named_with_what_it_touches(
    change: Callable[[Study], Any], told: list[str], built_tiny: Study, page: Path
) -> None:
    change(built_tiny)

    assert differences(built_tiny, page) == told


def test_another_library_or_environment_may_touch_every_claim(
    built_tiny: Study, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_snapshot, "digest_library", lambda: "another")
    monkeypatch.setattr(input_snapshot, "digest_environment", lambda: "another")

    assert differences(built_tiny, page) == [
        "the environment: its lock, or Python's version, changed; every claim may turn on it",
        "the library: its content changed; every claim may turn on it",
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda study: None,
        lambda study: comment(study.parameter_set("base")),
        lambda study: comment(study.meanings),
        lambda study: in_prose(study.report, "How many crossed it", "Who crossed it"),
        lambda study: set_cell(study, "tables/crossings.csv", "club-2012", "walkers", "7"),
        lambda study: drop_rows(study, "sources/row_sources.csv", "letter"),
        lambda study: (study.data / "tables" / "new.csv").write_text("key\n", encoding="utf-8"),
    ],
    ids=["nothing", "comment", "comment on meanings", "prose", "row", "link", "table"],
)
def test_a_page_is_fresh_exactly_if_a_build_would_leave_it_as_it_is(
    change: Callable[[Study], Any], built_tiny: Study, page: Path
) -> None:
    change(built_tiny)

    assert verify(built_tiny, page).fresh is plan_build(built_tiny, "base").idle


def test_a_page_that_was_altered_is_not_fresh_though_its_inputs_are_as_they_were(
    built_tiny: Study, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = page.read_text(encoding="utf-8")
    page.write_text(html.replace("not supported as written", "supported"), encoding="utf-8")

    assert main(["--study", str(built_tiny.root), "verify", str(page)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert " was altered after it was made (set base, edition " in first
    assert second == "What it was made from is as it was: its 23 inputs."


def test_a_page_of_any_set_is_held_against_the_same_study(
    builds: WarmBuilds, built_tiny: Study
) -> None:
    assert builds.run(built_tiny, "--set", "hindsight") == 0

    found = verify(built_tiny, built_tiny.build("hindsight").page)

    assert (found.made_from.set_name, found.fresh) == ("hindsight", True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"\xff\xfe", "is no page: it is not text."),
        (b"<!doctype html><title>Another page</title>", "is no page of this library"),
    ],
)
def test_what_is_no_page_ends_with_two_and_says_why(
    content: bytes | None,
    told: str,
    tiny: Study,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (tmp_path / "x.html").write_bytes(content)

    assert main(["--study", str(tiny.root), "verify", str(tmp_path / "x.html")]) == 2
    assert told in capsys.readouterr().err


def test_a_page_of_another_study_or_no_study_at_all_ends_with_two(
    real: Study, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--study", str(real.root), "verify", str(page)]) == 2
    assert "is a page of the study “footbridge”" in capsys.readouterr().err
    assert main(["--study", str(tmp_path), "verify", str(page)]) == 2
    assert "is no study" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"claims":{"B1":["notebooks', '"claims":7,"x":{"B1":["notebooks'),
        ('"inputs":{', '"inputs":[1],"y":{'),
        ('"set_name"', '"s"'),
    ],
)
def test_a_record_in_another_form_is_told_and_no_error_of_python(
    old: str, new: str, built_tiny: Study, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = page.read_text(encoding="utf-8")
    assert html.count(old) == 1
    page.write_text(html.replace(old, new), encoding="utf-8")

    assert main(["--study", str(built_tiny.root), "verify", str(page)]) == 2
    assert "does not say what it is made from as this version" in capsys.readouterr().err


def test_nothing_that_a_terminal_would_obey_is_printed_of_a_page(
    built_tiny: Study, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = page.read_text(encoding="utf-8")
    page.write_text(html.replace('"set_name":"base"', r'"set_name":"\u001b[31m"'), "utf-8")

    assert main(["--study", str(built_tiny.root), "verify", str(page)]) == 1
    assert "\x1b" not in capsys.readouterr().out
