"""Long lines of a text that grows: kept in several blocks of the document, so that a token more costs no more.

The text engine lays a whole block out anew whenever something is added to it, and a model may write one line without
end. So a block that has become long is broken where one of its rows on screen begins: nothing looks different, and text
that is read or copied from here has none of these breaks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument

MOST: Final = 800
"""Characters after which a block is broken."""


class LongLines:
    """Where lines of one document are broken into blocks. Positions and offsets are in UTF-16 units, as Qt counts."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        self._at: list[int] = []
        self._offsets: list[int] = []

    @property
    def any(self) -> bool:
        """Whether a line is broken."""
        return bool(self._at)

    def clear(self) -> None:
        """The document is empty again."""
        self._at, self._offsets = [], []

    def forget(self, position: int) -> None:
        """The document ends at a position now."""
        keep = bisect_left(self._at, position)
        del self._at[keep:], self._offsets[keep:]

    def split(self, ends: list[int]) -> int:
        """Breaks the last block if it is long, and moves the positions in ``ends``. Returns how far the end moved."""
        block = self._document.lastBlock()
        if block.length() <= MOST:
            return 0
        self._document.documentLayout().blockBoundingRect(block)  # It is laid out by then.
        rows = block.layout().lineCount()
        if rows < 3:
            return 0
        at = block.position() + block.layout().lineAt(rows - 2).textStart()
        cursor = QTextCursor(self._document)
        cursor.setPosition(at)
        shape = cursor.blockFormat()
        shape.setTextIndent(0.0)  # Only the first row of a line begins further left.
        cursor.insertBlock(shape)
        self._at.append(at)
        self._offsets.append(at - len(self._offsets))
        number = len(ends)
        while number and ends[number - 1] > at:
            number -= 1
            ends[number] += 1
        return 1

    def continues(self, block: QTextBlock) -> bool:
        """Whether a block goes on with the line of the one before it."""
        before = block.position() - 1
        found = bisect_left(self._at, before)
        return found < len(self._at) and self._at[found] == before

    def last_line(self) -> str:
        """Returns the beginning of the line that the document ends in."""
        block = self._document.lastBlock()
        while self.continues(block):
            block = block.previous()
        return block.text()

    def begin(self, offset: int) -> int:
        """Returns where in the document the character at an offset of the text is."""
        return offset + bisect_right(self._offsets, offset)

    def end(self, offset: int) -> int:
        """Returns where in the document a stretch ends that ends at an offset of the text."""
        return offset + bisect_left(self._offsets, offset)

    def text(self, first: int = 0, last: int = 1 << 30) -> str:
        """Returns the text between two positions, with none of the breaks."""
        parts: list[str] = []
        block = self._document.findBlock(first)
        cursor = QTextCursor(self._document)
        while block.isValid() and block.position() <= last:
            if parts and not self.continues(block):
                parts.append("\n")
            cursor.setPosition(max(first, block.position()))
            end = block.position() + block.length() - 1
            cursor.setPosition(max(cursor.position(), min(last, end)), QTextCursor.MoveMode.KeepAnchor)
            parts.append(cursor.selectedText().replace("\xa0", " "))  # as Qt copies
            block = block.next()
        return "".join(parts)
