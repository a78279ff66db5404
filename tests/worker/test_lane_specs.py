from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.places import Places, find_places
from app.race.prompts import custom_prompt
from app.worker.lane_specs import lane_specs, make_files
from app.worker.request import RaceRequest


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return msgspec.structs.replace(find_places(), cache=tmp_path / "cache")


def request_for(places: Places, engine: str) -> RaceRequest:
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    if not isinstance(availability(pair, places), Ready):
        pytest.skip("the built-in pair's weights are not in this checkout")
    return RaceRequest(pair, custom_prompt("hello"), engine=engine)


def test_asking_for_lanes_writes_nothing_and_names_the_files_that_are_made_later(places: Places) -> None:
    request = request_for(places, "transformers")
    specs = lane_specs(request, places)
    assert not places.cache.exists()
    said: list[str] = []
    make_files(request, places, said.append)
    assert all(Path(path).is_dir() for spec in specs for path in (spec.target, spec.drafter) if path)
    assert len(said) == 1
    assert said[0].startswith("Starting: ")
    make_files(request, places, said.append)
    assert len(said) == 1
    assert lane_specs(request, places) == specs


def test_an_engine_that_opens_the_files_as_they_come_has_nothing_made(places: Places) -> None:
    make_files(request_for(places, "llama.cpp"), places, pytest.fail)
    assert not places.cache.exists()
