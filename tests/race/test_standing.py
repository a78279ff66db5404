from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.standing import LEVEL_BELOW, Standing, standing, sure_standing, verdict
from app.race.statistics import Interval


@given(st.floats(0.01, 100))
def test_two_lanes_stand_the_other_way_round_seen_from_the_other(ratio: float) -> None:
    other = {Standing.FASTER: Standing.SLOWER, Standing.SLOWER: Standing.FASTER, Standing.LEVEL: Standing.LEVEL}
    if abs(max(ratio, 1 / ratio) - LEVEL_BELOW) > 1e-9:
        assert standing(1 / ratio) is other[standing(ratio)]


def test_what_reads_as_one_is_level_and_what_reads_as_more_is_not() -> None:
    assert standing(1.0049) is standing(1 / 1.0049) is Standing.LEVEL
    assert standing(1.0051) is Standing.FASTER


def test_one_heat_tells_nothing_however_large_its_ratio() -> None:
    assert sure_standing(Interval(9.0, 0.0, float("inf"), 1, "none")) is Standing.TOO_FEW


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (
            Interval(1.42, 1.37, 1.46, 5, "bootstrap"),
            "MTP is 1.42× faster, 95 % interval 1.37 to 1.46, 5 heats.",
        ),
        (
            Interval(0.8, 0.7, 0.9, 6, "bootstrap"),
            "The baseline is 1.25× faster than MTP, 95 % interval 1.11 to 1.43, 6 heats.",
        ),
        (
            Interval(1.002, 1.001, 1.003, 9, "bootstrap"),
            "MTP and the baseline are equally fast: 1.00×, 95 % interval 1.00 to 1.00, 9 heats.",
        ),
        (
            Interval(1.0, 0.98, 1.02, 9, "bootstrap"),
            "MTP and the baseline are equally fast: 1.00×, 95 % interval 0.98 to 1.02, 9 heats.",
        ),
        (
            Interval(1.1, 0.8, 1.4, 4, "t"),
            "Too few repeats to tell who is faster: 1.10×, 95 % interval 0.80 to 1.40, 4 heats.",
        ),
        (
            Interval(1.1, 0.8, 1.4, 9, "bootstrap"),
            "It cannot be told who is faster: 1.10×, 95 % interval 0.80 to 1.40, 9 heats.",
        ),
        (
            Interval(1.1, 0.0, math.inf, 1, "none"),
            "MTP ran at 1.10× the baseline in one heat: too few repeats to tell.",
        ),
        (None, "No heat was finished by both lanes, so there is nothing to compare."),
    ],
)
def test_the_verdict_is_no_surer_than_the_interval(interval: Interval | None, words: str) -> None:
    assert verdict(interval) == words


def test_the_limits_belong_to_the_surer_side() -> None:
    assert standing(LEVEL_BELOW) is Standing.FASTER
    assert standing(1 / LEVEL_BELOW) is Standing.SLOWER
    assert sure_standing(Interval(1.0, 0.971, 1.029, 9, "t")) is Standing.LEVEL
    assert sure_standing(Interval(1.0, 0.96, 1.03, 9, "t")) is Standing.UNSURE
    assert sure_standing(Interval(1.1, 0.8, 1.4, 5, "t")) is Standing.UNSURE
    assert sure_standing(Interval(1.1, 0.8, 1.4, 4, "t")) is Standing.TOO_FEW
    assert sure_standing(Interval(1.0, 1.0, 1.0, 1, "none")) is Standing.TOO_FEW
