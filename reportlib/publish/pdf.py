"""Printing: the page as PDF, by a browser that is on the machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from reportlib.errors import NotBuilt, ReportError
from reportlib.execute.files import hold_build_lock, write_atomically
from reportlib.execute.process_pool import stoppable
from reportlib.execute.progress import print_lines
from reportlib.load.parameters import name_build_command
from reportlib.study import Study

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The commands by which a browser that can print is looked for, in this order."""
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
"""Seconds after which a browser is taken to be stuck."""

_FILE_BESIDE = re.compile(r'(<a\b[^>]*?) href="(?!#|https?:)[^"]*"')
_TIMES = re.compile(rb"/(?:Creation|Mod)Date \([^()]*\)")


def find_browser() -> Path | None:
    """Return the browser that prints, if there is one."""
    return next((Path(found) for name in BROWSERS if (found := shutil.which(name))), None)


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
    # Alone, since else a build meanwhile would have the PDF of an old page beside its own.
    with stoppable(), hold_build_lock(build.guard, print_lines):
        write_atomically(build.printed, _printed(build.page.read_text(encoding="utf-8"), browser))
    return build.printed


def _printed(html: str, browser: Path) -> bytes:
    with TemporaryDirectory(prefix="reportlib-", ignore_cleanup_errors=True) as folder:
        page, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        # A PDF is passed on alone, and a link to a file would say where on this machine it lay.
        page.write_text(_FILE_BESIDE.sub(r"\1", html), encoding="utf-8", newline="\n")
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
            done = subprocess.run(command, capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise ReportError(f"{browser} did not print within {LIMIT} seconds.") from None
        content = printed.read_bytes() if printed.is_file() else b""
        if done.returncode or not content.rstrip().endswith(b"%%EOF"):
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
            raise ReportError(f"{browser} did not print the page; the last it said: {said[-1]}")
    # As long as before, since a PDF tells by their places where its parts begin.
    return _TIMES.sub(lambda found: b" " * len(found[0]), content)
