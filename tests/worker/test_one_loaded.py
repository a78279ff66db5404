"""Heats in which one lane is loaded at a time, with real workers and the built-in pair."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from app.library.prompts import load_prompts
from app.models.registry.reader import load_registry
from app.places import find_places
from app.race.heats import Plan
from app.race.lanes import Contender
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from app.worker.setup import start_race

pytestmark = pytest.mark.real


def workers() -> int:
    """How many worker processes this one has."""
    found = 0
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            found += "app.worker" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE
    return found


def test_never_two_lanes_are_loaded_and_every_heat_is_whole(tmp_path: Path) -> None:
    places = find_places({"MTP_RACE_HOME": str(tmp_path)})
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    request = RaceRequest(
        pair,
        load_prompts(places)[0],
        contenders=(Contender(2), Contender(3)),
        max_tokens=8,
        format="heats",
        plan=Plan(repeats=1),
        one_loaded=True,
    )
    before = workers()
    pool = WorkerPool()
    started = start_race(request, places, pool)
    most = 0
    while not started.session.join(0.02):
        most = max(most, workers() - before)
    started.finish()
    pool.close()
    assert most == 1
    assert workers() == before
    assert started.session.heats is not None
    assert [lane.count for lane in started.session.state.lanes.values()] == [8, 8, 8]
    assert started.session.noise is not None
