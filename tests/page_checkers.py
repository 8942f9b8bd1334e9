"""What `make checkers` installs to check a finished page with: axe, the Nu checker, Lighthouse."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from reportlib.publish.pdf import QUIET, find_browser
from tests.conftest import REPO
from tests.open_page import skipped

INSTALLED = REPO / ".venv" / "checkers" / "node_modules"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE = """async (rules) => {
  const quickly = {resultTypes: ["violations"], selectors: false, preload: false, iframes: false};
  const found = await axe.run(document, {runOnly: rules, ...quickly});
  return found.violations.map((rule) =>
    [rule.id, rule.help, ...rule.nodes.slice(0, 5).map((node) => node.html.slice(0, 200))]);
}"""
ALL_LAID_OUT = """() => {
  const all = new CSSStyleSheet();
  all.replaceSync("* { content-visibility: visible !important; }");
  document.adoptedStyleSheets = [all];
}"""
"""Axe mistakes the places of what is laid out only when it comes near."""
UNREAD = (
    "Inline script violates Content",
    "Inline style violates Content",
    "CSS: “container-type”: Property",
    "CSS: Unrecognized at-rule “@container”",
    "CSS: “paint-order”: Property",
)
"""What the Nu checker says of what it does not know: hashes in a policy, container queries, and
which of fill and stroke of a letter is painted first."""


def violations(page: Page) -> list[list[str]]:
    """What axe finds on a page as it is shown now: rule, what it asks, and where."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(_axe())  # not through an element, which the page's policy refuses
        page.evaluate(ALL_LAID_OUT)
    return list(page.evaluate(AXE, RULES))


def faults_in_html(*files: Path) -> list[str]:
    """What the Nu HTML checker has against files, its warnings included."""
    jar = _installed("vnu-jar/build/dist/vnu.jar")
    told = subprocess.run(
        [_program("java"), "-jar", jar, "--stdout", "--format", "json", *files],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    ).stdout
    return [
        f"{one['type']}: {one['message']} {one.get('extract', '')}"
        for one in json.loads(told)["messages"]
        if not one["message"].startswith(UNREAD)
    ]


def lighthouse(address: str, *categories: str) -> dict[str, Any]:
    """What Lighthouse reports of an address, on a phone of the middle price with a slow network."""
    browser = find_browser()
    if browser is None:
        skipped("no browser was found")
    command = [
        _program("node"),
        str(_installed("lighthouse/cli/index.js")),
        address,
        "--quiet",
        "--output=json",
        "--no-enable-error-reporting",
        f"--only-categories={','.join(categories)}",
        f"--chrome-flags={' '.join(['--headless', '--no-sandbox', *QUIET])}",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        env=os.environ | {"CHROME_PATH": str(browser)},
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@contextmanager
def served(page: Path) -> Iterator[str]:
    """Serve a page on this machine, compressed, as servers do; the address is that of the page."""
    body = gzip.compress(page.read_bytes())

    class OnePage(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_told: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), OnePage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


@cache
def _axe() -> str:
    return _installed("axe-core/axe.min.js").read_text(encoding="utf-8")


def _installed(file: str) -> Path:
    path = INSTALLED / file
    if not path.is_file():
        skipped(f"{file.partition('/')[0]} is not there: `make checkers` installs it, or says why")
    return path


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        skipped(f"{name} is not there: `make checkers` installs it, or says what to do")
    return str(found)
