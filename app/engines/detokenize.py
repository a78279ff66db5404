"""Text out of token pieces: bytes that may end inside a character."""

from __future__ import annotations

import codecs
from collections.abc import Callable

_MOST_HELD = 3
"""Most bytes of a character in UTF-8 that is not whole yet."""
_LONGEST = 12
"""Most ids that wait in a window: with bytes that are no characters, or with tokens that have no text."""


class Detokenizer:
    """Turns pieces of bytes into text. A piece that ends inside a character gives it with the piece that completes it.

    Bytes that can never become a character give U+FFFD, as in every UTF-8 decoder.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, piece: bytes) -> str:
        """Returns the text that this piece completes; it may be empty."""
        return self._decoder.decode(piece)

    def flush(self) -> str:
        """Returns what an incomplete character leaves behind (U+FFFD or nothing) and starts anew."""
        text = self._decoder.decode(b"", True)
        self._decoder.reset()
        return text


class PairDecoder:
    """Joins the halves of UTF-16 pairs that come apart: as JSON escapes them, a character may end a text in the middle.

    A half without the other gives U+FFFD.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
        self._held = False

    def feed(self, text: str) -> str:
        """Returns the text with its pairs whole; half of one at its end is held back."""
        if not text or (not self._held and not any("\ud800" <= char <= "\udfff" for char in text)):
            return text
        self._held = "\ud800" <= text[-1] <= "\udbff"
        return self._decoder.decode(text.encode("utf-16-le", "surrogatepass"))

    def flush(self) -> str:
        """Returns U+FFFD for a half that is held back, else nothing, and starts anew."""
        self._held = False
        text = self._decoder.decode(b"", True)
        self._decoder.reset()
        return text


class WindowDecoder:
    """Turns token ids into text where only a whole sequence can be decoded.

    A short window of ids is decoded, and what its text has more than was given already is new; the window begins with
    ids whose text was given, so that whatever the decoder does at the start of a text is done to those. Text that ends
    inside a character is held back: a decoder gives up to three U+FFFD for it. Those before them are bytes that never
    become a character, and are given.

    Args:
        decode: Text of a sequence of ids.
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._window: list[int] = []
        self._begun = 0  # how many ids of the window are there for the start of the text only
        self._given = 0  # how many characters of the window's text were given

    def feed(self, token: int) -> str:
        """Returns the text that this token completes; it may be empty."""
        self._window.append(token)
        text = self._decode(self._window)
        tail = text[-_MOST_HELD:]
        certain = len(text) - len(tail) + len(tail.rstrip("\ufffd"))
        new = text[self._given : certain]
        self._given = max(self._given, certain)
        if new and certain == len(text):
            self._drop(self._begun, 0)
        elif len(self._window) - self._begun > _LONGEST:
            self._drop(len(self._window) - _MOST_HELD - 1, len(text) - self._given)
        return new

    def _drop(self, count: int, held: int) -> None:
        """Drops ids at the start of the window; the last ``held`` characters of the rest are still to be given."""
        self._window = self._window[count:]
        self._begun = 0 if held else len(self._window)
        self._given = max(0, len(self._decode(self._window)) - held)

    def flush(self) -> str:
        """Returns what an incomplete character leaves behind and starts anew."""
        text = self._decode(self._window)[self._given :] if self._window else ""
        self._window, self._begun, self._given = [], 0, 0
        return text
