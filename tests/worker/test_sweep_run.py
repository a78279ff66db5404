from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.engines.llama_cpp import LlamaEngine
from app.library.prompts import load_prompts
from app.library.sweeps import load_sweep, stored_sweeps
from app.library.traces import open_trace
from app.models.registry.reader import load_registry
from app.places import Places, find_places
from app.race.axes import Axis, AxisValue, Setting, parse_axis
from app.race.events import Loaded, Round
from app.race.lanes import ADAPTIVE, CACHE_TYPE, Contender, LaneKind, LaneSpec, Request
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
    while not (busy := list(pool._busy)):  # between two heats
        assert not sweep.join(0.005)
    for _, worker in busy:
        worker.kill()
    assert sweep.join(30)
    assert sweep.problem is not None
    assert sweep.result.heats >= 1
    assert len(list(sweep.folder.glob("*-???.ndjson"))) == sweep.result.heats


@pytest.mark.real
def test_a_context_sweep_measures_what_the_engine_does_alone_at_those_depths(places: Places, pool: WorkerPool) -> None:
    axis = parse_axis("context=0,256,1k")
    sweep = run(choose_code(places, axis=axis, spend=Spend(repeats=1), max_tokens=48), places, pool)
    assert sweep.problem is None
    assert sweep.result.axis == "context"
    assert [row.condition for row in sweep.result.prompts] == ["0", "256", "1k"]
    alone = LlamaEngine()
    resources = places.resources / "nano"
    spec = LaneSpec("mtp", LaneKind.MTP, "llama.cpp", str(resources / "nano-target.gguf"), context=2048, k=2,
                    drafter=str(resources / "nano-assistant.gguf"))  # fmt: skip
    alone.load(spec)
    try:
        for row, depth in zip(sweep.result.prompts, (0, 256, 1024), strict=True):
            prompt = next(item for item in load_prompts(places) if item.name == "code")
            read = alone.prefill(Request(prompt.text, 48, before=prompt.before, depth=depth))
            rounds = []
            while isinstance(item := alone.round(), Round):
                rounds.append(item)
            assert row.prompt_tokens == read.prompt_tokens
            accepted = sum(item.accepted for item in rounds) / len(rounds)
            assert row.cells[0].accepted_per_round == pytest.approx(accepted)
            assert row.cells[0].prefill_tps > 0
            assert row.prefill_tps > 0
    finally:
        alone.close()


@pytest.mark.real
@pytest.mark.parametrize("axis", ["cache=f16,q8_0,q4_0", "drafter=own,q8_0", "temperature=0,gemma", "threads=1,2"])
def test_other_conditions_are_what_the_lanes_are_loaded_with(axis: str, places: Places, pool: WorkerPool) -> None:
    sweep = run(choose_code(places, axis=parse_axis(axis), spend=Spend(repeats=1)), places, pool)
    assert sweep.problem is None
    headers = [open_trace(sweep.folder / row.cells[0].traces[0]).header for row in sweep.result.prompts]
    drafting = [next(lane for lane in header.lanes if lane.kind is LaneKind.MTP) for header in headers]
    told = {
        "cache": [str(lane.options.get(CACHE_TYPE)) for lane in drafting],
        "drafter": [lane.drafter for lane in drafting],
        "temperature": [f"{item.request.sampling.temperature:g}/{item.request.sampling.top_k}" for item in headers],
        "threads": [str(lane.threads) for lane in drafting],
    }
    wanted = {
        "cache": ["f16", "q8_0", "q4_0"],
        "drafter": ["nano-assistant.gguf", "nano-assistant.q8_0.gguf"],
        "temperature": ["0/0", "1/64"],
        "threads": ["1", "2"],
    }
    assert told[sweep.result.axis] == wanted[sweep.result.axis]


@pytest.mark.real
def test_a_depth_that_there_is_no_text_for_leaves_its_row_out_and_the_others_go_on(
    places: Places, pool: WorkerPool
) -> None:
    axis = Axis("context", (AxisValue("0", Setting(depth=0)), AxisValue("512k", Setting(depth=1 << 19))))
    sweep = run(choose_code(places, axis=axis, spend=Spend(repeats=1)), places, pool)
    assert sweep.problem is None
    rows = sweep.result.prompts
    assert rows[0].cells[0].ratios
    assert rows[1].left_out
    assert not rows[1].cells[0].ratios


def test_a_condition_that_cannot_be_changed_here_is_refused_in_words(places: Places, pool: WorkerPool) -> None:
    with pytest.raises(ProblemError, match="cannot be swept over KV cache"):
        SweepRun(choose(places, axis=parse_axis("cache"), engine="transformers"), places, pool)


@pytest.mark.real
def test_layers_on_a_gpu_that_is_not_there_are_left_out_and_not_measured_as_if(
    places: Places, pool: WorkerPool
) -> None:
    choice = choose_code(places, axis=parse_axis("gpu-layers=0,all"), spend=Spend(repeats=1))
    sweep = run(choice, places, pool)
    assert sweep.problem is None
    bare, full = sweep.result.prompts
    assert bare.cells[0].ratios
    header = open_trace(sweep.folder / bare.cells[0].traces[0])
    device = next(record.e.device for record in header.records if isinstance(record.e, Loaded))
    assert device.startswith("CPU")
    if full.left_out:
        assert "No GPU was found" in full.left_out
        assert not full.cells[0].ratios
    else:  # A machine with one.
        trace = open_trace(sweep.folder / full.cells[0].traces[0])
        assert not any(record.e.device.startswith("CPU") for record in trace.records if isinstance(record.e, Loaded))


@pytest.mark.real
def test_a_sweep_over_a_condition_goes_on_where_it_was(places: Places, pool: WorkerPool, tmp_path: Path) -> None:
    choice = choose_code(places, axis=parse_axis("threads=1,2"), spend=Spend(repeats=1))
    out = tmp_path / "sweep"
    first = run(choice, places, pool, out)
    again = run(choice, places, pool, out)
    assert again.result.heats == first.result.heats == 2
    with pytest.raises(ProblemError, match="holds a sweep of something else"):
        SweepRun(choose_code(places, axis=parse_axis("threads=1"), spend=Spend(repeats=1)), places, pool, out)


def choose_code(places: Places, **changes: object) -> SweepRequest:
    code = tuple(prompt for prompt in load_prompts(places) if prompt.name == "code")
    return choose(places, prompts=code, contenders=(Contender(2),), **changes)
