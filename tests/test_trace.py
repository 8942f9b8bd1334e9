"""Tracing a claim in a terminal, and checking the sentence map against the article."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reportlib.cli import main
from reportlib.study import Study
from tests.conftest import lines_of, set_cell


def run(study: Study, *words: str) -> int:
    return main(["--study", str(study.root), *words])


def test_a_trace_in_a_terminal_goes_from_a_claim_to_its_settings_rows_and_sources(
    built: Study,
) -> None:
    traced = subprocess.run(
        [sys.executable, "-m", "reportlib", "trace", "C06"],
        cwd=built.root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (traced.returncode, traced.stderr) == (0, "")
    lines = traced.stdout.splitlines()
    claim = next(one for one in lines_of(built, "chain/claims.csv") if one["claim"] == "C06")
    assert lines[0] == f"C06  {claim['paraphrase']}"
    assert "  kind      ordering, at p1s2" in lines
    assert "  state     depends on the definition" in lines
    assert any(line.startswith("  reason    Asserted, as tested: no actions") for line in lines)
    assert "  test      steps_in_between, in chapter designations" in lines
    assert [line.split() for line in lines if line.startswith("  setting ")] == [
        ["setting", "authorities", "=", "ofac_fincen"],
        ["setting", "chinese_by", "=", "nationality"],
        ["setting", "date_basis", "=", "announced"],
        ["setting", "parties", "=", "firms_and_people"],
        ["setting", "programmes", "=", "north_korea"],
    ]
    rows = [line.split()[1] for line in lines if line.startswith("  row ")]
    assert rows == [
        "designations#2016-09-26-dandong-hongxiang-industrial-development",
        "designations#2017-06-29-bank-dandong-311-finding",
        "designations#2017-06-29-dalian-global-unity-shipping",
        "designations#2017-06-29-li-hong-ri",
        "designations#2017-06-29-sun-wei",
        "coverage#ofac-dprk-2016-2017",
        "coverage#fincen-311-dprk",
    ]
    at = lines.index(f"  row       {rows[0]}")
    source = lines[at + 1]
    assert source.startswith("    source  moov_sdn_2019, origin US government, grade B: OFAC SDN")
    assert lines[at + 2].strip() == "https://github.com/moov-io/watchman"


def test_a_trace_shows_what_was_read_and_why_some_of_it_was_set_aside(
    built: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(built, "trace", "C22") == 0
    traced = capsys.readouterr().out.splitlines()
    assert "  read      supports, Politico, sources#politico_0629" in traced
    assert (
        "  read      contradicts, Los Angeles Times, sources#latimes_0629 "
        "(set aside: already counted by the test)"
    ) in traced


def test_every_claim_can_be_traced_and_has_a_state_and_a_reason(
    built: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    for claim in lines_of(built, "chain/claims.csv"):
        assert run(built, "trace", claim["claim"]) == 0
        traced = capsys.readouterr().out
        assert traced.startswith(f"{claim['claim']}  {claim['paraphrase']}\n")
        assert "  state     " in traced
        assert "  reason    none yet" not in traced


def test_a_trace_follows_the_parameter_set_that_is_asked_for(
    built: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(built, "trace", "C22") == 0
    assert "state     not supported as written" in capsys.readouterr().out
    assert run(built, "trace", "C22", "--set", "hindsight") == 0
    assert "state     supported" in capsys.readouterr().out


def test_an_unknown_claim_is_answered_with_the_nearest(
    built: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(built, "trace", "C066") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == 'There is no claim C066. Did you mean "C06"?\n'


def test_a_trace_before_any_build_says_how_to_build(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tiny, "trace", "B1") == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        "There is no build/base/findings.json: `make report` makes it.\n",
    )


def test_a_trace_names_what_changed_since_the_build(
    built: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(built.root, tmp_path / "study")
    study = Study(tmp_path / "study")
    set_cell(study, "tables/events.csv", "2017-06-19-warmbier", "note", "changed")
    (study.params / "narrow.yaml").write_text("parties: firms\n", encoding="utf-8")
    assert run(study, "trace", "C06") == 0
    said = capsys.readouterr()
    assert said.err == (
        "note: changed since that run: data/tables/events.csv, params/narrow.yaml\n"
    )
    assert said.out.startswith("C06  ")


def test_a_trace_outside_any_study_says_what_a_study_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--study", str(tmp_path), "trace", "C06"]) == 1
    assert "a study holds data/datapackage.json, params/ and notebooks/" in capsys.readouterr().err


def test_coverage_finds_every_sentence_in_a_copy_of_the_article_whatever_its_quotes_and_spaces(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    article = tiny.root / "article.txt"
    shutil.copy(Path(__file__).parent / "study" / "article.txt", article)
    assert run(tiny, "coverage", str(article)) == 0
    said = capsys.readouterr()
    assert said.out == "4 of 4 mapped sentences found; 3 of 3 claims stand in a sentence\n"
    assert said.err == ""
    text = article.read_text(encoding="utf-8").replace(" ", " \t ")
    article.write_text(text, encoding="utf-8")
    assert run(tiny, "coverage", str(article)) == 0


def test_coverage_names_sentences_that_are_not_found_and_those_without_a_role(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    article = tiny.root / "article.txt"
    text = (Path(__file__).parent / "study" / "article.txt").read_text(encoding="utf-8")
    article.write_text(text.replace("May 2011", "June 2011"), encoding="utf-8")
    assert run(tiny, "coverage", str(article)) == 1
    said = capsys.readouterr()
    assert said.out.startswith("3 of 4 mapped sentences found")
    assert "p1s1: no sentence of 10 words with this digest is in the copy" in said.err
    assert "no role for: The footbridge at Alder Lane was opened in June 2011." in said.err


def test_coverage_of_a_file_that_is_not_there_says_so(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tiny, "coverage", str(tiny.root / "nothing.txt")) == 1
    assert "nothing.txt cannot be read as text" in capsys.readouterr().err
