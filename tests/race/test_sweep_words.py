"""Words for lanes and intervals."""

from __future__ import annotations

import math

import pytest

from app.race.lanes import KPolicy
from app.race.statistics import Interval
from app.race.sweep_words import NONE, k_name, listed, policy_word, span_words


@pytest.mark.parametrize(
    ("policy", "word", "name"),
    [
        (KPolicy.FIXED, "4", "K = 4"),
        (KPolicy.COST, "adaptive", "adaptive K"),
        (KPolicy.HEURISTIC, "heuristic", "heuristic K"),
        (KPolicy.AUTO, "auto", "auto K"),
        (KPolicy.NEWER, "newer", "newer K"),
    ],
)
def test_a_lane_is_named_by_its_k_or_by_how_it_chooses_it(policy: KPolicy, word: str, name: str) -> None:
    assert (policy_word(policy, 4), k_name(policy, 4)) == (word, name)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1.366, 1.464, "1.37 to 1.46"),
        (0.004, 1.0, "0.00 to 1.00"),
        (0.0, 1.0, NONE),
        (-1.0, 1.0, NONE),
        (1.0, math.inf, NONE),
        (math.nan, 1.0, NONE),
    ],
)
def test_the_ends_of_an_interval_are_said_where_both_are_known(low: float, high: float, words: str) -> None:
    assert span_words(Interval(1.0, low, high, 5, "t")) == words
    assert span_words(None) == "–"


def test_words_are_listed() -> None:
    assert [listed(words) for words in (["1"], ["1", "2"], ["1", "2", "3"])] == ["1", "1 and 2", "1, 2 and 3"]
