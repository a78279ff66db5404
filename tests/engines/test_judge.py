"""Where a draft ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engines.judge import Judge, top_share
from app.race.events import Halt


def exact(row: np.ndarray) -> float:
    return float(1 / np.exp(row.astype(np.float64) - row.max()).sum())


def logits(size: int, spread: float, top: float, seed: int = 1) -> np.ndarray:
    row = np.random.default_rng(seed).normal(0, spread, size).astype(np.float32)
    row[seed % size] = top
    return row


@pytest.mark.parametrize("size", [1, 7, 4096, 50_003, 262_144])
@pytest.mark.parametrize("spread", [0.5, 1.5, 3.0])
@pytest.mark.parametrize("top", [12.0, 16.0, 20.0, 30.0])
def test_a_share_is_right_to_a_few_percent_in_any_vocabulary(size: int, spread: float, top: float) -> None:
    row = logits(size, spread, top)
    for temperature in (0.7, 1.0, 2.0):
        share = exact(row / temperature)
        best, found = top_share(row, temperature)
        assert best == int(row.argmax())
        assert 0 <= found <= 1
        assert abs(found - share) <= (0.1 if size > 32768 else 1e-4) * max(share, 0.2)


@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=50))
def test_a_share_is_one(values: list[float]) -> None:
    row = np.array(values, dtype=np.float32)
    best, share = top_share(row)
    assert best == int(row.argmax())
    assert 0 < share <= 1


@given(st.lists(st.integers(0, 50_002), min_size=1, max_size=4), st.integers(0, 3))
def test_of_equal_tokens_the_first_is_the_best_wherever_they_stand(places: list[int], seed: int) -> None:
    row = logits(50_003, 1.0, 0.0, seed)
    row[places] = 25.0
    best, share = top_share(row)
    assert best == min(places)
    columns = {place % (50_003 // 64) for place in places}
    if len(columns) == len(set(places)):  # of those that share a column only one is told apart
        assert abs(share - 1 / len(columns)) < 0.01


class Least:
    """A gate that wants more as long as the last draft is likely enough."""

    most = 8

    def wants(self, probabilities: Sequence[float]) -> bool:
        return probabilities[-1] > 0.5

    def halt(self, probabilities: Sequence[float]) -> Halt:
        return Halt.CERTAINTY

    def keep(self, probabilities: Sequence[float]) -> int:
        return len(probabilities)


def test_without_a_gate_or_a_least_probability_nothing_is_computed() -> None:
    judge = Judge(0.0)
    assert judge.pick(logits(64, 1, 9)) == 1
    assert judge.wants_more()
    assert judge.certainty == []


def test_a_token_below_the_least_probability_is_not_taken() -> None:
    judge = Judge(0.5)
    assert judge.pick(logits(64, 1, 20)) == 1
    assert judge.pick(np.zeros(64, dtype=np.float32)) == -1
    assert len(judge.certainty) == 1


def test_a_gate_decides_whether_to_go_on_and_each_draft_begins_anew() -> None:
    judge = Judge(0.0)
    judge.gate = Least()
    assert judge.pick(logits(64, 1, 20)) == 1
    assert judge.wants_more()
    assert judge.pick(np.zeros(64, dtype=np.float32)) == 0
    assert not judge.wants_more()
    judge.begin()
    assert judge.certainty == []


def test_a_gate_is_told_the_share_at_the_temperature_at_which_the_target_draws() -> None:
    judge, row = Judge(0.0), np.array([2.0, 0.0], dtype=np.float32)
    judge.gate = Least()
    for temperature, share in ((0.0, exact(row)), (2.0, exact(row / 2))):
        judge.run(temperature)
        judge.begin()
        assert judge.pick(row) == 0
        assert judge.certainty == [pytest.approx(share, abs=1e-4)]


def test_a_least_probability_is_one_at_any_temperature() -> None:
    judge, row = Judge(0.6), np.array([2.0, 0.0], dtype=np.float32)
    judge.run(8.0)
    assert judge.pick(row) == 0
