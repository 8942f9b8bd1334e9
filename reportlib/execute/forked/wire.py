"""The wire between a process and the one that it forked: messages, each whole or not at all."""

from __future__ import annotations

import os
import select
import socket
import struct
from collections.abc import Callable, Sequence
from itertools import count

REQUEST, REPLY, OUTPUT, END = b"request", b"reply", b"output", b"end"
"""What a message is: its first part says so. The parent asks and ends, the child does the rest."""
PIECE = 1 << 16
"""Bytes of a message that travel at once; a longer message is cut."""
_LABEL = struct.Struct("!QQ?")
"""What a piece bears: the sender's process, the number of its message, whether it is the last."""
_LENGTH = struct.Struct("!I")


class Wire:
    """One end of a wire, over which any thread or forked process may send.

    The socket keeps the bounds of what is sent, so messages that are sent at the same time do not
    mix, without a lock that a process could hold when it is killed.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._numbers = count()
        self._begun: dict[tuple[int, int], list[bytes]] = {}

    @classmethod
    def pair(cls) -> tuple[Wire, Wire]:
        """Return the two ends of a new wire."""
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(one), cls(other)

    def fileno(self) -> int:
        """Return the descriptor to wait on until something can be received."""
        return self._end.fileno()

    def close(self) -> None:
        """Close this end; the other sees it, once no forked process holds it open."""
        self._end.close()

    def send(self, parts: Sequence[bytes], meanwhile: Callable[[], None] | None = None) -> None:
        """Send a message, waiting while the other end is behind.

        The other end may be behind because it is sending, too: ``meanwhile`` should then receive.

        Raises:
            BrokenPipeError: the other end is closed.
        """
        lengths = (_LENGTH.pack(len(part)) for part in parts)
        whole = memoryview(b"".join([_LENGTH.pack(len(parts)), *lengths, *parts]))
        number = next(self._numbers)
        for start in range(0, len(whole), PIECE):
            label = _LABEL.pack(os.getpid(), number, start + PIECE >= len(whole))
            piece = (label, whole[start : start + PIECE])
            if meanwhile is None:
                self._end.sendmsg(piece)
                continue
            while not self._sent(piece):
                select.select([self], [self], [])
                meanwhile()

    def _sent(self, piece: tuple[bytes, memoryview]) -> bool:
        try:
            self._end.sendmsg(piece, (), socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True

    def receive(self) -> list[list[bytes]]:
        """Return the messages that have come, without waiting; there may be none.

        Raises:
            EOFError: nothing more can come.
        """
        came: list[list[bytes]] = []
        while True:
            try:
                piece = self._end.recv(_LABEL.size + PIECE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return came
            except ConnectionResetError:
                continue  # it was closed with messages of ours unread; its own are still to be had
            if not piece:
                if came:
                    return came
                raise EOFError
            sender, number, last = _LABEL.unpack_from(piece)
            pieces = self._begun.setdefault((sender, number), [])
            pieces.append(piece[_LABEL.size :])
            if last:
                came.append(_parts(b"".join(self._begun.pop((sender, number)))))


def _parts(whole: bytes) -> list[bytes]:
    (number,) = _LENGTH.unpack_from(whole)
    start = _LENGTH.size * (number + 1)
    parts = []
    for index in range(number):
        (length,) = _LENGTH.unpack_from(whole, _LENGTH.size * (index + 1))
        parts.append(whole[start : start + length])
        start += length
    return parts
