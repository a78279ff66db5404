from __future__ import annotations

import math
from zlib import crc32

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
        (SweepProgress(2, 15, 0.1, 0.0), "2 of 15 heats, about 1 s left"),
        (SweepProgress(2, 15, 0.1, 30.2), "2 of 15 heats, about 31 s left"),
        (SweepProgress(2, 15, 0.1, 89.5), "2 of 15 heats, about 90 s left"),
        (SweepProgress(2, 15, 0.1, 90.0), "2 of 15 heats, about 2 min left"),
        (SweepProgress(2, 15, 0.1, 120.5), "2 of 15 heats, about 3 min left"),
    ],
)
def test_progress_is_told_in_words(progress: SweepProgress, words: str) -> None:
    assert progress_words(progress) == words


def test_what_is_told_of_progress_is_the_share_of_the_time_and_waits_rather_than_going_back() -> None:
    guard = ProgressGuard()
    assert guard.tell(0, 0, 1.0, None, "heat 1") == SweepProgress(0, 0, 0.0, -1.0, "heat 1")
    assert guard.tell(1, 5, 10.0, 30.0, "heat 2") == SweepProgress(1, 5, 0.25, 30.0, "heat 2")
    assert guard.tell(2, 1, 20.0, 60.0, "heat 3") == SweepProgress(2, 2, 0.4, 30.0, "heat 3")
    assert guard.tell(3, 5, 30.0, None, "heat 4") == SweepProgress(3, 5, 0.4, -1.0, "heat 4")
    assert ProgressGuard().tell(1, 1, 0.25, 0.75, "").fraction == 0.25
    assert ProgressGuard().tell(1, 1, 0.0, 0.0, "").fraction == 1.0
    assert ProgressGuard().tell(1, 1, 0.25, 0.25, "").fraction == 0.5


def test_a_doubt_is_the_widest_interval_of_those_that_may_win_and_counts_double_while_no_gain_is_sure() -> None:
    assert prompt().doubt() == math.inf
    assert PromptHeats(Prompt("code", "Code", "code", "en", "Write."), ()).doubt() == math.inf
    sure, unsure = prompt(), prompt()
    for number in range(LEAST):
        run_heat(sure, like(10, 1.5 + 0.05 * number, 1.55, 0.5 + 0.2 * number))
        run_heat(unsure, like(10, 0.9 + 0.2 * number, 0.5, 0.5))
    assert sure.contending() == ("mtp-k1", "mtp-k3")
    assert sure.doubt() == sure.spread("mtp-k1") > sure.spread("mtp-k3")
    assert unsure.contending() == ("mtp-k1",)
    first = unsure.interval("mtp-k1")
    assert first is not None
    assert first.holds(1.0)
    assert not first.holds(2.0)
    assert unsure.doubt() == 2 * first.spread


def test_before_every_lane_has_its_least_heats_none_is_given_up() -> None:
    item = prompt()
    for _ in range(LEAST - 1):
        run_heat(item, like(10, 1.5, 0.5, 0.2))
    assert item.contending() == LANES
    assert item.left_out == ""
    run_heat(item, like(10, 1.5, 0.5, 0.2))
    assert item.contending() == ("mtp-k1",)


def test_evenly_every_prompt_gets_all_lanes_in_turn_in_an_order_that_is_not_the_files() -> None:
    items = [prompt(name) for name in ("alpha", "beta", "gamma", "delta")]
    expected = sorted((item.prompt.name for item in items), key=lambda name: crc32(name.encode()))
    assert expected != [item.prompt.name for item in items]
    spend, order = Spend(repeats=0, budget_s=1000, evenly=True), []
    for _ in range(len(items) * (LEAST + 1)):
        following = next_heat(items, spend, 10.0)
        assert following is not None
        assert following.lanes == LANES
        order.append(following.prompt)
        run_heat(next(item for item in items if item.prompt.name == following.prompt), like(10, 1.5, 1.2, 0.8))
    assert order == expected * (LEAST + 1)


def test_without_a_budget_the_prompt_with_the_fewest_heats_comes_next_with_all_its_lanes() -> None:
    more, fewer = prompt("more"), prompt("fewer")
    for number in range(LEAST + 1):
        run_heat(more, like(10, 1.5 + 0.3 * number, 1.2, 0.8))
    for _ in range(LEAST):
        run_heat(fewer, like(10, 1.5, 1.2, 0.8))
    assert next_heat([more, fewer], Spend(repeats=9), 10.0) == NextHeat("fewer", LEAST, LANES)


def test_a_budget_goes_to_the_doubtful_advice_before_it_goes_to_a_wide_interval_of_a_lane_that_lost() -> None:
    wide, little, much = prompt("wide"), prompt("little"), prompt("much")
    for number in range(LEAST):
        run_heat(wide, like(10, 1.5, 1.2, 0.1 + 0.03 * number))
        run_heat(little, like(10, 1.5 + 0.03 * number, 1.2, 0.8))
        run_heat(much, like(10, 1.5 + 0.06 * number, 1.2, 0.8))
    spend = Spend(repeats=0, budget_s=1000)
    assert next_heat([wide, little, much], spend, 10.0) == NextHeat("much", LEAST, ("mtp-k1",))
    assert next_heat([wide, little], spend, 10.0) == NextHeat("little", LEAST, ("mtp-k1",))
    wider = prompt("wider")
    for number in range(LEAST):
        run_heat(wider, like(10, 1.5, 1.2 + 0.02 * number, 0.1 + 0.05 * number))
    assert next_heat([wide, wider], spend, 10.0) == NextHeat("wider", LEAST, ("mtp-k3", "mtp-k8"))


def baseline_only(seconds: float) -> PromptHeats:
    item = PromptHeats(Prompt("code", "Code", "code", "en", "Write."), ())
    run_heat(item, {"baseline": 10.0}, seconds=seconds)
    return item


def test_a_heat_may_go_beyond_the_budget_by_half_of_itself_and_no_more() -> None:
    """A heat of 8 s and a budget of 100 s: it is begun until 96 s."""
    spend = Spend(repeats=0, budget_s=100)
    assert next_heat([baseline_only(8)], spend, 96.0) == NextHeat("code", 1, ())
    assert next_heat([baseline_only(8)], spend, 96.5) is None


def test_the_time_that_is_left_is_no_more_than_heats_need_and_than_the_budget_has() -> None:
    assert remaining_seconds([prompt()], Spend(repeats=0, budget_s=60), 59.5) == 0.5
    assert remaining_seconds([baseline_only(8)], Spend(repeats=0, budget_s=60), 58.0) == 0.0
    assert remaining_seconds([baseline_only(8)], Spend(repeats=1), 8.0) == 0.0
    several = [baseline_only(8), baseline_only(4), PromptHeats(Prompt("x", "X", "code", "en", "Write."), ())]
    assert remaining_seconds(several, Spend(repeats=2), 12.0) == 8 + 4 + 2 * 6
    several[0].left_out = "It is too long."
    assert remaining_seconds(several, Spend(repeats=2), 12.0) == 4 + 2 * 6
    assert remaining_seconds(several, Spend(repeats=2, budget_s=20), 12.0) == 8
