"""Pictures: every frame in a folder, or one poster."""

from __future__ import annotations

import errno
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from app.draw.studio import Tell
from app.video.encoders.base import Footage, Usual


class PngSequence(Usual):
    """A folder with one PNG file a frame."""

    name = "png-sequence"
    title = "PNG pictures in a folder"
    endings = ("/",)
    moving = True

    def write(self, job: Footage, path: Path, tell: Tell) -> None:
        """Writes the frames as ``frame-00000.png`` and so on."""
        path.mkdir()
        for number, image in enumerate(job.frames(tell)):
            save_png(image, path / f"frame-{number:05d}.png")


class Poster(Usual):
    """One picture of the film: the finish if it is filmed, or the race at its end."""

    name = "poster"
    title = "PNG picture"
    endings = (".png",)
    moving = False

    def write(self, job: Footage, path: Path, tell: Tell) -> None:
        """Writes the picture."""
        film = job.film
        names = [name for name, _, _ in film.scenes]
        if job.poster_s is not None:
            number = min(film.frames - 1, max(0, round(job.poster_s * film.options.fps)))
        else:
            best = next((name for name in ("race", "curves", "finish") if name in names), names[-1])
            number = film.span(best)[1] - 1
        save_png(film.frame(number), path)
        tell(1, 1)


def save_png(image: QImage, path: Path) -> None:
    """Writes ``image`` as PNG.

    Raises:
        OSError: it cannot be written.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, b"png").write(image):
        raise OSError(errno.EIO, "The picture could not be packed", str(path))
    path.write_bytes(buffer.data().data())
