"""Films of sweeps. The sweeps are made up from a formula; no model made their numbers."""

from __future__ import annotations

import io
from pathlib import Path

import av
import msgspec
import pytest
from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PySide6.QtGui import QImage

from app.cli import main
from app.present.film_options import SWEEP_SCENES, FilmOptions
from app.race.problems import ProblemError
from app.race.sweep_result import SweepResult, write_sweep
from app.terminal.environment import FAILED, OK, USAGE, Environment
from app.video.encoders.gif import pixels_of
from app.video.export import export_film
from app.video.sweep.film import SweepFilm, SweepJob
from tests.draw.sweeps import suite, sweep, sweep_over

SMALL = FilmOptions(width=320, height=180, fps=10, scenes=SWEEP_SCENES)
FAST = ["--size", "320x180", "--fps", "10", "--speed", "8"]


def film(resources: Path, result: SweepResult | None = None, options: FilmOptions = SMALL) -> SweepFilm:
    return SweepFilm(result or sweep(), options, resources)


def said(made: SweepFilm, scene: str, share: float = 1.0) -> str:
    first, end = made.span(scene)
    made.frame(first + round((end - 1 - first) * share))
    return "\n".join(made.stage.said)


def run(*arguments: str) -> tuple[int, str, str]:
    env = Environment(stdout=io.StringIO(), stderr=io.StringIO())
    status = main(["export", *arguments], env)
    return status, env.stdout.getvalue(), env.stderr.getvalue()  # type: ignore[attr-defined]


def inked(image: QImage) -> int:
    """How many pixels show the colour of the first prompt's curve."""
    pixels = pixels_of(image).astype(int)
    return int((abs(pixels - (0x56, 0xB4, 0xE9)).sum(axis=2) < 30).sum())


def test_the_curves_draw_themselves_and_then_stand_still(resources: Path) -> None:
    made = film(resources, sweep(1), msgspec.structs.replace(SMALL, width=960, height=540))
    first, end = made.span("curves")
    shown = [inked(made.frame(first + round((end - 1 - first) * share))) for share in (0.2, 0.4, 0.6, 1.0)]
    assert shown == sorted(shown)
    assert shown[0] < shown[1] < shown[2]
    last = made.frame(end - 1).copy()
    assert made.frame(end - 2) == last


def test_every_prompt_its_advice_and_its_numbers_are_told(resources: Path) -> None:
    result = sweep(3)
    made = film(resources, result)
    title, advice, closing = said(made, "title"), said(made, "advice"), said(made, "closing")
    for prompt in result.prompts:
        assert prompt.title in title
        assert prompt.advice in advice
        assert prompt.title in closing
        best = next(cell for cell in prompt.cells if cell.lane == prompt.best)
        assert best.speedup is not None
        assert f"{best.speedup.ratio:.2f}×" in advice
        assert f"{best.speedup.low:.2f} to {best.speedup.high:.2f}" in closing
    assert "Every number is from the recorded races" in closing


def test_a_frame_is_the_same_in_whatever_order_it_is_asked_for(resources: Path) -> None:
    one, other = film(resources), film(resources)
    numbers = range(0, one.frames, 7)
    forward = {number: one.frame(number).copy() for number in numbers}
    for number in reversed(numbers):
        assert other.frame(number) == forward[number]


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (240, 240)])
def test_many_prompts_fit_into_any_shape(resources: Path, size: tuple[int, int]) -> None:
    made = film(resources, sweep(6), msgspec.structs.replace(SMALL, width=size[0], height=size[1]))
    ground = made.frame(made.span("advice")[1] - 1).pixel(0, 0)
    for scene in SWEEP_SCENES:
        image = made.frame(made.span(scene)[1] - 1)
        assert {image.pixel(x, y) for x in range(0, size[0], 5) for y in (0, size[1] - 1)} == {ground}


def test_a_sweep_of_one_heat_has_no_intervals_and_no_sure_advice(resources: Path) -> None:
    result = sweep(1, heats=1)
    prompt = msgspec.structs.replace(result.prompts[0], best=None)
    closing = said(film(resources, msgspec.structs.replace(result, prompts=(prompt,))), "closing")
    assert "none is sure" in closing
    assert "inf" not in closing


def test_a_sweep_that_has_fewer_heats_than_planned_says_so(resources: Path) -> None:
    result = msgspec.structs.replace(sweep(1), planned=20)
    made = film(resources, result)
    assert made.notes == ["6 of up to 20 heats were run."]
    assert made.notes[0] in said(made, "closing")


def test_the_length_is_kept(resources: Path) -> None:
    made = film(resources, options=msgspec.structs.replace(SMALL, seconds=6.0))
    assert made.frames == 60


def test_a_sweep_without_a_heat_cannot_be_filmed(resources: Path) -> None:
    with pytest.raises(ProblemError, match="nothing to film"):
        film(resources, sweep(0))


@pytest.mark.parametrize("name", ["sweep.mp4", "sweep.webm", "sweep.gif"])
def test_a_film_of_a_sweep_has_the_frames_that_it_should(resources: Path, tmp_path: Path, name: str) -> None:
    work = SweepJob(sweep(1), msgspec.structs.replace(SMALL, scenes=("curves",), speed=4.0), resources)
    path = export_film(work, str(tmp_path / name), lambda done, total: None)
    if name.endswith(".gif"):
        with Image.open(path) as gif:
            assert isinstance(gif, GifImageFile)
            # Frames that are all the same as the one before may be left out of a GIF.
            assert (gif.size, gif.n_frames) == ((320, 180), work.film.frames)
        return
    with av.open(str(path)) as shown:
        assert sum(1 for _ in shown.decode(video=0)) == work.film.frames


@pytest.mark.parametrize("what", ["folder", "file"])
def test_the_command_films_a_sweep_from_its_folder_or_its_file(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "sweep"
    folder.mkdir()
    (folder / "sweep.json").write_bytes(write_sweep(sweep(2)))
    source, target = folder if what == "folder" else folder / "sweep.json", tmp_path / "sweep.mp4"
    status, out, err = run(str(source), "--to", str(target), *FAST, "--scenes", "curves,advice")
    assert (status, out) == (OK, f"{target}\n")
    assert "s of film" in err
    with av.open(str(target)) as shown:
        assert (shown.streams.video[0].width, shown.streams.video[0].height) == (320, 180)


def test_the_command_makes_pictures_of_a_sweep(tmp_path: Path) -> None:
    file = tmp_path / "sweep.json"
    file.write_bytes(write_sweep(sweep(2)))
    assert run(str(file), "--to", str(tmp_path / "poster.png"), *FAST)[0] == OK
    assert QImage(str(tmp_path / "poster.png")).size().toTuple() == (320, 180)
    assert run(str(file), "--to", f"{tmp_path}/frames/", *FAST, "--scenes", "closing")[0] == OK
    assert len(list((tmp_path / "frames").iterdir())) == 60


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--to", "sweep.html"], USAGE, ".mp4"),
        (["--to", "sweep.mp4", "--scenes", "race"], USAGE, "curves"),
        (["--to", "no/where/sweep.mp4"], FAILED, "does not exist"),
    ],
)
def test_bad_wishes_for_a_sweep_are_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep.json").write_bytes(write_sweep(sweep(1)))
    found, out, err = run("sweep.json", *arguments)
    assert (found, out) == (status, "")
    assert words in err
    assert [item.name for item in tmp_path.iterdir()] == ["sweep.json"]


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"prompts": 3}'])
def test_what_is_no_sweep_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "sweep.json").write_bytes(content)
    status, out, err = run(str(tmp_path), "--to", str(tmp_path / "sweep.mp4"))
    assert (status, out) == (FAILED, "")
    assert "sweep.json" in err


def test_the_film_of_a_suite_has_a_row_for_all_prompts_and_for_each_kind_and_never_one_a_prompt(
    resources: Path,
) -> None:
    made = film(resources, suite(48), msgspec.structs.replace(SMALL, width=1280, height=720))
    for scene in ("title", "advice", "closing"):
        told = said(made, scene)
        assert "All prompts" in told
        assert "code 0" not in told
    assert "Every prompt" in said(made, "curves")


def test_the_film_of_a_condition_shows_its_chart(resources: Path) -> None:
    made = film(resources, sweep_over(), msgspec.structs.replace(SMALL, width=1280, height=720))
    told = said(made, "curves")
    assert "Speedup against context depth" in told
    assert "predicted" not in told
