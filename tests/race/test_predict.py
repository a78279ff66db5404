from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Finish, Widths
from app.race.fold import LaneState
from app.race.predict import (
    Costs,
    best_prediction,
    costs_of_heats,
    even_rates,
    extended_rates,
    falling,
    measured_costs,
    predict,
    prediction_sentence,
    probed_costs,
)
from tests.race.builders import folded, lane_events

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


def test_costs_are_those_that_the_rounds_showed() -> None:
    baseline = folded(lane_events(range(40), step_ms=10))
    lane = folded(lane_events(range(60), k=3, accepted=[3, 1, 2, 0] * 10, step_ms=20))
    costs = measured_costs([baseline], [lane])
    assert costs is not None
    assert costs.step == 10e6
    assert costs.round_ns(3) == pytest.approx(20e6)
    assert costs.break_even(3) == pytest.approx(2.0)


def test_without_rounds_of_both_kinds_there_are_no_costs() -> None:
    lane = folded(lane_events(range(9), k=2, accepted=[2, 2, 2]))
    assert measured_costs([], [lane]) is None
    assert measured_costs([lane], []) is None


def test_a_width_that_was_not_seen_takes_the_shape_of_the_probe() -> None:
    costs = Costs(step=10, draft={2: 2.0}, verify={3: 22.0}, other=0, shape={1: 10.0, 3: 20.0, 5: 40.0, 9: 60.0})
    assert costs.verify_ns(3) == 22.0
    assert costs.verify_ns(5) == pytest.approx(44.0)
    assert costs.verify_ns(7) == pytest.approx(55.0)
    assert costs.draft_ns(4) == pytest.approx(4.0)


def test_costs_of_a_probe_are_what_it_measured() -> None:
    costs = probed_costs(Widths(64, {1: 10, 2: 12, 4: 20}, 2), other=1.0)
    assert costs.step == 11
    assert costs.round_ns(3) == 3 * 2 + 20 + 1
    assert costs.verify_ns(3) == 16
    assert costs.break_even(0) == 1.0


def test_break_even_is_where_the_prediction_crosses_one() -> None:
    needed = CHEAP.break_even(1)
    found = predict(CHEAP, [needed - 1], 1, 100_000 // 50, Finish.END)
    assert found.speedup == pytest.approx(1.0, abs=0.002)


def test_the_best_k_grows_with_acceptance() -> None:
    low = best_prediction(CHEAP, even_rates(0.3, 16), 200)
    high = best_prediction(CHEAP, even_rates(0.95, 16), 200)
    assert low.k < high.k
    assert high.speedup > low.speedup


def test_rates_are_made_to_fall_and_go_on_as_they_ended() -> None:
    assert falling([0.8, 0.9, -1, 0.3]) == [0.8, 0.8, 0.0, 0.0]
    longer = extended_rates([0.8, 0.4, 0.2], 5)
    assert longer == pytest.approx([0.8, 0.4, 0.2, 0.1, 0.05])
    assert extended_rates([], 2) == [0.0, 0.0]


def test_the_sentence_says_when_nothing_pays() -> None:
    assert "no K pays" in prediction_sentence(best_prediction(CHEAP, [0.0], 200))
    assert "K = " in prediction_sentence(best_prediction(CHEAP, even_rates(0.9, 16), 200))


def test_costs_of_heats_do_not_depend_on_how_fast_the_machine_was_in_each() -> None:
    def heat(speed: float) -> tuple[LaneState, list[LaneState]]:
        base = folded(lane_events(range(41), step_ms=10 * speed))
        return base, [folded(lane_events(range(41), k=3, accepted=[1] * 40, step_ms=24 * speed))]

    steady, drifting = costs_of_heats([heat(1.0)] * 3), costs_of_heats([heat(1.0), heat(1.5), heat(3.0)])
    assert steady is not None
    assert drifting is not None
    assert steady.round_ns(3) / steady.step == pytest.approx(2.4, rel=1e-6)
    assert drifting.round_ns(3) / drifting.step == pytest.approx(2.4, rel=1e-6)
    assert costs_of_heats([]) is None
    assert costs_of_heats([(heat(1.0)[0], [])]) is None
