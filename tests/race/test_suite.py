from __future__ import annotations

import math

import numpy as np
import pytest

from app.race.heats import says_few, warnings
from app.race.statistics import Interval, median_interval, rank_correlation, total_interval
from app.race.suite import SuiteResult, seconds_words, suite_result
from app.race.sweep_result import Cell, PromptResult, SweepResult


def prompt(number: int, ratios: dict[int, float], workload: str = "code", accepted: float = 2.0) -> PromptResult:
    """One prompt with one heat a lane, whose baseline writes 100 tokens in 2 s."""
    cells = tuple(
        Cell(
            prompt=f"p{number}",
            lane=f"mtp-k{k}",
            title=f"MTP K={k}",
            k=k,
            speedup=Interval(ratio, 0.0, math.inf, 1, "none"),
            ratios=(ratio,),
            accepted_per_round=accepted,
            clock_s=2 / ratio,
            traces=(f"p{number}-001.ndjson",),
        )
        for k, ratio in ratios.items()
    )
    return PromptResult(
        prompt=f"p{number}",
        title=f"Prompt {number}",
        workload=workload,
        language="en",
        baseline_tps=50,
        baseline_s=2.0,
        prompt_tokens=20,
        tokens=100,
        cells=cells,
    )


def suite(*prompts: PromptResult) -> SuiteResult:
    return suite_result(SweepResult(suite="mine.jsonl", prompts=prompts, heats=len(prompts)))


@pytest.mark.parametrize("count", [20, 50])
@pytest.mark.parametrize("shape", ["winners and losers", "skewed"])
def test_intervals_of_simulated_suites_cover_the_true_median_as_often_as_they_say(count: int, shape: str) -> None:
    random = np.random.default_rng(22)

    def draw(size: int) -> np.ndarray:
        if shape == "skewed":
            return np.asarray(np.exp(random.normal(0.2, 0.3, size)) + random.exponential(0.2, size))
        wins = random.random(size) < 0.5
        return np.where(wins, random.normal(1.6, 0.2, size), random.normal(0.95, 0.08, size))

    truth = float(np.median(draw(400_000)))
    rounds = 500
    held = 0
    for number in range(rounds):
        found = median_interval(draw(count).tolist(), seed=number)
        assert found is not None
        held += found.holds(truth)
    assert 0.93 <= held / rounds <= 0.97


def test_a_few_values_have_a_median_and_no_interval() -> None:
    assert median_interval([]) is None
    assert total_interval([], []) is None
    assert median_interval([1.0, 2.0, 3.0]) == Interval(2.0, 0.0, math.inf, 3, "none")


def test_the_unit_is_a_prompt_and_the_whole_time_is_counted() -> None:
    ratios = [2.0, 2.0, 2.0, 2.0, 1.9, 2.1, 0.8, 0.8]
    found = suite(*(prompt(n, {2: ratio, 4: ratio * 0.6}) for n, ratio in enumerate(ratios)))
    assert (found.prompts, found.measured) == (8, 8)
    two = found.lanes[0]
    assert two.speedup is not None
    assert two.total is not None
    assert two.speedup.ratio == 2.0
    assert (two.speedup.heats, two.losing, two.losing_share) == (8, 2, 0.25)
    spent = sum(2 / ratio for ratio in ratios)
    assert two.saved_s == pytest.approx(16 - spent)
    assert two.total.ratio == pytest.approx(16 / spent)
    assert [dot.trace for dot in two.dots] == [f"p{n}-001.ndjson" for n in range(8)]


def test_the_advice_is_the_smallest_k_among_those_as_fast_as_the_fastest() -> None:
    found = suite(*(prompt(n, {1: 1.2, 2: 1.5 + n / 100, 3: 1.51 + n / 100}) for n in range(12)))
    assert found.best == "mtp-k2"
    assert found.advice.startswith("K = 2: a median of 1.56× (")
    assert "on 12 prompts. No prompt is slower. The whole suite takes" in found.advice


def test_a_suite_that_loses_says_leave_it_off_and_one_that_may_do_either_says_so() -> None:
    losing = suite(*(prompt(n, {2: 0.8 + n / 1000, 4: 0.6}) for n in range(12)))
    assert losing.best is None
    assert losing.advice.startswith("Leave the drafter off: even K = 2 has a median of 0.81×")
    either = suite(*(prompt(n, {2: 0.7 if n % 2 else 1.4}) for n in range(12)))
    assert either.best is None
    assert either.advice.startswith("It cannot be told whether drafting helps")
    assert suite(*(prompt(n, {2: 3.0}) for n in range(3))).advice.startswith("Too few prompts to tell: K = 2 leads")
    assert suite().advice == "Nothing was measured yet."


def test_kinds_that_lose_are_named_and_acceptance_is_given_as_what_goes_along() -> None:
    code = [prompt(n, {3: 1.5 + n / 50}, "code", 2.4 + n / 20) for n in range(10)]
    verse = [prompt(10 + n, {3: 0.7 + n / 50}, "verse", 0.5 + n / 20) for n in range(6)]
    found = suite(*code, *verse)
    lane = found.lanes[0]
    assert [(kind.workload, kind.prompts, kind.losing) for kind in lane.kinds] == [("code", 10, 0), ("verse", 6, 6)]
    assert lane.reasons[0].startswith("The speedup goes up with acceptance: 0.")
    assert "6 of 16 prompts are slower, most of verse among them." in found.advice
    # What is the same on every prompt explains nothing.
    assert len(lane.reasons) == 1


def test_a_prompt_that_was_left_out_is_named_and_not_counted() -> None:
    gone = PromptResult(prompt="x", title="Long", workload="code", language="en", left_out="It is too long.")
    found = suite(*(prompt(n, {2: 1.5}) for n in range(6)), gone)
    assert (found.prompts, found.measured, found.left_out) == (7, 6, ("Long: It is too long.",))
    assert "on 6 of 7 prompts" in found.advice


def test_a_correlation_is_told_only_where_it_is_sure() -> None:
    steps = [float(n) for n in range(20)]
    assert rank_correlation(steps, [value**3 for value in steps]) == pytest.approx(1.0)
    assert rank_correlation(steps, steps[::-1]) == pytest.approx(-1.0)
    assert rank_correlation(steps, [n % 3 for n in range(20)]) is None
    assert rank_correlation(steps, [1.0] * 20) is None
    assert rank_correlation(steps[:9], steps[:9]) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3.44, "3.4 s"), (42.2, "42 s"), (125, "2 min 5 s"), (3725, "1 h 2 min"), (99.7, "1 min 40 s")],
)
def test_times_are_said_in_words(seconds: float, words: str) -> None:
    assert seconds_words(seconds) == words


def test_few_heats_a_prompt_are_no_warning_of_a_suite() -> None:
    few = warnings(Interval(1.5, 1.2, 1.8, 1, "t"), {}, [])
    assert [says_few(sentence) for sentence in few] == [True]
    found = suite_result(SweepResult(suite="mine.jsonl", warnings=(*few, "Something else.")))
    assert found.warnings == ("Something else.",)
