"""Text fit for a log and a report: names instead of folders, no tokens, no long quotations, of bounded length."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from app.race.names_only import NamesOnly

MESSAGE_CHARACTERS: Final = 300
"""Longest message of an exception that is kept."""
_QUOTED_CHARACTERS: Final = 120
"""Longest quotation in a message that is kept."""
_READ_CHARACTERS: Final = 4000

_SECRETS: Final = (
    (re.compile(r"\bhf_[A-Za-z0-9]{4,}"), "hf_***"),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{4,}"), "sk-***"),
    (
        re.compile(r"(?i)\b(bearer|basic|token|authorization|api[_-]?key|password)\b([\s:=]+)(?!bearer\b)[^\s'\",;]+"),
        r"\1\2***",
    ),
    (re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]*"), r"\1?***"),
)
_QUOTED: Final = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
_PATH_BEGINS: Final = ("/", "~", "\\")
_NAMES: Final = NamesOnly()


def short_message(text: str) -> str:
    """Returns a message of an exception without folders and secrets: one line, 300 characters at most."""
    text = text[:_READ_CHARACTERS]
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    line = _NAMES.text(_QUOTED.sub(_requote, " ".join(text.split())))
    return line if len(line) <= MESSAGE_CHARACTERS else line[: MESSAGE_CHARACTERS - 1] + "\u2026"


def _requote(found: re.Match[str]) -> str:
    """Leaves out what may be of a prompt or an answer: a long quotation, or one of several words that is no path."""
    mark = found[0][0]
    inside = found[1] if found[1] is not None else found[2]
    is_path = inside.startswith(_PATH_BEGINS) or inside[1:3] in (":\\", ":/")
    words = inside.count(" ") > 1 or not inside.isascii()
    if not is_path and (words or len(inside) > _QUOTED_CHARACTERS):
        return f"{mark}\u2026{mark} ({len(inside)} characters)"
    return found[0]


def short_file(path: str) -> str:
    """Returns where a source file lies, from the app's or the library's own folder on."""
    parts = Path(path).parts
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            return "/".join(parts[parts.index(folder) + 1 :])
    root = Path(__file__).resolve().parent.parent
    if Path(path).is_relative_to(root):
        return "/".join((root.name, *Path(path).relative_to(root).parts))
    return parts[-1] if parts else path
