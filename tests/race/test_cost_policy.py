"""The adaptive K, on synthetic lanes whose costs and chances are known."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.race.cost_policy import CostPolicy
from app.race.events import Round, Token
from app.race.kpolicy import Fixed, Policy, policy_for
from app.race.lanes import KPolicy

MS = 1_000_000
Cost = Callable[[int], float]
TOKENS = 1200


def flat(k: int) -> float:
    """A GPU: a wide pass costs hardly more than a narrow one."""
    return 10 + 0.3 * k + 0.8 * k


def steep(k: int) -> float:
    """A CPU: every token costs."""
    return 8 + 2.4 * k + 0.7 * k


def stairs(k: int) -> float:
    """Kernels for up to 1, 4, 8 and more tokens."""
    return {0: 6.0}.get(k, 9.0 if k <= 3 else 14.0 if k <= 7 else 25.0) + 0.6 * k


def dear(k: int) -> float:
    """Drafting never pays."""
    return 5 + (9 * k if k else 0)


def play(policy: Policy, cost: Cost, chances: Sequence[Sequence[float]], seed: int) -> tuple[float, list[int]]:
    """Emits TOKENS tokens; ``chances`` are the conditional rates, one list for each part of the run.

    Returns the time in ms and the K of each round.
    """
    chance, jitter = random.Random(seed), random.Random(seed + 1)
    emitted, time, ks = 0, 0.0, []
    while emitted < TOKENS:
        rates = chances[min(len(chances) - 1, emitted * len(chances) // TOKENS)]
        k = policy.next_k()
        accepted = 0
        while accepted < k and chance.random() < rates[accepted]:
            accepted += 1
        took = cost(k) * (1 + 0.05 * jitter.random()) * (3 if jitter.random() < 0.01 else 1)
        policy.observe(Round(0, round(took * MS), (Token(0, "x"),) * (accepted + 1), k, accepted))
        emitted, time = emitted + accepted + 1, time + took
        ks.append(k)
    return time, ks


GOOD, POOR, BAD = [0.9] * 8, [0.6, 0.5, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2], [0.1] * 8


@pytest.mark.parametrize("cost", [flat, steep, stairs, dear])
@pytest.mark.parametrize("chances", [[GOOD], [POOR], [BAD], [GOOD, BAD], [BAD, GOOD], [POOR, GOOD, BAD]])
def test_it_is_about_as_fast_as_the_best_fixed_k_or_faster(cost: Cost, chances: list[list[float]]) -> None:
    seeds = range(4)
    fixed = [sum(play(Fixed(k), cost, chances, seed)[0] for seed in seeds) for k in range(9)]
    adaptive = sum(play(CostPolicy(8), cost, chances, seed)[0] for seed in seeds)
    assert adaptive <= 1.06 * min(fixed)


def test_it_beats_every_fixed_k_where_the_text_changes() -> None:
    chances = [GOOD, BAD, GOOD, BAD]
    fixed = [sum(play(Fixed(k), steep, chances, seed)[0] for seed in range(4)) for k in range(9)]
    assert sum(play(CostPolicy(8), steep, chances, seed)[0] for seed in range(4)) < min(fixed)


def test_it_leaves_the_drafter_off_where_nothing_pays() -> None:
    _, ks = play(CostPolicy(8), dear, [BAD], 1)
    assert ks[20:].count(0) > 0.95 * len(ks[20:])


def test_it_drafts_much_where_everything_is_accepted_and_costs_little() -> None:
    _, ks = play(CostPolicy(8), flat, [[1.0] * 8], 1)
    assert ks[20:].count(8) > 0.8 * len(ks[20:])


@example(1, [(1, 0)] * 30)  # the one draft is best, and its neighbours are tried
@given(st.integers(1, 16), st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 16)), max_size=60))
def test_k_is_always_in_range_and_asking_changes_nothing(most: int, seen: list[tuple[int, int]]) -> None:
    policy = policy_for(KPolicy.COST, most)
    for took, accepted in seen:
        k = policy.next_k()
        assert policy.next_k() == k
        assert 0 <= k <= most
        policy.observe(Round(0, took, (), k, min(k, accepted)))


@given(st.lists(st.integers(0, 4), max_size=40))
def test_chances_stay_between_0_and_1(accepted: list[int]) -> None:
    policy = CostPolicy(4)
    for count in accepted:
        policy.observe(Round(0, 10, (), 4, count))
    assert all(0 <= rate <= 1 for rate in policy.rates())


STAIRS = (220, 433, 557, 287, 501, 639, 748, 567, 697)
"""Rounds of a 4-bit E2B on a processor, by K: passes of 4 and 8 tokens are cheap."""


def e2b(k: int) -> float:
    return STAIRS[k]


def test_where_costs_are_known_no_round_goes_to_a_k_on_a_bad_stair() -> None:
    def policy() -> CostPolicy:
        return CostPolicy(8, [round(ms * 1e6) for ms in STAIRS])

    time, ks = play(policy(), e2b, [GOOD], 1)
    assert set(ks) <= {3, 7}
    without, _ = play(CostPolicy(8), e2b, [GOOD], 1)
    assert time < without
    assert policy().next_k() == 3


def test_costs_known_from_a_faster_moment_are_brought_to_the_level_of_now() -> None:
    _, ks = play(CostPolicy(8, [round(ms * 0.5e6) for ms in STAIRS]), e2b, [GOOD], 1)
    assert set(ks) <= {3, 7}


def test_costs_known_in_part_only_are_not_used_above() -> None:
    policy = CostPolicy(8, [10, 11, 12])
    assert 0 <= policy.next_k() <= 8
    assert policy.cost(2) == 12


def seen_policy(costs: dict[int, int], known: Sequence[int] = ()) -> CostPolicy:
    """A policy for K up to 6 that saw one round of each K that is a key, of so many ns."""
    policy = CostPolicy(6, known)
    for k, cost in costs.items():
        policy.observe(Round(start_ns=1000, end_ns=1000 + cost, tokens=(), drafted=k, accepted=0))
    return policy


def test_costs_between_those_that_were_seen_lie_on_a_straight_line() -> None:
    policy = seen_policy({1: 100, 3: 300, 5: 900})
    assert [policy.cost(k) for k in range(7)] == [1.0, 100, 200, 300, 600, 900, 1200]
    assert [seen_policy({2: 500}).cost(k) for k in (0, 2, 6)] == [500, 500, 500]
    assert CostPolicy(6).cost(3) == 1.0


def test_more_drafted_never_costs_less_than_the_widest_round_that_was_seen() -> None:
    policy = seen_policy({1: 500, 3: 400})
    assert [policy.cost(k) for k in (2, 4, 6)] == [450, 500, 500]


def test_costs_that_are_known_are_brought_to_the_level_of_what_was_seen() -> None:
    policy = seen_policy({1: 400, 2: 900}, known=[100, 200, 300, 400])
    assert [policy.cost(k) for k in (0, 1, 2, 3)] == [250, 400, 900, 1000]


def played(policy: CostPolicy, costs: Callable[[int], int], rounds: int, accepts: Callable[[int], int]) -> list[int]:
    """The K of these rounds: each costs so many ns and accepts so many of its drafts."""
    ks = []
    for _ in range(rounds):
        k = policy.next_k()
        policy.observe(Round(100, 100 + costs(k), (), k, accepts(k)))
        ks.append(k)
    return ks


def test_a_few_k_are_tried_first_within_what_is_allowed() -> None:
    def tried(most: int) -> list[int]:
        return played(CostPolicy(most), lambda _: 10, 5, lambda _: 0)

    assert tried(8) == [3, 1, 6, 0, 3]
    assert tried(4)[:5] == [3, 1, 4, 0, 3]
    assert tried(1)[:3] == [1, 0, 1]
    assert CostPolicy(4, [10, 11, 12, 13, 14]).next_k() == 4, "known costs need no tries"
    assert CostPolicy(4, [10]).next_k() == CostPolicy(4, [10, 0, 12]).next_k() == CostPolicy(4).next_k() == 3


def test_while_drafting_pays_a_neighbour_is_tried_each_13th_round_above_and_below_in_turn() -> None:
    """K = 3 is by far the best: its rounds take 10 ns and all others a hundred times as long."""
    ks = played(CostPolicy(8), lambda k: 10 if k == 3 else 1000, 5 + 4 * 13, lambda k: k)
    assert ks[5:] == ([3] * 12 + [4] + [3] * 12 + [2]) * 2


@pytest.mark.parametrize(("best", "neighbours"), [(1, [2, 2, 2]), (6, [5, 5, 5])])
def test_at_an_end_the_other_neighbour_is_tried(best: int, neighbours: list[int]) -> None:
    ks = played(CostPolicy(6), lambda k: 10 if k == best else 1000, 5 + 3 * 13, lambda k: k)
    assert ks[5:] == [k for neighbour in neighbours for k in [best] * 12 + [neighbour]]
    alone = played(CostPolicy(1), lambda k: 10 if k else 1000, 3 + 13, lambda k: k)
    assert alone[3:] == [1] * 12 + [0], "there is no other draft to try"


def test_while_drafting_does_not_pay_a_small_draft_is_tried_ever_more_rarely() -> None:
    ks = played(CostPolicy(8), lambda k: 10 if not k else 1000, 5 + 13 + 25 + 49 + 97 + 97, lambda _: 0)
    assert ks[5:] == [k for pause in (12, 24, 48, 96, 96) for k in [0] * pause + [2]]
    assert played(CostPolicy(1), lambda k: 10 if not k else 1000, 3 + 13, lambda _: 0)[-1] == 1


def test_a_text_that_pays_again_is_looked_at_as_often_as_at_first() -> None:
    """A draft of 2 costs 25 ns and brings nothing when it is tried first, and 1 ns and all the next time."""
    policy = CostPolicy(8)
    before = played(policy, lambda k: {0: 10, 2: 25}.get(k, 1000), 5 + 13 + 24, lambda _: 0)
    assert before[5:] == [0] * 12 + [2] + [0] * 24
    after = played(policy, lambda k: 1 if k == 2 else 1000, 14, lambda k: k)
    assert after[:13] == [2] * 13
    assert after[13] in (1, 3)


def test_where_costs_are_known_the_most_promising_other_k_is_tried() -> None:
    """With all drafts accepted K = 2 brings 3 tokens for 10 ns; of the others K = 4 brings 5 for 20, the most."""
    known = [10, 12, 10, 40, 20]
    ks = played(CostPolicy(4, known), lambda k: known[k], 20 + 13, lambda k: k)
    assert ks[-13:].count(4) == 1
    assert set(ks) == {2, 4}
    single = played(CostPolicy(1, [100, 10]), lambda k: 100 if not k else 10, 26, lambda k: k)
    assert single == ([1] * 12 + [0]) * 2
    never = played(CostPolicy(1, [10, 1000]), lambda k: 10 if not k else 1000, 13, lambda k: 0)
    assert never == [0] * 12 + [1]


def test_only_the_last_five_times_of_a_k_count_and_none_is_below_one() -> None:
    policy = seen_policy({})
    for took in (900, 900, 900, 900, 900, 100, 100, 100):
        policy.observe(Round(0, took, (), 2, 0))
    assert policy.cost(2) == 100
    assert CostPolicy(6).cost(2) == 1.0
    assert seen_policy({2: 1}).cost(2) == seen_policy({2: 0}).cost(2) == 1.0


def test_what_is_outside_the_range_counts_as_its_end() -> None:
    """9 drafts in a lane of at most 2 are 2; of them no more than were drafted are accepted."""
    wide, most, odd = CostPolicy(2), CostPolicy(2), CostPolicy(2)
    wide.observe(Round(0, 50, (), 9, 9))
    most.observe(Round(0, 50, (), 2, 2))
    assert (wide.rates(), wide.cost(2)) == (most.rates(), 50)
    odd.observe(Round(0, 50, (), 1, 2))
    expected = CostPolicy(2)
    expected.observe(Round(0, 50, (), 1, 1))
    assert odd.rates() == expected.rates()


def test_costs_known_to_more_k_than_are_allowed_are_cut() -> None:
    policy = CostPolicy(2, [10, 12, 14, 16, 18])
    assert [policy.cost(k) for k in range(3)] == [10, 12, 14]
    policy.observe(Round(0, 24, (), 1, 0))
    assert [policy.cost(k) for k in range(3)] == [20, 24, 28]


def test_chances_are_those_of_all_that_was_seen_with_two_rounds_of_a_guess() -> None:
    """One round of 3 drafts with 1 accepted: the first position 1 of 1, the second 0 of 1, the third unseen."""
    policy = CostPolicy(3)
    policy.observe(Round(0, 10, (), 3, 1))
    first = (1 + 2 * 0.7) / 3
    second = 2 * first / 3
    assert policy.rates() == pytest.approx([first, second, second])
    policy.observe(Round(0, 10, (), 1, 0))
    again = (0.995 * 0.96 + 2 * 0.7) / (0.995 * 0.96 + 1 + 2)
    later = 2 * again / (0.995 + 2)
    assert policy.rates() == pytest.approx([again, later, later])
