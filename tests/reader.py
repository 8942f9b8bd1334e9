"""A reader of a preview without a browser: what is answered, and what is heard."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import Any

LONG = 300
"""Seconds after which what does not come has failed to come."""


def asked(
    address: str, path: str, method: str = "GET", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    with closing(http.client.HTTPConnection(address.split("/")[2], timeout=LONG)) as client:
        client.request(method, path, headers=headers)
        answer = client.getresponse()
        return answer.status, answer.headers, answer.read()


class Ear:
    """What hears the news of a preview."""

    def __init__(self, address: str) -> None:
        self._client = http.client.HTTPConnection(address.split("/")[2], timeout=LONG)
        self._client.request("GET", "/events")
        self._answer = self._client.getresponse()

    def hear(self, wanted: Callable[[dict[str, Any]], object] = bool) -> dict[str, Any]:
        """The next news that is wanted; none may be left out before its end."""
        end = monotonic() + LONG
        while monotonic() < end:
            line = self._answer.readline()
            assert line, "the preview has ended"
            if line.startswith(b"data: "):
                news: dict[str, Any] = json.loads(line[6:])
                if wanted(news):
                    return news
        raise AssertionError("what was to be heard was not")

    def close(self) -> None:
        self._client.close()
