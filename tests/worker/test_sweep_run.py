from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.library.prompts import load_prompts
from app.library.sweeps import load_sweep, stored_sweeps
from app.library.traces import open_trace
from app.models.registry.reader import load_registry
from app.places import Places, find_places
from app.race.lanes import ADAPTIVE, Contender
from app.race.problems import ProblemError
from app.race.sweep import Spend
from app.worker.pool import WorkerPool
from app.worker.request import SweepRequest
from app.worker.sweep_run import SweepRun


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("MTP_RACE_HOME", str(tmp_path / "home"))
    return find_places()


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool()
    yield pool
    pool.close()


def choose(places: Places, **changes: object) -> SweepRequest:
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    request = SweepRequest(
        pair=pair,
        prompts=tuple(prompt for prompt in load_prompts(places) if prompt.name in ("code", "haiku")),
        contenders=(Contender(2), ADAPTIVE),
        spend=Spend(repeats=2),
        max_tokens=16,
    )
    return msgspec.structs.replace(request, **changes)


def run(request: SweepRequest, places: Places, pool: WorkerPool, out: Path | None = None) -> SweepRun:
    sweep = SweepRun(request, places, pool, out)
    sweep.start()
    assert sweep.join(120)
    return sweep


def test_a_mistake_in_the_sweeps_thread_ends_it_with_a_problem(
    places: Places, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("no widths today")

    monkeypatch.setattr("app.worker.sweep_run.probe_passes", broken)
    sweep = run(choose(places), places, pool)
    assert sweep.over
    assert sweep.problem is not None
    assert sweep.problem.sentence == "Something went wrong while the sweep was run."
    assert "ValueError: no widths today" in sweep.problem.details


@pytest.mark.real
def test_a_sweep_keeps_every_heat_and_its_result(places: Places, pool: WorkerPool) -> None:
    sweep = run(choose(places), places, pool)
    assert sweep.problem is None
    assert sweep.over
    assert not sweep.stopped
    assert (sweep.progress.fraction, sweep.progress.remaining_s) == (1.0, 0.0)
    result = sweep.result
    assert (result.heats, result.planned) == (4, 4)
    assert result.target == "nano-target.gguf"
    assert stored_sweeps(places) == [sweep.folder]
    assert load_sweep(sweep.folder) == result
    assert (sweep.folder / "sweep.csv").read_text(encoding="utf-8").count("\n") == 1 + 4
    for prompt in result.prompts:
        assert prompt.baseline_tps > 0
        assert [cell.lane for cell in prompt.cells] == ["mtp-k2", "mtp-adaptive"]
        for cell in prompt.cells:
            assert len(cell.ratios) == len(cell.traces) == 2
            assert cell.identical == 2
            assert sum(cell.accepted_counts) > 0
            traces = [open_trace(sweep.folder / name) for name in cell.traces]
            assert all(trace.complete for trace in traces)
            orders = [list(dict.fromkeys(record.lane for record in trace.records)) for trace in traces]
            assert orders[0] == ["baseline", "mtp-k2", "mtp-adaptive"]
            assert orders[1] == orders[0][::-1]
    assert not list(sweep.folder.glob("*.part"))


@pytest.mark.real
def test_a_sweep_that_was_stopped_goes_on_in_its_folder_and_counts_no_cut_heat(
    places: Places, pool: WorkerPool, tmp_path: Path
) -> None:
    out = tmp_path / "sweep"
    request = choose(places, spend=Spend(repeats=3), contenders=(Contender(2),))
    sweep = SweepRun(request, places, pool, out)
    sweep.start()
    while not sweep.result.heats:
        assert not sweep.join(0.02)
    sweep.stop()
    assert sweep.join(30)
    assert sweep.stopped
    before = sweep.result.heats
    assert 1 <= before < 6
    assert len(list(out.glob("*-???.ndjson"))) == before
    assert not list(out.glob("*.part"))
    (out / "haiku-099.ndjson").write_bytes(next(out.glob("*-001.ndjson")).read_bytes()[:2000])  # A cut file.
    (out / "haiku-002.ndjson.part").write_bytes(b"{")
    again = run(request, places, pool, out)
    assert again.result.heats == 6
    assert again.result.created == sweep.result.created
    assert again.result.seconds > sweep.result.seconds
    assert all(len(cell.ratios) == 3 for prompt in again.result.prompts for cell in prompt.cells)


def test_a_folder_with_something_else_is_refused_and_left_alone(
    places: Places, pool: WorkerPool, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        SweepRun(choose(places), places, pool, tmp_path)
    assert caught.value.problem.kind == "sweep-folder"
    out = tmp_path / "sweep"
    SweepRun(choose(places), places, pool, out)
    with pytest.raises(ProblemError) as caught:
        SweepRun(choose(places, max_tokens=17), places, pool, out)
    assert caught.value.problem.kind == "sweep-other"
    (out / "plan.json").write_bytes(b"\xff{")
    with pytest.raises(ProblemError) as caught:
        SweepRun(choose(places), places, pool, out)
    assert caught.value.problem.kind == "sweep-plan"
    with pytest.raises(ProblemError) as caught:
        SweepRun(choose(places), places, pool, tmp_path / "notes.txt" / "inside")
    assert caught.value.problem.kind == "sweep-unwritable"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"prompts": ()}, "sweep-empty"),
        ({"contenders": ()}, "sweep-empty"),
        ({"engine": "llama-server"}, "sweep-engine"),
    ],
)
def test_what_cannot_be_swept_is_said_at_once(
    places: Places, pool: WorkerPool, changes: dict[str, object], kind: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        SweepRun(choose(places, **changes), places, pool)
    assert caught.value.problem.kind == kind
    assert not stored_sweeps(places)


@pytest.mark.real
def test_a_worker_that_dies_ends_the_sweep_with_its_words_and_keeps_the_heats_before(
    places: Places, pool: WorkerPool, tmp_path: Path
) -> None:
    sweep = SweepRun(choose(places, spend=Spend(repeats=50), max_tokens=64), places, pool, tmp_path / "sweep")
    sweep.start()
    while not sweep.result.heats:
        assert not sweep.join(0.02)
    for _, worker in list(pool._busy):
        worker.kill()
    assert sweep.join(30)
    assert sweep.problem is not None
    assert sweep.result.heats >= 1
    assert len(list(sweep.folder.glob("*-???.ndjson"))) == sweep.result.heats
