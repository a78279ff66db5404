"""The races that were opened or run last, wherever their files are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec
from PySide6.QtCore import QSettings

from app.boundary.log import logger
from app.race.problems import DECODE_ERRORS
from app.ui import settings as remembered

_KEY: Final = "window/recent"
_MOST: Final = 8


class RecentRace(msgspec.Struct, frozen=True):
    """A file, and what the race is called."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    name: Annotated[str, msgspec.Meta(max_length=400)]


_FOUND: Final = msgspec.json.Decoder(tuple[RecentRace, ...])


def recent_races(settings: QSettings) -> list[RecentRace]:
    """Returns those whose files are still there, the latest first."""
    return [item for item in _read(settings) if Path(item.path).is_file()]


def add_recent(settings: QSettings, path: Path, name: str) -> None:
    """Puts a race in front."""
    fresh = RecentRace(str(path.absolute()), name[:400])
    kept = [item for item in _read(settings) if item.path != fresh.path]
    settings.setValue(_KEY, msgspec.json.encode([fresh, *kept][:_MOST]).decode())


def forget_recent(settings: QSettings) -> None:
    """Forgets them all; the files stay."""
    settings.remove(_KEY)


def _read(settings: QSettings) -> tuple[RecentRace, ...]:
    words = remembered.text(settings, _KEY)
    if not words:
        return ()
    try:
        return _FOUND.decode(words)[:_MOST]
    except DECODE_ERRORS:
        logger("settings").warning("The setting %s is ignored: it is no list of races.", _KEY)
        return ()
