"""An IPython kernel whose messages stay in the process that runs its cells."""

from __future__ import annotations

import asyncio
import codecs
import contextvars
import io
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError
from traitlets.config import Config

from reportlib.execute.process_pool import (
    exit_if_asked,
)


class _Session(Session):
    """A session that keeps messages in this process, instead of sending them through sockets."""

    def __init__(self) -> None:
        super().__init__()
        self.pid = os.getpid()
        self.request: dict[str, Any] = {}
        self.replies: deque[dict[str, Any]] = deque()
        self.outputs: deque[dict[str, Any]] = deque()

    def send(
        self, _stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None,
        ident: Any = None, buffers: Any = None, track: bool = False, header: Any = None,
        metadata: Any = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Keep a message with its content as JSON carries it, and return the message."""
        message: dict[str, Any] = msg_or_type
        if isinstance(msg_or_type, str):
            message = self.msg(msg_or_type, content, parent, header, metadata)
        if os.getpid() == self.pid:  # not in a process that a cell forked
            try:
                packed = self.pack(message["content"])
            except UnicodeEncodeError:  # half a surrogate pair, say: no file could hold it
                text = json.dumps(message["content"], default=json_default, ensure_ascii=False)
                packed = text.encode("utf-8", "replace")
            sent = message | {"content": self.unpack(packed), "buffers": buffers or []}
            is_reply = message["msg_type"].endswith("_reply")
            (self.replies if is_reply else self.outputs).append(sent)
        return message


class _Stream(io.TextIOBase):
    """A stream of a cell, which takes in, in order, what is written to its descriptor.

    While a cell runs, the descriptor leads to a file in memory, for C code and subprocesses.
    """

    encoding = "UTF-8"

    def __init__(self, name: str, descriptor: int, session: _Session) -> None:
        self.name = name
        self._descriptor = descriptor
        self._session = session
        self._file = os.memfd_create(name)
        self._position = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text: list[str] = []
        self._lock = threading.RLock()

    @contextmanager
    def capture(self) -> Iterator[None]:
        """Have the stream of this process, and its descriptor, lead here."""
        before, copy = getattr(sys, self.name), os.dup(self._descriptor)
        before.flush()
        os.dup2(self._file, self._descriptor)
        setattr(sys, self.name, self)
        try:
            yield
        finally:
            self.flush()
            setattr(sys, self.name, before)
            os.dup2(copy, self._descriptor)
            os.close(copy)

    def fileno(self) -> int:
        """Return the descriptor, for subprocesses."""
        return self._descriptor

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Write below what the descriptor took before."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._session.pid:
            os.write(self._descriptor, text.encode("utf-8", "replace"))
        else:
            with self._lock:
                self._drain()
                self._text.append(text)
        return len(text)

    def flush(self) -> None:
        """Hand over what was written."""
        if os.getpid() != self._session.pid:
            return
        with self._lock:
            self._drain()
            if text := "".join(self._text):
                self._text.clear()
                content = {"name": self.name, "text": text}
                self._session.send(None, "stream", content, self._session.request)

    def _drain(self) -> None:
        while data := os.pread(self._file, 1 << 20, self._position):
            self._position += len(data)
            self._text.append(self._decoder.decode(data))


class InProcessKernel:
    """A kernel in this process, as nbclient sees a kernel's manager and a kernel's client."""

    has_kernel = True
    allow_stdin = False

    def __init__(self, limit: float = 0) -> None:
        """Take the seconds that a cell may take; 0: any time."""
        self.session = _Session()
        self.shell_channel = SimpleNamespace(get_msg=self._next_reply, send=self._answer)
        self.iopub_channel = SimpleNamespace(get_msg=self._next_output)
        self._limit = limit
        self._overdue = False
        self._in_time = 0
        self._context = contextvars.copy_context()
        self._streams = [_Stream("stdout", 1, self.session), _Stream("stderr", 2, self.session)]

    def __enter__(self) -> InProcessKernel:
        InteractiveShell.clear_instance()
        # A profile without files: nothing of the user's IPython has a say in what comes out.
        config = Config(HistoryManager={"hist_file": ":memory:"}, IPKernelApp={})
        self._kernel = IPythonKernel.instance(
            config=config,
            log=logging.getLogger("ipykernel"),
            session=self.session,
            iopub_socket=self.session,
            profile_dir=ProfileDir(),
        )
        main_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self._kernel.shell_channel_thread = main_thread
        shell = self._kernel.shell
        assert shell is not None
        sys.modules["__main__"] = shell.user_module
        for name in ("__doc__", "__loader__", "__package__", "__spec__"):
            shell.user_ns.setdefault(name, None)  # every program has them
        shell.displayhook.get_execution_count = lambda: self._kernel.execution_count
        return self

    def __exit__(self, *_: object) -> None:
        self._kernel.clear_instance()

    def client(self) -> InProcessKernel:
        """Return what runs cells."""
        return self

    def start_channels(self) -> None:
        """Do nothing: there is no channel."""

    stop_channels = start_channels

    def wait_for_ready(self, timeout: float | None = None) -> None:
        """Do nothing: the kernel is ready."""

    def is_alive(self) -> bool:
        """Return that this process runs."""
        return True

    def interrupt_kernel(self) -> None:
        """Let an interrupted cell's own reply count, instead of its being late."""
        self._overdue = False

    async def execute(
        self, code: str, store_history: bool = True, stop_on_error: bool = True
    ) -> str:
        """Run a cell to its end, and return the id that its messages name.

        Raises:
            DeadKernelError: the cell ended the notebook.
        """
        content = {"code": code, "store_history": store_history, "stop_on_error": False}
        request = self.session.request = self.session.msg("execute_request", content)
        loop = asyncio.get_running_loop()
        self._kernel.io_loop = SimpleNamespace(  # type: ignore[assignment]
            add_callback=loop.call_soon_threadsafe, call_later=lambda *_: None, stop=None
        )
        self._overdue = False
        with ExitStack() as stack:
            for stream in self._streams:
                stack.enter_context(stream.capture())
            # In one context for all cells: a variable that a cell sets is set in the next.
            await loop.create_task(self._run(request), context=self._context)
        exit_if_asked()
        assert self._kernel.shell is not None
        if self._kernel.shell.exit_now:
            raise DeadKernelError("The notebook's process ended with exit status 0.")
        return str(request["header"]["msg_id"])

    async def _run(self, request: dict[str, Any]) -> None:
        self._kernel.set_parent([], request)
        before = signal.signal(signal.SIGALRM, self._interrupt)
        signal.setitimer(signal.ITIMER_REAL, self._limit)
        try:
            await self._kernel.execute_request(None, [], request)
            if os.getpid() != self.session.pid:
                os._exit(1)  # a process that the cell forked must not go on as the notebook
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        self.session.send(None, "status", {"execution_state": "idle"}, request)

    def _interrupt(self, *_: object) -> None:
        """Interrupt a cell that takes too long, as Ctrl-C does."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._overdue, self._in_time = True, len(self.session.outputs)
        signal.raise_signal(signal.SIGINT)

    def kernel_info(self) -> str:
        """Ask for the language, and return the id that the reply names."""
        request = self.session.msg("kernel_info_request")
        self.session.send(None, "kernel_info_reply", self._kernel.kernel_info, request)
        return str(request["header"]["msg_id"])

    def _answer(self, message: dict[str, Any]) -> None:
        """Take a message to a widget, whose outputs nbclient keeps."""
        self._kernel.shell_handlers[message["header"]["msg_type"]](None, [], message)

    async def _next_reply(self, timeout: float | None = None) -> dict[str, Any]:
        if self._overdue or not self.session.replies:
            raise queue.Empty
        return self.session.replies.popleft()

    async def _next_output(self, timeout: float | None = None) -> dict[str, Any]:
        while not self.session.outputs or (self._overdue and self._in_time <= 0):
            await asyncio.sleep(0.01)
        self._in_time -= 1
        return self.session.outputs.popleft()
