"""Lanes of one target in one process: one copy of the model, real workers and the built-in pair."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from app.library.prompts import load_prompts
from app.models.registry.reader import load_registry
from app.places import Places, find_places
from app.race.fold import Phase
from app.race.heats import Plan
from app.race.lanes import ONE_COPY, Contender
from app.race.problems import ProblemError
from app.race.verdict import TokenVerdict, compare_tokens
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from app.worker.setup import StartedRace, start_race
from tests.worker.test_one_loaded import workers

pytestmark = pytest.mark.real


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


@pytest.fixture
def request_(places: Places) -> RaceRequest:
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    lanes = (Contender(2), Contender(3))
    return RaceRequest(pair, load_prompts(places)[0], contenders=lanes, max_tokens=12, one_copy=True)


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool()
    yield made
    made.close()


def race(request: RaceRequest, places: Places, pool: WorkerPool) -> StartedRace:
    started = start_race(request, places, pool)
    assert started.session.join(120)
    started.finish()
    return started


def test_three_lanes_race_in_one_process_on_one_copy_and_say_so(
    request_: RaceRequest, places: Places, pool: WorkerPool
) -> None:
    before = workers()
    started = race(request_, places, pool)
    assert workers() - before == 1
    lanes = started.session.state.lanes
    assert [lane.phase for lane in lanes.values()] == [Phase.FINISHED] * 3
    assert [lane.count for lane in lanes.values()] == [12, 12, 12]
    for name in ("mtp-k2", "mtp-k3"):
        assert compare_tokens(lanes["baseline"], lanes[name]).verdict is TokenVerdict.IDENTICAL
    assert all(lane.options[ONE_COPY] == "on" for lane in started.header.lanes)
    assert all(any("One copy" in note for note in lane.loaded.notes) for lane in lanes.values() if lane.loaded)
    assert started.session.noise is not None


def test_a_second_race_finds_its_lanes_loaded_and_one_of_other_lanes_adds_to_them(
    request_: RaceRequest, places: Places, pool: WorkerPool
) -> None:
    race(msgspec.structs.replace(request_, contenders=(Contender(2),)), places, pool)
    process = {child.pid for child in psutil.Process().children() if "app.worker" in child.cmdline()}
    race(request_, places, pool)
    assert {child.pid for child in psutil.Process().children() if "app.worker" in child.cmdline()} == process


def test_lanes_of_heats_share_the_copy_too(request_: RaceRequest, places: Places, pool: WorkerPool) -> None:
    before = workers()
    started = race(msgspec.structs.replace(request_, format="heats", plan=Plan(repeats=1)), places, pool)
    assert workers() - before == 1
    assert [lane.count for lane in started.session.state.lanes.values()] == [12, 12, 12]


def test_what_ends_the_process_ends_all_lanes_and_they_say_so(
    request_: RaceRequest, places: Places, pool: WorkerPool
) -> None:
    started = start_race(msgspec.structs.replace(request_, max_tokens=1500), places, pool)
    while not all(lane.phase is Phase.DECODING for lane in started.session.state.lanes.values()):
        assert not started.session.join(0.02)
    process = next(child for child in psutil.Process().children() if "app.worker" in child.cmdline())
    process.kill()
    assert started.session.join(60)
    started.finish()
    for lane in started.session.state.lanes.values():
        assert lane.phase is Phase.FAILED
        assert lane.problem is not None
        assert "share one process and one copy of the model" in lane.problem.cause
    again = race(request_, places, pool)
    assert [lane.count for lane in again.session.state.lanes.values()] == [12, 12, 12]


def test_lanes_that_compute_at_the_same_time_cannot_share(
    request_: RaceRequest, places: Places, pool: WorkerPool
) -> None:
    for change in ({"format": "free"}, {"engine": "transformers"}):
        with pytest.raises(ProblemError) as caught:
            start_race(msgspec.structs.replace(request_, **change), places, pool)
        assert caught.value.problem.kind == "one-copy-unfit"
