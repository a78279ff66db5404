"""Where an axis ends and what is written on it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.draw.ticks import LEAST, number_text, round_top, ticks, time_end, time_labels

spans = st.tuples(st.floats(-1e4, 1e6), st.floats(1e-3, 1e6))


@given(spans, st.floats(1, 12))
def test_an_axis_has_three_numbers_at_least_evenly_spaced_and_all_on_it(span: tuple[float, float], most: float) -> None:
    low, high = span[0], span[0] + span[1]
    found = ticks(low, high, most)
    assert LEAST <= len(found) <= max(most, 2 * LEAST)
    room = (high - low) * 1e-6 + 1e-6
    assert all(low - room <= value <= high + room for value in found)
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-3)


@pytest.mark.parametrize(
    ("low", "high", "most", "shown"),
    [
        (0, 200, 5, [0, 50, 100, 150, 200]),
        (0, 200, 4, [0, 100, 200]),
        (0, 1, 4, [0, 0.5, 1]),
        (0.5, 1.5, 6, [0.6, 0.8, 1.0, 1.2, 1.4]),
        (0, 4.77, 8, [0, 1, 2, 3, 4]),
    ],
)
def test_the_numbers_are_round(low: float, high: float, most: float, shown: list[float]) -> None:
    assert ticks(low, high, most) == pytest.approx(shown)


@pytest.mark.parametrize(
    ("k", "shown"), [(2, [0, 1, 2]), (3, [0, 1, 2, 3]), (8, [0, 2, 4, 6, 8]), (16, [0, 5, 10, 15])]
)
def test_what_is_counted_has_whole_numbers(k: int, shown: list[int]) -> None:
    assert ticks(0, k, 5, whole=True) == shown


@pytest.mark.parametrize("high", [0.0, -1.0, float("nan"), float("inf")])
def test_an_axis_of_nothing_has_no_numbers(high: float) -> None:
    assert ticks(0.0, high, 5) == []


@given(st.floats(1e-3, 1e6))
def test_the_end_of_an_axis_holds_the_value_and_little_more(value: float) -> None:
    assert value * (1 - 1e-9) <= round_top(value) <= value * 1.51


@pytest.mark.parametrize(("rate", "label"), [(0.0, "0"), (250.0, "250"), (1000.0, "1k"), (12_500.0, "12.5k")])
def test_numbers_are_written_in_few_characters(rate: float, label: str) -> None:
    assert number_text(rate) == label


@pytest.mark.parametrize(("seconds", "running", "over"), [(0.0, 2, 2), (0.07, 2, 0.08), (0.86, 2, 1), (2.5, 3, 3)])
def test_the_time_axis_leaves_no_room_for_what_cannot_come(seconds: float, running: float, over: float) -> None:
    assert time_end(seconds) == pytest.approx(running)
    assert time_end(seconds, whole=True) == pytest.approx(over)


@given(st.floats(0, 1e5), st.booleans())
def test_the_time_axis_holds_all_that_was_measured(seconds: float, whole: bool) -> None:
    assert time_end(seconds, whole=whole) >= seconds * (1 - 1e-9)


def test_only_the_last_time_has_the_unit() -> None:
    assert [text for _, text in time_labels(2.0, 5)] == ["0", "0.5", "1", "1.5", "2 s"]
