"""A streamed answer, read in a thread of its own so that it can be left at any moment."""

from __future__ import annotations

import json
import threading
from queue import SimpleQueue
from typing import Any, Final

import httpx
import msgspec

from app.boundary.unexpected import problem_of
from app.engines.base import Stopped
from app.engines.event_stream import ERROR, Event, EventStream, TooLong
from app.engines.servers.said import fault, in_words, quoted, said_with, server_failed, status_problem
from app.net import break_off, connection_problem
from app.race.problems import DECODE_ERRORS, Problem, ProblemError

CONNECT_S: Final = 10.0
SILENCE_S: Final = 600.0
"""A long prompt on a slow machine may take minutes; the session has limits of its own."""
_MAX_SAID: Final = 64 << 10
"""Most bytes of a refusal that are read."""
_DONE: Final = "[DONE]"


class Stream:
    """Posts a request and hands out the decoded chunks of its answer.

    Args:
        client: For one server.
        path: Where to post; ``body`` is what.

    Raises:
        ProblemError: the request holds what is no text.
    """

    def __init__(self, client: httpx.Client, path: str, body: dict[str, Any]) -> None:
        self._client, self._path = client, path
        self._content = _encoded(body)
        self._items: SimpleQueue[Any] = SimpleQueue()
        self._response: httpx.Response | None = None
        self._left = False
        self._chunks = 0
        self.unused = ""
        self._thread = threading.Thread(target=self._work, name="server-stream", daemon=True)
        self._thread.start()

    def next(self) -> Any:
        """Returns the next chunk; None at the end. What belonged to no chunk is in ``unused`` by then.

        Raises:
            Stopped: :meth:`leave` was called.
            ProblemError: the server cannot be reached, refused, failed, or sent what cannot be read.
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
        if self._response is not None:
            break_off(self._response)

    def _work(self) -> None:
        try:
            self._read()
        except ProblemError as error:
            self._items.put(error)
        except httpx.HTTPError as error:
            self._items.put(ProblemError(connection_problem(str(self._client.base_url), error)))
        except Exception as error:  # noqa: BLE001 - whoever waits for a chunk would wait for ever
            self._items.put(ProblemError(problem_of(error, "engines", "a server's answer was read")))

    def _read(self) -> None:
        kind = {"Content-Type": "application/json"}
        with self._client.stream("POST", self._path, content=self._content, headers=kind) as response:
            self._response = response
            if response.status_code != 200:
                raise ProblemError(status_problem(self._address, response, said_with(response, _MAX_SAID)))
            events = EventStream()
            try:
                for piece in response.iter_bytes():
                    for event in events.feed(piece):
                        if self._left:
                            return
                        self._take(event, events)
                for event in events.end():
                    self._take(event, events)
            except TooLong as error:
                raise ProblemError(_unreadable("A line of the stream does not end.")) from error
            self._finish(events.unused)

    @property
    def _address(self) -> str:
        return str(self._client.base_url.join(self._path))

    def _take(self, event: Event, events: EventStream) -> None:
        """Takes one event: its data is JSON, or the word that ends the stream, or nothing of use."""
        data = event.data.strip()
        if not data or data == _DONE:
            return
        if event.kind == ERROR:
            raise ProblemError(server_failed(in_words(data), data))
        if data[0] not in "{[":
            events.keep(event.data)
            return
        try:
            chunk = decoded(data)
        except ValueError as error:
            if "\n" in data:  # Some servers leave out the empty line behind an event.
                for line in data.split("\n"):
                    self._take(Event(event.kind, line), events)
                return
            if not event.kind:
                events.keep(event.data)  # It may be the first line of a document.
                return
            raise ProblemError(_unreadable(f"{error}.", data)) from error
        if (reason := fault(chunk)) is not None:
            raise ProblemError(server_failed(reason, data))
        for part in chunk if isinstance(chunk, list) else [chunk]:  # Gateways bundle several.
            self._chunks += 1
            self._items.put(part)

    def _finish(self, unused: str) -> None:
        """The stream is over: what belonged to no event may be a document of several lines."""
        self.unused = unused
        if not self._chunks and unused.strip():
            try:
                chunk = decoded(unused)
            except ValueError as error:
                raise ProblemError(
                    Problem(
                        "server-unreadable",
                        f"What came from {self._address} is no answer of a model.",
                        cause=f"It begins with: {quoted(in_words(unused))}",
                        action="Check that the address belongs to the kind of server that was chosen.",
                        details=unused[:4000],
                    )
                ) from error
            if (reason := fault(chunk)) is not None:
                raise ProblemError(server_failed(reason, unused))
            for part in chunk if isinstance(chunk, list) else [chunk]:
                self._items.put(part)
        self._items.put(None)


def decoded(text: str) -> Any:
    """Decodes JSON as servers write it: also with NaN, and with halves of UTF-16 pairs, which stay lone surrogates.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return msgspec.json.decode(text)
    except (*DECODE_ERRORS, ValueError):
        pass  # The slower one takes more.
    try:
        return json.loads(text, parse_int=_whole)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _whole(digits: str) -> int | float:
    """Reads a whole number; one that nothing here counts to is infinite, so that it is no count."""
    return int(digits) if len(digits) < 40 else float(digits[:1].replace("-", "-1") + "e999")


def _encoded(body: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError as error:
        raise ProblemError(
            Problem(
                "prompt-text",
                "The prompt or a name in the request holds something that is no text.",
                cause=f"The character at place {error.start + 1} is {error.object[error.start]!a}, half of a pair.",
                action="Save the prompt as UTF-8, or type that character again.",
            )
        ) from error


def _unreadable(cause: str, details: str = "") -> Problem:
    return Problem(
        "server-unreadable",
        "The server sent something that cannot be read.",
        cause=cause,
        action="Check that the address belongs to the kind of server that was chosen.",
        details=details[:4000],
    )
