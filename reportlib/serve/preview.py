"""The preview: a page of the build folder, served to this machine alone and reloaded on change."""

from __future__ import annotations

import asyncio
import hashlib
import json
import mimetypes
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from socket import create_server
from threading import Thread
from typing import Self

from jinja2 import Template
from markupsafe import Markup
from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.web import Application, HTTPError, RequestHandler

from reportlib.errors import ReportError
from reportlib.publish.html_page import make_content_security_policy

HOST = "127.0.0.1"
_TEMPLATES = Path(__file__).parent / "templates"


class Preview:
    """A server of a folder, with a document at ``/`` that shows one of its pages.

    The document holds the page in a frame, byte by byte as it is on disk and under the page's own
    policy, and loads it again when it has changed, at the place where the reader was.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Bind this port, or any that is free if it is 0.

        Raises:
            ReportError: the port cannot be bound.
        """
        try:
            self._socket = create_server((HOST, port))
        except (OSError, OverflowError) as problem:
            raise ReportError(
                f"The preview cannot be at port {port}: {problem}. Name another with --port, or "
                "none for any that is free."
            ) from None
        self._socket.setblocking(False)
        port = self._socket.getsockname()[1]
        self.address = f"http://{HOST}:{port}/"
        self.hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        self.folder = folder
        styles, script, template = (
            Markup((_TEMPLATES / f"preview.{suffix}").read_text(encoding="utf-8"))
            for suffix in ("css", "js", "html.j2")
        )
        self.document = Template(template, autoescape=True).render(
            name=folder.name, styles=styles, script=script
        )
        self.policy = (
            f"{make_content_security_policy(styles, script)}; "
            "frame-src 'self'; connect-src 'self'; frame-ancestors 'none'"
        )
        # The file that is shown, the digest of its bytes, a line beside it, and text below that.
        self.view = {"file": "", "digest": "", "status": "", "detail": ""}
        self.changed = asyncio.Event()  # set, and replaced by another, when the view changes
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def __enter__(self) -> Self:
        """Start the server in a thread."""
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close every connection, and release the port."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        self._loop.close()

    def show(self, page: Path, status: str = "", detail: str = "") -> None:
        """Show a page of the folder as it is now, if it exists, with a line beside it."""
        try:
            digest = hashlib.sha256(page.read_bytes()).hexdigest()
            file = page.relative_to(self.folder).as_posix()
        except FileNotFoundError:
            file = digest = ""
        self._update(file=file, digest=digest, status=status, detail=detail)

    def set_status(self, status: str) -> None:
        """Show another line beside the page."""
        self._update(status=status, detail="")

    def _update(self, **changes: str) -> None:
        def publish() -> None:
            self.view = self.view | changes
            self.changed.set()
            self.changed = asyncio.Event()

        self._loop.call_soon_threadsafe(publish)

    async def _serve(self) -> None:
        paths = {"/": _Document, "/events": _Events, "(.*)": _File}
        handlers = [(path, handler, {"preview": self}) for path, handler in paths.items()]
        server = HTTPServer(Application(handlers, log_function=lambda _handler: None))
        server.add_socket(self._socket)
        await self._ended.wait()
        server.stop()
        self.view = {}
        self.changed.set()
        await server.close_all_connections()


class _Handler(RequestHandler):
    """The answer to a request that reads something of the preview, and asks for this host.

    Another name in the Host header is that of a page elsewhere that was given this address.
    """

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, preview: Preview) -> None:
        self.preview = preview

    def set_default_headers(self) -> None:
        self.set_header("Allow", ", ".join(self.SUPPORTED_METHODS))
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", "frame-ancestors 'self'")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")

    def prepare(self) -> None:
        if self.request.headers.get("Host") not in self.preview.hosts:
            raise HTTPError(HTTPStatus.MISDIRECTED_REQUEST)


class _Document(_Handler):
    """The document that shows a page."""

    def get(self) -> None:
        self.set_header("Content-Security-Policy", self.preview.policy)
        self.write(self.preview.document)

    head = get


class _Events(_Handler):
    """What the document is to show, now and after each change, as server-sent events."""

    def head(self) -> None:
        self.set_header("Content-Type", "text/event-stream")

    async def get(self) -> None:
        self.head()
        with suppress(StreamClosedError):  # the browser has gone
            while self.preview.view:
                changed = self.preview.changed
                self.write(f"data: {json.dumps(self.preview.view)}\n\n")
                await self.flush()
                await changed.wait()


class _File(_Handler):
    """A file of the folder, unless it is hidden or a link leads out of the folder to it.

    It is read at once: tornado's own handler of files would send the length of one version with
    the bytes of another where a build replaces the file in between.
    """

    def get(self, path: str) -> None:
        root, *names = path.split("/")
        if root or any(not name or name.startswith(".") for name in names):
            raise HTTPError(HTTPStatus.NOT_FOUND)
        try:
            file = self.preview.folder.joinpath(*names).resolve(strict=True)
            file.relative_to(self.preview.folder.resolve())
            content = file.read_bytes()
        except (OSError, ValueError):
            raise HTTPError(HTTPStatus.NOT_FOUND) from None
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        charset = "; charset=utf-8" if media_type.startswith("text/") else ""
        self.set_header("Content-Type", media_type + charset)
        self.write(content)

    head = get
