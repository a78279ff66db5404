from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.places import find_places
from tests.engines.conformance import MakeSpec, lane_fixtures, pair_of, spec_maker
from tests.engines.fake_server import Play, playing


@pytest.fixture(scope="session")
def pair() -> tuple[Path, Path]:
    """Target and drafter of the built-in pair."""
    places = find_places()
    entry = load_registry(places=places).get("nano")
    assert entry is not None
    found = availability(entry, places)
    if not isinstance(found, Ready) or found.drafter_path is None:
        pytest.skip("the built-in pair's weights are not in this checkout")
    return found.target_path, found.drafter_path


@pytest.fixture(scope="session")
def make_spec(pair: tuple[Path, Path]) -> MakeSpec:
    return spec_maker("llama.cpp", pair_of(pair), threads=1)


baseline, mtp = lane_fixtures("session")


@pytest.fixture
def play() -> Iterator[Play]:
    """A fake server that plays lines; gives the spec of a lane on it."""
    with playing() as play:
        yield play
