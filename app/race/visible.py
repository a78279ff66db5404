"""Text from outside, fit to be shown in one line: what would steer a terminal or turn it around is made visible."""

from __future__ import annotations

import unicodedata

_UNFIT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode's general categories of controls, formats (such as right-to-left marks), surrogates and line ends."""


def visible(text: str, most: int = 400) -> str:
    """Returns a text with its control characters as signs (ESC is shown as U+241B), at most `most` characters long."""
    shown = text if text.isprintable() else "".join(map(_sign, text[: most + 1]))
    return shown if len(shown) <= most else shown[: most - 1] + "\u2026"


def _sign(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return "\ufffd" if unicodedata.category(character) in _UNFIT else character
