"""The finished page by the checkers that others trust, and within its budget."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from reportlib.errors import RunFailed
from reportlib.publish.html_page import render_failure_page
from reportlib.study import Study
from tests.built_study import SETS
from tests.page_checkers import faults_in_html, lighthouse, served

pytestmark = pytest.mark.browser

ENOUGH = 0.95
"""Of Lighthouse's scores, from 0 to 1."""


def test_the_nu_checker_finds_no_fault_in_any_page(built: Study, tmp_path: Path) -> None:
    failure = tmp_path / "failure.html"
    problem = RunFailed("a.ipynb", "ValueError: <b>", cell="1", source="1/0", traceback="here\n")
    failure.write_text(render_failure_page(problem), encoding="utf-8")

    assert faults_in_html(failure, *(built.build(name).page for name in SETS)) == []


@pytest.mark.parametrize("set_name", SETS)
def test_a_page_is_within_its_budget(set_name: str, built: Study) -> None:
    whole = built.build(set_name).page.read_bytes()

    assert len(whole) <= 1_200_000
    assert len(gzip.compress(whole)) <= 220_000


def test_lighthouse_is_content_with_the_page_on_a_phone(built: Study) -> None:
    # Its speed depends on what else runs on this machine: `make bench` measures that.
    with served(built.build("base").page) as address:
        found = lighthouse(address, "accessibility", "best-practices")
    scores = {name: one["score"] for name, one in found["categories"].items()}

    assert found["configSettings"]["formFactor"] == "mobile"
    assert scores["accessibility"] >= ENOUGH
    assert scores["best-practices"] >= ENOUGH
