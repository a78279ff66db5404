"""Exports a race: picks the encoder by the ending, and leaves either a whole file or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import av

from app.draw.studio import Encoder, Tell, encoder_for
from app.library.writing import write_problem
from app.race.problems import Problem, ProblemError
from app.video.encoders import ENCODERS, FILM_ENCODERS
from app.video.encoders.base import Footage, RaceJob

_SHOWN = 40


def export(job: RaceJob, target: str, tell: Tell) -> Path:
    """Writes a race to ``target`` and returns its path; a whole file or none.

    Raises:
        ProblemError: it cannot be written.
        Cancelled: ``tell`` raised it.
    """
    encoder = encoder_for(ENCODERS, target)
    return _whole(encoder, target, lambda part: encoder.write(job, part, tell))


def export_film(job: Footage, target: str, tell: Tell) -> Path:
    """Writes a film of anything, as :func:`export` does a race."""
    encoder = encoder_for(FILM_ENCODERS, target)
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
        raise ProblemError(write_problem(path, error)) from error
    try:
        part = scratch / ("frames" if folder else f"film{path.suffix.lower()}")
        write(part)
        if folder and path.is_dir():
            path.rmdir()
        os.replace(part, path)
    except OSError as error:
        raise ProblemError(write_problem(path, error)) from error
    except av.error.FFmpegError as error:
        raise ProblemError(_codec_problem(path, encoder, error)) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return path


def _codec_problem(path: Path, encoder: Encoder, error: av.error.FFmpegError) -> Problem:
    return Problem(
        "encoder-failed",
        f"{path.name} cannot be made: the encoder for {encoder.title} gave up.",
        cause=f"{(error.strerror or str(error)).rstrip('.')}.",
        action="Choose another size or another format. Nothing was left behind.",
    )
