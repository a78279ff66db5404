"""What the faces are told of the making of films."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.draw.studio import encoder_for
from app.places import find_places
from app.race.problems import ProblemError
from app.video.studio import FilmStudio


@pytest.fixture
def studio() -> FilmStudio:
    return FilmStudio(find_places().resources)


def test_the_ending_picks_the_encoder(studio: FilmStudio, tmp_path: Path) -> None:
    assert encoder_for(studio.race_encoders, "race.MP4").name == "mp4"
    assert encoder_for(studio.race_encoders, "race.md").name == "markdown"
    assert encoder_for(studio.race_encoders, "frames/").name == "png-sequence"
    assert encoder_for(studio.race_encoders, str(tmp_path)).name == "png-sequence"


def test_a_sweep_is_filmed_and_has_no_page(studio: FilmStudio) -> None:
    with pytest.raises(ProblemError, match=r"\.html"):
        encoder_for(studio.film_encoders, "sweep.html")


@pytest.mark.parametrize("name", ["race.avi", "race", "race.MP3"])
def test_an_unknown_ending_is_refused_with_the_known_ones(studio: FilmStudio, name: str) -> None:
    with pytest.raises(ProblemError, match=r"\.mp4"):
        encoder_for(studio.race_encoders, name)
