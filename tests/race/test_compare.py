from __future__ import annotations

import msgspec
import numpy as np
import pytest

from app.race.compare import MeasuredResult, compare, measured_race, measured_sweep, unpaired_interval
from app.race.statistics import Interval
from app.race.sweep_result import Cell, PromptResult, SweepResult
from app.race.trace import Record, Trace
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
