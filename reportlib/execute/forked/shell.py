"""The child's side of a forked run: an IPython shell, as in a kernel, without ZeroMQ.

Kernel, shell, streams and displays are ipykernel's own, so that outputs are made by the same code
as in any kernel. Only what carries messages is replaced: a wire to the parent.
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import contextvars
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, NoReturn

import zmq
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel
from ipykernel.thread import make_selector_io_loop
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets import Any as Anything

from reportlib.execute.forked.inheritance import start_afresh
from reportlib.execute.forked.wire import END, OUTPUT, REPLY, Wire
from reportlib.execute.process_pool import adopt_orphans, kill_descendants


def serve(wire: Wire, session: Session, arguments: Sequence[str]) -> NoReturn:
    """Be the kernel of one notebook until the parent says end, and never return."""
    status = 1
    told = os.fdopen(os.dup(2), "w")  # the parent's: this one's will be a cell's output
    try:
        start_afresh()
        adopt_orphans()
        session.pid = os.getpid()
        app = _Application.instance(session=session, wire=wire)
        app.initialize(list(arguments))
        app.start()
        # The notebook's own, and IPython's, which clears all variables and so closes their files.
        atexit._run_exitfuncs()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc(file=told)
        told.flush()
    finally:
        os._exit(status)


class _Publisher(IOPubThread):
    """The thread that takes in requests, and text that was written past Python's streams.

    Its base makes ZeroMQ sockets when it begins, and so is not begun.
    """

    def __init__(self, wire: Wire, request: Callable[[list[bytes]], None]) -> None:
        self._wire = wire
        self._request = request
        self._master_pid = os.getpid()
        self.io_loop = make_selector_io_loop()
        self.io_loop.add_handler(wire.fileno(), self._take_in, IOLoop.READ)
        self.thread = threading.Thread(target=self.io_loop.start, name="IOPub", daemon=True)

    def schedule(self, f: Callable[[], Any]) -> None:
        """Call in the thread, or at once in a process that a cell forked: there it does not run."""
        if self._is_master_process():
            self.io_loop.add_callback(f)
        else:
            f()

    def send_multipart(self, msg: Sequence[bytes], *_: Any, **__: Any) -> None:
        """Send an output to the parent."""
        self._wire.send([OUTPUT, *map(bytes, msg)])

    def _take_in(self, *_: Any) -> None:
        try:
            for kind, *parts in self._wire.receive():
                self._request([] if kind == END else parts)
        except EOFError:  # the parent is gone, and nothing of the notebook is to run on
            kill_descendants(os.getpid())
            os.killpg(0, signal.SIGKILL)


class Stream(OutStream):
    """A stream that also takes in, in order, what was written to its descriptor.

    ipykernel reads the descriptor in a thread of its own, and so may lose what a cell writes last.
    """

    _flush_comes = False

    def _setup_stream_redirects(self, name: str) -> None:
        source, sink = os.pipe()
        os.set_blocking(source, False)
        self._original_stdstream_fd = getattr(sys, name).fileno()
        self._original_stdstream_copy = os.dup(self._original_stdstream_fd)
        os.dup2(sink, self._original_stdstream_fd)
        os.close(sink)
        self._fid = source
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        # In a context without a cell of its own, so that the text goes to the cell that runs.
        watch = self.pub_thread.io_loop.add_handler
        contextvars.Context().run(watch, source, lambda *_: self._drain(), IOLoop.READ)

    def _drain(self) -> None:
        """Take in what was written to the descriptor so far."""
        if self._fid is None or not self._is_master_process():
            return
        with self._buffer_lock, contextlib.suppress(BlockingIOError):
            while data := os.read(self._fid, 1 << 16):
                super().write(self._decoder.decode(data))
                with contextlib.suppress(OSError):
                    os.write(self._original_stdstream_copy, data)

    def write(self, string: str) -> int | None:  # type: ignore[override]
        """Write below what the descriptor took before."""
        self._drain()
        return super().write(string)

    def flush(self) -> None:
        """Send what was written, at once: the wire takes messages from any thread."""
        self._flush()

    def _flush(self) -> None:
        with self._buffer_lock:  # while it sends, too, or another thread's text could overtake
            self._drain()
            super()._flush()

    def _schedule_flush(self) -> None:
        if not self._flush_comes:
            self._flush_comes = True
            later = self.pub_thread.io_loop.call_later
            self.pub_thread.schedule(lambda: later(self.flush_interval, self._flush_in_time))

    def _flush_in_time(self) -> None:
        self._flush_comes = False
        self._flush()


class _Requests:
    """What the kernel takes for the stream of its shell channel."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def on_recv(self, callback: Callable[[list[zmq.Frame]], Any], copy: bool) -> None:
        """Keep what answers a request."""
        self.answer = callback

    def send_multipart(self, parts: Sequence[bytes], **_: Any) -> None:
        """Send a reply to the parent."""
        self._wire.send([REPLY, *map(bytes, parts)])


class _Kernel(IPythonKernel):
    shell_stream = Anything()
    _supports_kernel_subshells = False
    _execute_sleep = 0.0  # a pause that ZeroMQ needs

    def start(self) -> None:
        assert self.shell is not None
        self.shell.exit_now = False
        Kernel.start(self)  # past its base, which wants a debugger's socket
        # No thread takes in requests; what looks for it asks which thread runs the cells.
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """The parent sends the next cell only once it has read what came of this one."""


class _Application(IPKernelApp):
    wire = Anything()

    def init_connection_file(self) -> None: ...
    def init_poller(self) -> None: ...
    def init_heartbeat(self) -> None: ...
    def write_connection_file(self, **_: Any) -> None: ...
    def log_connection_info(self) -> None: ...

    def init_sockets(self) -> None:
        self.configure_tornado_logger()
        self.io_loop = IOLoop.current()
        self.iopub_thread = _Publisher(self.wire, self._request)
        self.outstream_class = f"{__name__}.{Stream.__name__}"

    def init_kernel(self) -> None:
        self.kernel = _Kernel.instance(
            parent=self,
            session=self.session,
            shell_stream=_Requests(self.wire),
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_thread,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count

    def start(self) -> None:
        self.io_loop.add_callback(self.iopub_thread.thread.start)
        super().start()

    def _request(self, parts: list[bytes]) -> None:
        """Answer a request in the thread that runs the cells; the empty one is to stop."""
        if parts:
            frames = [zmq.Frame(part) for part in parts]
            self.io_loop.add_callback(self.kernel.shell_stream.answer, frames)
        else:
            self.io_loop.add_callback(self.io_loop.stop)
