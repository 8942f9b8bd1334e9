"""A page as a reader opens it: from a file, in a real browser, with the network off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from reportlib.publish.pdf import BROWSERS, QUIET, find_browser


def skipped(because: str) -> NoReturn:
    """Skip a test for what this machine lacks, but not in CI."""
    assert os.environ.get("CI") != "true", because
    pytest.skip(because)


@contextmanager
def started_browser() -> Iterator[Browser]:
    """The browser that the Makefile finds; without one the tests are skipped, but not in CI."""
    found = find_browser()
    if found is None:
        skipped(f"no browser was found: {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield opened
        opened.close()


@contextmanager
def opened(
    browser: Browser,
    file: Path,
    *,
    at: str = "",
    width: int = 1280,
    script: bool = True,
    **options: Any,
) -> Iterator[tuple[Page, list[str]]]:
    """Open a file offline, at a place of it; the list holds all it logs, asks for and pops up."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
        reduced_motion="reduce",
        **options,
    )
    context.set_offline(True)
    page = context.new_page()
    seen = _seen_by(page)
    page.goto(file.as_uri() + at)
    page.wait_for_load_state("load")
    asked_for_itself = f"request: {file.as_uri()}"
    assert seen.count(asked_for_itself) == 1
    seen.remove(asked_for_itself)
    try:
        yield page, seen
    finally:
        context.close()


@contextmanager
def previewed(browser: Browser, address: str, at: str = "") -> Iterator[tuple[Page, list[str]]]:
    """Open a preview, at a place of its page; the list holds all it logs, pops up, and asks others.

    Nothing but the preview is reached.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.route(lambda url: not url.startswith(address), lambda route: route.abort())
    page = context.new_page()
    seen = _seen_by(page, f"request: {address}")
    page.goto(address + at)
    try:
        yield page, seen
    finally:
        context.close()


def _seen_by(page: Page, *expected: str) -> list[str]:
    """What a page logs, asks for and pops up from now on, less what begins as is expected."""
    seen: list[str] = []

    def note(line: str) -> None:
        if not line.startswith(("request: data:", *expected)):
            seen.append(line)

    def refuse(dialog: Dialog) -> None:
        note(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", lambda message: note(f"console: {message.text}"))
    page.on("pageerror", lambda error: note(f"error: {error}"))
    page.on("dialog", refuse)
    page.on("request", lambda request: note(f"request: {request.url.partition('#')[0]}"))
    return seen
