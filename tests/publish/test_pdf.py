"""The page as PDF: tagged, on A4, with its links, without its controls; or a word on what lacks."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from reportlib.cli import main
from reportlib.publish import pdf
from reportlib.publish.pdf import find_browser
from reportlib.study import Study
from tests.open_page import opened, skipped
from tests.warm_builds import WarmBuilds, said

A4 = (595, 842)
"""In points."""


@pytest.fixture(scope="module")
def printed(built: Study, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The real study with its page printed."""
    if find_browser() is None:
        skipped("no browser was found")
    study = Study(tmp_path_factory.mktemp("printed") / "built study")
    shutil.copytree(built.root, study.root)
    assert main(["--study", str(study.root), "pdf"]) == 0
    return study


@pytest.fixture(scope="module")
def reader(printed: Study) -> PdfReader:
    return PdfReader(printed.build("base").printed)


def links(reader: PdfReader) -> list[DictionaryObject]:
    return [
        one.get_object() for page in reader.pages for one in page.get("/Annots", DictionaryObject())
    ]


def titles_in(outline: list[Any]) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from titles_in(entry)
        else:
            yield entry.title


@pytest.mark.browser
def test_the_pdf_is_tagged_in_english_on_a4_with_a_title_and_an_outline(reader: PdfReader) -> None:
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert {tuple(map(round, page.mediabox[2:])) for page in reader.pages} == {A4}
    assert reader.metadata is not None
    assert reader.metadata.title == "The evidence behind a 2017 argument on secondary sanctions"


@pytest.mark.browser
def test_the_outline_of_the_pdf_names_each_part_as_its_heading_reads(
    reader: PdfReader, printed: Study, browser: Browser
) -> None:
    with opened(browser, printed.build("base").page) as (page, _):
        headings = page.locator("h1, h2, h3, h4").all_text_contents()
    assert set(titles_in(reader.outline)) == {" ".join(heading.split()) for heading in headings}


@pytest.mark.browser
def test_every_claim_can_be_searched_in_the_pdf_and_what_was_folded_away_is_there(
    reader: PdfReader, printed: Study
) -> None:
    pages = [normalize("NFKC", page.extract_text()) for page in reader.pages]  # "fi" may be a sign
    text = " ".join(" ".join(pages).split())
    claims = ["T0", *(f"C{number:02}" for number in range(1, 61))]
    assert [claim for claim in claims if claim not in text] == []
    assert "The first line is the one in use." in text, "the settings of a card"
    assert "Skip to the report" not in text
    assert "As in this report" not in text, "the controls of the switch"


@pytest.mark.browser
def test_the_pdf_keeps_links_within_itself_and_to_the_web_and_has_none_to_a_file(
    reader: PdfReader, printed: Study
) -> None:
    assert {str(link["/Subtype"]) for link in links(reader)} == {"/Link"}, "and no field of a form"
    addresses = [
        str(link["/A"]["/URI"])  # type: ignore[index]
        for link in links(reader)
        if "/URI" in link.get("/A", {})
    ]
    assert len(links(reader)) - len(addresses) > 500, "within itself"
    assert len(set(addresses)) > 100
    assert [one for one in addresses if not one.startswith(("http://", "https://"))] == []
    whole = printed.build("base").printed.read_bytes()
    assert b"file:" not in whole
    assert str(printed.root).encode() not in whole


@pytest.mark.browser
def test_the_same_page_gives_the_same_pdf(printed: Study) -> None:
    pdf = printed.build("base").printed
    before = pdf.read_bytes()
    assert main(["--study", str(printed.root), "pdf"]) == 0
    assert pdf.read_bytes() == before


@pytest.fixture
def page(tiny: Study) -> Study:
    """The tiny study with a page of one line."""
    tiny.build("base").page.parent.mkdir(parents=True)
    tiny.build("base").page.write_text("<!doctype html><p>a line", encoding="utf-8")
    return tiny


def test_without_a_page_there_is_nothing_to_print(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--study", str(tiny.root), "pdf"]) == 1
    assert "There is no build/base/report.html: `make report` makes it." in capsys.readouterr().err


def test_an_unknown_set_is_not_printed(tiny: Study, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--study", str(tiny.root), "pdf", "--set", "hindsigt"]) == 1
    assert 'Did you mean "hindsight"?' in capsys.readouterr().err


def test_without_a_browser_it_says_what_to_install(
    page: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["--study", str(page.root), "pdf"]) == 1
    said = capsys.readouterr().err
    assert "No browser was found that prints (chromium, " in said
    assert "apt install chromium" in said


def test_a_browser_that_fails_or_breaks_off_leaves_the_last_pdf_in_place(
    page: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    browser = tmp_path / "chromium"
    page.build("base").printed.write_bytes(b"the last")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for script, told in {
        "echo out of memory >&2; exit 3": "did not print the page; it ended with: out of memory",
        'for one; do case $one in --print-to-pdf=*) printf %%PDF-1 > "${one#*=}"; esac; done': (
            "did not print the page; it ended with: nothing"
        ),
    }.items():
        browser.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        browser.chmod(0o755)
        assert main(["--study", str(page.root), "pdf"]) == 1
        assert told in capsys.readouterr().err
        assert page.build("base").printed.read_bytes() == b"the last"


def test_a_browser_that_never_ends_is_given_up(
    page: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*_command: Any, **_options: Any) -> None:
        raise subprocess.TimeoutExpired("chromium", 120)

    monkeypatch.setattr(pdf, "find_browser", lambda: Path("/usr/bin/chromium"))
    monkeypatch.setattr(subprocess, "run", never)
    assert main(["--study", str(page.root), "pdf"]) == 1
    assert "/usr/bin/chromium did not print within 120 seconds." in capsys.readouterr().err


def test_a_page_that_is_built_anew_takes_the_pdf_of_the_old_one_away(
    builds: WarmBuilds, tiny: Study
) -> None:
    tiny.build("base").folder.mkdir(parents=True)
    tiny.build("base").printed.write_bytes(b"of an earlier page")
    assert builds.run(tiny) == 0, said(tiny)
    assert not tiny.build("base").printed.exists()
