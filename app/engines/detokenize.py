"""Text out of token pieces: bytes that may end inside a character."""

from __future__ import annotations

import codecs


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
