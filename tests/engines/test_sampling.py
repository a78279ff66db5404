from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.engines.sampling import MAX_GAP, choose, greedy, gumbel, splitmix64, stream_key
from app.race.lanes import Sampling
from tests.engines.plain_sampling import choose_plainly

LOGITS = arrays(np.float32, st.integers(2, 60), elements=st.floats(-30, 30, width=32))
SAMPLINGS = st.builds(
    Sampling,
    temperature=st.floats(0.1, 3),
    top_k=st.integers(0, 70),
    top_p=st.floats(0.05, 1),
    seed=st.integers(0, 2**63 - 1),
)

EXACT_UP_TO = 4.0  # larger gaps are only known to be larger


def rounding(sampling: Sampling, gap: float, size: int) -> float:
    """Returns by how much two orders of summation may move a gap.

    With top-p a gap is the temperature times a difference of log odds. A share so near 1 that it is this far from p
    lacks about exp(-gap / temperature) of it, and is a sum of `size` numbers that is rounded at the 53rd bit.
    """
    if sampling.top_p == 1:
        return 1e-9
    lacking = np.exp(-gap / sampling.temperature) * (1 - sampling.top_p) / sampling.top_p
    return float(1e-9 + sampling.temperature * size * 2.0**-53 / lacking)


def check_equal(row: np.ndarray, sampling: Sampling, position: int) -> None:
    before = row.copy()
    plain, found = choose_plainly(row, sampling, position), choose(row, sampling, position)
    assert found.id == plain.id
    if plain.gap <= EXACT_UP_TO:
        unsure = rounding(sampling, plain.gap, len(row))
        assert found.gap == pytest.approx(plain.gap, rel=1e-9, abs=unsure)
        assert found.runner_up == plain.runner_up or unsure > 1e-6
    else:
        assert found.gap > EXACT_UP_TO
    assert (row == before).all()


@pytest.mark.parametrize(
    ("state", "output"),
    # The first outputs of the published generator seeded with 0 and with 1234567.
    [(0, 0xE220A8397B1DCDAF), (0x9E3779B97F4A7C15, 0x6E789E6AA1B965F4), (1234567, 6457827717110365317)],
)
def test_the_mixer_gives_the_published_numbers(state: int, output: int) -> None:
    assert splitmix64(state) == output


def test_the_draws_of_a_seed_never_change() -> None:
    noise = gumbel(stream_key(42, 7), np.array([0, 1, 16383]))
    again = [
        -np.log(
            -np.log((splitmix64((stream_key(42, 7) + token * 0x9E3779B97F4A7C15) % 2**64) >> 11) * 2.0**-53 + 2**-54)
        )
        for token in (0, 1, 16383)
    ]
    assert noise == pytest.approx(again, rel=1e-12)
    assert stream_key(42, 7) == 1587005860896957696


def test_greedy_takes_the_largest_and_restores_the_row() -> None:
    row = np.array([1, 5, 4.5, 5], np.float32)
    assert greedy(row) == (1, 0.0, 3)
    assert row.tolist() == [1, 5, 4.5, 5]


def test_a_vocabulary_of_one_has_no_runner_up() -> None:
    assert greedy(np.array([3], np.float32)) == (0, MAX_GAP, -1)


def test_rows_without_numbers_give_a_gap_that_is_no_number() -> None:
    row = np.full(4, np.nan, np.float32)
    assert not greedy(row).gap >= 0
    assert not choose(row, Sampling(temperature=1), 0).gap >= 0


def test_draws_follow_the_softmax() -> None:
    row = np.log(np.array([0.5, 0.3, 0.15, 0.05], np.float32))
    draws = [choose(row, Sampling(temperature=1, seed=3), position).id for position in range(20_000)]
    assert np.bincount(draws) / len(draws) == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.012)


def test_seeds_and_positions_draw_anew() -> None:
    row = np.zeros(1000, np.float32)
    drawn = {choose(row, Sampling(temperature=1, seed=seed), p).id for seed in range(10) for p in range(10)}
    assert len(drawn) > 80


@given(LOGITS, SAMPLINGS, st.integers(0, 1000))
def test_top_k_and_top_p_keep_what_they_say(row: np.ndarray, sampling: Sampling, position: int) -> None:
    choice = choose(row, sampling, position)
    assert choice.gap >= 0
    better = row > row[choice.id]
    if sampling.top_k:
        assert better.sum() < sampling.top_k
    weights = np.exp((row.astype(np.float64) - row.max()) / sampling.temperature)
    assert weights[better].sum() / weights.sum() <= sampling.top_p + 1e-6
    assert choose(row, sampling, position) == choice


def test_a_token_that_is_never_drawn_still_counts_for_the_gap() -> None:
    choice = choose(np.array([2, 0], np.float32), Sampling(temperature=0.109375), 0)
    assert choice.id == 0
    assert 1.5 < choice.gap < 2.5
    assert choice.runner_up == 1


@given(LOGITS, SAMPLINGS, st.integers(0, 1000), st.integers(0, 2**32 - 1))
def test_logits_that_move_by_less_than_half_the_gap_give_the_same_token(
    row: np.ndarray, sampling: Sampling, position: int, noise: int
) -> None:
    if sampling.top_k:
        sampling = msgspec.structs.replace(sampling, top_p=1.0)
    choice = choose(row, sampling, position)
    limit = min(choice.gap / 2, 1.0) * 0.99 - 1e-5
    if limit > 0:
        moved = row + np.random.default_rng(noise).choice([-limit, limit], row.shape)
        assert choose(moved.astype(np.float32), sampling, position).id == choice.id


@given(LOGITS, st.integers(0, 2**63 - 1))
def test_a_low_temperature_is_greedy(row: np.ndarray, seed: int) -> None:
    if greedy(row).gap > 0.1:
        assert choose(row, Sampling(temperature=0.001, seed=seed), 0).id == greedy(row).id


@given(LOGITS, SAMPLINGS, st.integers(0, 1000))
def test_nothing_is_chosen_that_sorting_everything_would_not_choose(
    row: np.ndarray, sampling: Sampling, position: int
) -> None:
    check_equal(row, sampling, position)


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(65, 9000),
    spread=st.floats(0.2, 6),
    peak=st.floats(0, 24),
    step=st.sampled_from([0.0, 0.25]),
    sampling=SAMPLINGS,
    seed=st.integers(0, 2**32 - 1),
)
def test_nor_of_a_vocabulary_that_is_searched_in_lines(
    size: int, spread: float, peak: float, step: float, sampling: Sampling, seed: int
) -> None:
    random = np.random.default_rng(seed)
    row = (random.standard_normal(size) * spread).astype(np.float32)
    row[random.integers(size)] += np.float32(peak)
    if step:  # many equal logits
        row = (row / step).round().astype(np.float32) * np.float32(step)
    for position in range(3):
        check_equal(row, sampling, position)


@pytest.mark.parametrize("top_p", [0.95, 1.0])
@pytest.mark.parametrize("peak", [0.0, 12.0, 20.0])
def test_nor_of_a_vocabulary_as_large_as_gemmas(peak: float, top_p: float) -> None:
    row = (np.random.default_rng(7).standard_normal(262_144) * 3).astype(np.float32)
    row[77] = max(row.max(), peak)
    for position in range(3):
        check_equal(row, Sampling(1.0, 64, top_p, seed=3), position)


@pytest.mark.parametrize("size", [3, 63, 64, 200, 700])
def test_nor_of_rows_that_are_the_same_each_time(size: int) -> None:
    random = np.random.default_rng(size)
    for number in range(24):
        row = (random.standard_normal(size) * (0.5, 2, 5)[number % 3]).astype(np.float32)
        top_k, top_p = (0, 1, 5, size - 1, size, 80)[number % 6], (0.3, 0.9, 1.0, 0.99)[number // 6]
        check_equal(row, Sampling((0.5, 1, 2.5)[number // 8], top_k, top_p, seed=number), number)


def test_the_noise_is_that_of_the_seed_and_place_in_every_mode() -> None:
    row = np.zeros(6, np.float32)
    for sampling in (Sampling(1, seed=5), Sampling(1, 3, seed=5), Sampling(1, 0, 0.6, seed=5)):
        kept = 6 if sampling == Sampling(1, seed=5) else 3 if sampling.top_k else 4
        expected = [int(gumbel(stream_key(5, place), np.arange(kept)).argmax()) for place in range(20)]
        assert [choose(row, sampling, place).id for place in range(20)] == expected
