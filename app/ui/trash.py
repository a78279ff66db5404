"""The system's bin: what the user deletes goes there, and comes back from there."""

from __future__ import annotations

import shutil
from errno import EEXIST
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFile

_INFO: Final = ".trashinfo"


def to_trash(path: Path) -> Path | None:
    """Moves a file into the system's bin. Returns where it is now, None where the system has no bin for it."""
    file = QFile(str(path))
    moved = file.moveToTrash()
    return Path(file.fileName()) if moved and file.fileName() and not path.exists() else None


def from_trash(kept: Path, path: Path) -> None:
    """Brings a file back to where it was.

    Raises:
        OSError: it is not in the bin any more, cannot be moved, or another one has taken its place.
    """
    if path.exists():
        raise FileExistsError(EEXIST, "another file has that name now", str(path))
    shutil.move(kept, path)
    # Desktops keep beside it where it came from: https://specifications.freedesktop.org/trash-spec/
    (kept.parent.parent / "info" / f"{kept.name}{_INFO}").unlink(missing_ok=True)
