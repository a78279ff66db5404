"""What the heats of one prompt say, whole: every field and every sentence against arithmetic that stands beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest

from app.race.events import Conditions, Done, Energy, Finish, LaneEvent, Prefilled, Round, Token
from app.race.lanes import ADAPTIVE, AUTO, HEURISTIC, Contender, KPolicy
from app.race.predict import predict
from app.race.prompts import Prompt
from app.race.statistics import Interval
from app.race.sweep import LEAST, PromptHeats
from app.race.sweep_report import advice, best_lane, position_rates, prompt_result
from app.race.sweep_result import Cell, PromptResult
from app.race.trace import Record
from tests.race.builders import MS, folded, lane_events

KS = (Contender(1), Contender(3))
LANES = ("mtp-k1", "mtp-k3")
TEXT = Prompt("code", "A function", "python", "en", "Write.")


def heats_of(*heats: Mapping[str, Sequence[LaneEvent]], lanes: Sequence[str] = LANES) -> PromptHeats:
    found = PromptHeats(TEXT, lanes, "4k")
    for number, heat in enumerate(heats):
        records = [Record(lane, 0, event) for lane, events in heat.items() for event in events]
        found.add(number, records, 4.0, f"code-{number + 1:03}.ndjson")
    return found


def three_lanes(speed: float, *, gap: float, load: float, finish: Finish = Finish.END) -> dict[str, list[LaneEvent]]:
    """Five tokens each. At speed 1: the baseline takes 10 ms a round, K = 1 15 ms and K = 3 16 ms.

    K = 1 writes the baseline's tokens, 2 + 1 + 1 after the first. K = 3 parts with them at its third token, which was
    chosen with this gap, and writes 3 + 1.
    """
    base = lane_events(range(5), step_ms=10 / speed, finish=finish)
    one = lane_events(range(5), k=1, accepted=[1, 0, 0], step_ms=15 / speed, finish=finish)
    three = lane_events([0, 1, 7, 8, 9], k=3, accepted=[2, 0], step_ms=16 / speed, gap=gap, finish=finish)
    return {
        "baseline": [*base, Energy(joules=10.0, seconds=2.0), Conditions(other_load=load)],
        "mtp-k1": [*one, Energy(joules=5.0, seconds=0.5)],
        "mtp-k3": three,
    }


def test_everything_that_two_heats_say_of_one_lane_and_its_baseline() -> None:
    heats = heats_of(three_lanes(1.0, gap=2.0, load=0.5), three_lanes(1.0, gap=2.0, load=0.5))
    found = prompt_result(heats, KS)
    one = found.cells[0]
    assert found == PromptResult(
        prompt="code",
        title="A function",
        workload="python",
        language="en",
        baseline_tps=100.0,  # 4 tokens in 40 ms
        baseline_s=0.06,  # 20 ms of prefill and 40 ms
        condition="4k",
        prefill_tps=350.0,  # 7 tokens in 20 ms
        joules_per_token=2.0,  # 10 J for 5 tokens
        watts=5.0,
        characters_per_token=3.0,  # "<1>"
        prompt_tokens=7,
        tokens=5.0,
        cells=found.cells,
        best=None,
        advice="Too few heats to tell: K = 3 leads with 1.25×. Use more repeats.",
    )
    assert one == Cell(
        prompt="code",
        lane="mtp-k1",
        title="MTP K=1",
        k=1,
        speedup=one.speedup,
        ratios=(4 / 4.5, 4 / 4.5),  # 40 ms against three rounds of 15 ms
        decode_tps=pytest.approx(100 * 4 / 4.5),  # type: ignore[arg-type]
        accepted_per_round=1 / 3,
        mean_k=1.0,
        position_rates=(1 / 3,),
        accepted_counts=(4, 2),
        predicted=one.predicted,
        break_even=pytest.approx((3.75 + 7.5 + (6 * 3.75 + 4 * 4) / 10) / 10),  # type: ignore[arg-type]
        identical=2,
        clock_s=0.065,
        prefill_tps=350.0,
        joules_per_token=1.0,
        watts=10.0,
        traces=("code-001.ndjson", "code-002.ndjson"),
        warnings=(
            "Only 2 heats: from 5 on the interval can be trusted. Use more repeats.",
            "Other programs kept 50% of the processor busy. Close them and measure again.",
        ),
    )
    assert one.speedup is not None
    assert (one.speedup.heats, one.speedup.method) == (2, "t")
    assert (one.speedup.ratio, one.speedup.low, one.speedup.high) == pytest.approx((4 / 4.5,) * 3)


def test_a_prediction_takes_the_costs_of_the_other_lanes_the_shape_of_the_probe_and_the_end_of_the_run() -> None:
    """The baseline's pass takes 10 ms and that of 4 tokens 8 ms; 3 drafts take 4 ms and the rest 4 ms.

    A round of K = 1 then costs 4/3 ms for its draft, 4 ms for the rest and its pass: not below 10 ms without a probe,
    and twice the probe's 10 ms where both measured passes took twice what the probe says.
    With a chance of 1/3, 4 tokens to an end token take w (1 + 2/3 * 22/9 + 1/3 * 5/3) = 86/27 rounds of w.
    At a limit the last token's round drafts nothing and costs the baseline's pass and the rest, b = 14 ms: of 2 tokens
    left it takes w + 2/3 b, of 3 w (1 + 2/3) + 4/9 b + 1/3 b, of 4 w (1 + 2/3 * 5/3 + 1/3) + (2/3 * 7/9 + 2/9) b.
    """
    heat = three_lanes(1.0, gap=2.0, load=0.0)
    plain, limited = heats_of(heat), heats_of(three_lanes(1.0, gap=2.0, load=0.0, finish=Finish.LENGTH))
    assert prompt_result(plain, KS).cells[0].predicted == pytest.approx(40 / ((4 / 3 + 10 + 4) * 86 / 27))
    probe = {1: 5 * MS, 2: 10 * MS, 4: 4 * MS}
    assert prompt_result(plain, KS, probe).cells[0].predicted == pytest.approx(40 / ((4 / 3 + 20 + 4) * 86 / 27))
    time = (4 / 3 + 10 + 4) * 22 / 9 + 14 * (14 / 27 + 6 / 27)
    assert prompt_result(limited, KS).cells[0].predicted == pytest.approx(40 / time)


def test_a_fork_counts_whether_the_choice_was_close_or_not() -> None:
    heats = heats_of(three_lanes(1.0, gap=2.0, load=0.0), three_lanes(1.0, gap=1e-9, load=0.0))
    three = prompt_result(heats, KS).cells[1]
    assert (three.identical, three.forks) == (0, 2)
    assert (three.mean_k, three.position_rates, three.accepted_counts) == (3.0, (0.5, 0.5, 0.0), (2, 0, 2))
    assert three.accepted_per_round == 1.0
    assert three.joules_per_token is three.watts is None, "nobody counted its energy"


def test_rates_of_a_lane_are_the_baselines_typical_rate_times_its_paired_ratio() -> None:
    heats = heats_of(*(three_lanes(speed, gap=2.0, load=0.0) for speed in (1.0, 2.0, 4.0)))
    found = prompt_result(heats, KS)
    for cell, ratio in zip(found.cells, (4 / 4.5, 1.25), strict=True):
        assert cell.ratios == pytest.approx((ratio,) * 3)
        assert cell.decode_tps == pytest.approx(found.baseline_tps * ratio)
    assert found.baseline_tps == pytest.approx(200, rel=0.2)
    assert found.baseline_s == pytest.approx(0.04, rel=0.1)


def test_the_names_in_warnings_are_the_lanes() -> None:
    """From the first heat to the last the machine becomes slower by half, all lanes alike."""
    heats = heats_of(*(three_lanes(1 / (1 + number / 10), gap=2.0, load=0.0) for number in range(11)))
    said = prompt_result(heats, KS).cells[0].warnings
    assert [words.split(" became ")[0] for words in said] == ["The baseline", "MTP K=1"]


def test_lanes_that_differ_from_run_to_run_are_named() -> None:
    """Rates of 100, 140, 100, 140 and 120: half of them are 20 and more off, which scaled to a deviation is 29.7."""
    heats = heats_of(*(three_lanes(speed, gap=2.0, load=0.0) for speed in (1.0, 1.4, 1.0, 1.4, 1.2)))
    assert prompt_result(heats, KS).cells[0].warnings == (
        "The baseline differs by ±25% from run to run: something else disturbs the machine.",
        "MTP K=1 differs by ±25% from run to run: something else disturbs the machine.",
    )


def test_an_adaptive_lane_is_neither_predicted_nor_has_it_a_break_even() -> None:
    heat = three_lanes(1.0, gap=2.0, load=0.0)
    heat["mtp-adaptive"] = lane_events(range(5), k=2, accepted=[1, 1], step_ms=10)
    cell = prompt_result(heats_of(heat, lanes=(*LANES, "mtp-adaptive")), (*KS, ADAPTIVE)).cells[2]
    assert (cell.k, cell.policy, cell.title) == (8, KPolicy.COST, "MTP adaptive (K ≤ 8)")
    assert cell.predicted is cell.break_even is None
    assert (cell.mean_k, cell.ratios) == (2.0, (2.0,))


def test_without_times_of_a_rounds_parts_nothing_is_predicted_and_without_drafts_told_nothing_is_said_of_them() -> None:
    silent = [Round(20 * MS, 40 * MS, tuple(Token(n, "x") for n in range(4)))]
    events: list[LaneEvent] = [Prefilled(0, 20 * MS, 7, Token(1, "a")), *silent, Done(40 * MS, Finish.END)]
    cell = prompt_result(heats_of({"baseline": lane_events(range(5)), "mtp-k1": events}), KS).cells[0]
    assert cell.ratios == (2.0,)
    assert (cell.accepted_per_round, cell.mean_k, cell.position_rates) == (None, 0.0, ())
    assert (cell.accepted_counts, cell.predicted, cell.break_even) == ((1,), None, None)


def test_times_of_passes_alone_tell_that_nothing_was_accepted() -> None:
    """An adaptive lane that never drafted: its rounds are told, so that it accepted none of nothing."""
    cell = prompt_result(heats_of({"baseline": lane_events(range(5)), "mtp-k1": lane_events(range(5))}), KS).cells[0]
    assert (cell.accepted_per_round, cell.mean_k, cell.accepted_counts) == (0.0, 0.0, (4,))


def test_a_prompt_before_its_first_heat_has_nothing_and_claims_nothing() -> None:
    found = prompt_result(heats_of(), KS)
    numbers = (found.baseline_tps, found.baseline_s, found.prefill_tps, found.tokens, found.characters_per_token)
    assert numbers == (0.0,) * 5
    assert (found.prompt_tokens, found.best, found.left_out) == (0, None, "")
    assert found.joules_per_token is found.watts is None
    assert found.advice == "Nothing was measured yet."
    one, three = found.cells
    assert one == Cell(prompt="code", lane="mtp-k1", title="MTP K=1", k=1)
    assert three == Cell(prompt="code", lane="mtp-k3", title="MTP K=3", k=3)


def test_an_answer_without_a_rate_says_why_and_another_reason_comes_first() -> None:
    single = heats_of({lane: lane_events([1]) for lane in ("baseline", *LANES)})
    assert prompt_result(single, KS).left_out == "The answer has a single token, so it has no decode rate."
    single.left_out = "It is too long."
    assert prompt_result(single, KS).left_out == "It is too long."
    assert prompt_result(heats_of(three_lanes(1.0, gap=2.0, load=0.0)), KS).left_out == ""


def test_a_heat_without_its_baseline_counts_for_the_lanes_own_numbers_only() -> None:
    heat = three_lanes(1.0, gap=2.0, load=0.0)
    found = prompt_result(heats_of({lane: heat[lane] for lane in LANES}), KS)
    cell = found.cells[0]
    assert (cell.speedup, cell.ratios, cell.decode_tps, cell.identical, cell.forks) == (None, (), 0.0, 0, 0)
    assert (cell.mean_k, cell.clock_s, cell.predicted, cell.break_even) == (1.0, 0.065, None, None)
    assert found.advice == "Nothing was measured yet."


def test_position_rates_of_several_runs_are_those_of_all_their_rounds_together() -> None:
    long = folded(lane_events(range(9), k=3, accepted=[3, 1, 1]))  # 3 rounds: 3, 1 and 1 of 3 accepted
    short = folded(lane_events(range(6), k=1, accepted=[1, 0, 1]))  # 3 rounds: 1, 0 and 1 of 1
    assert position_rates([long, short]) == [5 / 6, 1 / 3, 1 / 3]
    assert position_rates([]) == []


def run_of(ratio: float) -> list[LaneEvent]:
    """A lane whose 48 tokens after the first come in rounds of two, ``ratio`` times as fast as :data:`STEADY`."""
    return lane_events(range(49), k=1, accepted=[1] * 24, step_ms=20 / ratio)


STEADY = lane_events(range(49), step_ms=10)


def ratios(*lanes: Sequence[float]) -> PromptHeats:
    """Heats in which lanes of K = 1, 2, ... have these speedups."""
    names = [f"mtp-k{k}" for k in range(1, len(lanes) + 1)]
    heats = [
        {"baseline": STEADY, **{lane: run_of(ratio) for lane, ratio in zip(names, heat, strict=True)}}
        for heat in zip(*lanes, strict=True)
    ]
    return heats_of(*heats, lanes=names)


def test_the_smallest_k_within_two_percent_of_the_fastest_is_advised_from_three_heats_on() -> None:
    three = [1.0] * LEAST
    fast, close, far = ([rate * ratio for rate in three] for ratio in (1.6, 1.57, 1.56))
    assert best_lane(ratios(far, close, fast)) == "mtp-k2"  # 1.6 * 0.98 = 1.568
    assert best_lane(ratios(far, fast, close)) == "mtp-k2"
    assert best_lane(ratios(far[1:], close[1:], fast[1:])) is None
    assert best_lane(ratios()) is None


def test_a_lane_without_a_sure_gain_is_passed_over_and_not_the_end_of_the_search() -> None:
    unsure, sure = [0.7, 2.5, 1.6, 0.7, 2.5], [1.5] * 5
    assert best_lane(ratios(unsure, sure)) == "mtp-k2"
    assert best_lane(ratios([1.0] * 5, [0.9] * 5)) is None


def test_a_lane_that_ran_in_one_heat_is_passed_over_and_the_search_goes_on() -> None:
    """Two more heats without its lane: a single ratio has no interval."""
    heats = [{"baseline": STEADY, "mtp-k2": run_of(1.5)} for _ in range(3)]
    heats[0]["mtp-k1"] = run_of(1.6)
    assert best_lane(heats_of(*heats, lanes=("mtp-k1", "mtp-k2"))) is None, "1.5 is less than 98 % of 1.6"
    heats[0]["mtp-k1"] = run_of(1.51)
    assert best_lane(heats_of(*heats, lanes=("mtp-k1", "mtp-k2"))) == "mtp-k2"
    heats = [{"baseline": STEADY, "mtp-k2": run_of(1.5)} for _ in range(3)]
    assert best_lane(heats_of(*heats, lanes=("mtp-k1", "mtp-k2"))) == "mtp-k2", "the first lane never ran"


def cell(k: int, speedup: Interval | None, policy: KPolicy = KPolicy.FIXED, **more: float) -> Cell:
    return Cell(prompt="code", lane=f"mtp-k{k}", title="", k=k, policy=policy, speedup=speedup, **more)  # type: ignore[arg-type]


def span(ratio: float, low: float, high: float) -> Interval:
    return Interval(ratio, low, high, 5, "bootstrap")


def test_the_advice_names_what_is_as_good_and_what_loses() -> None:
    fast, slow = [1.5, 1.52, 1.48], [0.5, 0.5, 0.5]
    heats = ratios(fast, [1.49, 1.5, 1.53], slow, [0.6] * 3, fast)
    cells = {
        "mtp-k1": cell(1, span(1.5, 1.45, 1.551), break_even=1.44, accepted_per_round=1.26),
        "mtp-k2": cell(2, span(1.5, 1.4, 1.6)),
        "mtp-k3": cell(3, span(0.5, 0.4, 0.999)),
        "mtp-k4": cell(4, span(0.6, 0.5, 1.0)),
        "mtp-k5": cell(8, span(1.5, 1.4, 1.6), KPolicy.HEURISTIC),
    }
    assert advice(heats, cells, "mtp-k1") == (
        "K = 1, 1.50× (1.45 to 1.55). A round costs 1.4 steps and brings 2.3 tokens. "
        "No sure difference to K = 2 and heuristic K. Slower than no drafter: K = 3."
    )
    cells["mtp-k4"] = cell(4, span(0.6, 0.5, 0.7))
    cells["mtp-k1"] = cell(1, span(1.5, 1.45, 1.551), break_even=1.44)
    assert advice(heats, cells, "mtp-k1") == (
        "K = 1, 1.50× (1.45 to 1.55). No sure difference to K = 2 and heuristic K. "
        "Slower than no drafter: K = 3 and K = 4."
    )


def test_the_advice_of_three_heats_is_given_and_that_of_two_is_not() -> None:
    cells = {"mtp-k1": cell(1, span(1.5, 1.4, 1.6), accepted_per_round=1.0)}
    assert advice(ratios([1.5] * 3), cells, "mtp-k1") == "K = 1, 1.50× (1.40 to 1.60)."
    few = advice(ratios([1.5] * 2), cells, "mtp-k1")
    assert few == "Too few heats to tell: K = 1 leads with 1.50×. Use more repeats."


@pytest.mark.parametrize(
    ("speedups", "words"),
    [
        ([0.9] * 3, "Leave the drafter off: even K = 1 runs at 0.90× (0.90 to 0.90)."),
        ([1.0] * 3, "It cannot be told whether drafting helps: K = 1 runs at 1.00× (1.00 to 1.00)."),
        ([0.9, 1.0, 1.2], "It cannot be told whether drafting helps: K = 1 runs at 1.03× (0.71 to 1.47)."),
    ],
)
def test_where_no_lane_surely_gains_the_advice_is_as_sure_as_the_interval(speedups: list[float], words: str) -> None:
    """Of 0.9, 1 and 1.2 the logarithms' mean is 0.0257 and their deviation 0.1456: times 4.303 / sqrt(3) is 0.362."""
    centre, half = math.log(0.9 * 1.2) / 3, 0.3617
    assert (math.exp(centre), math.exp(centre - half), math.exp(centre + half)) == pytest.approx(
        (1.026, 0.7147, 1.473), abs=0.001
    )
    assert advice(ratios(speedups), {"mtp-k1": cell(1, span(1.0, 0.5, 1.5))}, None) == words


def test_a_loss_is_explained_where_the_parts_of_a_round_were_measured() -> None:
    explained = cell(1, span(0.9, 0.9, 0.9), break_even=2.25, accepted_per_round=0.5)
    assert advice(ratios([0.9] * 3), {"mtp-k1": explained}, None).endswith(
        "(0.90 to 0.90). A round costs 2.2 steps and brings 1.5 tokens."
    )


@pytest.mark.parametrize(
    ("contender", "title"),
    [
        (Contender(3), "MTP K=3"),
        (ADAPTIVE, "MTP adaptive (K ≤ 8)"),
        (HEURISTIC, "MTP heuristic (K ≤ 8)"),
        (AUTO, "MTP auto (K ≤ 16)"),
    ],
)
def test_a_cell_is_named_as_its_lane_is_everywhere(contender: Contender, title: str) -> None:
    heats = PromptHeats(TEXT, (contender.lane,))
    (found,) = prompt_result(heats, (contender,)).cells
    assert (found.title, found.lane) == (title, contender.lane)


def test_a_prediction_is_that_of_the_costs_which_the_other_lanes_showed() -> None:
    """K = 3 from K = 1: its draft takes 3.75 ms, its pass of 2 tokens 7.5 ms, less than the baseline's of 10 ms."""
    three = prompt_result(heats_of(three_lanes(1.0, gap=2.0, load=0.0)), KS).cells[1]
    from app.race.costs import Costs

    costs = Costs(step=10.0, draft={1: 3.75}, verify={1: 10.0, 2: 7.5}, other=3.75)
    assert three.predicted == pytest.approx(predict(costs, [0.5, 0.5, 0.0], 3, 5, Finish.END).speedup)
