"""A study that means harm, through the whole build, and on the page in a real browser."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from reportlib.cli import main
from reportlib.errors import BadParameters
from reportlib.load.parameters import Parameters
from reportlib.load.validation import find_package_faults
from reportlib.study import Study
from tests.conftest import TINY, copy_of, lines_of
from tests.hostile_study import (
    ADDRESSES,
    CONTROLS,
    FORMULA,
    HARM,
    MEANT,
    NOTEBOOK,
    SET,
    VALUE,
    changed,
    described,
    free_columns,
    hostile_study,
)
from tests.open_page import opened
from tests.page_checkers import faults_in_html
from tests.warm_builds import WarmBuilds, said

pytestmark = pytest.mark.browser

NOT_SHOWN = {
    "claims.indicator", "claims.settled_by", "definitions.why",
    "sources.also_at", "sources.url",
}  # fmt: skip
"""Columns whose text the page does not print; of an address it makes a link, of others nothing."""

BEGIN_A_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@pytest.fixture(scope="module")
def hostile(builds: WarmBuilds, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The hostile study, built as it stands and under the set with the hostile name."""
    study = hostile_study(tmp_path_factory.mktemp("hostile"))
    for set_name in ("base", SET):
        assert builds.run(study, "--set", set_name, draws=True) == 0, said(study)
    return study


@pytest.fixture(scope="module")
def failed(builds: WarmBuilds, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The hostile study after a run that failed with a hostile message."""
    study = hostile_study(tmp_path_factory.mktemp("failed"))
    report = json.loads(study.report.read_text(encoding="utf-8"))
    report["cells"][-1]["source"] = f"raise ValueError({HARM!r})"
    study.report.write_text(json.dumps(report), encoding="utf-8")
    assert builds.run(study) == 1
    return study


def plain(text: str | None) -> str:
    """Text as a page shows it: without controls, and with single spaces."""
    return " ".join(re.sub(CONTROLS, "", text or "").split())


def nothing_ran(page: Page, seen: list[str]) -> None:
    assert seen == []
    assert page.evaluate("window.harm") is None
    assert page.evaluate("frames.length") == 0
    assert page.title() in ("A column about a footbridge, looked up", "The run failed")
    assert re.search(CONTROLS, page.content()) is None


def only_own_elements(page: Page) -> None:
    strangers = page.locator(
        "img, iframe, object, embed, base, math, template, video, audio, foreignObject, animate, "
        "link:not([rel=icon]), meta[http-equiv=refresh], body [style], [srcdoc], [src], [action]"
    )
    assert strangers.count() == 0
    names = page.eval_on_selector_all("*", "all => all.flatMap(one => one.getAttributeNames())")
    assert [name for name in names if name.startswith("on")] == []
    links = page.eval_on_selector_all("[href]", "all => all.map(one => one.href)")
    assert {link.partition(":")[0] for link in links} <= {"data", "file", "http", "https"}
    assert [link for link in links if link.startswith("data:")] == ["data:,"], "the empty icon"


@pytest.mark.parametrize(
    ("set_name", "policy"),
    [("base", True), (SET, True), (SET, False)],
    ids=["base", "hostile set", "hostile set without the policy"],
)
def test_a_hostile_study_shows_its_text_and_runs_nothing_at_any_definition(
    set_name: str, policy: bool, browser: Browser, hostile: Study, tmp_path: Path
) -> None:
    file = hostile.build(set_name).page
    if not policy:
        html = file.read_text(encoding="utf-8")
        file = tmp_path / "page.html"
        bare = re.sub(r"<meta http-equiv=.*?>", "", html, count=1)
        assert bare != html
        file.write_text(bare, encoding="utf-8")
    with opened(browser, file) as (page, seen):
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        page.wait_for_timeout(100)
        nothing_ran(page, seen)
        only_own_elements(page)
        own = page.locator("script, form").evaluate_all("all => all.map(one => [one.id, one.type])")
        assert own == [
            ["", "application/ld+json"],
            ["made-from", "application/json"],
            ["switch-data", "application/json"],
            ["switch-form", None],
            ["", ""],
        ]

        choices = page.locator("#switch input")
        for number in range(choices.count()):
            choices.nth(number).evaluate("one => one.click()")  # its label fills the screen
            nothing_ran(page, seen)
        chosen = page.locator("#switch input:not([value=''])").first
        chosen.evaluate("one => one.click()")
        assert page.locator("#switch-status").is_visible()
        assert plain(chosen.locator("xpath=..").text_content()).startswith(
            plain(page.locator("#switch-chosen").text_content())
        )
        nothing_ran(page, seen)
        only_own_elements(page)


@pytest.mark.parametrize("set_name", ["base", SET], ids=["base", "hostile set"])
def test_what_a_hostile_study_says_is_read_on_the_page_to_the_letter(
    set_name: str, browser: Browser, hostile: Study
) -> None:
    harm = plain(HARM)
    with opened(browser, hostile.build(set_name).page) as (page, _):
        text = plain(page.locator("body").text_content())
    cells = {
        f"{name}.{column}": plain(line[column])
        for name, path, columns in free_columns(hostile)
        for column in columns
        for line in lines_of(hostile, str(path.relative_to(hostile.data)))
        if line[column]
    }
    assert len(cells) > 20
    assert all(harm in cell for place, cell in cells.items() if place not in NOT_SHOWN)
    assert {place for place, cell in cells.items() if cell not in text} == NOT_SHOWN
    for name in Parameters.read(hostile).by_name:
        for told in ("label", "question", "why"):
            assert f"{name}.{told} {harm}" in text
    assert f"closures.VALUE {harm}" in text
    assert f"Said of 3 June 2011: {harm}" in text
    assert f"{plain(FORMULA)} {harm}" in text
    for name in (SET, NOTEBOOK, f"tables/{SET}.txt"):
        assert plain(name) in text


def test_of_hostile_addresses_only_one_that_begins_as_an_address_becomes_a_link(
    browser: Browser, hostile: Study
) -> None:
    with opened(browser, hostile.build("base").page) as (page, _):
        links = page.locator(".rl-documents a:not([href^='#'])")
        hrefs = {links.nth(n).get_attribute("href") or "" for n in range(links.count())}
    assert hrefs == {
        "https://town.example/%22onclick=%22window.harm=1%22'%3E%3Cscript%3Ewindow.harm=1"
        "%3C/script%3E"
    }
    assert len(ADDRESSES) == 4


def test_no_word_is_so_long_that_a_hostile_page_scrolls_sideways_on_a_phone(
    browser: Browser, hostile: Study
) -> None:
    spare = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    with opened(browser, hostile.build("base").page, width=320) as (page, _):
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert page.evaluate(spare) <= 0


def test_every_file_beside_a_hostile_page_is_reached_from_it(
    browser: Browser, hostile: Study
) -> None:
    build = hostile.build(SET)
    with opened(browser, build.page) as (page, _):
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    tables = [*build.figures.iterdir(), *build.tables.iterdir()]
    beside = [build.notebooks / NOTEBOOK, *tables, build.findings, build.manifest]
    assert {path.as_uri() for path in beside} <= {link.partition("#")[0] for link in links}


def test_the_account_of_a_run_that_failed_shows_a_hostile_error_and_runs_nothing(
    browser: Browser, failed: Study
) -> None:
    with opened(browser, failed.build("base").failure) as (page, seen):
        nothing_ran(page, seen)
        only_own_elements(page)
        text = plain(page.locator("body").text_content())
        assert f"ValueError: {plain(HARM)}" in text
        assert page.locator("script").count() == 0


def test_the_html_of_a_hostile_page_and_of_a_hostile_failure_is_faultless(
    hostile: Study, failed: Study, tmp_path: Path
) -> None:
    pages = {
        "base": hostile.build("base").page,
        "set": hostile.build(SET).page,
        "failure": failed.build("base").failure,
    }
    files = []
    for name, page in pages.items():
        files.append(tmp_path / f"{name}.html")
        files[-1].write_bytes(page.read_bytes())
    assert faults_in_html(*files) == []


def test_no_cell_of_any_download_of_a_hostile_study_is_a_formula(hostile: Study) -> None:
    build = hostile.build("base")
    cells = [
        cell
        for path in [build.findings_table, *build.figures.iterdir(), *build.tables.iterdir()]
        for line in csv.reader(path.read_text(encoding="utf-8").splitlines(keepends=True))
        for cell in line
    ]
    assert any(cell.startswith(f"'{FORMULA} <script>") for cell in cells)
    assert [cell for cell in cells if cell.startswith(BEGIN_A_FORMULA)] == []
    assert lines_of(hostile, "tables/crossings.csv")[0]["counted_by"].startswith(FORMULA)
    claims = json.loads(build.findings.read_text(encoding="utf-8"))["claims"]
    assert HARM in claims[0]["reason"]


def refusals(study: Study) -> Iterator[tuple[str, str]]:
    """The place and the column of each cell that the data package refuses."""
    for fault in find_package_faults(study):
        found = re.fullmatch(r"data/(\S+), row 2, column (\S+)", fault.where)
        if found:
            yield found[1], found[2]


def test_where_a_column_has_a_form_or_a_list_of_words_harm_is_refused_with_place_and_reason(
    tmp_path: Path,
) -> None:
    formed = {
        (resource["path"], field["name"])
        for resource in described(Study(TINY))
        for field in resource["schema"]["fields"]
        if {"pattern", "enum"} & field.get("constraints", {}).keys()
        or field["type"] in ("date", "integer")
    }
    assert len(formed) > 50
    study = copy_of(TINY, tmp_path / "refused")
    for file in {file for file, _ in formed}:
        columns = [column for path, column in formed if path == file]
        changed(study.data / file, dict.fromkeys(columns, HARM))

    assert set(refusals(study)) >= formed


def test_a_parameter_is_not_named_with_markup(tmp_path: Path) -> None:
    study = copy_of(TINY, tmp_path / "named")
    with study.meanings.open("a", encoding="utf-8") as file:
        file.write("\n'<b>': {label: a, question: b, why: c, values: {0: {label: d}}}\n")
    with pytest.raises(BadParameters, match=r"<b>: is no name\. Allowed: a-z, 0-9 and _\."):
        Parameters.read(study)


def test_what_is_wrong_is_told_without_steering_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = copy_of(TINY, tmp_path / "told")
    changed(study.data / "tables/works.csv", {"kind": "\x1b[2Jrepair\u202e"})

    assert main(["--study", str(study.root), "check"]) == 1
    said = capsys.readouterr().err
    assert '"[2Jrepair" is not allowed' in said
    assert re.search(CONTROLS, said) is None


def test_columns_that_another_place_gives_a_meaning_are_known() -> None:
    fields = {
        f"{resource['name']}.{field['name']}"
        for resource in described(Study(TINY))
        for field in resource["schema"]["fields"]
    }
    assert MEANT.keys() <= fields
    assert VALUE.startswith("any ")
