from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.engines import create
from app.engines.base import Engine
from app.models.places import find_places
from app.models.registry import load_registry
from app.models.states import Ready, state
from app.race.events import Finish, Prefilled, Round, Token
from app.race.lanes import LaneKind, LaneSpec, Request


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


class Run:
    """Everything that one run gave."""

    def __init__(self, engine: Engine, request: Request) -> None:
        self.prefilled: Prefilled = engine.prefill(request)
        self.tokens: list[Token] = [self.prefilled.first]
        self.rounds: list[Round] = []
        while isinstance(step := engine.round(), Round):
            self.rounds.append(step)
            self.tokens += step.tokens
        self.finish: Finish = step
        self.text = "".join(token.text for token in self.tokens) + engine.tail()

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]


MakeSpec = Callable[..., LaneSpec]


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
    engine = create("llama.cpp")
    engine.load(make_spec())
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def mtp(make_spec: MakeSpec) -> Iterator[Engine]:
    engine = create("llama.cpp")
    engine.load(make_spec(16))
    yield engine
    engine.close()
