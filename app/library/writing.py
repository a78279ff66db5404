"""Files that the user asked for: why one cannot be written, and the folders that they go to."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from app.race.problems import Problem, ProblemError


def make_folder(path: Path) -> None:
    """Makes a folder for exports, if it is not there.

    Raises:
        ProblemError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProblemError(write_problem(path, error)) from error


def write_problem(path: Path, error: OSError) -> Problem:
    """Says why ``path`` cannot be written."""
    reason = (error.strerror or str(error)).rstrip(".")
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Problem(
            "no-space",
            f"There is not enough room to write {path.name}.",
            cause=f"{reason}.",
            action="Free some space or choose another folder. Nothing was left behind.",
        )
    if error.errno == errno.ENOENT and not path.parent.is_dir():
        return Problem("folder-missing", f"The folder {path.parent} does not exist.", action="Make it first.")
    return Problem(
        "unwritable",
        f"{path} cannot be written.",
        cause=f"{reason}.",
        action="Check that the folder exists and that you may write there.",
    )


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file that the user asked for: all of it, or what was there stays.

    Raises:
        ProblemError: it cannot be written.
    """
    part = path.with_name(f".{path.name[:40]}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise ProblemError(write_problem(path, error)) from error
