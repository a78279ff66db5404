"""The main job on the real built-in pair, in real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.engines import ENGINES
from app.library.prompts import load_prompts
from app.library.traces import open_trace
from app.models.registry.reader import load_registry
from app.places import find_places
from app.race.events import Finish
from app.race.fold import Phase
from app.race.problems import ProblemError
from app.race.verdict import TokenVerdict, compare_tokens
from app.worker.lane_specs import lane_specs
from app.worker.pool import WorkerPool
from app.worker.process import WorkerProcess
from app.worker.request import RaceRequest
from app.worker.setup import StartedRace, start_race


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Workers shared by the races of this file, as the window shares them."""
    made = WorkerPool()
    yield made
    made.close()


@pytest.fixture
def choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RaceRequest]:
    """Makes a choice of the built-in pair; traces go to a folder of the test."""
    monkeypatch.setenv("MTP_RACE_HOME", str(tmp_path))
    places = find_places()
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    code = load_prompts(places)[0]

    def make(**changes: object) -> RaceRequest:
        return RaceRequest(**{"pair": pair, "prompt": code, "max_tokens": 40, **changes})  # type: ignore[arg-type]

    return make


def start(request: RaceRequest, pool: WorkerPool) -> StartedRace:
    return start_race(request, find_places(), pool)


def run(request: RaceRequest, pool: WorkerPool) -> StartedRace:
    started = start(request, pool)
    assert started.session.join(120)
    started.finish()
    return started


def pids(started: StartedRace) -> list[int]:
    workers = list(started.session.workers.values())
    assert all(isinstance(worker, WorkerProcess) for worker in workers)
    return [worker.pid for worker in workers if isinstance(worker, WorkerProcess)]


@pytest.mark.real
@pytest.mark.parametrize("race_format", ["clock", "free"])
def test_the_built_in_pair_races_and_writes_the_same_text(
    choose: Callable[..., RaceRequest], pool: WorkerPool, race_format: str
) -> None:
    started = run(choose(format=race_format), pool)
    baseline, mtp = started.session.state.lanes.values()
    assert compare_tokens(baseline, mtp).verdict is TokenVerdict.IDENTICAL
    assert baseline.count == mtp.count == 40
    assert baseline.text == mtp.text
    assert mtp.accepted > 0
    assert started.trace is not None
    trace = open_trace(started.trace)
    assert trace.complete
    assert trace.state() == started.session.state


@pytest.mark.real
def test_a_worker_that_is_killed_leaves_the_other_lane_and_an_open_trace(
    choose: Callable[..., RaceRequest], pool: WorkerPool
) -> None:
    started = start(choose(max_tokens=120), pool)
    while started.session.state.lanes["mtp"].count < 8:
        assert not started.session.join(0.01)
    worker = started.session.workers["mtp"]
    assert isinstance(worker, WorkerProcess)
    os.kill(worker.pid, signal.SIGKILL)
    assert started.session.join(120)
    started.finish()
    baseline, mtp = started.session.state.lanes.values()
    assert baseline.phase is Phase.FINISHED
    assert mtp.problem is not None
    assert "SIGKILL" in mtp.problem.cause
    assert started.trace is not None
    trace = open_trace(started.trace)
    assert trace.complete
    assert trace.state().lanes["mtp"].problem == mtp.problem
    again = run(choose(), pool)
    assert all(lane.phase is Phase.FINISHED for lane in again.session.state.lanes.values())


@pytest.mark.real
def test_a_stop_ends_a_race_in_the_middle(choose: Callable[..., RaceRequest], pool: WorkerPool) -> None:
    started = start(choose(max_tokens=1000), pool)
    while started.session.state.lanes["mtp"].count < 8:
        assert not started.session.join(0.01)
    started.session.stop()
    assert started.session.join(30)
    started.finish()
    assert {lane.finish for lane in started.session.state.lanes.values()} == {Finish.STOPPED}


@pytest.mark.real
def test_workers_are_used_again_when_only_k_changes(choose: Callable[..., RaceRequest], pool: WorkerPool) -> None:
    first, second = run(choose(k=2), pool), run(choose(k=4), pool)
    assert pids(first) == pids(second)
    assert len(second.session.state.lanes["mtp"].position_rates) == 4


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "app.worker" in process.cmdline()
    except psutil.Error:  # It has ended since it was listed, as the app's short-lived helpers do.
        return False


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.real
def test_no_process_outlives_an_app_that_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "MTP_RACE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "app", "run", "--json", "--max-tokens", "2000"]
    app = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    parent = psutil.Process(app.pid)
    try:
        while len(workers := [child for child in parent.children() if _is_worker(child)]) < 2:
            assert app.poll() is None
    finally:
        app.kill()
        app.wait()
    _, left = psutil.wait_procs(workers, timeout=10)
    assert left == []


def test_a_server_cannot_race_on_the_chess_clock(choose: Callable[..., RaceRequest]) -> None:
    for engine, info in ENGINES.items():
        request = choose(format="clock", engine=engine, servers=("http://127.0.0.1:1", "http://127.0.0.1:2"))
        if info.capabilities.stepping:
            assert {spec.engine for spec in lane_specs(request, find_places())} == {engine}
        else:
            with pytest.raises(ProblemError) as caught:
                lane_specs(request, find_places())
            assert caught.value.problem.kind == "format-unfit"


def test_a_race_on_servers_needs_both_addresses(choose: Callable[..., RaceRequest]) -> None:
    request = choose(format="free", engine="vllm", servers=("http://127.0.0.1:1", "http://127.0.0.1:2"), k=3)
    baseline, mtp = lane_specs(request, find_places())
    assert (baseline.target, baseline.k) == ("http://127.0.0.1:1", 0)
    assert (mtp.target, mtp.k) == ("http://127.0.0.1:2", 3)
    with pytest.raises(ProblemError) as caught:
        lane_specs(choose(format="free", engine="vllm", servers=("http://127.0.0.1:1",)), find_places())
    assert caught.value.problem.kind == "server-address"
