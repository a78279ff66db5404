"""Films of races with several drafting lanes: the bundled race with its drafting lane copied under other names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.present.film_options import FilmOptions
from app.race.lanes import KPolicy, lane_name, lane_title
from app.race.trace import Trace
from app.video.film import Film

SHAPES = [(1920, 1080), (1080, 1920), (1080, 1080), (640, 360), (360, 640)]


def copied(trace: Trace, lanes: int) -> Trace:
    """Returns the race with ``lanes`` lanes; the last one says that it chose K by itself."""
    base, drafting = trace.header.lanes
    specs = [base, *(msgspec.structs.replace(drafting, id=f"copy-{number}", k=8) for number in range(lanes - 1))]
    specs[-1] = msgspec.structs.replace(specs[-1], policy=KPolicy.COST)
    records = []
    for item in trace.records:
        names = [item.lane] if item.lane == base.id else [spec.id for spec in specs[1:]]
        records += [msgspec.structs.replace(item, lane=name) for name in names]
    return replace(trace, header=msgspec.structs.replace(trace.header, lanes=tuple(specs)), records=records)


def said(film: Film, scene: str) -> list[str]:
    film.frame(film.span(scene)[1] - 1)
    return film.stage.said


@pytest.mark.parametrize("lanes", [3, 4])
@pytest.mark.parametrize("size", SHAPES)
def test_every_lane_is_named_in_full_in_the_race(
    trace: Trace, resources: Path, lanes: int, size: tuple[int, int]
) -> None:
    race = copied(trace, lanes)
    film = Film(race, FilmOptions(width=size[0], height=size[1], fps=10, speed=8.0), resources)
    shown = said(film, "race")
    for spec in race.header.lanes:
        assert lane_title(spec) in shown
    assert not [text for text in shown if "accepted" in text and text.endswith("…")]


@pytest.mark.parametrize("size", SHAPES[:3])
def test_no_figure_of_the_closing_card_is_cut(trace: Trace, resources: Path, size: tuple[int, int]) -> None:
    race = copied(trace, 4)
    shown = said(Film(race, FilmOptions(width=size[0], height=size[1], fps=10, speed=8.0), resources), "closing")
    assert not [text for text in shown if text.endswith("…")]
    assert [text for text in shown if text.startswith("MTP ")] == [
        "MTP K=8 wins",
        *(lane_name(spec) for spec in race.header.lanes[1:]),
    ]


def test_every_lane_is_measured_against_what_it_drafted(trace: Trace, resources: Path) -> None:
    race = copied(trace, 4)
    film = Film(race, FilmOptions(width=1920, height=1080, fps=10, speed=8.0), resources)
    lanes = film.set.final.lanes[2:4]
    for scene, words in (("race", " accepted a round"), ("closing", "")):
        shown = "\n".join(said(film, scene))
        for lane in lanes:
            mean = lane.state.drafted / len(lane.state.rounds)
            assert mean < 4
            assert f"{lane.state.accepted_per_round:.2f} of {mean:.1f}{words}" in shown
