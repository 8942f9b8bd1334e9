"""The preview: a page of the build folder, served on this machine, reloaded on change."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from reportlib.errors import ReportError
from reportlib.publish.html_page import make_content_security_policy

HOST = "127.0.0.1"
_METHODS = ("GET", "HEAD")
_ALWAYS = {
    "Allow": ", ".join(_METHODS),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_FRAMED = "frame-ancestors 'self'"
"""What is added to the policy of a file: no other site may show it."""

News = Callable[[], Iterator[str]]
"""What there is to tell, one line at a time, as it happens; an empty line if there is nothing."""


class Site(ThreadingTCPServer):
    """Answers at ``/`` with a document, at ``/events`` with news, else with files of a folder.

    Hidden files are not served, nor is anything outside, wherever links lead. What asks for
    another host is refused, since a page elsewhere could have given its own name this address.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, folder: Path, document: str, policy: str, news: News, port: int) -> None:
        """Take a port: this one, or any that is free if it is 0.

        Raises:
            OSError, OverflowError: it cannot be had.
        """
        self.folder, self.document, self.policy, self.news = folder, document, policy, news
        super().__init__((HOST, port), _Answer)
        self.port: int = self.server_address[1]
        self.hosts = {f"{name}:{self.port}" for name in (HOST, "localhost")}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, unless it is that a browser has gone."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def file_at(self, path: str) -> Path | None:
        """Return the file of the folder at the path of an address; None if there is none."""
        names = unquote(path).split("/")[1:]
        if any(not name or name.startswith(".") or {"\\", "\0"} & {*name} for name in names):
            return None
        try:
            file = self.folder.joinpath(*names).resolve()
            return file if file.is_file() and file.is_relative_to(self.folder.resolve()) else None
        except OSError:  # such as a name that is too long
            return None


class _Answer(BaseHTTPRequestHandler):
    """One answer."""

    server: Site
    timeout = 60  # s, for one who has connected and asks for nothing

    def parse_request(self) -> bool:
        """Refuse whatever is not asked of this site, or would change something."""
        if not super().parse_request():
            return False
        if self.headers.get("Host") not in self.server.hosts:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif self.command not in _METHODS:
            self.send_error(HTTPStatus.METHOD_NOT_ALLOWED)
        else:
            return True
        return False

    def do_GET(self) -> None:
        """Answer with the document, the news or a file."""
        path = self.path.partition("?")[0]
        if path == "/":
            self._send(self.server.document.encode(), "text/html", self.server.policy)
        elif path == "/events":
            self._tell()
        elif file := self.server.file_at(path):
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self._send(file.read_bytes(), kind, _FRAMED)
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET

    def _send(self, content: bytes, kind: str, policy: str) -> None:
        self._begin(kind, policy, len(content))
        if self.command == "GET":
            self.wfile.write(content)

    def _tell(self) -> None:
        self._begin("text/event-stream", _FRAMED)
        if self.command == "GET":
            for line in self.server.news():
                self.wfile.write(f"data: {line}\n\n".encode() if line else b":\n\n")

    def _begin(self, kind: str, policy: str, length: int | None = None) -> None:
        text = "; charset=utf-8" if kind.startswith("text/") else ""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind + text)
        self.send_header("Content-Security-Policy", policy)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def end_headers(self) -> None:
        """Say with every answer, also with a refusal, how it may be used."""
        for name, value in _ALWAYS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of what was asked for."""


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
    policy = make_content_security_policy(styles, script)
    return template.render(name=name, styles=styles, script=script), (
        f"{policy}; frame-src 'self'; connect-src 'self'; frame-ancestors 'none'"
    )
