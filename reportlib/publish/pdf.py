"""Printing: the page as PDF, by a browser that is on the machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from bs4 import BeautifulSoup

from reportlib.errors import NotBuilt, ReportError
from reportlib.execute.files import hold_build_lock, write_atomically
from reportlib.execute.process_pool import stoppable
from reportlib.execute.progress import print_lines
from reportlib.load.parameters import name_build_command
from reportlib.study import Study

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The commands of browsers that can print, the preferred first."""
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
"""Without these a browser looks up its maker's hosts at every start."""
LIMIT = 120
"""The seconds after which a browser is taken to be stuck."""

_KEPT_LINKS = ("#", "http:", "https:")
_TIMES = re.compile(rb"/(?:Creation|Mod)Date \([^()]*\)")


def find_browser() -> Path | None:
    """Return the path of a browser that prints, if there is one."""
    return next((Path(path) for path in map(shutil.which, BROWSERS) if path), None)


def print_page(study: Study, set_name: str) -> Path:
    """Print the page of a parameter set as PDF, beside it, and return where that is.

    It is tagged, has the page's headings as its outline, and keeps all links but those to the files
    that lie beside the page. Same page and same browser, same bytes.

    Raises:
        NotBuilt: there is no page.
        ReportError: no browser was found, it does not print, or nothing can be written there; an
            earlier PDF stays in place.
        Stopped: somebody asked for it; the browser has been ended.
    """
    build = study.build(set_name)
    if not build.page.is_file():
        where = study.relative(build.page)
        raise NotBuilt(f"There is no {where}: {name_build_command(set_name)} makes it.")
    browser = find_browser()
    if browser is None:
        raise ReportError(
            f"No browser was found that prints ({', '.join(BROWSERS)}): install Chromium, on "
            "Debian with `apt install chromium`."
        )
    # Under the lock, or a build at the same time could have the PDF of an old page beside its own.
    with stoppable(), hold_build_lock(build.guard, print_lines):
        write_atomically(
            build.printed, _convert_to_pdf(build.page.read_text(encoding="utf-8"), browser)
        )
    return build.printed


def _unlink_files(html: str) -> str:
    """Return a page without links to files: in a PDF, which is passed on, they would be paths."""
    page = BeautifulSoup(html, "html.parser")
    for link in page.find_all("a", href=True):
        if not str(link["href"]).startswith(_KEPT_LINKS):
            del link["href"]
    return str(page)


def _convert_to_pdf(html: str, browser: Path) -> bytes:
    with TemporaryDirectory(prefix="reportlib-", ignore_cleanup_errors=True) as folder:
        page, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_text(_unlink_files(html), encoding="utf-8", newline="\n")
        command = [
            str(browser),
            "--headless",
            *QUIET,
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={printed}",
            page.as_uri(),
        ]
        try:
            process = subprocess.run(command, capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise ReportError(f"{browser} did not print within {LIMIT} seconds.") from None
        content = printed.read_bytes() if printed.is_file() else b""
        if process.returncode or not content.rstrip().endswith(b"%%EOF"):
            lines = process.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
            raise ReportError(f"{browser} did not print the page; it ended with: {lines[-1]}")
    # Blanks of the same length, since a PDF refers to its parts by their offsets.
    return _TIMES.sub(lambda time: b" " * len(time[0]), content)
