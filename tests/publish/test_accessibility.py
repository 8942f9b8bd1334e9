"""The page for everybody: by axe, by keyboard alone, enlarged, spaced out, in forced colours."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from reportlib.study import Study
from tests.open_page import opened
from tests.page_checkers import violations

pytestmark = pytest.mark.browser

SEEN = """one => {
  const box = one.getBoundingClientRect();
  return one === document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
}"""
OPEN = "all => all.forEach(one => one.open = true)"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_OFF = """() => [...document.querySelectorAll("main *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width > 1 && box.right > document.documentElement.clientWidth + 1
    && !one.closest(".rl-scroll, svg");
}).map((one) => one.outerHTML.slice(0, 120))"""
"""What reaches beyond the window, other than in a frame of its own that scrolls."""


def all_opened(page: Page) -> None:
    page.eval_on_selector_all("details", OPEN)


def switched(page: Page) -> None:
    """Take another definition, with the controls open."""
    page.eval_on_selector_all("#switch", OPEN)
    page.locator('#switch input[value="strict"]').check()
    assert page.locator("#switch-status").is_visible()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light")])
def test_axe_finds_nothing_on_the_page_as_it_opens_switched_or_with_everything_opened(
    width: int, scheme: Any, browser: Browser, built: Study
) -> None:
    page_file = built.build("base").page
    with opened(browser, page_file, width=width, color_scheme=scheme) as (page, seen):
        assert violations(page) == []
        switched(page)
        assert violations(page) == [], "at another definition"
        all_opened(page)
        assert violations(page) == [], "with everything opened"
        assert seen == []


TAB_STOPS = """() => {
  const all = document.querySelectorAll("a[href], button, input, summary, [tabindex]");
  return [...all].filter((one) => one.tabIndex >= 0
    && one.checkVisibility({visibilityProperty: true})
    && !(one.type === "radio" && !one.checked));
}"""
"""What can be reached by keyboard, in reading order; of a group of radio buttons the chosen one."""
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const shown = [0.05, 0.5, 0.95].some((x) => [0.05, 0.5, 0.95].some((y) => {
    const at = document.elementFromPoint(left + x * (right - left), top + y * (bottom - top));
    return at && (one.contains(at) || at.contains(one) && at.closest("a, summary") !== null);
  }));
  return {
    place: window.stops.indexOf(one),
    what: one.outerHTML.slice(0, 120),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    shown,
  };
}"""
"""Where the focus is, whether a ring shows it, and whether some of it can be seen."""


@pytest.mark.parametrize("state", ["as it opens", "with a card and the controls opened"])
def test_the_tab_key_leads_through_the_page_in_reading_order_with_the_focus_always_in_sight(
    state: str, browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page) as (page, seen):
        if state != "as it opens":
            page.eval_on_selector_all("#C06 details, #switch", OPEN)
        stops = page.evaluate(f"(window.stops = ({TAB_STOPS})()).length")
        last = stops if state == "as it opens" else stops // 4  # past the controls and the card
        assert stops > 500
        for place in range(last):
            page.keyboard.press("Tab")
            at = page.evaluate(FOCUSED)
            assert at["place"] == place, at
            assert at["ring"], at
            assert at["shown"], at
        if last == stops:
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUSED)["place"] in (-1, 0), "the last lets go of the focus"
        assert seen == []


def test_the_first_link_leads_past_the_navigation(browser: Browser, built: Study) -> None:
    with opened(browser, built.build("base").page) as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_page_enlarged_four_times_is_read_without_scrolling_sideways_and_nothing_is_cut_off(
    browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page, width=320) as (page, _):
        page.set_viewport_size({"width": 320, "height": 256})  # 1280 px by 1024 px at 400 %
        switched(page)
        last = page.locator("#switch input").last
        last.scroll_into_view_if_needed()
        assert last.evaluate(SEEN), "the controls leave the window if they do not fit into it"
        all_opened(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_text_spaced_out_by_the_reader_is_neither_cut_off_nor_scrolled_sideways(
    width: int, browser: Browser, built: Study
) -> None:
    spacing = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
      word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
    cut = """() => [...document.querySelectorAll("body *")].filter((one) => {
      const flow = getComputedStyle(one).overflowY;
      return !one.closest("svg, caption") && ["hidden", "clip"].includes(flow)
        && one.scrollHeight > one.clientHeight + 1;
    }).map((one) => one.outerHTML.slice(0, 120))"""
    page_file = built.build("base").page
    with opened(browser, page_file, width=width, bypass_csp=True) as (page, _):
        page.add_style_tag(content=spacing)  # as a reader's own style sheet, which no policy stops
        all_opened(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(cut) == []


PAINTED = """([selector, attribute]) => {
  const lightness = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = lightness(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll(selector)].map((mark) => {
    const ink = lightness(getComputedStyle(mark)[attribute]);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  });
}"""
"""The contrasts with the page of what is painted, as WCAG 2 defines them."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_the_reader_forces_colours_every_mark_of_a_state_stands_out(
    scheme: Any, browser: Browser, built: Study
) -> None:
    options: dict[str, Any] = {"forced_colors": "active", "color_scheme": scheme}
    with opened(browser, built.build("base").page, **options) as (page, _):
        contrasts = page.evaluate(PAINTED, [".rl-mark path", "fill"])
        assert len(contrasts) > 61
        assert min(contrasts) >= 3


@pytest.mark.parametrize(("scheme", "least"), [("light", 3), ("dark", 4.5)])
def test_every_colour_of_a_chart_stands_out_in_the_light_and_in_the_dark(
    scheme: Any, least: float, browser: Browser, built: Study
) -> None:
    with opened(browser, built.build("base").page, color_scheme=scheme) as (page, _):
        for attribute in ("fill", "stroke"):
            contrasts = page.evaluate(PAINTED, [f".rl-figure svg [{attribute}^='#']", attribute])
            assert len(contrasts) > 61
            assert min(contrasts) >= least, attribute


def test_nothing_moves_for_a_reader_who_wants_less_motion(browser: Browser, built: Study) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      return style.transitionDuration !== "0s" || style.animationName !== "none"
        || style.scrollBehavior !== "auto";
    }).map((one) => one.outerHTML.slice(0, 120))"""
    with opened(browser, built.build("base").page) as (page, _):
        assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
        switched(page)
        assert page.evaluate(moving) == []
        assert page.evaluate("document.getAnimations().length") == 0
