from __future__ import annotations

import msgspec
import numpy as np
import pytest

from app.race.compare import MeasuredResult, compare, measured_race, measured_sweep, unpaired_interval
from app.race.events import Loaded
from app.race.lanes import Sampling
from app.race.statistics import Interval, t_quantile
from app.race.sweep_result import Cell, PromptResult, SweepResult
from app.race.trace import FileHash, Machine, Record, Trace
from tests.race.builders import header, lane_events, spec


def sweep(factor: float, prompts: int = 8, version: str = "1") -> SweepResult:
    results = []
    for number in range(prompts):
        base = 50.0 + number
        wobble = 1 + 0.01 * (number % 3 - 1) * (factor != 1)
        tps = base * 1.5 * factor * wobble
        cell = Cell(prompt=f"p{number}", lane="mtp-k3", title="MTP K=3 (block 4)", k=3, decode_tps=tps)
        results.append(
            PromptResult(prompt=f"p{number}", title="", workload="code", language="", baseline_tps=base, cells=(cell,))
        )
    return SweepResult(app_version=version, prompts=tuple(results))


def race(k: int, step_ms: int, heats: int = 1) -> Trace:
    head = header(spec("baseline"), spec("mtp", k), format="heats")
    lanes = [("baseline", lane_events(range(30))), ("mtp", lane_events(range(30), k=k, step_ms=step_ms))]
    return Trace(head, [Record(lane, 0, event, heat) for heat in range(heats) for lane, its in lanes for event in its])


def test_a_slower_lane_is_found_and_what_differs_is_named() -> None:
    found = compare(measured_sweep(sweep(1.0)), measured_sweep(sweep(0.9, version="2")))
    assert found.differs == ("Another version of MTP Race: 1, then 2.",)
    baseline, mtp = found.lanes
    assert (baseline.lane, mtp.lane) == ("Baseline", "MTP K=3")
    assert baseline.change.ratio == pytest.approx(1.0)
    assert mtp.change.ratio == pytest.approx(0.9, abs=0.01)
    assert mtp.change.high < 1
    assert found.verdict == "Slower: MTP K=3 0.90×. No sure change: Baseline 1.00×."
    assert found.slower_than(0.97) == (mtp,)
    assert found.slower_than(0.8) == ()
    assert compare(measured_sweep(sweep(1.0)), measured_sweep(sweep(1.2))).verdict.startswith("Faster: MTP K=3 1.20×.")


def test_the_same_compared_with_itself_has_changed_nothing() -> None:
    for measured in (measured_sweep(sweep(1.0)), measured_race(race(3, 8, heats=5))):
        found = compare(measured, measured)
        assert found.differs == ()
        assert found.slower_than(1.0) == ()
        assert found.verdict.startswith("No sure change:")


def test_one_run_each_is_told_as_no_proof_and_still_fails_a_script() -> None:
    found = compare(measured_race(race(3, 8)), measured_race(race(3, 16)))
    assert found.verdict.startswith("One run each cannot tell a change from chance:")
    assert [lane.lane for lane in found.slower_than(0.97)] == ["MTP K=3"]


def test_races_with_another_k_compare_their_one_drafting_lane_and_say_so() -> None:
    found = compare(measured_race(race(3, 8, heats=4)), measured_race(race(2, 8, heats=4)))
    assert "Another drafting lane: MTP K=3, then MTP K=2." in found.differs
    assert [(lane.lane, lane.other) for lane in found.lanes] == [("Baseline", ""), ("MTP K=3", "MTP K=2")]


def test_prompts_of_only_one_side_are_not_counted_and_told() -> None:
    found = compare(measured_sweep(sweep(1.0, prompts=8)), measured_sweep(sweep(1.0, prompts=6)))
    assert found.differs == ("2 prompts only in one of them, not counted.",)
    assert found.lanes[0].change.heats == 6
    nothing = MeasuredResult(kind="race", facts={}, rates={})
    assert compare(measured_sweep(sweep(1.0, 2)), nothing).verdict.startswith("They have no")


def test_a_race_is_compared_by_what_it_was_measured_with() -> None:
    trace = race(3, 8, heats=2)
    head = msgspec.structs.replace(
        trace.header,
        pair="short",
        pair_title="The whole title",
        app_version="9.9",
        prompt_name="the prompt",
        request=msgspec.structs.replace(
            trace.header.request, max_tokens=77, concurrency=4, sampling=Sampling(temperature=0.25)
        ),
        files=(FileHash("a.gguf", 1, "sha256", "0123456789"), FileHash("b.gguf", 1)),
        machine=Machine(cpu="A processor", gpus=("one GPU", "another")),
        lanes=tuple(
            msgspec.structs.replace(lane, context=4096 + at, threads=6 + at, engine=f"engine {at}")
            for at, lane in enumerate(trace.header.lanes)
        ),
    )
    found = measured_race(Trace(head, trace.records))
    loaded = next(record.e for record in trace.records if isinstance(record.e, Loaded))
    assert found.kind == "race"
    assert found.drafting == ("MTP K=3",)
    assert found.facts == {
        "pair": "The whole title",
        "files": "a.gguf 01234567, b.gguf",
        "engine": loaded.engine,
        "version of MTP Race": "9.9",
        "machine": "A processor, one GPU, another",
        "race format": "heats",
        "prompt": "the prompt",
        "most tokens": "77",
        "temperature": "0.25",
        "context": "4096",
        "threads": "6",
        "requests at once": "4",
    }
    assert {name: list(rates) for name, rates in found.rates.items()} == {
        "Baseline": ["the prompt"],
        "MTP K=3": ["the prompt"],
    }
    assert len(found.rates["MTP K=3"]["the prompt"]) == 2
    bare = measured_race(Trace(msgspec.structs.replace(head, pair_title=""), []))
    assert (bare.facts["pair"], bare.facts["engine"], bare.rates) == ("short", "engine 0", {})
    empty = measured_race(Trace(msgspec.structs.replace(head, lanes=()), []))
    assert (empty.facts["engine"], empty.facts["context"], empty.facts["threads"]) == ("", "", "")


def test_a_sweep_is_compared_by_what_it_was_measured_with() -> None:
    made = msgspec.structs.replace(
        sweep(1.0, 1), pair="short", target="t.gguf", engine="llama.cpp", machine=Machine(cpu="A processor")
    )
    found = measured_sweep(made)
    assert (found.kind, found.drafting) == ("sweep", ("MTP K=3",))
    assert found.facts == {
        "pair": "short",
        "target": "t.gguf",
        "engine": "llama.cpp",
        "version of MTP Race": "1",
        "machine": "A processor",
    }
    suite = measured_sweep(msgspec.structs.replace(made, suite="mine.jsonl", pair_title="The whole title"))
    assert (suite.kind, suite.facts["pair"]) == ("suite", "The whole title")
    row = made.prompts[0]
    slow = msgspec.structs.replace(row.cells[0], decode_tps=0.5)
    none = msgspec.structs.replace(row.cells[0], lane="x", title="", decode_tps=0.0)
    few = measured_sweep(
        msgspec.structs.replace(made, prompts=(msgspec.structs.replace(row, baseline_tps=0.5, cells=(slow, none)),))
    )
    assert few.rates == {"Baseline": {"p0": (0.5,)}, "MTP K=3": {"p0": (0.5,)}}
    assert few.drafting == ("MTP K=3", "x")


def measured(rates: dict[str, dict[str, tuple[float, ...]]], kind: str = "race", **facts: str) -> MeasuredResult:
    return MeasuredResult(kind=kind, facts=facts, rates=rates, drafting=tuple(rates))


def test_what_differs_is_told_in_sentences_the_kind_first() -> None:
    one, two = measured({}, "race", engine="", pair="P", only="x"), measured({}, "suite", engine="E", pair="")
    assert compare(one, two).differs == (
        "A race, then a suite.",
        "Another engine: not told, then E.",
        "Another pair: P, then not told.",
    )
    assert compare(two, one).differs[0] == "A suite, then a race."


def test_two_races_of_one_prompt_each_are_compared_whatever_the_prompts_are_called() -> None:
    found = compare(measured({"A": {"first": (9.0, 12.0, 16.0)}}), measured({"A": {"second": (18.0, 24.0, 32.0)}}))
    (lane,) = found.lanes
    assert (lane.before, lane.after) == pytest.approx((12.0, 24.0))
    assert lane.other == ""
    assert lane.change.ratio == pytest.approx(2.0)
    low, high = lane.change.low, lane.change.high
    assert lane.sentence == f"A runs at 2.00 times its rate of before ({low:.2f} to {high:.2f})."
    assert found.differs == ()
    two = compare(
        measured({"A": {"p": (10.0,), "q": (10.0,)}}), measured({"A": {"p": (20.0,), "q": (20.0,), "r": (1.0,)}})
    )
    assert two.differs == ("1 prompt only in one of them, not counted.",)
    assert (two.lanes[0].change.heats, two.lanes[0].change.method) == (2, "t")


def test_a_single_run_has_a_ratio_and_no_interval_in_words() -> None:
    found = compare(
        measured({"A": {"p": (10.0,)}, "B": {"p": (4.0,)}}), measured({"A": {"p": (5.0,)}, "B": {"p": (4.0,)}})
    )
    assert [lane.sentence for lane in found.lanes] == [
        "A runs at 0.50 times its rate of before.",
        "B runs at 1.00 times its rate of before.",
    ]
    assert found.verdict == "One run each cannot tell a change from chance: A 0.50×, B 1.00×. Race in heats."
    assert [lane.lane for lane in found.slower_than(1.0)] == ["A"]


def test_heats_that_all_ran_alike_tell_a_change_exactly() -> None:
    found = unpaired_interval([10.0, 10.0, 10.0], [20.0, 22.0, 24.0])
    logs = np.log([20.0, 22.0, 24.0])
    spread = float(np.var(logs, ddof=1)) / 3
    half = t_quantile(0.975, 2) * spread**0.5  # all of it is the second one's, so its two degrees of freedom count
    ratio = float(np.exp(np.mean(logs))) / 10  # the geometric mean
    assert found.ratio == pytest.approx(ratio)
    assert (found.low, found.high) == pytest.approx((ratio * np.exp(-half), ratio * np.exp(half)))
    assert (found.heats, found.method) == (3, "t")


def test_the_interval_of_independent_heats_covers_as_often_as_it_says() -> None:
    random = np.random.default_rng(4)
    held = 0
    for _ in range(600):
        before, after = (np.exp(random.normal(mean, spread, 6)) for mean, spread in ((4.0, 0.05), (3.9, 0.02)))
        held += unpaired_interval(before.tolist(), after.tolist()).holds(float(np.exp(-0.1)))
    assert 0.92 <= held / 600 <= 0.98
    assert unpaired_interval([2.0], [1.0]) == Interval(0.5, 0.0, float("inf"), 1, "none")
    assert unpaired_interval([2.0, 2.0], [1.0, 1.0]) == Interval(0.5, 0.5, 0.5, 2, "t")
    assert msgspec.json.encode(unpaired_interval([2.0, 2.1], [1.0, 1.1]))
