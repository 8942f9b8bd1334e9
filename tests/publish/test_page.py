"""The page as a reader opens it: from a file, in a real browser, with the network off."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from reportlib.cli import main
from reportlib.load.csv_rows import group_by_key
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import Parameters
from reportlib.model.evidence import NOBODY
from reportlib.model.robustness import Perturbation
from reportlib.model.vocabulary import NOT_LOOKED_AT, Grounding, Kind, Outcome, Verdict
from reportlib.render.robustness_table import COLUMNS
from reportlib.study import Study
from tests.built_study import SETS
from tests.conftest import REPO, lines_of
from tests.open_page import opened

pytestmark = pytest.mark.browser


def findings_of(study: Study) -> list[dict[str, Any]]:
    whole = json.loads(study.build("base").findings.read_text(encoding="utf-8"))
    return list(whole["claims"])


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_page_opens_offline_without_a_word_or_a_request_and_has_every_claim_in_its_state(
    script: bool, browser: Browser, built: Study
) -> None:
    words = {*Verdict, *Grounding, *Outcome, NOT_LOOKED_AT}
    claims = ["T0", *(f"C{number:02}" for number in range(1, 61))]
    assert [claim["id"] for claim in findings_of(built)] == claims
    with opened(browser, built.build("base").page, script=script) as (page, seen):
        for claim in findings_of(built):
            card = page.locator(f"article#{claim['id']}")
            assert card.count() == 1, claim["id"]
            word = card.locator(".rl-state strong").text_content()
            assert word in words
            assert word == claim["state"], claim["id"]
            assert card.locator(".rl-says").is_visible()
        assert seen == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_every_link_within_the_page_has_a_target_and_every_download_is_there(
    script: bool, browser: Browser, built: Study
) -> None:
    folder = built.build("base").folder
    with opened(browser, built.build("base").page, script=script) as (page, _):
        ids = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
        assert len(ids) == len(set(ids))
        links = page.eval_on_selector_all("a", "all => all.map(one => one.getAttribute('href'))")
        inner = {link[1:] for link in links if link.startswith("#")}
        assert len(inner) > 61
        assert inner - set(ids) == set()
        others = {link for link in links if not link.startswith("#")}
        assert all(re.match(r"https?://", link) or (folder / link).is_file() for link in others)
        assert {
            "findings.json",
            "findings.csv",
            "findings.schema.json",
            "sources.bib",
            "sources.csl.json",
            "sources.csv",
            "run.json",
            "figures/timeline.csv",
            *(f"tables/{path.name}" for path in built.tables()),
        } <= others


def test_a_whole_table_is_what_people_keep_and_each_row_has_its_sources(built: Study) -> None:
    links = group_by_key(
        (f"{line['table']}#{line['key']}", line["source"])
        for line in lines_of(built, "sources/row_sources.csv")
        if line["origin"] != NOBODY
    )
    with built.build("base").sources_table.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == lines_of(built, "sources/sources.csv")
    for table in built.tables():
        with (built.build("base").tables / table.name).open(encoding="utf-8", newline="") as file:
            shown = list(csv.DictReader(file))
        kept = lines_of(built, f"tables/{table.name}")
        assert [line.pop("row_sources") for line in shown] == [
            ";".join(dict.fromkeys(links.get(f"{table.stem}#{line['key']}", ()))) for line in kept
        ]
        assert shown == [
            {
                column: f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell
                for column, cell in line.items()
            }
            for line in kept
        ]


def test_the_source_line_of_a_figure_leads_to_the_tables_that_it_names(
    browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page) as (page, _):
        (source,) = page.locator("figure#launches .rl-source").all()
        assert source.locator("a").evaluate_all(
            "all => all.map(one => [one.textContent, one.getAttribute('href')])"
        ) == [
            ["weapons_tests", "tables/weapons_tests.csv"],
            ["un_resolutions", "tables/un_resolutions.csv"],
        ]


def table_of(region: Locator) -> list[list[str]]:
    """The cells of a table's body, line by line."""
    return [
        [" ".join((cell or "").split()) for cell in line.locator("th, td").all_text_contents()]
        for line in region.locator("tbody tr").all()
    ]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_every_setting_that_was_tried_stands_in_a_table_on_the_claims_card(
    script: bool, browser: Browser, built: Study
) -> None:
    parameters = Parameters.read(built).by_name
    with opened(browser, built.build("base").page, script=script) as (page, _):
        tried = {
            claim["id"]: claim["robustness"].get("settings", []) for claim in findings_of(built)
        }
        assert len(tried["C06"]) == 2 * 3 * 2 * 2 * 3
        for claim, settings in tried.items():
            region = page.locator(f"#{claim} [aria-label='Settings of {claim}']")
            assert region.count() == (len(settings) > 1), claim
            if len(settings) > 1:
                assert table_of(region) == [
                    [
                        *(parameters[name].label_of(v) for name, v in at["setting"].items()),
                        at["found"],
                        (at["outcome"] or at["verdict"])
                        + (f" ({at['unsettled']})" if at["unsettled"] else ""),
                    ]
                    for at in settings
                ]


def test_the_page_and_the_command_say_the_same_of_what_was_tried_on_each_verdict(
    browser: Browser, built: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--study", str(built.root), "robustness"]) == 0
    told: list[list[str]] = []
    for line in capsys.readouterr().out.splitlines():
        parts = re.split(r"\s{2,}", line.strip(), maxsplit=1)
        if line.startswith(" "):
            told[-1].append(parts[1])
        else:
            told.append(parts)

    checkable = {kind for kind in Kind if kind.checkable}
    claims = [claim["id"] for claim in findings_of(built) if claim["kind"] in checkable]
    assert [claim for claim, *_ in told] == claims
    with opened(browser, built.build("base").page) as (page, _):
        region = page.get_by_role("region", name="What was tried on each verdict")
        assert region.locator("thead th").all_text_contents() == list(COLUMNS)
        assert table_of(region) == told
        for claim, _, *cells in told:
            on_card = page.locator(f"#{claim} details", has_text="What was tried to turn it")
            assert on_card.locator("dt").all_text_contents() == list(COLUMNS[2:])
            assert on_card.locator("dd").all_text_contents() == cells
        for claim in {claim["id"] for claim in findings_of(built)} - set(claims):
            assert "What was tried to turn it" not in (
                page.locator(f"#{claim}").text_content() or ""
            )


@pytest.mark.parametrize("set_name", SETS)
def test_no_canary_is_silent_on_any_page(set_name: str, built: Study) -> None:
    page = built.build(set_name).page.read_text(encoding="utf-8")
    whole = json.loads(built.build(set_name).findings.read_text(encoding="utf-8"))
    canaries = {c["id"]: c["trials"]["canary"] for c in whole["claims"] if c["test"]}

    assert len(canaries) == 28
    assert {claim for claim, canary in canaries.items() if not sings(canary)} == set()
    assert "SILENT" not in page
    assert "<li>not bound to its data</li>" not in page


def sings(canary: dict[str, Any]) -> bool:
    return Perturbation(canary["tried"], tuple(canary["deaf"]), canary["new_row_heard"]).passed


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_scrolls_sideways(width: int, browser: Browser, built: Study) -> None:
    spare = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    with opened(browser, built.build("base").page, width=width) as (page, _):
        assert page.evaluate(spare) <= 0
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert page.evaluate(spare) <= 0, "with everything opened"


def test_each_figure_has_a_role_a_name_and_a_table_of_the_plotted_rows(
    browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page) as (page, _):
        figures = page.locator("figure.rl-figure")
        ids = [figure.get_attribute("id") for figure in figures.all()]
        assert {"timeline", "argument-drawing"} <= set(ids)
        for id, figure in zip(ids, figures.all(), strict=True):
            drawings = figure.locator("svg")
            assert drawings.count() == 2, id
            for drawing in drawings.all():
                assert drawing.get_attribute("role") == "img"
                assert (drawing.get_attribute("aria-label") or "").strip()
            table = figure.locator("table").evaluate(
                "one => [...one.rows].map(row => [...row.cells].map(cell => cell.textContent))"
            )
            assert len(table) > 1
            export = built.build("base").figures / f"{id}.csv"
            if export.is_file():
                with export.open(encoding="utf-8", newline="") as file:
                    assert table == list(csv.reader(file))


@pytest.mark.parametrize(
    ("width", "shown"),
    [(1280, "rl-wide"), (900, "rl-wide"), (390, "rl-narrow"), (320, "rl-narrow")],
)
def test_a_figure_is_drawn_once_for_each_width_and_its_text_stays_legible(
    width: int, shown: str, browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page, width=width) as (page, _):
        for figure in page.locator("figure.rl-figure").all():
            visible = figure.locator("svg:visible")
            assert visible.count() == 1
            assert figure.locator(f".{shown} svg:visible").count() == 1
            sizes = visible.evaluate(
                """svg => {
                  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
                  return [...svg.querySelectorAll('text')].filter(t => t.textContent.trim())
                    .map(t => parseFloat(getComputedStyle(t).fontSize) * scale);
                }"""
            )
            assert min(sizes) >= 12.95


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_details_are_reached_and_opened_by_keyboard(
    script: bool, browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page, script=script) as (page, _):
        card = page.locator("#C06")
        details = card.locator("details", has_text="Settings:")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
        card.locator(".rl-kicker a").focus()
        for _step in range(60):
            page.keyboard.press("Tab")
            if details.locator("summary").evaluate("one => one === document.activeElement"):
                break
        assert details.get_attribute("open") is None
        assert not details.locator("table").is_visible()
        page.keyboard.press("Enter")
        assert details.get_attribute("open") is not None
        assert details.locator("table").is_visible()


CONTRAST = """one => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const lightness = colour => {
    const [r, g, b] = numbers(colour).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = one;
  const clear = el => { const n = numbers(getComputedStyle(el).backgroundColor);
                        return n.length === 4 && n[3] === 0; };
  while (clear(behind)) behind = behind.parentElement;
  const [dark, light] = [getComputedStyle(one).color, getComputedStyle(behind).backgroundColor]
    .map(lightness).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}"""
"""The contrast of an element's text with what is behind it, as WCAG 2 defines it."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_the_light_and_in_the_dark(
    scheme: Any, browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page, color_scheme=scheme) as (page, seen):
        assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is (
            scheme == "dark"
        )
        for kind in (".rl-reason", ".rl-says", ".rl-lead", ".rl-card .rl-note", ".rl-card dt"):
            texts = page.locator(kind)
            assert texts.count() > 0
            assert min(one.evaluate(CONTRAST) for one in texts.all()[:20]) >= 7, kind
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        darkness = sum(map(int, re.findall(r"\d+", paper)[:3]))
        assert darkness < 3 * 60 if scheme == "dark" else darkness > 3 * 200
        assert seen == []


def test_print_leaves_out_navigation_and_shows_what_is_folded_away(
    browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page) as (page, _):
        assert page.locator("nav").is_visible()
        rows = page.locator("#C06 .rl-rows")
        assert not rows.is_visible()
        page.emulate_media(media="print")
        assert not page.locator("nav").is_visible()
        assert not page.locator(".skip").is_visible()
        assert rows.is_visible()
        assert rows.evaluate("one => one.getBoundingClientRect().height > 20")


def test_every_claim_leads_to_its_place_in_the_argument_and_back(
    browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page) as (page, _):
        for claim in findings_of(built):
            card = page.locator(f"article#{claim['id']}")
            assert card.locator(f"a[href='#in-{claim['id']}']").count() == 1, claim["id"]
            place = page.locator(f".rl-outline #in-{claim['id']}")
            assert place.locator(f"> a[href='#{claim['id']}']").count() == 1, claim["id"]


def test_the_argument_marks_premises_that_only_add_weight_and_links_those_that_are_needed(
    browser: Browser, built: Study
) -> None:
    ledger = Ledger.read(built)
    seen = 0
    with opened(browser, built.build("base").page) as (page, _):
        for parent in ledger.claims:
            groups = ledger.groups_of(parent)
            needed = [claim for group in groups if group.needed for claim in group.claims]
            place = page.locator(f"#in-{parent}")
            linked = place.locator("> .rl-note a:not([href^='#in-'])").all_text_contents()
            assert linked == needed, parent
            for child in place.locator("> ul > li").all():
                claim = child.locator("> a").first.text_content()
                notes = " ".join(child.locator("> .rl-note").all_text_contents())
                assert ("only adds weight" in notes) is (claim not in needed), (parent, claim)
                seen += claim not in needed
    assert seen > 0


def test_a_column_of_text_has_55_to_80_letters_and_figures_and_notes_reach_into_the_margin(
    browser: Browser, built: Study
) -> None:
    letters = """one => {
      const range = document.createRange(); range.selectNodeContents(one);
      const lines = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
      return one.textContent.length / lines.size;
    }"""
    with opened(browser, built.build("base").page) as (page, _):
        first = page.locator("main > p").first
        # The column is as wide with every font, and fonts differ by a third in width: 80 letters
        # are what WCAG 1.4.8 allows at most.
        assert 55 <= first.evaluate(letters) <= 80
        text = first.bounding_box()
        figure = page.locator("#timeline").bounding_box()
        note = page.locator(".rl-margin").first.bounding_box()
        assert text is not None
        assert figure is not None
        assert note is not None
        assert figure["width"] > text["width"] + 150
        assert note["x"] >= text["x"] + text["width"]


GLYPH_UNIT = re.compile(r"[\d.]r?(?:ch|ex|cap|ic)\b")


def test_no_length_of_a_style_sheet_depends_on_the_glyphs_of_a_font() -> None:
    assert GLYPH_UNIT.findall("max-width: 58ch; margin: .5ex 1rem") == ["8ch", "5ex"]
    sheets = sorted((REPO / "reportlib").rglob("*.css"))
    assert len(sheets) >= 3
    for sheet in sheets:
        assert GLYPH_UNIT.findall(sheet.read_text(encoding="utf-8")) == [], sheet.name


@pytest.mark.parametrize("digit_width", [0.4, 0.7])
def test_a_laptop_gets_wide_drawings_and_cards_in_two_columns_whatever_font_its_reader_has(
    digit_width: float, browser: Browser, built: Study
) -> None:
    # Any font that is installed becomes a narrow or a wide one, as EB Garamond and Verdana are.
    font = f".rl-page {{ font-size-adjust: ch-width {digit_width} !important; }}"
    with opened(browser, built.build("base").page, bypass_csp=True) as (page, _):
        frame = page.locator("#timeline").evaluate("one => one.getBoundingClientRect().width")
        page.add_style_tag(content=font)
        assert (
            page.locator("main > p").first.evaluate("one => getComputedStyle(one).fontSizeAdjust")
            == f"ch-width {digit_width}"
        )
        assert (
            page.locator("#timeline").evaluate("one => one.getBoundingClientRect().width") == frame
        )
        figures = page.locator("figure.rl-figure").count()
        assert page.locator("figure.rl-figure .rl-wide svg:visible").count() == figures
        assert page.locator("figure.rl-figure .rl-narrow svg:visible").count() == 0
        columns = "one => getComputedStyle(one).gridTemplateColumns.split(' ').length"
        assert page.locator("#C06 .rl-columns").evaluate(columns) == 2


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_touched_is_44_px_high(width: int, browser: Browser, built: Study) -> None:
    with opened(browser, built.build("base").page, width=width) as (page, _):
        heights = "all => all.map(one => one.getBoundingClientRect().height)"
        assert min(page.locator("main summary").evaluate_all(heights)) >= 44
        page.locator(".menu summary").first.click()
        assert min(page.locator(".menu li a").evaluate_all(heights)) >= 44
        page.locator("#switch summary").click()
        assert min(page.locator("#switch label, #switch button").evaluate_all(heights)) >= 44
