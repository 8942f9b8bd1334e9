"""The definition switch, in a real browser: it shows what the page has, and nothing else moves."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from reportlib.notebook.outputs import SWITCH
from reportlib.study import Study
from tests.open_page import opened

pytestmark = pytest.mark.browser

OWN = "as in this report"
SEEN = """() => {
  const mark = (at) => ({
    word: at.querySelector("strong").textContent,
    tone: at.querySelector("svg").getAttribute("class").replace("rl-mark rl-", ""),
    path: at.querySelector("path").getAttribute("d"),
  });
  const text = (one) => one ? one.textContent : "";
  const cards = {};
  for (const card of document.querySelectorAll("article.rl-card")) cards[card.id] = {
    ...mark(card.querySelector("[data-claim]")),
    edge: card.className,
    detail: text(card.querySelector(".rl-detail")),
    reason: text(card.querySelector("[data-reason]")),
  };
  const outside = [...document.querySelectorAll("main [data-claim]")]
    .filter((at) => !at.closest("article.rl-card"))
    .map((at) => [at.dataset.claim, mark(at)]);
  const numbers = [...document.querySelectorAll("main [data-number]")]
    .map((at) => [at.dataset.number, at.textContent]);

  const rest = document.querySelector("main").cloneNode(true);
  for (const at of rest.querySelectorAll("[data-claim], [data-number], [data-reason], .rl-detail"))
    at.replaceChildren();
  for (const card of rest.querySelectorAll("article.rl-card")) card.className = "rl-card";
  return {cards, outside, numbers, rest: rest.innerHTML};
}"""
"""All that the switch may change, by claim, and the rest of the page as it is."""


@pytest.fixture(scope="module")
def data(built: Study) -> dict[str, Any]:
    """What the base page has for its switch."""
    (found,) = SWITCH.load(built.build("base").notebooks / built.report.name)
    assert found is not None
    return found


def as_the_data_say(before: dict[str, Any], position: dict[str, Any]) -> dict[str, Any]:
    """What is to be seen at a position."""
    claims = position["claims"]
    marks = {
        claim: {part: now[part] for part in ("word", "tone", "path")}
        for claim, now in claims.items()
    }
    return {
        "cards": before["cards"]
        | {
            claim: {
                **marks[claim],
                "edge": f"rl-card rl-edge-{now['tone']} rl-switched",
                "detail": f"({now['detail']})" if now["detail"] else "",
                "reason": now["reason"],
            }
            for claim, now in claims.items()
        },
        "outside": [[claim, marks.get(claim, was)] for claim, was in before["outside"]],
        "numbers": [[name, position["numbers"][name]] for name, _ in before["numbers"]],
        "rest": before["rest"],
    }


def choose(page: Page, id: str) -> None:
    """Choose a position with a pointer, the controls being open."""
    page.locator(f'#switch input[value="{id}"]').check()


def open_controls(page: Page) -> None:
    page.locator("#switch summary").click()


def place(page: Page) -> str:
    """The part of the address behind the file."""
    return page.url.partition("#")[2]


def choice(id: str) -> str:
    return f"with={quote(id, safe='')}"


def test_every_position_shows_what_the_data_say_and_going_back_restores_all_to_the_letter(
    browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    with opened(browser, built.build("base").page) as (page, seen):
        before, whole = page.evaluate(SEEN), page.locator("main").inner_html()
        assert len(before["cards"]) == 61
        open_controls(page)
        for id, position in data["positions"].items():
            choose(page, id)

            assert page.evaluate(SEEN) == as_the_data_say(before, position), id
            assert place(page) == choice(id)
            page.get_by_role("button", name="As in this report").click()
            assert page.locator("main").inner_html() == whole, id
            assert place(page) == ""
        assert seen == []


def test_the_positions_are_every_other_set_and_every_other_value_of_every_definition(
    browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    with opened(browser, built.build("base").page) as (page, _):
        offered = page.locator("#switch input").evaluate_all("all => all.map(one => one.value)")
        chosen = page.locator("#switch input:checked").evaluate_all(
            "all => all.map(one => one.value)"
        )
        assert sorted(set(offered) - set(chosen)) == sorted(data["positions"])
        assert chosen == ["", *(one["own"] for one in data["definitions"])]
        assert set(data["sets"]) == {"hindsight", "strict"}
        assert any(data["positions"]["strict"]["claims"])


def test_a_definition_is_chosen_by_keyboard_alone(
    browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    focused = "document.activeElement"
    with opened(browser, built.build("base").page) as (page, seen):
        before = page.evaluate(SEEN)
        for _ in range(3):  # the link that skips to the report, the sections, the definitions
            page.keyboard.press("Tab")
        assert page.evaluate(f"{focused}.textContent") == f"Definitions: {OWN}"
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        assert page.evaluate(f"{focused}.textContent") == "As in this report"
        while page.evaluate(f"{focused}.name") != "definition-authorities":
            page.keyboard.press("Tab")
            assert page.evaluate(f"Boolean({focused}.closest('#switch'))")
        assert page.evaluate(f"{focused}.value") == "authorities:ofac_fincen"  # that of the report

        page.keyboard.press("ArrowUp")

        position = data["positions"]["authorities:ofac"]
        assert page.evaluate(f"{focused}.value") == "authorities:ofac"
        assert page.evaluate(SEEN) == as_the_data_say(before, position)
        assert {"C04", "C20"} <= position["claims"].keys()

        page.keyboard.press("ArrowDown")
        assert page.evaluate(SEEN) == before
        page.keyboard.press("ArrowDown")
        assert page.evaluate(SEEN) == as_the_data_say(
            before, data["positions"]["authorities:any_us"]
        )
        for _ in range(20):
            page.keyboard.press("Shift+Tab")
            if page.evaluate(f"{focused}.id") == "switch-back":
                break
        page.keyboard.press("Enter")
        assert page.evaluate(SEEN) == before
        assert seen == []


def test_a_set_is_chosen_with_all_its_values_and_a_definition_alone(
    browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    def checked(page: Page) -> list[str]:
        return page.locator("#switch input:checked").evaluate_all("all => all.map(o => o.value)")

    with opened(browser, built.build("base").page) as (page, _):
        own = checked(page)
        open_controls(page)
        choose(page, "strict")
        strict = checked(page)
        choose(page, "authorities:any_us")
        alone = checked(page)

    assert strict == ["strict", *data["positions"]["strict"]["values"]]
    assert {"source_floor:B", "authorities:ofac", "early_in_month:10"} <= set(strict)
    assert [one for one in alone if one not in own] == ["authorities:any_us"]
    assert len(alone) == len(own)


def test_the_status_line_says_what_is_chosen_and_leads_to_the_cards_that_differ(
    browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    with opened(browser, built.build("base").page) as (page, seen):
        status, summary = page.get_by_role("status"), page.locator("#switch-chosen")
        assert (status.count(), summary.text_content()) == (0, OWN)
        open_controls(page)
        for id, position in data["positions"].items():
            choose(page, id)
            claims = list(position["claims"])
            how_many = {0: "No card differs", 1: "1 card differs"}.get(
                len(claims), f"{len(claims)} cards differ"
            )
            tail = f": {', '.join(claims)}" if claims else "."
            assert status.text_content() == f"{how_many} from this report{tail}"
            assert summary.text_content() == position["label"]
        choose(page, "authorities:ofac")
        page.locator("#switch summary").click()
        status.get_by_role("link", name="C20").click()
        assert in_view(page, "#C20")
        assert place(page) == f"C20&{choice('authorities:ofac')}"
        assert seen == []


def in_view(page: Page, card: str) -> bool:
    """Whether a card begins on the screen, beneath what sticks to its top."""
    return bool(
        page.locator(card).evaluate(
            """card => {
              const top = card.getBoundingClientRect().top;
              const stuck = document.querySelector("nav").getBoundingClientRect().bottom;
              return stuck <= top && top < innerHeight / 2;
            }"""
        )
    )


@pytest.mark.parametrize("id", ["authorities:ofac", "strict", "rounding:10%"])
def test_an_address_that_holds_a_choice_restores_it(
    id: str, browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    with opened(browser, built.build("base").page) as (page, _):
        before = page.evaluate(SEEN)
        open_controls(page)
        choose(page, id)
        kept = page.url.partition("#")[1] + place(page)

    with opened(browser, built.build("base").page, at=kept) as (page, seen):
        assert page.evaluate(SEEN) == as_the_data_say(before, data["positions"][id])
        assert page.locator("#switch-chosen").text_content() == data["positions"][id]["label"]
        assert page.locator(f'#switch input[value="{id}"]').is_checked()
        assert place(page) == choice(id)
        assert seen == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_an_address_with_a_card_and_a_choice_leads_to_the_card_as_it_is_then(
    width: int, browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    at = f"#C06&{choice('programmes:any')}"
    with opened(browser, built.build("base").page, at=at, width=width) as (page, seen):
        card = page.locator("#C06")
        now = data["positions"]["programmes:any"]["claims"]["C06"]

        assert in_view(page, "#C06")
        assert card.locator("[data-reason]").text_content() == now["reason"]
        assert place(page) == at.removeprefix("#")
        assert seen == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_place_that_a_link_leads_to_is_covered_by_what_sticks_to_the_top(
    width: int, browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    most = max(data["positions"], key=lambda id: len(data["positions"][id]["claims"]))
    with opened(browser, built.build("base").page, width=width, at=f"#{choice(most)}") as (
        page,
        seen,
    ):
        page.locator(".menu summary").first.click()
        page.get_by_role("navigation").get_by_role("link", name="Networks and reports").click()
        page.wait_for_function("location.hash.startsWith('#networks')")
        assert in_view(page, "#networks-and-reports")
        assert page.locator(".menu[open]").count() == 0
        for claim in list(data["positions"][most]["claims"])[-3:]:
            page.get_by_role("status").get_by_role("link", name=claim).click()
            assert in_view(page, f"#{claim}"), claim
        assert seen == []


def test_a_link_to_what_is_folded_away_unfolds_it(browser: Browser, built: Study) -> None:
    with opened(browser, built.build("base").page) as (page, seen):
        rows = page.locator("#C06-rows")
        assert not rows.is_visible()
        page.locator("#C06 a[href='#C06-rows']").click()
        rows.wait_for(state="visible", timeout=2000)
        assert in_view(page, "#C06-rows")
        assert seen == []


def test_a_link_within_the_page_keeps_the_choice(
    browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    with opened(browser, built.build("base").page) as (page, seen):
        before = page.evaluate(SEEN)
        open_controls(page)
        choose(page, "authorities:ofac")
        page.locator("#switch summary").click()
        link = page.locator("#C04 .rl-kicker a")

        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash.includes('&')")

        assert place(page) == f"C04&{choice('authorities:ofac')}"
        assert in_view(page, "#C04")
        moved = as_the_data_say(before, data["positions"]["authorities:ofac"])
        assert page.evaluate(SEEN) == moved
        page.get_by_text("Definitions:").click()
        page.get_by_role("button", name="As in this report").click()
        assert (place(page), page.evaluate(SEEN)) == ("C04", before)
        assert seen == []


@pytest.fixture(scope="module")
def whole(browser: Browser, built: Study) -> str:
    """What the page shows where nothing is chosen."""
    with opened(browser, built.build("base").page) as (page, _):
        return page.locator("main").inner_html()


@pytest.mark.parametrize(
    "unknown",
    [
        "authorities%3Anobody", "base", "", "%E0%A4%A", "constructor", "__proto__", "toString",
        "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    ],
)  # fmt: skip
def test_an_unknown_choice_in_the_address_changes_nothing(
    unknown: str, browser: Browser, built: Study, whole: str
) -> None:
    with opened(browser, built.build("base").page, at=f"#C06&with={unknown}") as (page, seen):
        assert page.locator("main").inner_html() == whole
        assert page.locator("#switch-chosen").text_content() == OWN
        assert not page.locator("#switch-status").is_visible()
        assert in_view(page, "#C06")
        assert seen == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_the_controls_open_and_a_choice_made_nothing_scrolls_sideways(
    width: int, scheme: Any, browser: Browser, built: Study
) -> None:
    spare = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    with opened(browser, built.build("base").page, width=width, color_scheme=scheme) as (
        page,
        seen,
    ):
        open_controls(page)
        choose(page, "strict")
        assert page.locator("#switch-status").is_visible()
        assert page.evaluate(spare) <= 0
        form = page.locator("#switch-form")
        assert form.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
        heights = page.locator("#switch label").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().height)"
        )
        assert min(heights) >= 24
        assert seen == []


def test_a_print_of_another_choice_says_so(
    browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    with opened(browser, built.build("base").page, at=f"#{choice('strict')}") as (page, _):
        page.emulate_media(media="print")
        assert page.locator("#switch-status").is_visible()
        assert not page.locator("#switch").is_visible()
        assert page.locator("nav").evaluate("one => getComputedStyle(one).position") == "static"


def _bare(card: dict[str, Any]) -> str:
    """What stands in brackets behind a card's word, without them."""
    return str(card["detail"]).strip("()")


def test_without_script_the_control_is_not_shown_and_every_position_stands_in_a_table(
    browser: Browser, built: Study, data: dict[str, Any]
) -> None:
    with opened(browser, built.build("base").page, script=False) as (page, seen):
        assert not page.locator("#switch").is_visible()
        assert not page.locator("#switch-status").is_visible()
        table = page.get_by_role("region", name="What other definitions change")
        lines = table.locator("tbody tr")
        assert table.is_visible()
        assert lines.count() == len(data["positions"])
        before = page.evaluate(SEEN)["cards"]
        by_label = {position["label"]: position for position in data["positions"].values()}
        for line in lines.all():
            group, label, changes = (
                " ".join((cell.text_content() or "").split())
                for cell in line.locator("th, td").all()
            )
            position = by_label.pop(label if group == "Named set" else f"{group}: {label}")
            moved = [
                f"{claim} {now['word']}" + (f" ({now['detail']})" if now["detail"] else "")
                for claim, now in position["claims"].items()
                if [now["word"], now["detail"]] != [before[claim]["word"], _bare(before[claim])]
            ]
            assert sorted(changes.split("; ")) == sorted(moved or ["no state changes"]), label
        assert by_label == {}
        assert seen == []
