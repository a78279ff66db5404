from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engines.base import Engine
from app.models.places import find_places
from app.models.registry import load_registry
from app.models.states import Ready, state
from app.race.lanes import LaneKind, LaneSpec
from tests.engines.conformance import MakeSpec, loaded


@pytest.fixture(scope="session")
def pair() -> tuple[Path, Path]:
    """Target and drafter of the built-in pair."""
    places = find_places()
    entry = load_registry(places=places).get("nano")
    assert entry is not None
    found = state(entry, places)
    if not isinstance(found, Ready) or found.drafter_path is None:
        pytest.skip("the built-in pair's weights are not in this checkout")
    return found.target_path, found.drafter_path


@pytest.fixture(scope="session")
def make_spec(pair: tuple[Path, Path]) -> MakeSpec:
    def make(k: int = 0, **settings: object) -> LaneSpec:
        values: dict[str, object] = {
            "id": "lane",
            "kind": LaneKind.MTP if k else LaneKind.BASELINE,
            "engine": "llama.cpp",
            "target": str(pair[0]),
            "drafter": str(pair[1]) if k else "",
            "k": k,
            "threads": 1,
        }
        return LaneSpec(**{**values, **settings})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def baseline(make_spec: MakeSpec) -> Iterator[Engine]:
    with loaded(make_spec()) as engine:
        yield engine


@pytest.fixture(scope="session")
def mtp(make_spec: MakeSpec) -> Iterator[Engine]:
    with loaded(make_spec(16)) as engine:
        yield engine
