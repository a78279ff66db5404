"""Folders that a program filled: measured and removed without recursion, since their depth is the program's choice."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

MOST_ENTRIES = 20_000


def folder_use(folder: Path, most: int = MOST_ENTRIES) -> tuple[int, int]:
    """Bytes on disk and number of entries below `folder`. Stops counting at `most` entries, which is past any limit."""
    size = entries = 0
    ahead = [str(folder)]
    while ahead and entries < most:
        try:
            found = os.scandir(ahead.pop())
        except OSError:
            continue  # gone, closed, or its path is too long to be looked at
        with found:
            for entry in itertools.islice(found, most - entries):
                entries += 1
                try:
                    if entry.is_dir(follow_symlinks=False):
                        ahead.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                except OSError:
                    continue
    return size, entries


def remove_folder(folder: Path) -> None:
    """Remove `folder` with all that is in it, as far as this user may.

    A folder within is first moved up to the top, so that no path grows longer than two names: a path of a deep one is
    longer than the system takes.
    """
    names = itertools.count()
    ahead = [str(folder)]
    while ahead:
        place = ahead.pop()
        try:
            os.chmod(place, 0o700)
            with os.scandir(place) as found:
                entries = list(found)
        except OSError:
            continue
        for entry in entries:
            try:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                elif place == str(folder):
                    ahead.append(entry.path)
                else:
                    os.chmod(entry.path, 0o700)  # or it cannot be moved
                    above = f"{folder}/.removed-{next(names)}"
                    os.rename(entry.path, above)
                    ahead.append(above)
            except OSError:
                continue
        try:
            if place != str(folder):
                os.rmdir(place)
        except OSError:
            continue
    try:
        os.rmdir(folder)
    except OSError:
        return  # something of another user's is left in it
