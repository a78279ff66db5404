from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Finish
from app.race.lanes import ADAPTIVE, Contender
from app.race.prompts import Prompt
from app.race.sweep import (
    LEAST,
    MOST,
    REPEATS,
    NextHeat,
    ProgressGuard,
    PromptHeats,
    Spend,
    SweepProgress,
    contender_lanes,
    heat_seconds,
    next_heat,
    progress_words,
    remaining_seconds,
)
from app.race.sweep_report import prompt_result
from app.race.trace import Record
from tests.race.builders import lane_events

KS = (Contender(1), Contender(3), Contender(8))
LANES = contender_lanes(KS)
TOKENS = 49  # 48 after the first: whole rounds of 2, 3 and 8 tokens


def prompt(name: str = "code") -> PromptHeats:
    return PromptHeats(Prompt(name, name.capitalize(), name, "en", "Write."), LANES)


def run_heat(item: PromptHeats, step_ms: dict[str, float], *, seconds: float = 4.0) -> None:
    """A made-up heat: the baseline and each lane take these ms a round; a lane accepts all but one of its K drafts."""
    heat = item.next_number
    records = []
    for lane, ms in step_ms.items():
        k = int(lane.removeprefix("mtp-k")) if lane != "baseline" else 0
        accepted = [max(1, k - 1)] * TOKENS if k else []
        events = lane_events(range(TOKENS), k=k, accepted=accepted, step_ms=ms, finish=Finish.LENGTH)
        records += [Record(lane, 0, event) for event in events]
    item.add(heat, records, seconds, f"{item.prompt.name}-{heat + 1:03}.ndjson")


def like(base: float, *speedups: float) -> dict[str, float]:
    """Round times that give lanes of K = 1, 3 and 8 these speedups."""
    emitted = (2, 3, 8)
    times = [base * count / gain for count, gain in zip(emitted, speedups, strict=True)]
    return {"baseline": base, **dict(zip(LANES, times, strict=True))}


def test_prompts_take_turns_until_each_has_its_heats() -> None:
    items = [prompt("code"), prompt("haiku")]
    order = []
    while (following := next_heat(items, Spend(repeats=2), 0.0)) is not None:
        order.append((following.prompt, following.heat))
        assert following.lanes == LANES
        run_heat(next(item for item in items if item.prompt.name == following.prompt), like(10, 1.5, 1.4, 0.9))
    assert order == [("code", 0), ("haiku", 0), ("code", 1), ("haiku", 1)]


def test_a_budget_goes_to_the_prompt_and_the_lanes_that_are_unsure() -> None:
    sure, unsure = prompt("sure"), prompt("unsure")
    for number in range(LEAST):
        run_heat(sure, like(10 + number, 1.5, 1.2, 0.8))
        run_heat(unsure, like(10, 1.5 + 0.2 * (number % 2), 1.6 - 0.1 * number, 0.5))
    following = next_heat([sure, unsure], Spend(repeats=0, budget_s=1000), 10.0)
    assert following == NextHeat("unsure", LEAST, ("mtp-k1", "mtp-k3"))


def test_a_sweep_with_a_budget_ends_when_everything_is_sure() -> None:
    item = prompt()
    for _ in range(LEAST):
        run_heat(item, like(10, 1.5, 1.2, 0.8))
    assert next_heat([item], Spend(repeats=0, budget_s=1000), 10.0) is None


def test_once_the_advice_is_sure_the_other_lanes_get_what_is_left() -> None:
    item = prompt()
    for number in range(LEAST):
        run_heat(item, like(10, 1.5, 1.2, 0.8 + 0.03 * number))
    assert next_heat([item], Spend(repeats=0, budget_s=1000), 10.0) == NextHeat("code", LEAST, ("mtp-k8",))


def test_no_heat_is_begun_that_would_go_far_beyond_the_budget() -> None:
    item = prompt()
    run_heat(item, like(10, 1.5, 1.2, 0.8), seconds=8)
    assert next_heat([item], Spend(repeats=0, budget_s=100), 99.0) is None
    assert next_heat([item], Spend(repeats=0, budget_s=100), 90.0) is not None
    assert next_heat([prompt()], Spend(repeats=0, budget_s=100), 99.0) is not None  # The first heat of a prompt.
    assert next_heat([prompt()], Spend(repeats=0, budget_s=100), 100.0) is None


def test_the_usual_numbers_of_heats() -> None:
    assert Spend().most == REPEATS
    assert Spend(repeats=0).most == REPEATS
    assert Spend(repeats=0, budget_s=60).most == MOST
    assert Spend(repeats=2, budget_s=60).most == 2


def test_remaining_time_comes_from_the_heats_that_were_run() -> None:
    known, fresh = prompt("code"), prompt("haiku")
    assert remaining_seconds([known, fresh], Spend(repeats=3), 0.0) is None
    run_heat(known, like(10, 1.5, 1.2, 0.8), seconds=8)
    assert heat_seconds(known, LANES) == pytest.approx(8)
    assert remaining_seconds([known, fresh], Spend(repeats=3), 8.0) == pytest.approx(2 * 8 + 3 * 8)
    assert remaining_seconds([known], Spend(repeats=0, budget_s=60), 8.0) == pytest.approx(52)


@given(st.lists(st.tuples(st.floats(0, 100), st.one_of(st.none(), st.floats(0, 1e4))), max_size=30))
def test_progress_never_runs_backwards(steps: list[tuple[float, float | None]]) -> None:
    guard, elapsed, last = ProgressGuard(), 0.0, (0.0, math.inf)
    for spent, left in steps:
        elapsed += spent
        told = guard.tell(1, 5, elapsed, left, "")
        remaining = math.inf if told.remaining_s < 0 else told.remaining_s
        assert 0 <= told.fraction <= 1
        assert told.fraction >= last[0]
        if left is not None:
            assert remaining <= last[1]
            last = (told.fraction, remaining)


def test_lanes_come_in_the_order_of_k_with_adaptive_ones_last() -> None:
    assert contender_lanes((ADAPTIVE, Contender(8), Contender(2))) == ("mtp-k2", "mtp-k8", "mtp-adaptive")


def test_the_result_of_a_prompt_names_the_fastest_lane_and_those_that_lose() -> None:
    item = prompt()
    for number in range(6):
        run_heat(item, like(10 + number % 2, 1.3, 1.6, 0.8))
    found = prompt_result(item, KS)
    assert [cell.lane for cell in found.cells] == list(LANES)
    assert [cell.speedup.ratio for cell in found.cells if cell.speedup] == pytest.approx([1.3, 1.6, 0.8], rel=0.05)
    assert found.best == "mtp-k3"
    assert found.advice.startswith("K = 3, 1.6")
    assert "Slower than no drafter: K = 8." in found.advice
    assert found.cells[1].accepted_counts[2] == max(found.cells[1].accepted_counts)
    assert found.cells[1].identical == 6
    assert found.cells[1].traces[0] == "code-001.ndjson"


def test_of_equally_fast_lanes_the_smallest_k_is_advised() -> None:
    item = prompt()
    for number in range(6):
        run_heat(item, like(10 + number % 2, 1.3, 1.6, 1.61))
    assert prompt_result(item, KS).best == "mtp-k3"


def test_where_every_lane_loses_the_drafter_is_advised_off_with_the_reason() -> None:
    item = prompt()
    for number in range(6):
        run_heat(item, like(10 + number % 2, 0.9, 0.8, 0.5))
    found = prompt_result(item, KS)
    assert found.best is None
    assert found.advice.startswith("Leave the drafter off: even K = 1 runs at 0.9")
    assert "A round costs" in found.advice


def test_few_heats_give_no_advice() -> None:
    item = prompt()
    assert prompt_result(item, KS).advice == "Nothing was measured yet."
    run_heat(item, like(10, 1.3, 1.6, 0.8))
    found = prompt_result(item, KS)
    assert found.best is None
    assert found.advice.startswith("Too few heats to tell")


def test_a_lane_is_predicted_from_the_other_lanes() -> None:
    """Verification costs 1 + 0.1 a token and drafting 0.05 a token; every draft position is accepted alike."""
    item = prompt()
    for _ in range(3):
        run_heat(item, like(10, 1.3, 1.6, 0.8))
    for cell in prompt_result(item, KS).cells:
        assert cell.predicted is not None
        assert math.isfinite(cell.predicted)
        assert cell.predicted > 0


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (SweepProgress(), "0 heats"),
        (SweepProgress(2, 15, 0.1, -1.0), "2 of 15 heats"),
        (SweepProgress(2, 15, 0.1, 30.2), "2 of 15 heats, about 31 s left"),
        (SweepProgress(2, 15, 0.1, 130.0), "2 of 15 heats, about 3 min left"),
    ],
)
def test_progress_is_told_in_words(progress: SweepProgress, words: str) -> None:
    assert progress_words(progress) == words
