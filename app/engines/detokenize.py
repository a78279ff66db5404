"""Text out of token pieces: bytes that may end inside a character."""

from __future__ import annotations

import codecs
from collections.abc import Callable


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


class WindowDecoder:
    """Turns token ids into text where only a whole sequence can be decoded.

    A short window of ids is decoded with and without the new one, and the difference is the new text; so whatever the
    decoder does at the start of a text is done to both. Text that ends inside a character is held back.

    Args:
        decode: Text of a sequence of ids.
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._window: list[int] = []
        self._shown = 0  # how many ids of the window have had their text shown

    def feed(self, token: int) -> str:
        """Returns the text that this token completes; it may be empty."""
        self._window.append(token)
        before, after = self._decode(self._window[: self._shown]), self._decode(self._window)
        if after.endswith("\ufffd") or len(after) <= len(before):
            return ""
        # What was shown before is needed once more, as the start of the next window.
        self._window, self._shown = self._window[self._shown :], len(self._window) - self._shown
        return after[len(before) :]

    def flush(self) -> str:
        """Returns what an incomplete character leaves behind and starts anew."""
        before, after = self._decode(self._window[: self._shown]), self._decode(self._window)
        self._window, self._shown = [], 0
        return after[len(before) :]
