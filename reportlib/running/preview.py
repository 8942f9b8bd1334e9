"""The preview: the page of a build on this machine, loaded again whenever it is another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Self

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from reportlib.errors import ReportError
from reportlib.running.policy import policy
from reportlib.running.site import HOST, Site

_TEMPLATES = Path(__file__).parent / "templates"
_SILENCE = 15.0
"""After so many seconds a browser is told that there is no news, to learn whether it has gone."""


@dataclass(frozen=True)
class _Shown:
    """What the preview shows."""

    file: str = ""
    """A file of the folder; empty as long as there is none."""
    digest: str = ""
    """Of its bytes: with another digest it is another page."""
    said: str = ""
    """A line beside it; empty when all is well."""
    words: str = ""
    """What there is to read with that line."""


class Preview:
    """A folder as a site, with a document at ``/`` that shows one of its pages.

    That document holds the page in a frame, under the page's own policy and byte by byte as it is
    on disk, and loads it again when it has become another, at the place where the reader was.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Take a port: this one, or any that is free if it is 0.

        Raises:
            ReportError: it cannot be had.
        """
        self._folder = folder
        self._shown = _Shown()
        self._turned = Condition()
        self._ended = False
        try:
            self._site = Site(folder, *_document(folder.name), self._turns, port)
        except (OSError, OverflowError) as problem:
            raise ReportError(
                f"The preview cannot be at port {port}: {problem}. Name another with --port, or "
                "none for any that is free."
            ) from None

    def __enter__(self) -> Self:
        """Begin to answer."""
        Thread(target=self._site.serve_forever, name="preview", daemon=True).start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _problem: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """End every answer, and give the port back."""
        with self._turned:
            self._ended = True
            self._turned.notify_all()
        self._site.shutdown()
        self._site.server_close()

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{HOST}:{self._site.port}/"

    def show(self, page: Path, said: str = "", words: str = "") -> None:
        """Show a page of the folder as it is now, if it is there, with a line beside it."""
        try:
            digest = hashlib.sha256(page.read_bytes()).hexdigest()
            file = page.relative_to(self._folder).as_posix()
        except FileNotFoundError:
            file = digest = ""
        self._turn(_Shown(file, digest, said, words))

    def tell(self, said: str) -> None:
        """Say another line beside what is shown."""
        self._turn(replace(self._shown, said=said, words=""))

    def _turn(self, shown: _Shown) -> None:
        with self._turned:
            self._shown = shown
            self._turned.notify_all()

    def _turns(self) -> Iterator[str]:
        """Yield what is shown, now and whenever it is another; an empty line after a silence."""
        before = None
        while True:
            with self._turned:
                if self._shown is before:
                    self._turned.wait(_SILENCE)
                if self._ended:
                    return
                now = self._shown
            yield "" if now is before else json.dumps(asdict(now))
            before = now


def _document(name: str) -> tuple[str, str]:
    """The document that shows pages, and its policy: a page's, and that it may show and hear."""
    styles, script = (
        Markup((_TEMPLATES / f"preview.{kind}").read_text(encoding="utf-8"))
        for kind in ("css", "js")
    )
    templates = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)
    template = templates.get_template("preview.html.j2")
    return template.render(name=name, styles=styles, script=script), (
        f"{policy(styles, script)}; frame-src 'self'; connect-src 'self'; frame-ancestors 'none'"
    )
