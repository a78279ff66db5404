"""The events of a streamed answer: server-sent events, lines of JSON, or one JSON document, whatever a server sends.

Server-sent events are parsed as the WHATWG's HTML standard says (9.2.6, "Interpreting an event stream"): a byte order
mark at the start, lines that end with CR, LF or both, comments, fields with an optional space behind the colon, several
``data`` lines in one event. An event that the end of the stream cuts off is dispatched all the same: here a lost last
event would be lost text. Beyond the standard a line that begins like JSON is an event of its own (Ollama), a field
``error`` is one too (llama.cpp), and lines that are none of these are kept, to be quoted if the answer cannot be used.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

import msgspec

MAX_EVENT: Final = 4 << 20
"""Longest line, and most data of one event, in characters; what is longer is no answer of a language model."""
MAX_UNUSED: Final = 64 << 10
"""Most characters of unused lines that are kept."""
MESSAGE: Final = "message"
"""Type of an event that names none."""
ERROR: Final = "error"


class Event(msgspec.Struct, frozen=True):
    """One event: its type, which is empty for a line that begins like JSON, and its data."""

    kind: str
    data: str


class TooLong(Exception):
    """A line or an event of the stream does not end."""


class EventStream:
    """Parses a stream that arrives in pieces, cut anywhere.

    Attributes:
        unused: The lines that belong to no event, such as a web page's.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._line: list[str] = []  # pieces of a line that has not ended
        self._length = 0
        self._cr = False  # The last character was a CR: an LF that follows belongs to it.
        self._data: list[str] = []
        self._size = 0
        self._kind = ""
        self.unused = ""

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Yields the events that this piece completes; to be gone through to its end.

        Raises:
            TooLong: a line or an event passes the limit.
        """
        return self._take(self._decoder.decode(piece))

    def end(self) -> Iterator[Event]:
        """Yields what the end of the stream completes."""
        yield from self._take(self._decoder.decode(b"", True))
        if self._line:
            yield from self._one("".join(self._line))
        yield from self._dispatch()

    def keep(self, line: str) -> None:
        """Adds a line to those that are of no use."""
        if len(self.unused) < MAX_UNUSED:
            self.unused += line[: MAX_UNUSED - len(self.unused)] + "\n"

    def _take(self, text: str) -> Iterator[Event]:
        if self._cr and text:
            text = text.removeprefix("\n")
            self._cr = False
        self._cr = self._cr or text.endswith("\r")
        *lines, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            before, self._line, self._length = self._line, [], 0
            yield from self._one("".join([*before, line]))
        if rest:
            self._line.append(rest)
            self._length += len(rest)
        if self._length > MAX_EVENT:
            raise TooLong

    def _one(self, line: str) -> Iterator[Event]:
        """Takes one whole line."""
        if not line:
            yield from self._dispatch()
            return
        name, colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if line[0] in "{[":
            yield from self._dispatch()
            yield Event("", line)
        elif name == "data":
            self._data.append(value)
            self._size += len(value) + 1
            if self._size > MAX_EVENT:
                raise TooLong
        elif name == "event":
            self._kind = value
        elif name == ERROR and colon:
            yield from self._dispatch()
            yield Event(ERROR, value)
        elif name not in ("", "id", "retry"):  # The first is a comment.
            self.keep(line)

    def _dispatch(self) -> Iterator[Event]:
        data, kind = self._data, self._kind or MESSAGE
        self._data, self._size, self._kind = [], 0, ""
        if data:
            yield Event(kind, "\n".join(data))
