"""The preview: what is served to whom, which events are sent, and that a browser follows them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Frame, Page

from reportlib.errors import ReportError
from reportlib.serve.preview import Preview
from reportlib.study import Build, Study
from tests.open_page import previewed
from tests.serve.client import TIMEOUT, EventReader, request


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    """A preview of a folder with two pages, a hidden file, and links to what is not in it."""
    folder = tmp_path / "base"
    for name in ("report.html", "failure.html", "figures/a name.csv", ".work/executed.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(f"<!-- {name} \r\n -->".encode())
    (tmp_path / "outside.txt").write_text("outside", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "linked").symlink_to(tmp_path)
    with Preview(folder) as preview:
        yield preview


def test_a_file_is_served_as_it_is_on_disk_with_its_kind_and_is_not_kept(
    preview: Preview,
) -> None:
    status, headers, content = request(preview.address, "/report.html?again")
    assert (status, content) == (200, b"<!-- report.html \r\n -->")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert (
        request(preview.address, "/figures/a%20name.csv")[2] == b"<!-- figures/a name.csv \r\n -->"
    )
    status, headers, content = request(preview.address, "/report.html", "HEAD")
    assert (status, headers["Content-Length"], content) == (200, "23", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.html",
        "/figures",
        "/figures/",
        "report.html",
        "/figures//a%20name.csv",
        "/.work/executed.json",
        "/%2ework/executed.json",
        "/../outside.txt",
        "/..%2foutside.txt",
        "/figures/../../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%5coutside.txt",
        "/link.txt",
        "/linked/outside.txt",
        "/report.html%00",
        f"/{'long' * 200}",
    ],
)
def test_a_path_to_no_file_of_the_folder_or_to_a_hidden_one_is_not_found(
    path: str, preview: Preview
) -> None:
    assert request(preview.address, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "BREW"])
@pytest.mark.parametrize("path", ["/", "/report.html", "/events"])
def test_a_method_other_than_get_or_head_is_refused(
    method: str, path: str, preview: Preview
) -> None:
    status, headers, _ = request(preview.address, path, method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/report.html", "/events"])
def test_a_request_for_another_host_is_refused(path: str, preview: Preview) -> None:
    port = preview.address.split(":")[2].strip("/")
    others = ("elsewhere.example", f"elsewhere.example:{port}", "127.0.0.1", "127.0.0.1:1", "")
    for host in others:
        assert request(preview.address, path, Host=host)[0] == 421
    assert request(preview.address, "/report.html", Host=f"localhost:{port}")[0] == 200


def test_the_preview_is_at_one_address_of_this_machine_which_no_other_preview_can_have(
    preview: Preview, tmp_path: Path
) -> None:
    port = int(preview.address.split(":")[2].strip("/"))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=TIMEOUT).close()
    for taken in (port, 65536):
        with pytest.raises(ReportError, match=f"cannot be at port {taken}: .*--port"):
            Preview(tmp_path, taken)


def test_an_event_comes_at_once_and_after_each_change_of_what_is_shown(
    preview: Preview, tmp_path: Path
) -> None:
    page = tmp_path / "base" / "report.html"
    preview.show(page)
    with closing(EventReader(preview.address)) as events:
        first = events.read()
        assert (first["file"], first["status"], first["detail"]) == ("report.html", "", "")
        preview.set_status("Building…")
        assert events.read() == first | {"status": "Building…"}
        preview.show(page)
        assert events.read() == first
        page.write_text("another", encoding="utf-8")
        preview.show(page, "It failed.", "So:\nit did.")
        other = events.read()
        assert (other["file"], other["status"]) == ("report.html", "It failed.")
        assert other["detail"] == "So:\nit did."
        assert other["digest"] != first["digest"]
        preview.show(tmp_path / "base" / "failure.html")
        assert events.read()["file"] == "failure.html"


@pytest.fixture
def build(built_tiny: Study) -> Build:
    """What a build of the tiny study has made."""
    return built_tiny.build("base")


@contextmanager
def shown(build: Build, browser: Browser, at: str = "") -> Iterator[tuple[Preview, Page, Frame]]:
    """The preview in a browser, with the frame that holds the page; nothing is to be logged."""
    with Preview(build.folder) as preview:
        preview.show(build.page)
        with previewed(browser, preview.address, at) as (tab, seen):
            (frame,) = tab.frames[1:]
            frame.locator("h1").wait_for()
            yield preview, tab, frame
            assert seen == []


def until(tab: Page, holds: Callable[[], bool]) -> None:
    end = monotonic() + TIMEOUT
    while not holds():
        assert monotonic() < end
        tab.wait_for_timeout(20)


def top_of(frame: Frame, id: str) -> float:
    top = frame.locator(f"#{id}").evaluate("one => one.getBoundingClientRect().top")
    return float(top)


def lengthen(page: Path) -> None:
    """Put much above everything else on the page."""
    text = page.read_text(encoding="utf-8")
    main = '<main id="main">'
    assert text.count(main) == 1
    page.write_text(text.replace(main, main + "<p>one more</p>" * 40), encoding="utf-8")


@pytest.mark.browser
def test_a_page_that_is_another_is_loaded_again_at_the_readers_place(
    build: Build, browser: Browser
) -> None:
    with shown(build, browser) as (preview, tab, frame):
        details = frame.locator("#B2 details").first
        details.locator("summary").click()
        frame.locator("#B2").evaluate("one => one.scrollIntoView({block: 'center'})")
        before = top_of(frame, "B2")
        assert frame.get_by_text("one more").count() == 0

        lengthen(build.page)
        preview.show(build.page)
        frame.get_by_text("one more").last.wait_for(state="attached")
        until(tab, lambda: abs(top_of(frame, "B2") - before) < 2)
        frame.evaluate("() => new Promise(done => setTimeout(done, 500))")  # a browser may scroll
        assert top_of(frame, "B2") == pytest.approx(before, abs=2)
        assert details.get_attribute("open") is not None


@pytest.mark.browser
def test_the_page_keeps_its_own_policy_in_the_preview(build: Build, browser: Browser) -> None:
    refused = """attempt => new Promise((done) => {
        const told = "securitypolicyviolation";
        document.addEventListener(told, (event) => done(event.effectiveDirective));
        if (attempt === "script") {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
        } else if (attempt === "style") {
          document.body.append(document.createElement("style"));
          document.body.lastChild.textContent = "body { color: red }";
        } else if (attempt === "frame") {
          const frame = document.createElement("iframe");
          frame.src = "/failure.html";
          document.body.append(frame);
        } else {
          fetch("/findings.json").catch(() => {});
        }
    })"""
    with Preview(build.folder) as preview:
        preview.show(build.page)
        with previewed(browser, preview.address) as (tab, _):
            (page,) = tab.frames[1:]
            page.locator("h1").wait_for()
            wanted = {
                "script": "script-src-elem",
                "style": "style-src-elem",
                "frame": "frame-src",
                "request": "connect-src",
            }
            assert {one: page.evaluate(refused, one) for one in wanted} == wanted
            assert page.evaluate("window.ran") is None
            wanted = {"script": "script-src-elem", "style": "style-src-elem"}
            assert {one: tab.evaluate(refused, one) for one in wanted} == wanted
            assert tab.evaluate("window.ran") is None


@pytest.mark.browser
def test_the_address_of_the_preview_names_the_place_in_the_page(
    build: Build, browser: Browser
) -> None:
    with shown(build, browser, at="#B2") as (preview, tab, frame):
        until(tab, lambda: frame.url == f"{preview.address}report.html#B2")
        frame.evaluate("document.querySelector('a[href=\"#B1\"]').click()")
        until(tab, lambda: tab.url == f"{preview.address}#B1")
        tab.evaluate("location.hash = 'B3'")
        until(tab, lambda: frame.url == f"{preview.address}report.html#B3")

        lengthen(build.page)
        preview.show(build.page)
        frame.get_by_text("one more").last.wait_for(state="attached")
        assert frame.url == f"{preview.address}report.html#B3"
        assert tab.url == f"{preview.address}#B3"


@pytest.mark.browser
def test_a_definition_that_was_chosen_stays_chosen_when_the_page_is_another(
    build: Build, browser: Browser
) -> None:
    with shown(build, browser) as (preview, tab, frame):
        frame.get_by_text("Definitions:").click()
        frame.get_by_label("closed to anybody").check()
        until(tab, lambda: "with=closures" in tab.url)

        lengthen(build.page)
        preview.show(build.page)
        frame.get_by_text("one more").last.wait_for(state="attached")
        until(tab, lambda: frame.locator("#switch-status").is_visible())
        assert frame.get_by_label("closed to anybody").is_checked()


@pytest.mark.browser
def test_a_failure_is_shown_while_it_stands_and_then_the_page_at_the_readers_place(
    build: Build, browser: Browser
) -> None:
    with shown(build, browser) as (preview, tab, frame):
        frame.locator("#B3").evaluate("one => one.scrollIntoView({block: 'center'})")
        before = top_of(frame, "B3")
        build.failure.write_text("<title>no</title><h1>The run failed</h1>", encoding="utf-8")

        preview.show(build.failure, "The build failed.")
        frame.get_by_role("heading", name="The run failed").wait_for()
        assert tab.get_by_role("status").inner_text() == "The build failed."
        lengthen(build.page)
        preview.show(build.page, "The build failed.", "Because\nof <b>this</b>.")
        frame.locator("#B3").wait_for()
        until(tab, lambda: "Because\nof <b>this</b>." in tab.get_by_role("status").inner_text())
        until(tab, lambda: abs(top_of(frame, "B3") - before) < 2)
        preview.show(build.page)
        tab.locator("#bar").wait_for(state="hidden")
        assert tab.get_by_role("status").count() == 0


@pytest.mark.browser
def test_a_link_to_another_site_opens_beside_the_preview(build: Build, browser: Browser) -> None:
    with shown(build, browser) as (preview, tab, frame):
        with tab.context.expect_page() as beside:
            frame.evaluate("document.querySelector('a[href^=\"https:\"]').click()")
        assert beside.value.evaluate("window.opener") is None
        assert frame.url == f"{preview.address}report.html"


@pytest.mark.browser
def test_before_there_is_a_page_the_preview_says_what_goes_on(
    build: Build, browser: Browser
) -> None:
    page = build.page.rename(build.folder / "away.html")
    with Preview(build.folder) as preview:
        preview.show(build.page, "Building…")
        with previewed(browser, preview.address) as (tab, seen):
            tab.get_by_text("Building…").wait_for()
            page.rename(build.page)
            preview.show(build.page)
            tab.frames[1].locator("#B1").wait_for()
            assert seen == []
