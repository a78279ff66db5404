"""Files that the user asked for: why one cannot be written, and the folders that they go to."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
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


@contextlib.contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Gives an empty folder to fill, whose files are in ``folder`` at the end: all of them, or nothing is left behind.

    Raises:
        ProblemError: ``folder`` is not empty, or cannot be written.
    """
    scratch = None
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ProblemError(Problem("folder-full", f"{folder} is not empty.", action="Choose a new folder."))
        beside = folder.absolute()
        scratch = Path(tempfile.mkdtemp(prefix=f".{beside.name[:40]}.", suffix=".part", dir=beside.parent))
        yield scratch
        if folder.is_dir():  # It stays the same folder: somebody may stand in it.
            for path in scratch.iterdir():
                shutil.move(path, folder / path.name)
        else:
            scratch.chmod(0o755)
            scratch.replace(folder)
    except OSError as error:
        raise ProblemError(write_problem(folder, error)) from error
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
