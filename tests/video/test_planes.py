"""From pixels to planes: converting only what changed gives what converting everything gives."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from app.present.film_options import FilmOptions
from app.race.trace import Trace
from app.video.encoders.base import RaceJob
from app.video.encoders.planes import Planes
from app.video.export import export
from app.video.film import Film


def planes_of(planes: Planes, film: Film, number: int) -> np.ndarray:
    return planes.update(film.frame(number), film.changed).to_ndarray()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (322, 182)])
def test_a_frame_that_is_kept_up_to_date_equals_one_converted_at_once(
    trace: Trace, resources: Path, size: tuple[int, int]
) -> None:
    film = Film(trace, FilmOptions(width=size[0], height=size[1], scenes=("title", "race")), resources)
    first = film.span("race")[0]
    kept = Planes(*size)
    parts = 0
    for number in range(first + 20, first + 60):
        found = planes_of(kept, film, number)
        parts += 0 < sum(part.width() * part.height() for part in film.changed) < size[0] * size[1]
        assert np.array_equal(found, Planes(*size).update(film.frame(number), []).to_ndarray()), number
    assert parts > 20


def test_every_frame_of_the_file_is_the_frame_that_was_drawn(trace: Trace, resources: Path, tmp_path: Path) -> None:
    options = FilmOptions(width=640, height=360, fps=10, speed=4.0)
    path = export(
        RaceJob(trace, "race.ndjson", options, resources), str(tmp_path / "race.mp4"), lambda done, total: None
    )
    film = Film(trace, options, resources)
    with av.open(str(path)) as made:
        for number, frame in enumerate(made.decode(video=0)):
            wanted = Planes(640, 360).update(film.frame(number), []).to_ndarray()[:360].astype(int)
            error = np.square(frame.to_ndarray()[:360].astype(int) - wanted).mean()
            assert error < 255**2 / 10**3.8, number  # 38 dB: nobody sees a difference.
