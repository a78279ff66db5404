from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.statistics import (
    Interval,
    drift,
    median_interval,
    paired_interval,
    rank_correlation,
    scatter,
    t_quantile,
    t_share,
    total_interval,
    trimmed_mean,
    typical,
)

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
    assert [trimmed_mean(np.array(some)) for some in ([7.0], [1.0, 4.0], [1.0, 2.0, 9.0])] == [7, 2.5, 2]


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


ABOVE = [1.2, 1.5, 1.1, 1.9, 1.4, 1.3, 1.6, 2.0]
BELOW = [1.0, 1.1, 0.9, 1.3, 1.2, 1.0, 1.4, 1.1]


def ends(found: Interval | None) -> tuple[float, float, float]:
    assert found is not None
    return found.low, found.ratio, found.high


def test_two_heats_or_more_give_students_interval_of_the_logarithms() -> None:
    half = 4.30265 * math.log(2) / math.sqrt(3)
    assert ends(paired_interval([1, 2, 4])) == pytest.approx((2 * math.exp(-half), 2, 2 * math.exp(half)), rel=1e-5)
    assert ends(paired_interval([2])) == (0, 2, math.inf)


def test_the_interval_of_a_seed_never_changes() -> None:
    assert ends(paired_interval(ABOVE)) == pytest.approx((1.2409673646, 1.4456749553, 1.7660617742))
    assert ends(paired_interval(ABOVE[:6])) == pytest.approx((1.1241902785, 1.3453521381, 1.7909687806))
    assert ends(median_interval(ABOVE)) == pytest.approx((1.2, 1.45, 1.95))
    assert ends(median_interval(ABOVE, 1)) == pytest.approx((1.2, 1.45, 1.9))
    assert ends(total_interval(ABOVE, BELOW)) == pytest.approx((1.1817643564, 4 / 3, 1.5444444444))
    assert ends(total_interval(ABOVE, BELOW, 1)) == pytest.approx((1.1894736842, 4 / 3, 1.5495770870))


def test_fewer_than_six_values_do_not_say_where_their_median_or_total_lies() -> None:
    assert median_interval([]) is None
    assert total_interval([], []) is None
    assert median_interval([3, 1, 2, 5, 9]) == Interval(3, 0, math.inf, 5, "none")
    assert total_interval([3, 1, 2, 5, 9], [1, 1, 1, 1, 1]) == Interval(4, 0, math.inf, 5, "none")
    six = median_interval([3, 1, 2, 5, 9, 4]), total_interval([3, 1, 2, 5, 9, 4], [1] * 6)
    assert [(found.method, found.heats) for found in six if found] == [("bootstrap", 6)] * 2


def test_an_interval_has_its_ends_and_meets_another_in_one_point() -> None:
    found = Interval(2, 1.5, 2.7, 8, "bootstrap")
    assert [found.holds(value) for value in (1.49, 1.5, 2.7, 2.71)] == [False, True, True, False]
    others = [Interval(1, low, high, 8, "t") for low, high in ((1, 1.49), (1, 1.5), (2.7, 3), (2.71, 3), (1, 3))]
    assert [found.meets(other) for other in others] == [False, True, True, False, True]
    assert found.spread == pytest.approx(0.3)


def test_a_typical_value_is_the_geometric_mean_without_the_outer_quarters() -> None:
    assert typical([7.0, 7.0]) == 7.0
    assert typical([1, 4]) == pytest.approx(2)
    assert typical([1, 1, 1, 16]) == pytest.approx(2)
    assert typical([1024, 2, 4, 8, 1]) == pytest.approx(4)
    with pytest.raises(ValueError, match=r"^there is no typical value of none$"):
        typical([])


def test_a_rank_correlation_is_told_from_ten_pairs_on_where_it_is_sure_at_one_per_cent() -> None:
    up = [float(value) for value in range(10)]
    assert rank_correlation(up, [value**3 for value in up]) == pytest.approx(1)
    assert rank_correlation(up, up[::-1]) == pytest.approx(-1)
    assert rank_correlation(up[:9], up[:9]) is None
    assert rank_correlation(up, [5.0] * 10) is None
    # Sums of squared differences of 22 and 24: 0.867 and 0.855 around the bound of 2.576 / 3.
    assert rank_correlation(up, [3, 1, 2, 0, 5, 4, 7, 6, 8, 9]) == pytest.approx(1 - 6 * 22 / 990)
    assert rank_correlation(up, [3, 1, 2, 0, 5, 4, 7, 6, 9, 8]) is None
    # Equal values share the mean of their ranks.
    tied = rank_correlation([1, 2, 2, 4, 5, 6, 7, 8, 9, 10], [1, 3, 2, 4, 4, 6, 8, 7, 9, 11])
    assert tied == pytest.approx(80.5 / 82)


def ranked(count: int, inversions: int) -> list[float]:
    """Numbers from 1 on, of which so many pairs stand the wrong way round."""
    made: list[float] = []
    for value in range(count, 0, -1):
        place = min(inversions, len(made))
        made.insert(place, value)
        inversions -= place
    return made


@pytest.mark.parametrize(
    ("count", "inversions", "is_trend"),
    # Kendall's score less one over its deviation: 2.20, 2.63; 2.40, 2.70; 2.56, 2.63. The bound is 2.576.
    [(5, 0, False), (6, 0, True), (7, 2, False), (7, 1, True), (20, 55, False), (20, 54, True)],
)
def test_a_trend_is_one_where_kendalls_score_is_sure_at_one_per_cent(
    count: int, inversions: int, is_trend: bool
) -> None:
    assert (drift(ranked(count, inversions)) is not None) is is_trend


def test_a_drift_is_the_change_from_first_to_last_as_a_share_of_the_middle() -> None:
    assert drift([10, 11, 12, 13, 14, 15]) == pytest.approx(5 / 12.5)
    assert drift([-1.5, -0.5, 0.5, 1.5, 2.5, 3.5]) == pytest.approx(5)
    assert drift([-3, -2, -1, 1, 2, 3]) is None


def test_scatter_is_the_scaled_median_deviation_over_the_middle() -> None:
    assert scatter([1, 5]) == pytest.approx(1.4826 * 2 / 3)
    assert scatter([1, 2, 9]) == pytest.approx(1.4826 / 2)
    assert scatter([-1, 0, 1]) == 0
    assert scatter([]) == 0
