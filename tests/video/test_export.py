"""Whole exports, checked with a player's library."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PySide6.QtGui import QImage

from app.draw.studio import Cancelled
from app.present.film_options import FilmOptions
from app.race.problems import ProblemError
from app.race.trace import Trace
from app.video.encoders.base import RaceJob
from app.video.encoders.gif import pixels_of
from app.video.export import export

SMALL = FilmOptions(width=320, height=180, fps=10, scenes=("race",), speed=4.0)


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


def job(trace: Trace, resources: Path, options: FilmOptions = SMALL) -> RaceJob:
    return RaceJob(trace, "fibonacci.ndjson", options, resources)


@pytest.mark.parametrize(("name", "codec"), [("race.mp4", "h264"), ("race.webm", "vp9")])
def test_a_film_has_the_frames_size_length_and_codec_it_should(
    trace: Trace, resources: Path, tmp_path: Path, name: str, codec: str
) -> None:
    work = job(trace, resources)
    path = export(work, str(tmp_path / name), quiet)
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name in (codec, f"libvpx-{codec}")
        assert (stream.width, stream.height) == (320, 180)
        assert sum(1 for _ in film.decode(stream)) == work.film.frames
        assert stream.average_rate == 10
        assert film.duration is not None
        assert abs(film.duration / av.time_base - work.film.seconds) < 0.11
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_a_gif_has_the_frames_and_nearly_the_colours_of_the_film(trace: Trace, resources: Path, tmp_path: Path) -> None:
    work = job(trace, resources)
    path = export(work, str(tmp_path / "race.gif"), quiet)
    wanted = pixels_of(work.film.frame(work.film.frames - 1)).astype(int)
    with Image.open(path) as gif:
        assert isinstance(gif, GifImageFile)
        assert gif.size == (320, 180)
        assert gif.n_frames == work.film.frames
        assert gif.info["loop"] == 0
        gif.seek(gif.n_frames - 1)
        found = np.asarray(gif.convert("RGB")).astype(int)
    assert np.abs(found - wanted).mean() < 2
    assert np.abs(found - wanted).max() < 60
    ground = np.array([0x13, 0x15, 0x19])
    assert (found[0, 0] == ground).all()


def test_a_folder_gets_one_picture_a_frame(trace: Trace, resources: Path, tmp_path: Path) -> None:
    work = job(trace, resources)
    path = export(work, f"{tmp_path}/frames/", quiet)
    names = sorted(item.name for item in path.iterdir())
    assert names == [f"frame-{number:05d}.png" for number in range(work.film.frames)]
    assert QImage(str(path / names[-1])).size().toTuple() == (320, 180)


def test_a_poster_is_one_picture(trace: Trace, resources: Path, tmp_path: Path) -> None:
    path = export(job(trace, resources), str(tmp_path / "poster.png"), quiet)
    assert QImage(str(path)).size().toTuple() == (320, 180)


@pytest.mark.parametrize("name", ["race.mp4", "race.webm", "race.gif", "frames/", "race.png", "race.html", "race.md"])
def test_a_cancelled_export_leaves_nothing(trace: Trace, resources: Path, tmp_path: Path, name: str) -> None:
    def give_up(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        export(job(trace, resources), f"{tmp_path}/{name}", give_up)
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_fails_keeps_the_file_that_was_there(trace: Trace, resources: Path, tmp_path: Path) -> None:
    (tmp_path / "race.mp4").write_text("older")

    def give_up(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        export(job(trace, resources), str(tmp_path / "race.mp4"), give_up)
    assert (tmp_path / "race.mp4").read_text() == "older"


def test_a_missing_folder_is_told(trace: Trace, resources: Path, tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="does not exist"):
        export(job(trace, resources), str(tmp_path / "no" / "race.mp4"), quiet)


def test_a_folder_with_files_in_it_is_left_alone(trace: Trace, resources: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(ProblemError, match="not empty"):
        export(job(trace, resources), f"{tmp_path}/", quiet)
