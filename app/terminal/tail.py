"""The end of a lane's text as rows of a terminal, in time that does not depend on how it is cut into lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.cells import cell_len, get_character_cell_size
from rich.text import Text

from app.race.events import Token
from app.race.visible import visible_text

_TAB: Final = "    "
_LONGEST: Final = 65_536
"""Most characters of the end of a text that are looked at."""


def last_rows(tokens: Sequence[Token], tail: str, width: int, rows: int, style: str) -> list[Text]:
    """Returns the last rows of a text, folded at the width; fewer if the text has fewer.

    Args:
        tokens: The text's tokens.
        tail: Text behind them.
        width: Columns of a row, at least 2: as wide as a character may be.
        rows: How many.
        style: Of accepted draft tokens.
    """
    pieces = _last_pieces(tokens, tail, rows)
    text = "".join(piece for piece, _ in pieces)
    marks = bytearray()
    for piece, drafted in pieces:
        marks += (b"\x01" if drafted else b"\x00") * len(piece)
    spans = list(_folded(text, max(2, width)))[-rows:]
    return [_row(text[begin:end], marks[begin:end], style) for begin, end in spans]


def _last_pieces(tokens: Sequence[Token], tail: str, rows: int) -> list[tuple[str, bool]]:
    """The tokens of the last lines, from the beginning of a line on."""
    found = [(_flat(tail), False)]
    lines, size = tail.count("\n"), len(tail)
    for token in reversed(tokens):
        found.append((_flat(token.text), token.drafted))
        lines += token.text.count("\n")
        size += len(token.text)
        if lines >= rows or size > _LONGEST:
            break
    return found[::-1]


def _flat(text: str) -> str:
    return visible_text(text).replace("\t", _TAB)


def _folded(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yields where each row begins and ends."""
    begin = 0
    for line in text.split("\n"):
        yield from ((begin + start, begin + end) for start, end in _fold(line, width))
        begin += len(line) + 1


def _fold(line: str, width: int) -> Iterable[tuple[int, int]]:
    if line.isascii():
        return [(at, min(at + width, len(line))) for at in range(0, max(1, len(line)), width)]
    if cell_len(line) <= width:
        return [(0, len(line))]
    rows: list[tuple[int, int]] = []
    start = filled = 0
    for at, char in enumerate(line):
        cells = get_character_cell_size(char)
        if filled + cells > width:
            rows.append((start, at))
            start, filled = at, 0
        filled += cells
    return [*rows, (start, len(line))]


def _row(text: str, marks: bytearray, style: str) -> Text:
    row, at = Text(no_wrap=True), 0
    for drafted, run in groupby(marks):
        length = sum(1 for _ in run)
        row.append(text[at : at + length], style=style if drafted else "")
        at += length
    return row
