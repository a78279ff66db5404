"""Chances from a drafter's probabilities."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.race.certainty import BINS, STARTS, Certainty, bin_of


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
