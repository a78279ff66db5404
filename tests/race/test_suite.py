from __future__ import annotations

import math

import numpy as np
import pytest

from app.race.heats import says_few, warnings
from app.race.lanes import KPolicy
from app.race.statistics import Interval, median_interval, rank_correlation, total_interval
from app.race.suite import SuiteDot, SuiteKind, SuiteLane, SuiteResult, seconds_words, suite_result
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
    [
        (3.44, "3.4 s"),
        (9.95, "10 s"),
        (10.6, "11 s"),
        (42.2, "42 s"),
        (99.4, "99 s"),
        (99.5, "1 min 40 s"),
        (125, "2 min 5 s"),
        (3599.6, "1 h 0 min"),
        (3725, "1 h 2 min"),
    ],
)
def test_times_are_said_in_words(seconds: float, words: str) -> None:
    assert seconds_words(seconds) == words


def test_few_heats_a_prompt_are_no_warning_of_a_suite() -> None:
    few = warnings(Interval(1.5, 1.2, 1.8, 1, "t"), {}, [])
    assert [says_few(sentence) for sentence in few] == [True]
    found = suite_result(SweepResult(suite="mine.jsonl", warnings=(*few, "Something else.")))
    assert found.warnings == ("Something else.",)


def row(number: int, *cells: Cell, workload: str = "code", **more: object) -> PromptResult:
    facts = {"title": f"Prompt {number}", "workload": workload, "language": "en", **more}
    return PromptResult(prompt=f"p{number}", cells=cells, **facts)  # type: ignore[arg-type]


def one(ratio: float, clock_s: float = 0.0, k: int = 2, **more: object) -> Cell:
    """A lane's cell of a single heat."""
    found = Interval(ratio, 0.0, math.inf, 1, "none")
    facts = {"prompt": "p", "lane": f"mtp-k{k}", "title": f"MTP K={k}", "speedup": found, "ratios": (ratio,), **more}
    return Cell(k=k, clock_s=clock_s, **facts)  # type: ignore[arg-type]


def test_everything_that_a_suite_of_one_prompt_says() -> None:
    cell = one(1.5, 1.5, 8, lane="mtp-auto", title="MTP auto (K ≤ 8)", policy=KPolicy.AUTO, accepted_per_round=2.25)
    sweep = SweepResult(
        suite="mine.jsonl",
        pair="nano",
        pair_title="Nano",
        engine="llama.cpp",
        heats=7,
        seconds=12.5,
        prompts=(row(1, cell, baseline_s=2.5, prompt_tokens=20, tokens=99.5),),
        warnings=("It was hot.",),
    )
    found = suite_result(sweep)
    assert found == SuiteResult(
        suite="mine.jsonl",
        pair="nano",
        pair_title="Nano",
        engine="llama.cpp",
        prompts=1,
        measured=1,
        heats=7,
        seconds=12.5,
        lanes=found.lanes,
        advice="Too few prompts to tell: MTP auto (K ≤ 8) leads with a median of 1.50× on 1 prompt.",
        warnings=("It was hot.",),
    )
    alone = Interval(1.5, 0.0, math.inf, 1, "none")
    dot = SuiteDot(
        prompt="p1",
        title="Prompt 1",
        workload="code",
        ratio=1.5,
        accepted_per_round=2.25,
        prompt_tokens=20,
        tokens=99.5,
        baseline_s=2.5,
        lane_s=1.5,
    )
    assert found.lanes == (
        SuiteLane(
            lane="mtp-auto",
            title="MTP auto (K ≤ 8)",
            k=8,
            policy=KPolicy.AUTO,
            speedup=alone,
            total=total_interval([2.5], [1.5]),
            saved_s=1.0,
            kinds=(SuiteKind(workload="code", prompts=1, speedup=alone, losing=0, accepted_per_round=2.25),),
            dots=(dot,),
        ),
    )


def test_only_prompts_whose_times_are_both_known_count_for_the_time() -> None:
    rows = [row(n, one(1.5, 0.25), baseline_s=0.5) for n in range(6)]
    rows += [row(6, one(1.5, 0.0), baseline_s=7.0), row(7, one(1.5, 9.0), baseline_s=0.0)]
    found = suite(*rows)
    lane = found.lanes[0]
    assert lane.saved_s == 6 * 0.25
    assert lane.total == total_interval([0.5] * 6, [0.25] * 6)
    assert found.advice.endswith("No prompt is slower. The whole suite takes 1.5 s in place of 3.0 s.")


@pytest.mark.parametrize(
    ("lane_s", "words"),
    [
        (1.0, "The whole suite takes 6.0 s in place of 6.0 s."),
        (0.875, "The whole suite takes 5.2 s in place of 6.0 s."),
        (1.5, "The whole suite takes even 9.0 s in place of 6.0 s."),
        (0.0, "No prompt is slower."),
    ],
)
def test_the_time_of_the_whole_suite_is_told_also_where_more_is_read_than_decoded(lane_s: float, words: str) -> None:
    assert suite(*(row(n, one(1.5, lane_s), baseline_s=1.0) for n in range(6))).advice.endswith(words)


def test_an_interval_that_touches_one_is_no_sure_gain_and_no_sure_loss() -> None:
    gains = suite(*(row(n, one(1.5 if n % 2 else 1.0)) for n in range(12)))
    losses = suite(*(row(n, one(0.5 if n % 2 else 1.0)) for n in range(12)))
    for found, touching in ((gains, "low"), (losses, "high")):
        assert getattr(found.lanes[0].speedup, touching) == 1.0
        assert found.best is None
        assert found.advice.startswith("It cannot be told whether drafting helps: K = 2 has a median of ")


def test_a_lane_at_exactly_98_percent_of_the_fastest_is_as_fast() -> None:
    assert suite(*(row(n, one(1.96, k=1), one(2.0, k=2)) for n in range(8))).best == "mtp-k1"
    assert suite(*(row(n, one(1.95, k=1), one(2.0, k=2)) for n in range(8))).best == "mtp-k2"


def test_a_lane_without_a_speedup_leads_nothing() -> None:
    cells = (Cell(prompt="p", lane="mtp-k1", title="", k=1), one(0.7, k=2), one(0.8, k=3))
    found = suite(*(row(n, *cells) for n in range(8)))
    assert found.advice == (
        "Leave the drafter off: even K = 3 has a median of 0.80× (0.80 to 0.80) on 8 prompts. 8 of 8 prompts are "
        "slower, most of code among them."
    )
    assert suite(row(1, cells[0])).advice == "Nothing was measured yet."


def test_kinds_of_three_prompts_and_more_of_which_most_lose_are_named() -> None:
    def kind(workload: str, first: int, *ratios: float) -> list[PromptResult]:
        return [row(first + n, one(ratio), workload=workload) for n, ratio in enumerate(ratios)]

    few, half = kind("few", 0, 0.5, 0.5), kind("half", 10, 0.5, 0.5, 1.5, 1.5)
    three, most = kind("three", 20, 0.5, 0.5, 1.6), kind("most", 30, 0.6, 0.6, 0.6)
    won = kind("won", 40, *[1.5] * 20, 0.99)
    assert "9 of 33 prompts are slower, most of most and three among them." in suite(
        *few, *half, *three, *most, *won
    ).advice.replace("three and most", "most and three")
    assert "2 of 23 prompts are slower." in suite(*few, *won).advice
    assert "1 of 22 prompts is slower." in suite(few[0], *won).advice


def test_a_kind_has_the_median_acceptance_of_the_prompts_that_tell_one() -> None:
    told = [row(n, one(1.5, accepted_per_round=value)) for n, value in enumerate((1.0, 2.0, 4.0, None))]
    untold = row(9, one(1.2), workload="verse")
    assert [(kind.workload, kind.accepted_per_round) for kind in suite(*told, untold).lanes[0].kinds] == [
        ("code", 2.0),
        ("verse", None),
    ]


def test_what_goes_along_with_the_speedup_is_told_by_thirds_the_surest_first() -> None:
    """Of 12 prompts whose speedups rise from 1.0 to 2.1 the prompts get shorter from 130 to 20 tokens, without fail.

    The answers get longer from 10 to 120 tokens, with each two neighbours exchanged. No acceptance is told.
    """
    rows = [
        row(n, one(1 + n / 10), prompt_tokens=130 - 10 * n, tokens=10.0 * (n + 2 if n % 2 == 0 else n))
        for n in range(12)
    ]
    assert suite(*rows).lanes[0].reasons == (
        "The speedup goes down with the length of the prompt: 1.95× at 35 tokens of the prompt, 1.15× at 115.",
        "The speedup goes up with the length of the answer: 1.15× at 25 tokens written, 1.95× at 105.",
    )
