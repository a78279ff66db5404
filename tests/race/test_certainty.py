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
