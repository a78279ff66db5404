"""Text of hostile origin made plain: nothing in it can move a cursor, turn the writing round or pass for a name."""

from __future__ import annotations

import re

_NO_NAME = re.compile(r"[^\w.]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
NAME_CHARS = 200
LINE_CHARS = 1000

# Every control character is shown as a picture of it: those of the C0 set have one in Unicode. The others, and what
# turns the direction of writing (UAX 9) or hides (U+2028, U+2029, U+FEFF), are written as Python would escape them, so
# that two texts that differ in them still differ.
_PICTURES: dict[int, str] = {code: chr(0x2400 + code) for code in range(32)} | {127: "\u2421"}
_HIDDEN = (*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0x200E, 0x200F, 0xFEFF)
_LINE: dict[int, str] = _PICTURES | {code: f"\\u{code:04x}" for code in _HIDDEN}
_TEXT: dict[int, str] = {code: mark for code, mark in _LINE.items() if code not in (9, 10)}


def plain_text(text: str) -> str:
    """`text` without control characters but tabs and line ends. Lone surrogates become the replacement mark."""
    return _encodable(text).translate(_TEXT)


def plain_line(text: str, most: int = LINE_CHARS) -> str:
    """`text` as one line of at most `most` characters without any control character."""
    return _encodable(text[:most]).translate(_LINE)[:most]


def plain_name(text: str) -> str:
    """`text` as a name: word characters and dots only, so that neither markup nor a sentence passes for one."""
    return _NO_NAME.sub("_", plain_line(text, NAME_CHARS)) or "_"


def _encodable(text: str) -> str:
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
