"""What this app writes beside downloaded files, and how a file's content is checked.

In a repository's folder: `NAME` is a complete file; `NAME.part` are the bytes of an unfinished one and
`.mtp-race/NAME.json` says what it shall become; after a failed check `.mtp-race/NAME.damaged` says why. The file
`.mtp-race/complete.json` lists the checked files of the folder.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from app.models.hub.remote import RemoteFile
from app.models.pairs import NOTES
from app.places import make_private
from app.race.problems import DECODE_ERRORS

_CHUNK = 1 << 20
_MAX_NOTE = 4 << 20


class PartNote(msgspec.Struct, frozen=True):
    """Of which file the `.part` bytes are the beginning.

    Attributes:
        commit: Of the repository.
        file: What the hub says of the file.
        etag: What the storage calls this content, for If-Range. None if it gave no strong name.
    """

    commit: str
    file: RemoteFile
    etag: str | None = None


class CheckedFile(msgspec.Struct, frozen=True):
    """A file whose content was checked. mtime_ns tells whether it was touched since."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


class Complete(msgspec.Struct, frozen=True):
    """The checked files of one repository folder.

    Attributes:
        repository: "owner/name".
        commit: The files are from this commit.
        files: All that were fetched so far.
        sets: Include patterns whose files are all here.
    """

    repository: str
    commit: str
    files: tuple[CheckedFile, ...] = ()
    sets: tuple[tuple[str, ...], ...] = ()

    def has(self, path: str) -> CheckedFile | None:
        """Returns the record of a file, None if it was not checked."""
        return next((file for file in self.files if file.path == path), None)


Note = TypeVar("Note", PartNote, Complete)


def part_path(folder: Path, path: str) -> Path:
    """Returns where the bytes of an unfinished file are."""
    return folder / f"{path}.part"


def note_path(folder: Path, path: str) -> Path:
    """Returns where it is noted what an unfinished file shall become."""
    return folder / NOTES / f"{path}.json"


def damaged_path(folder: Path, path: str) -> Path:
    """Returns where it is noted why a file was thrown away."""
    return folder / NOTES / f"{path}.damaged"


def complete_path(folder: Path) -> Path:
    """Returns where the checked files of a folder are listed."""
    return folder / NOTES / "complete.json"


def read_note(path: Path, kind: type[Note]) -> Note | None:
    """Reads a note. None if there is none or it cannot be read: the work it speaks of is then done again."""
    try:
        with path.open("rb") as stream:
            return msgspec.json.decode(stream.read(_MAX_NOTE), type=kind)
    except (OSError, *DECODE_ERRORS):
        return None


def write_note(path: Path, note: PartNote | Complete) -> None:
    """Writes a note so that a crash leaves the old one or the new one, never half of one. Raises OSError."""
    make_private(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".note-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(msgspec.json.encode(note))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class Check:
    """Hashes a file's content as it arrives, in the way that the hub describes this file."""

    def __init__(self, file: RemoteFile) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        # Git's own name of a small file; a name, not a protection. It is what the hub gives for such files.
        self._git = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
        self.count = 0

    def add(self, data: bytes) -> None:
        """Takes in the next bytes."""
        self._sha256.update(data)
        if self._file.git_oid is not None:
            self._git.update(data)
        self.count += len(data)

    @property
    def sha256(self) -> str:
        """The digest of what came so far, in hexadecimal."""
        return self._sha256.hexdigest()

    def fits(self) -> bool:
        """Returns whether size and digest are as described. Without any digest only the size can be wrong."""
        if self.count != self._file.size:
            return False
        if self._file.sha256 is not None:
            return self.sha256 == self._file.sha256
        return self._file.git_oid is None or self._git.hexdigest() == self._file.git_oid


def check_bytes(path: Path, file: RemoteFile, went_on: Callable[[int], None] = lambda count: None) -> Check:
    """Hashes what is in `path`, for going on with it or for judging it.

    Args:
        path: The file.
        file: What it shall be.
        went_on: Called with the bytes read after each piece; may raise to stop.

    Raises:
        OSError: It cannot be read.
    """
    check = Check(file)
    with path.open("rb") as stream:
        while data := stream.read(_CHUNK):
            check.add(data)
            went_on(check.count)
    return check
