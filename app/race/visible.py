"""Text from outside, fit to be shown in one line: what would steer a terminal or turn it around is made visible."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNFIT: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode's general categories of controls, formats (such as right-to-left marks), surrogates and line ends."""
_JOINERS: Final = "\u200c\u200d"
"""Formats that letters of some languages need."""


def visible(text: str, most: int = 400) -> str:
    """Returns a text with its control characters as signs (ESC is shown as U+241B), at most `most` characters long."""
    text = text[: most + 1]
    if not text.isprintable():
        text = "".join(sign(char) if _is_unfit(char) else char for char in text)
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def _is_unfit(char: str) -> bool:
    return char not in _JOINERS and unicodedata.category(char) in _UNFIT


def sign(char: str) -> str:
    """Returns the visible sign of a control character: a picture (U+2400 and on), or its number as Python writes it."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
