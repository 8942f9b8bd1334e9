"""What talks to a forked child, as the library that runs notebooks talks to a kernel."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from queue import Empty
from time import monotonic
from typing import Any, Protocol

from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError

from reportlib.execute.forked.wire import OUTPUT, REPLY, REQUEST, Wire


class Living(Protocol):
    """What may have ended."""

    def is_alive(self) -> bool:
        """Whether it has not."""


class Client:
    """What nbclient asks to run a cell, and where it reads what comes of it."""

    allow_stdin = False

    def __init__(self, child: Living, wire: Wire, session: Session) -> None:
        self.session = session
        self._child = child
        self._wire = wire
        self._came: dict[bytes, deque[list[bytes]]] = {REPLY: deque(), OUTPUT: deque()}
        self._waiting: list[asyncio.Future[None]] = []
        self._over = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.shell_channel = Channel(self, REPLY)
        self.iopub_channel = Channel(self, OUTPUT)

    def start_channels(self) -> None:
        """Begin: the wire is there already."""

    def wait_for_ready(self, timeout: float | None = None) -> None:
        """Begin: what is asked before the child is ready waits in the wire."""

    def stop_channels(self) -> None:
        """Watch the wire no longer, and let what still waits for it end."""
        loop, self._loop = self._loop, None
        if loop is None or loop.is_closed():
            return
        loop.remove_reader(self._wire)
        for more in self._waiting:
            more.cancel()
        if not loop.is_running():
            loop.run_until_complete(asyncio.sleep(0))

    def is_alive(self) -> bool:
        """Whether the child still runs."""
        return self._child.is_alive()

    def execute(self, code: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Ask for a cell to be run, and return the id that what comes of it will name."""
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": self.allow_stdin,
            "stop_on_error": stop_on_error,
        }
        return self.send(self.session.msg("execute_request", content))

    def kernel_info(self) -> str:
        """Ask which language the child runs, and return the id that the reply will name."""
        return self.send(self.session.msg("kernel_info_request"))

    def send(self, message: dict[str, Any]) -> str:
        """Send a message, and return its id.

        Raises:
            DeadKernelError: the child has ended.
        """
        parts = [REQUEST, *self.session.serialize(message), *message.get("buffers", [])]
        try:
            self._wire.send(parts, meanwhile=self._take_in)
        except BrokenPipeError:
            raise DeadKernelError("Kernel died") from None
        return str(message["header"]["msg_id"])

    async def next(self, kind: bytes, timeout: float | None) -> dict[str, Any]:
        """Return the next message of a kind, once it is there.

        Raises:
            Empty: there is none in time.
            DeadKernelError: the child has ended, and no reply can come.
        """
        until = None if timeout is None else monotonic() + timeout
        while not self._came[kind]:
            if self._over and kind == REPLY:
                raise DeadKernelError("Kernel died")
            left = None if until is None else until - monotonic()
            if left is not None and left <= 0:
                raise Empty
            await self._more(left)
        _, parts = self.session.feed_identities(self._came[kind].popleft())
        return self.session.deserialize(parts)

    async def _more(self, timeout: float | None) -> None:
        """Wait until something has come, or the time is up."""
        loop = asyncio.get_running_loop()
        if self._loop is None and not self._over:
            loop.add_reader(self._wire, self._take_in)
            self._loop = loop
        more = loop.create_future()
        self._waiting.append(more)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(more, timeout)

    def _take_in(self) -> None:
        try:
            for kind, *parts in self._wire.receive():
                self._came[kind].append(parts)
        except EOFError:
            self._over = True
            if self._loop is not None:
                self._loop.remove_reader(self._wire)
        for more in self._waiting:
            if not more.done():
                more.set_result(None)
        self._waiting.clear()


class Channel:
    """One kind of what the child says."""

    def __init__(self, client: Client, kind: bytes) -> None:
        self._client = client
        self._kind = kind

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message, or raise Empty if there is none in time."""
        return await self._client.next(self._kind, timeout)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message, as a widget does whose outputs nbclient keeps."""
        self._client.send(message)
