"""A streamed answer, read in a thread of its own so that it can be left at any moment."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any, Final

import httpx
import msgspec

from app.engines.base import Stopped
from app.race.problems import DECODE_ERRORS, Problem, ProblemError

MAX_LINE: Final = 4 << 20
"""Longest line of a stream in bytes; a longer one is no answer of a language model."""
CONNECT_S: Final = 10.0
SILENCE_S: Final = 600.0
"""A long prompt on a slow machine may take minutes; the session has limits of its own."""


class Stream:
    """Posts a request and hands out the decoded chunks of its answer.

    Args:
        client: For one server.
        path: Where to post; ``body`` is what.
    """

    def __init__(self, client: httpx.Client, path: str, body: dict[str, Any]) -> None:
        self._client, self._path, self._body = client, path, body
        self._items: SimpleQueue[Any] = SimpleQueue()
        self._response: httpx.Response | None = None
        self._left = False
        self._thread = threading.Thread(target=self._work, name="server-stream", daemon=True)
        self._thread.start()

    def next(self) -> Any:
        """Returns the next chunk; None at the end.

        Raises:
            Stopped: :meth:`leave` was called.
            ProblemError: the server cannot be reached, refused, or sent what cannot be read.
        """
        item = self._items.get()
        if self._left:
            raise Stopped
        if isinstance(item, Exception):
            raise item
        return item

    def leave(self) -> None:
        """Ends the stream from any thread, so that the server stops computing too."""
        self._left = True
        self._items.put(None)
        response = self._response
        stream = response.extensions.get("network_stream") if response is not None else None
        found = stream.get_extra_info("socket") if stream is not None else None
        if found is not None:
            try:
                found.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already

    def _work(self) -> None:
        try:
            with self._client.stream("POST", self._path, json=self._body) as response:
                self._response = response
                if response.status_code != 200:
                    self._items.put(ProblemError(_refused(response)))
                    return
                for line in _lines(response):
                    if self._left:
                        return
                    self._take(line)
            self._items.put(None)
        except httpx.HTTPError as error:
            self._items.put(ProblemError(unreachable(str(self._client.base_url), error)))
        except ProblemError as error:
            self._items.put(error)

    def _take(self, line: bytes) -> None:
        """Takes one line: JSON by itself, or behind ``data:`` as in server-sent events."""
        line = line.strip()
        if line.startswith(b"data:"):
            line = line[5:].strip()
        if not line or line == b"[DONE]" or line[:1] != b"{":
            return
        try:
            self._items.put(msgspec.json.decode(line))
        except DECODE_ERRORS as error:
            raise ProblemError(_unreadable(str(error))) from error


def _lines(response: httpx.Response) -> Iterator[bytes]:
    rest = b""
    for chunk in response.iter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > MAX_LINE:
            raise ProblemError(_unreadable("A line of the stream does not end."))
    yield rest


def unreachable(address: str, error: Exception) -> Problem:
    """Says that the server does not answer."""
    return Problem(
        "server-unreachable",
        f"The server at {address} does not answer.",
        cause=f"{type(error).__name__}: {error}.",
        action="Start it, and check the address and the port.",
    )


def _unreadable(cause: str) -> Problem:
    return Problem(
        "server-unreadable",
        "The server sent something that cannot be read.",
        cause=cause,
        action="Check that the address belongs to the kind of server that was chosen.",
    )


def _refused(response: httpx.Response) -> Problem:
    said = b""
    for chunk in response.iter_bytes():
        said += chunk
        if len(said) > 4000:
            break
    return Problem(
        "server-refused",
        f"The server refused the request (HTTP {response.status_code}).",
        cause=said[:300].decode("utf-8", "replace"),
        action="Check the model's name and that the server has room for the prompt.",
        details=said[:4000].decode("utf-8", "replace"),
    )
