"""Exports a race: picks the encoder by the ending, and leaves either a whole file or none."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import av

from app.race.problems import Problem, ProblemError
from app.video.encoders import ENCODERS, FILM_ENCODERS
from app.video.encoders.base import Cancelled, Encoder, FilmEncoder, Footage, Job, Tell

__all__ = ["Cancelled", "encoder_for", "export", "export_film", "film_encoder_for", "make_folder"]

E = TypeVar("E", bound=Encoder)
_SHOWN = 40


def encoder_for(target: str) -> Encoder:
    """Returns what writes ``target``, a path; one that ends in ``/`` is a folder.

    Raises:
        ProblemError: nothing writes files of that ending.
    """
    return _by_ending(ENCODERS, target)


def film_encoder_for(target: str) -> FilmEncoder:
    """Returns what writes ``target`` and can film anything, a sweep too. Raises as :func:`encoder_for`."""
    return _by_ending(FILM_ENCODERS, target)


def _by_ending(encoders: Sequence[E], target: str) -> E:
    ending = "/" if target.endswith(("/", os.sep)) or os.path.isdir(target) else Path(target).suffix.lower()
    found = next((encoder for encoder in encoders if ending in encoder.endings), None)
    if found is None:
        what = f"of the ending {ending!r}" if ending else "without an ending"
        known = ", ".join(dict.fromkeys(item.endings[0] for item in encoders))
        raise ProblemError(
            Problem(
                "ending-unknown",
                f"A file {what} cannot be written.",
                cause="The format follows from the ending.",
                action=f"Use one of: {known} (a folder, for single pictures).",
            )
        )
    return found


def export(job: Job, target: str, tell: Tell) -> Path:
    """Writes a race to ``target`` and returns its path; a whole file or none.

    Raises:
        ProblemError: it cannot be written.
        Cancelled: ``tell`` raised it.
    """
    encoder = encoder_for(target)
    return _whole(encoder, target, lambda part: encoder.write(job, part, tell))


def export_film(job: Footage, target: str, tell: Tell) -> Path:
    """Writes a film of anything, as :func:`export` does a race."""
    encoder = film_encoder_for(target)
    return _whole(encoder, target, lambda part: encoder.write(job, part, tell))


def _whole(encoder: Encoder, target: str, write: Callable[[Path], None]) -> Path:
    """Has ``target`` written beside its place under another name, and moves it there at the end.

    So an error, a cancel or a crash never leaves half a file under the name that was asked for, nor harms a file that
    was there before.
    """
    path = Path(target)
    folder = encoder.endings == ("/",)
    try:
        if folder and path.is_dir() and any(path.iterdir()):
            raise ProblemError(
                Problem("folder-full", f"{path} is not empty.", action="Choose a new or an empty folder.")
            )
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name[:_SHOWN]}.", suffix=".part", dir=path.parent))
    except OSError as error:
        raise ProblemError(_write_problem(path, error)) from error
    try:
        part = scratch / ("frames" if folder else f"film{path.suffix.lower()}")
        write(part)
        if folder and path.is_dir():
            path.rmdir()
        os.replace(part, path)
    except OSError as error:
        raise ProblemError(_write_problem(path, error)) from error
    except av.error.FFmpegError as error:
        raise ProblemError(_codec_problem(path, encoder, error)) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return path


def make_folder(path: Path) -> None:
    """Makes a folder for exports, if it is not there.

    Raises:
        ProblemError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProblemError(_write_problem(path, error)) from error


def _write_problem(path: Path, error: OSError) -> Problem:
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


def _codec_problem(path: Path, encoder: Encoder, error: av.error.FFmpegError) -> Problem:
    return Problem(
        "encoder-failed",
        f"{path.name} cannot be made: the encoder for {encoder.title} gave up.",
        cause=f"{(error.strerror or str(error)).rstrip('.')}.",
        action="Choose another size or another format. Nothing was left behind.",
    )
