"""Looking at folders of others: what may not be read is not there, links in a circle end, huge folders are cut short.

Names only; nothing here raises for what a disk holds or refuses.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.models.pairs import expand

MOST = 2000
"""Entries that are looked at in one folder, and files in one walk."""
_MOST_FOLDERS = 2000


def is_file(path: Path) -> bool:
    """Returns whether there is a file that this user may know of."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_dir(path: Path) -> bool:
    """Returns whether there is a folder that this user may know of."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def size(path: Path) -> int:
    """Returns the bytes of a file, 0 for one that cannot be looked at."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def changed_ns(path: Path) -> int:
    """Returns when a file was changed, in ns since 1970; 0 for one that cannot be looked at."""
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


def entries(folder: Path, most: int = MOST) -> list[Path]:
    """Returns what is in a folder, sorted by name; nothing if it may not be read."""
    found: list[Path] = []
    try:
        with os.scandir(folder) as listed:
            for entry in listed:
                found.append(folder / entry.name)
                if len(found) >= most:
                    break
    except (OSError, ValueError):
        # Not there, not a folder, or another user's; what was listed before it broke off counts.
        pass
    return sorted(found)


def may_list(folder: Path) -> bool:
    """Returns whether this user may see what is in a folder."""
    try:
        with os.scandir(folder):
            return True
    except (OSError, ValueError):
        return False


def files(folder: Path, suffix: str, most: int = MOST) -> list[Path]:
    """Returns the files of a folder whose names end so, in any case of letters, sorted by name."""
    return [path for path in entries(folder, most) if path.name.lower().endswith(suffix) and is_file(path)]


def folders(folder: Path, most: int = MOST) -> list[Path]:
    """Returns the folders in a folder, sorted by name."""
    return [path for path in entries(folder, most) if is_dir(path)]


def walk(folder: Path, depth: int, most: int = MOST) -> Iterator[Path]:
    """Yields the files below a folder, at most so many and so deep; each folder once, whatever links lead to it."""
    seen: set[tuple[int, int]] = set()
    level, count = [folder], 0
    for _ in range(depth + 1):
        below: list[Path] = []
        for inside in _fresh(level, seen):
            for path in entries(inside):
                if is_dir(path):
                    below.append(path)
                elif is_file(path):
                    count += 1
                    yield path
                    if count >= most:
                        return
        level = below[:_MOST_FOLDERS]


def _fresh(level: Iterable[Path], seen: set[tuple[int, int]]) -> Iterator[Path]:
    for folder in level:
        try:
            status = folder.stat()
        except OSError:
            continue
        if (place := (status.st_dev, status.st_ino)) not in seen:
            seen.add(place)
            yield folder


def read_start(path: Path, most: int) -> bytes:
    """Returns the first bytes of an ordinary file, nothing if it cannot be read."""
    if not is_file(path):
        return b""
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except OSError:
        return b""


def absolute(text: str) -> Path | None:
    """Returns the path that a setting names, with "~" for the home; None for what is no absolute path."""
    path = expand(text.strip())
    return path if text.strip() and "\0" not in text and path.is_absolute() else None
