"""Chances from a drafter's probabilities."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.certainty import Certainty, bin_of, calibrated
from app.race.events import Round
from app.race.known_costs import BINS, STARTS, Calibration


def test_bins_cover_all_probabilities_in_order() -> None:
    found = [bin_of(value / 1000) for value in range(1001)]
    assert found == sorted(found)
    assert set(found) == set(range(BINS))


def test_before_anything_was_seen_the_drafter_is_believed() -> None:
    chances = Certainty(4).chances()
    assert all(abs(chances[place, bin_of(value)] - value) < 0.1 for place in range(4) for value in (0.05, 0.5, 0.9, 1))


def test_a_drafter_that_boasts_is_soon_not_believed_in_bins_it_has_not_used_either() -> None:
    certainty = Certainty(4)
    for _ in range(20):
        certainty.saw([0.95], 1, 0, 0)
    assert certainty.chances()[0, bin_of(0.95)] < 0.2
    assert certainty.chances()[3, bin_of(0.999)] < 0.6


def test_chances_come_close_to_what_is_accepted() -> None:
    certainty, draw = Certainty(2), random.Random(1)
    for _ in range(2000):
        first, second = draw.random() < 0.4, draw.random() < 0.8
        certainty.saw([0.9, 0.9], 2, first + (first and second), 0)
    chances = certainty.chances()
    assert abs(chances[0, bin_of(0.9)] - 0.4) < 0.08
    assert abs(chances[1, bin_of(0.9)] - 0.8) < 0.08


def test_what_was_not_tried_teaches_nothing_of_chances() -> None:
    certainty = Certainty(3)
    before = certainty.chances()
    certainty.saw([0.5, 0.5, 0.5], 0, 0, 1)
    assert np.array_equal(before, certainty.chances())
    assert certainty.tried(0) == 0


@given(
    st.lists(
        st.tuples(st.lists(st.floats(0, 1), max_size=5), st.integers(0, 5), st.integers(0, STARTS - 1)), max_size=40
    )
)
def test_chances_are_chances_and_never_fall_with_certainty(seen: list[tuple[list[float], int, int]]) -> None:
    certainty = Certainty(5)
    for probabilities, accepted, start in seen:
        certainty.saw(probabilities, len(probabilities), min(accepted, len(probabilities)), start)
    chances = certainty.chances()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (np.diff(chances, axis=1) >= -1e-12).all()
    for table in (certainty.beginnings(), certainty.followers()):
        assert np.allclose(table.sum(axis=1), 1)
        assert (table > 0).all()


def test_what_was_kept_begins_the_next_race_and_is_soon_overruled() -> None:
    good = calibrated([Round(0, 1, (), 2, 2, certainty=(0.9, 0.9))] * 60, 4)
    known = Certainty(4, good)
    place = bin_of(0.9)
    assert known.chances()[0, place] > Certainty(4).chances()[0, place]
    for _ in range(80):
        known.saw([0.9], 1, 0, 0)
    assert known.chances()[0, place] < 0.4


def test_what_was_kept_of_longer_drafts_counts_at_the_last_place() -> None:
    kept = calibrated([Round(0, 1, (), 6, 6, certainty=(0.9,) * 6)] * 9, 6)
    assert Certainty(2, kept).tried(1) > Certainty(2, kept).tried(0)


def test_rounds_without_probabilities_teach_nothing() -> None:
    assert calibrated([Round(0, 1, (), 3, 1)], 4) == calibrated([], 4)


@pytest.mark.parametrize("kept", [Calibration(), Calibration(((1.0,),), ((1.0,),)), Calibration(follow=((1.0,) * 10,))])
def test_counts_of_another_shape_are_left_alone(kept: Calibration) -> None:
    assert np.array_equal(Certainty(3, kept).chances(), Certainty(3).chances())


def test_two_rounds_leave_these_counts_and_chances() -> None:
    """Drafts of 0.9 (bin 6) and 0.5 (bin 3); the second misses once and holds once. Each count fades by the next."""
    certainty = Certainty(2)
    for accepted in (1, 2):
        certainty.saw([0.9, 0.5], 2, accepted, 1)

    def row(**at: float) -> list[float]:
        return [at.get(f"b{number}", 0.0) for number in range(BINS)]

    kept = certainty.kept()
    assert [list(found) for found in kept.tried] == [row(b6=1.999), row(b3=1.999)]
    assert [list(found) for found in kept.hit] == [row(b6=1.999), row(b3=1.0)]
    assert [list(found) for found in kept.follow] == [row(b3=1.999) if number == 6 else row() for number in range(BINS)]
    assert [list(found) for found in kept.begin] == [row(), row(b6=1.98), row()]
    assert (certainty.tried(0), certainty.tried(1)) == (1.999, 1.999)

    # Beginnings: 0.5 of each bin and one more of the surest, as three drafts.
    weights = [0.5] * 6 + [0.5 + 1.98] + [0.5] * 2 + [1.5]
    usual = [3 * weight / sum(weights) for weight in weights]
    seen = [0.0] * 6 + [1.98] + [0.0] * 3
    expected = [
        [(value + more) / (3 + sum(counts)) for value, more in zip(usual, counts, strict=True)]
        for counts in ([0.0] * BINS, seen, [0.0] * BINS)
    ]
    assert certainty.beginnings() == pytest.approx(np.array(expected))

    # Followers: 0.5 of each bin as two drafts, and two more for the same bin again.
    total = 0.5 * BINS + 1.999
    follows = [
        [2 * (0.5 + 1.999 * (after == 3)) / total + 2 * (before == after) for after in range(BINS)]
        for before in (range(BINS))
    ]
    follows[6][3] += 1.999
    assert certainty.followers() == pytest.approx(np.array([[value / sum(line) for value in line] for line in follows]))

    # Chances: all bins are off by the same share, as ten drafts; a bin has 20 and a place 40 of the guess above it.
    bias = (1.999 + 1.0 + 10) / (1.999 * 0.9 + 1.999 * 0.52 + 10)
    sure = (1.999 + 20 * min(bias * 0.9, 0.998)) / (1.999 + 20)
    half = (1.0 + 20 * bias * 0.52) / (1.999 + 20)
    chances = certainty.chances()
    assert chances[0, 6] == pytest.approx((1.999 + 40 * sure) / (1.999 + 40))
    assert chances[1, 6] == pytest.approx(sure)
    assert chances[1, 3] == pytest.approx((1.0 + 40 * half) / (1.999 + 40))
    assert chances[0, 0] == pytest.approx(bias * 0.05)


def test_what_is_kept_of_a_run_says_how_each_round_began() -> None:
    """The first begins as after a miss; the others after a miss, after none, and without drafts."""
    rounds = [
        Round(0, 1, (), 1, 0, certainty=(0.05,)),
        Round(1, 2, (), 1, 1, certainty=(0.2,)),
        Round(2, 3, (), 0, 0, certainty=(0.3,)),
        Round(3, 4, (), 1, 0, certainty=(0.5,)),
    ]
    begin = calibrated(rounds, 4).begin
    assert [{number: value for number, value in enumerate(row) if value} for row in begin] == [
        {3: 1.0},
        {0: 0.98, 1: 1.0},
        {2: 1.0},
    ]


def test_values_that_fall_are_made_their_weighted_mean() -> None:
    """Only the first place was used: bin 4 held once of many, bin 5 never, so that both have what they had together."""
    certainty = Certainty(1)
    for number in range(300):
        certainty.saw([0.7], 1, 1, 0)
        certainty.saw([0.8], 1, number % 2, 0)
    chances = certainty.chances()
    assert chances[0, 4] == chances[0, 5]
    assert 0.5 < chances[0, 5] < 0.98
    assert (np.diff(chances[0]) >= 0).all()
