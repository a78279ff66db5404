from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest

from app.models.fit.estimate import Memory
from app.models.forecast.shape import plan_slices
from app.models.registry.reader import load_registry
from app.places import Places, find_places
from app.race.events import PassCosts
from app.race.forecast import FORECAST_WIDTHS
from app.race.problems import ProblemError
from app.worker.forecast import (
    ForecastSubject,
    least_costs,
    make_forecast,
    registry_subject,
)
from app.worker.forecast_store import ForecastStore
from app.worker.machine import describe_machine
from tests.models.forecast.test_shape import tiny_shape
from tests.race.test_forecast import made_forecast

PLENTY = Memory(64 << 30, 64 << 30)
REGISTRY = load_registry(find_places().registry)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


@pytest.fixture
def subject() -> ForecastSubject:
    found = REGISTRY.get("gemma-4-e2b-qat-q4")
    assert found is not None
    return ForecastSubject(found, tiny_shape(), "Q4_0", "Q4_0")


@pytest.mark.real
def test_a_forecast_is_measured_on_slices_that_are_gone_afterwards_and_is_kept(
    places: Places, subject: ForecastSubject
) -> None:
    told: list[tuple[str, float]] = []
    made = make_forecast(
        subject, places, (), PLENTY, lambda words, share: told.append((words, share)), threading.Event()
    )
    assert set(made.costs.forward_ns) == set(FORECAST_WIDTHS)
    assert all(cost > 0 for cost in made.costs.forward_ns.values())
    assert made.costs.draft_ns > 0
    assert made.slices == tuple(map(len, plan_slices(tiny_shape(), "Q4_0", "Q4_0").layers))
    assert made.best.k in range(1, 9)
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert list((places.cache / "forecast").iterdir()) == []
    assert ForecastStore.of(places).get(subject.pair.id) == made


@pytest.mark.real
def test_a_forecast_that_is_given_up_while_it_measures_leaves_nothing(places: Places, subject: ForecastSubject) -> None:
    stopped = threading.Event()

    def tell(words: str, _share: float) -> None:
        if words.startswith("Measuring"):
            stopped.set()

    with pytest.raises(ProblemError) as caught:
        make_forecast(subject, places, (), PLENTY, tell, stopped)
    assert caught.value.problem.kind == "forecast-stopped"
    assert list((places.cache / "forecast").iterdir()) == []
    assert ForecastStore.of(places).all() == {}


def test_a_machine_without_the_memory_is_told_before_anything_is_written(
    places: Places, subject: ForecastSubject
) -> None:
    with pytest.raises(ProblemError) as caught:
        make_forecast(subject, places, (), Memory(1 << 20, 1 << 30), lambda *_: None, threading.Event())
    assert caught.value.problem.kind == "forecast-no-memory"
    assert not places.cache.exists()


@pytest.mark.parametrize(("pair_id", "kind"), [("gemma-4-e2b-mlx-4bit", "forecast-engine"), ("nano", "forecast-shape")])
def test_a_pair_that_cannot_be_forecast_is_refused_in_words(pair_id: str, kind: str) -> None:
    pair = REGISTRY.get(pair_id)
    assert pair is not None
    with pytest.raises(ProblemError) as caught:
        registry_subject(pair, REGISTRY)
    assert caught.value.problem.kind == kind
    assert caught.value.problem.action


def test_the_least_of_several_measurements_is_taken() -> None:
    found = least_costs([PassCosts(1, {1: 5, 2: 9}, 3, taken_away=0.5), PassCosts(1, {1: 6, 2: 8}, 2)])
    assert found == PassCosts(1, {1: 5, 2: 8}, 2, taken_away=0.5)


def test_the_latest_forecast_of_a_pair_on_this_machine_is_kept(places: Places) -> None:
    store, here = ForecastStore.of(places), describe_machine().cpu
    first = made_forecast(machine=here)
    other = made_forecast(machine="another machine")
    latest = msgspec.structs.replace(first, baseline_tps=1.0)
    for made in (first, other, latest):
        store.put(made)
    assert store.all() == {"pair": latest}


@pytest.mark.parametrize("content", [b"", b"{}", b'[{"pair": 3}]', b"\xff"])
def test_a_damaged_file_of_forecasts_is_none(places: Places, content: bytes) -> None:
    places.data.mkdir(parents=True)
    (places.data / "forecasts.json").write_bytes(content)
    assert ForecastStore.of(places).all() == {}
