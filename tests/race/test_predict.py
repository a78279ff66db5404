from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.costs import Costs
from app.race.events import Finish
from app.race.predict import Prediction, extended_rates, falling, predict

CHEAP = Costs(step=10.0, draft={1: 1.0}, verify={1: 10.0, 2: 11.0, 9: 18.0}, other=0.5)
rates = st.lists(st.floats(0, 1), min_size=1, max_size=16).map(falling)


def simulated_ns(costs: Costs, chances: list[float], tokens: int, finish: Finish, runs: int = 4000) -> float:
    """Mean decode time of runs that are played out round by round."""
    dice = random.Random(1)
    total = 0.0
    for _ in range(runs):
        left = tokens - 1
        while left > 0:
            drafted = len(chances) if finish is Finish.END else min(len(chances), left - 1)
            total += costs.round_ns(drafted)
            accepted = 0
            while accepted < drafted and dice.random() < chances[accepted]:
                accepted += 1
            left -= accepted + 1
    return total / runs


@pytest.mark.parametrize("finish", [Finish.LENGTH, Finish.END])
@pytest.mark.parametrize("tokens", [2, 5, 20, 100])
def test_the_prediction_is_what_runs_of_such_rounds_come_to(finish: Finish, tokens: int) -> None:
    chances = [0.8, 0.7, 0.9, 0.5]
    unconditional = [0.8, 0.56, 0.504, 0.252]
    spent = simulated_ns(CHEAP, chances, tokens, finish)
    predicted = predict(CHEAP, unconditional, 4, tokens, finish).speedup
    assert predicted == pytest.approx(CHEAP.step * (tokens - 1) / spent, rel=0.02)


@given(rates, st.integers(1, 16), st.integers(1, 300), st.sampled_from(Finish))
def test_the_speedup_is_never_more_than_the_tokens_of_a_round(
    given_rates: list[float], k: int, tokens: int, finish: Finish
) -> None:
    found = predict(CHEAP, given_rates, k, tokens, finish)
    assert 0 < found.speedup <= (k + 1) * CHEAP.step / CHEAP.round_ns(0)
    assert 1 <= found.tokens_per_round <= k + 1


def test_break_even_is_where_the_prediction_crosses_one() -> None:
    needed = CHEAP.break_even(1)
    found = predict(CHEAP, [needed - 1], 1, 100_000 // 50, Finish.END)
    assert found.speedup == pytest.approx(1.0, abs=0.002)


def test_rates_are_made_to_fall_and_go_on_as_they_ended() -> None:
    assert falling([0.8, 0.9, -1, 0.3]) == [0.8, 0.8, 0.0, 0.0]
    longer = extended_rates([0.8, 0.4, 0.2], 5)
    assert longer == pytest.approx([0.8, 0.4, 0.2, 0.1, 0.05])
    assert extended_rates([], 2) == [0.0, 0.0]
    assert extended_rates([0.5, 0.0, 0.0], 5) == [0.5, 0.0, 0.0, 0.0, 0.0]
    assert extended_rates([0.0], 2) == [0.0, 0.0]


@given(rates, st.integers(2, 700), st.sampled_from([Finish.LENGTH, Finish.END]))
def test_a_long_run_takes_what_counting_token_for_token_comes_to(
    chances: list[float], tokens: int, finish: Finish
) -> None:
    k, times = len(chances), [0.0]
    reached = [1.0, *chances]
    for left in range(1, tokens):
        drafted = min(k, left - 1)
        time = CHEAP.round_ns(k if finish is Finish.END else drafted)
        for accepted in range(drafted):
            time += (reached[accepted] - reached[accepted + 1]) * times[left - accepted - 1]
        times.append(time + reached[drafted] * times[left - drafted - 1])
    predicted = predict(CHEAP, chances, k, tokens, finish).speedup
    assert predicted == pytest.approx(CHEAP.step * (tokens - 1) / times[-1], rel=1e-9)


def test_a_run_of_one_round_takes_the_time_of_that_round() -> None:
    """Two tokens that end with an end token: whatever was drafted, 1 + 11 + 0.5 ns bring one token for a step of 10."""
    assert predict(CHEAP, [0.25], 1, 2, Finish.END) == Prediction(
        k=1, speedup=10 / 12.5, tokens_per_round=1.25, break_even=1.25, round_ns=12.5
    )


def test_without_drafts_a_round_is_a_step_with_its_overhead() -> None:
    assert predict(CHEAP, [], 0, 5).speedup == pytest.approx(10 / 10.5)


def test_positions_without_a_rate_are_never_accepted() -> None:
    assert predict(CHEAP, [0.5], 3, 9).tokens_per_round == 1.5
    assert predict(CHEAP, [0.5, 0.5, 0.5], 2, 9).tokens_per_round == 2.0
    assert falling([1.5, 0.5]) == [1.0, 0.5]


def test_rates_of_one_or_two_positions_go_on_with_the_last_step() -> None:
    assert extended_rates([0.5], 3) == [0.5, 0.25, 0.125]
    assert extended_rates([0.8, 0.4], 4) == pytest.approx([0.8, 0.4, 0.2, 0.1])
    assert extended_rates([0.9, 0.8, 0.2], 4) == pytest.approx([0.9, 0.8, 0.2, 0.2 * (0.2 / 0.9) ** 0.5])
    assert extended_rates([0.9, 0.8, 0.2], 2) == [0.9, 0.8]
