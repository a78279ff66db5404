"""What the window remembers, read with care: a setting that cannot be used is ignored, and named in the log."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSettings

from app.boundary.log import logger
from app.places import make_private
from app.race.visible import visible

_MOST_BYTES: Final = 4 << 20
_MOST_TEXT: Final = 1 << 20
_OBJECT: Final = re.compile(rb"@(?:Variant|DateTime)\(")
"""How Qt writes objects; this app keeps none, and reading one may run what is in it."""


def open_settings(path: Path) -> QSettings:
    """Opens a file of settings. One that holds what no setting of this app does is put aside, and the usual stands."""
    try:
        make_private(path.parent)
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES or _OBJECT.search(data) or b"\0" in data:
            path.replace(path.with_name(f"{path.name}.unreadable"))
            _ignored(path.name, "it holds what no setting does; it was put aside")
        elif os.name == "posix":
            path.chmod(0o600)
    except FileNotFoundError:
        _touch(path)
    except OSError as error:
        _ignored(path.name, error.strerror or str(error))
    return QSettings(str(path), QSettings.Format.IniFormat)


def _touch(path: Path) -> None:
    """Makes the file before Qt does, which would let others read it."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError:
        return  # Then nothing is remembered, which Qt takes silently too.


def text(settings: QSettings, key: str, default: str = "") -> str:
    """Returns a text that was remembered."""
    value = settings.value(key)
    if value is None:
        return default
    words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if isinstance(value, QByteArray) or len(words) > _MOST_TEXT or not _is_text(words):
        _ignored(key, "it is no text")
        return default
    return words


def number(settings: QSettings, key: str, default: float, least: float, most: float) -> float:
    """Returns a number that was remembered, if it lies between two others."""
    words = text(settings, key)
    if not words:
        return default
    try:
        found = float(words)
    except ValueError:
        found = math.nan
    if least <= found <= most:
        return found
    _ignored(key, f'"{visible(words, 40)}" is no number from {least:g} to {most:g}')
    return default


def whole(settings: QSettings, key: str, default: int, least: int, most: int) -> int:
    """Returns a whole number that was remembered, if it lies between two others."""
    return round(number(settings, key, default, least, most))


def one_of(settings: QSettings, key: str, default: str, allowed: Sequence[str]) -> str:
    """Returns a text that was remembered, if it is one of those allowed."""
    words = text(settings, key, default)
    if words in allowed:
        return words
    _ignored(key, f'"{visible(words, 40)}" is none of {", ".join(item or "nothing" for item in allowed)}')
    return default


def data(settings: QSettings, key: str) -> QByteArray | None:
    """Returns bytes that were remembered, such as the place of a window; None if there are none."""
    value = settings.value(key)
    if value is None or isinstance(value, QByteArray):
        return value
    _ignored(key, "it is no place of a window")
    return None


def _is_text(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in words


def _ignored(key: str, why: str) -> None:
    logger("settings").warning("The setting %s is ignored: %s.", key, why)
