"""A client of a preview without a browser: requests, and the events that it sends."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import Any

TIMEOUT = 300
"""Seconds after which a test that waits has failed."""


def request(
    address: str, path: str, method: str = "GET", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    with closing(http.client.HTTPConnection(address.split("/")[2], timeout=TIMEOUT)) as client:
        client.request(method, path, headers=headers)
        answer = client.getresponse()
        return answer.status, answer.headers, answer.read()


class EventReader:
    """The server-sent events of a preview, as its document receives them."""

    def __init__(self, address: str) -> None:
        self._client = http.client.HTTPConnection(address.split("/")[2], timeout=TIMEOUT)
        self._client.request("GET", "/events")
        self._answer = self._client.getresponse()

    def read(self, is_wanted: Callable[[dict[str, Any]], object] = bool) -> dict[str, Any]:
        """Return the next event that is wanted; the stream must not end before it."""
        end = monotonic() + TIMEOUT
        while monotonic() < end:
            line = self._answer.readline()
            assert line, "the preview has ended"
            if line.startswith(b"data: "):
                event: dict[str, Any] = json.loads(line[6:])
                if is_wanted(event):
                    return event
        raise AssertionError("the wanted event did not come")

    def close(self) -> None:
        self._client.close()
