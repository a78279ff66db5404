"""The frames of a film: their numbers, their order, and that they never differ."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.library.traces import open_trace
from app.present.film_options import SCENES, FilmOptions
from app.present.result import summarize
from app.present.view import RaceView
from app.race.problems import ProblemError
from app.race.trace import Trace
from app.sandbox.behaviour import Behaviour
from app.video.film import Film

SMALL = FilmOptions(width=480, height=270, fps=10)
SHAPES = [(640, 360), (360, 640), (400, 400)]


def digest(film: Film, number: int) -> str:
    image = film.frame(number)
    return hashlib.sha256(bytes(image.constBits())).hexdigest()


def film_of(trace: Trace, resources: Path, **changes: object) -> Film:
    return Film(trace, msgspec.structs.replace(SMALL, **changes), resources)


def test_two_films_of_one_trace_have_the_same_frames(trace: Trace, resources: Path) -> None:
    first, second = (film_of(trace, resources, speed=4.0) for _ in range(2))
    assert first.frames == second.frames
    assert [digest(first, number) for number in range(first.frames)] == [
        digest(second, number) for number in range(second.frames)
    ]


def test_a_frame_is_the_same_in_whatever_order_frames_are_asked_for(trace: Trace, resources: Path) -> None:
    # In a square the closing card has to be made smaller than the other scenes to fit.
    forward, jumping = (film_of(trace, resources, width=400, height=400, speed=2.0) for _ in range(2))
    seen = [digest(forward, number) for number in range(forward.frames)]
    for number in [forward.frames - 1, 45, 12, 170, 0, 46, 45, 110, forward.frames - 1, 70]:
        assert digest(jumping, number) == seen[number], number


@pytest.mark.parametrize("size", SHAPES)
def test_the_last_frame_of_the_race_shows_the_numbers_of_show_json(
    trace: Trace, resources: Path, size: tuple[int, int]
) -> None:
    film = film_of(trace, resources, width=size[0], height=size[1], scenes=("race",))
    film.frame(film.span("race")[1] - 1)
    said = film.stage.said
    summary = json.loads(json.dumps(summarize(RaceView.of(trace), None)))
    assert f"{summary['speedup']:.2f}×" in said
    for lane in summary["lanes"].values():
        assert f"{lane['decode_tps']:.1f}" in said
        assert f"{lane['tokens']} tokens · {lane['clock_s']:.2f} s · finished" in said
    assert f"{max(lane['clock_s'] for lane in summary['lanes'].values()):.2f} s" in said
    shown = "\n".join(said)
    for state in trace.state().lanes.values():
        assert state.text.rstrip().splitlines()[-1] in shown


def test_the_race_starts_with_nothing_and_both_lanes_ready(trace: Trace, resources: Path) -> None:
    film = film_of(trace, resources, scenes=("race",))
    film.frame(0)
    assert film.stage.said.count("ready") == 2
    assert "0.00 s" in film.stage.said


def test_at_half_speed_the_clock_shows_half_the_time(trace: Trace, resources: Path) -> None:
    film = film_of(trace, resources, scenes=("race",), speed=0.5)
    film.frame(28)  # 0.8 s of lead, then 2 s of film
    assert "1.00 s" in film.stage.said
    assert "0.5× real time" in film.stage.said


@pytest.mark.parametrize("seconds", [5.0, 12.0, 40.0])
def test_a_film_that_is_fitted_lasts_as_long_as_asked(trace: Trace, resources: Path, seconds: float) -> None:
    film = film_of(trace, resources, seconds=seconds)
    assert abs(film.seconds - seconds) <= len(film.scenes) / film.options.fps


def test_scenes_come_in_the_order_of_the_film(trace: Trace, resources: Path) -> None:
    film = film_of(trace, resources, scenes=("closing", "race", "title"))
    assert [name for name, _, _ in film.scenes] == ["title", "race", "closing"]


@pytest.mark.parametrize("size", [*SHAPES, (240, 240), (1280, 240), (240, 1280)])
@pytest.mark.parametrize("dark", [True, False])
def test_every_scene_can_be_drawn_at_every_shape(
    trace: Trace, resources: Path, size: tuple[int, int], dark: bool
) -> None:
    film = film_of(trace, resources, width=size[0], height=size[1], dark=dark, caption="A caption")
    for name, first, _ in film.scenes:
        film.frame(film.span(name)[1] - 1)
        pixels = np.frombuffer(film.frame(first + 3).constBits(), np.uint8).reshape(size[1], size[0], 4)
        assert pixels[..., :3].std() > 1, name


def test_an_unfinished_trace_is_filmed_as_far_as_it_goes_and_says_so(
    trace_path: Path, resources: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.ndjson"
    cut.write_bytes(trace_path.read_bytes()[:30_000])
    film = Film(open_trace(cut), SMALL, resources)
    assert any("cut off" in note for note in film.notes)
    film.frame(film.frames - 1)
    assert any("cut off" in text for text in film.stage.said)


def test_the_programs_scene_shows_how_they_compare_and_what_they_printed(
    trace: Trace, resources: Path, behaviour: Behaviour
) -> None:
    film = Film(trace, msgspec.structs.replace(SMALL, scenes=("programs",)), resources, behaviour)
    film.frame(film.frames - 1)
    assert behaviour.sentence in film.stage.said
    assert film.stage.said.count("fibonacci_memoized(0) = 0") == 2
    assert "ran to its end, 0.31 s" in film.stage.said
    assert any(text.startswith("… and ") for text in film.stage.said)


def test_a_figure_that_is_no_picture_is_left_out(trace: Trace, resources: Path, behaviour: Behaviour) -> None:
    broken = msgspec.structs.replace(behaviour.figures[0], a=b"\x89PNG junk", b=b"")
    film = Film(trace, SMALL, resources, msgspec.structs.replace(behaviour, figures=(broken,)))
    film.frame(film.span("programs")[1] - 1)
    assert behaviour.sentence in film.stage.said


def test_without_programs_their_scene_is_left_out_and_this_is_said(trace: Trace, resources: Path) -> None:
    film = film_of(trace, resources)
    assert "programs" not in [name for name, _, _ in film.scenes]
    assert any("'programs'" in note for note in film.notes)


def test_a_race_without_a_token_is_refused(trace: Trace, resources: Path) -> None:
    with pytest.raises(ProblemError, match="nothing to film"):
        Film(Trace(trace.header), SMALL, resources)


def test_a_logo_that_is_no_picture_is_refused(trace: Trace, resources: Path, trace_path: Path) -> None:
    with pytest.raises(ProblemError, match="no picture"):
        film_of(trace, resources, logo=trace_path)


def test_the_scene_names_of_the_command_line_all_exist() -> None:
    from app.video.scenes import SCENE_MAKERS

    assert tuple(SCENE_MAKERS) == SCENES
