"""Text from outside, fit to be shown in one line: what would steer a terminal or turn it around is made visible."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

STEERS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and line end, DEL, C1
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # turn text around, or are not seen
    "\u2028\u2029\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

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


def visible_text(text: str) -> str:
    """Returns a text of any length with visible signs for what would steer a terminal; its lines and tabs stay."""
    return STEERS.sub(lambda found: sign(found[0]), text) if STEERS.search(text) else text


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
