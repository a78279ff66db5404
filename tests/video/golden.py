"""Prints a digest of the raw frames of the bundled race; run by the tests in processes of their own."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.draw.offscreen import ensure_qt
from app.library.traces import open_trace
from app.places import find_places
from app.present.film_options import FilmOptions
from app.video.film import Film

DATA = Path(__file__).parent / "data"
SIZES = ((640, 360), (360, 640), (480, 480))


def digests() -> list[str]:
    """Returns a digest of all frames for each shape, and of one frame of a large film."""
    ensure_qt()
    trace = open_trace(DATA / "fibonacci.ndjson")
    resources = find_places().resources
    found = []
    for number, (width, height) in enumerate(SIZES):
        film = Film(trace, FilmOptions(width=width, height=height, fps=10, speed=4.0, dark=number != 1), resources)
        digest = hashlib.sha256()
        for frame in range(film.frames):
            digest.update(film.frame(frame).constBits())
        found.append(digest.hexdigest())
    film = Film(trace, FilmOptions(width=1920, height=1080), resources)
    found.append(hashlib.sha256(film.frame(200).constBits()).hexdigest())
    return found


if __name__ == "__main__":
    print("\n".join(digests()))
