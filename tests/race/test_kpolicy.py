from __future__ import annotations

import pytest

from app.race.events import Round
from app.race.kpolicy import policy_for
from app.race.lanes import KPolicy


def played(policy: KPolicy, most: int, outcomes: list[tuple[int, int]]) -> list[int]:
    chooser = policy_for(policy, most)
    chosen = [chooser.next_k()]
    for drafted, accepted in outcomes:
        chooser.observe(Round(0, 1, (), drafted, accepted))
        chosen.append(chooser.next_k())
    return chosen


def test_a_fixed_k_never_moves() -> None:
    assert played(KPolicy.FIXED, 3, [(3, 0), (3, 3)]) == [3, 3, 3]


def test_the_heuristic_grows_by_two_and_shrinks_by_one_within_its_limits() -> None:
    assert played(KPolicy.HEURISTIC, 8, [(5, 5), (7, 7), (8, 8), (8, 7)]) == [5, 7, 8, 8, 7]
    assert played(KPolicy.HEURISTIC, 2, [(2, 0), (1, 0), (1, 1)]) == [2, 1, 1, 2]


def test_the_policy_by_cost_starts_with_three_and_then_one() -> None:
    assert played(KPolicy.COST, 8, [(3, 3)]) == [3, 1]


def test_a_round_that_drafted_nothing_teaches_nothing() -> None:
    assert played(KPolicy.HEURISTIC, 8, [(0, 0)]) == [5, 5]


def test_a_policy_of_tomorrow_is_not_run() -> None:
    with pytest.raises(ValueError, match=r"^a policy of a newer version can be shown and not run$"):
        policy_for(KPolicy.NEWER, 3)
