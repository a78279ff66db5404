from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.statistics import drift, paired_interval, scatter, t_quantile, t_share, trimmed_mean

ratios = st.lists(st.floats(0.01, 100), min_size=1, max_size=24)


@pytest.mark.parametrize(
    ("freedom", "value"),
    [
        *((1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (6, 2.447), (7, 2.365), (8, 2.306)),
        *((9, 2.262), (10, 2.228), (15, 2.131), (20, 2.086), (30, 2.042)),
    ],
)
def test_quantiles_of_students_t_are_those_of_the_tables(freedom: int, value: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(value, abs=6e-4)


@given(st.integers(1, 60), st.floats(0.5, 0.9999))
def test_the_quantile_inverts_the_distribution(freedom: int, share: float) -> None:
    assert t_share(t_quantile(share, freedom), freedom) == pytest.approx(share, abs=1e-6)


@given(ratios)
def test_an_interval_holds_its_estimate_which_lies_between_the_ratios(values: list[float]) -> None:
    found = paired_interval(values)
    assert found is not None
    assert found.low <= found.ratio <= found.high
    assert min(values) * 0.999 <= found.ratio <= max(values) * 1.001
    assert found.heats == len(values)


@given(ratios, st.integers(0, 1000))
def test_the_same_ratios_and_seed_give_the_same_interval(values: list[float], seed: int) -> None:
    assert paired_interval(values, seed) == paired_interval(values, seed)


@given(st.lists(st.floats(0.1, 10), min_size=5, max_size=12), st.floats(0.1, 10))
def test_a_machine_of_another_speed_changes_nothing_but_the_scale(values: list[float], factor: float) -> None:
    one, other = paired_interval(values), paired_interval([value * factor for value in values])
    assert one is not None
    assert other is not None
    assert other.ratio == pytest.approx(one.ratio * factor)
    assert other.low == pytest.approx(one.low * factor)


def test_one_outlier_moves_neither_the_estimate_nor_the_interval_much() -> None:
    calm = [1.38, 1.39, 1.40, 1.40, 1.41, 1.40, 1.41, 1.42, 1.40, 1.39, 1.41, 1.40]
    disturbed = [*calm[:-1], 0.6]
    one, other = paired_interval(calm), paired_interval(disturbed)
    assert one is not None
    assert other is not None
    assert other.ratio == pytest.approx(one.ratio, rel=0.01)
    assert other.spread < 0.03


def test_without_ratios_there_is_no_interval_and_one_ratio_says_nothing_of_its_spread() -> None:
    assert paired_interval([]) is None
    alone = paired_interval([1.4])
    assert alone is not None
    assert alone.method == "none"
    assert math.isinf(alone.spread)


def test_few_heats_are_not_bootstrapped() -> None:
    few, enough = paired_interval([1.3, 1.4, 1.5, 1.4]), paired_interval([1.3, 1.4, 1.5, 1.4, 1.35])
    assert few is not None
    assert enough is not None
    assert (few.method, enough.method) == ("t", "bootstrap")


def test_the_trimmed_mean_leaves_a_quarter_out_at_each_end() -> None:
    assert trimmed_mean(np.array([100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -100.0])) == pytest.approx(3.5)


def test_a_trend_is_told_from_noise() -> None:
    random = np.random.default_rng(3)
    steady = 100 + random.normal(0, 1, 20)
    assert drift(list(steady)) is None
    fading = steady - np.linspace(0, 10, 20)
    found = drift(list(fading))
    assert found is not None
    assert found == pytest.approx(-0.1, abs=0.03)
    assert drift([1.0, 2.0, 3.0]) is None


def test_scatter_ignores_a_few_outliers() -> None:
    values = [*([99.0, 100.0, 101.0] * 5), 500.0]
    assert scatter(values) == pytest.approx(0.0148, abs=0.001)
    assert scatter([1.0]) == 0.0
