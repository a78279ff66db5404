"""Drafts that end by certainty and cost, on recorded places whose chances are known."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.auto_policy import BUDGET, GRANT, LONGEST_REST, AutoPolicy
from app.race.events import Halt, Round, Token
from app.race.known_costs import KnownCosts
from app.race.kpolicy import Fixed, policy_for
from app.race.lanes import KPolicy
from app.race.simulate import PassTable, Place, Simulated, simulate

MOST = 8
FLAT = PassTable(dict(enumerate([10.0 + 0.4 * k for k in range(9)], start=1)), 0.8)
STEEP = PassTable(dict(enumerate([8.0 + 2.4 * k for k in range(9)], start=1)), 0.7)
STAIRS = PassTable(dict(enumerate((220.0, 425.0, 541.0, 263.0, 469.0, 599.0, 700.0, 511.0, 634.0), start=1)), 8.0)
DEAR = PassTable(dict(enumerate([5.0 + 9.0 * k for k in range(9)], start=1)), 1.0)
TABLES = {"flat": FLAT, "steep": STEEP, "stairs": STAIRS, "dear": DEAR}
Certain = Callable[[random.Random], float]


def known(table: PassTable) -> KnownCosts:
    """The table's costs, as a probe would have told them (in thousandths, since they are whole)."""
    return KnownCosts(
        tuple(round(1000 * table.passes[width]) for width in range(1, MOST + 2)), round(1000 * table.draft)
    )


def scaled(table: PassTable) -> PassTable:
    return PassTable({width: 1000 * cost for width, cost in table.passes.items()}, 1000 * table.draft)


def text(certain: Certain, count: int, seed: int = 1, bias: float = 1.0) -> tuple[Place, ...]:
    """Places whose drafts hold as often as their certainty says, times a bias."""
    draw, found = random.Random(seed), []
    for _ in range(count):
        certainty = tuple(certain(draw) for _ in range(MOST))
        accepted = 0
        while accepted < MOST and draw.random() < bias * certainty[accepted]:
            accepted += 1
        found.append(Place(certainty, accepted))
    return tuple(found)


def sure(_: random.Random) -> float:
    return 0.97


def mixed(draw: random.Random) -> float:
    """Most drafts are nearly certain and some are not, as in code."""
    return draw.choice((0.99, 0.99, 0.99, 0.3))


def poor(draw: random.Random) -> float:
    return draw.choice((0.08, 0.15, 0.2))


TEXTS: dict[str, tuple[Place, ...]] = {
    "sure": text(sure, 2000),
    "mixed": text(mixed, 2000),
    "poor": text(poor, 2000),
    "boastful": text(lambda _: 0.95, 2000, bias=0.15),
    "changing": text(sure, 200) + text(poor, 200) + text(mixed, 200) + text(poor, 200),
}


def auto(places: Sequence[Place], table: PassTable) -> Simulated:
    return simulate(places, AutoPolicy(MOST, known(table)), scaled(table))


def fixed_ns(places: Sequence[Place], table: PassTable, k: int) -> float:
    return simulate(places, Fixed(k), scaled(table)).ns


@pytest.mark.parametrize("costs", TABLES)
@pytest.mark.parametrize("name", TEXTS)
def test_it_is_within_5_percent_of_the_best_fixed_k_and_of_the_baseline(costs: str, name: str) -> None:
    places, table = TEXTS[name], TABLES[costs]
    best = min(fixed_ns(places, table, k) for k in range(MOST + 1))
    assert auto(places, table).ns <= 1.05 * best


@pytest.mark.parametrize("costs", ["flat", "steep"])
def test_it_beats_every_fixed_k_where_the_drafter_knows_when_it_guesses(costs: str) -> None:
    for name in ("mixed", "changing"):
        places, table = TEXTS[name], TABLES[costs]
        assert auto(places, table).ns < 0.95 * min(fixed_ns(places, table, k) for k in range(MOST + 1))


def test_only_cheap_widths_are_used_where_costs_have_stairs() -> None:
    drafted = [item.drafted for item in auto(TEXTS["sure"], STAIRS).rounds[:-1]]
    assert set(drafted) <= {0, 3, 7}
    assert drafted.count(0) <= 2


def test_what_is_drafted_and_then_doubted_is_not_tried() -> None:
    rounds = auto(TEXTS["mixed"], STAIRS).rounds
    assert any(item.drafted < len(item.certainty) for item in rounds)
    assert all(item.drafted <= len(item.certainty) for item in rounds)


@pytest.mark.parametrize("seed", range(6))
def test_where_nothing_can_pay_no_draft_is_made_at_all(seed: int) -> None:
    """A pass of two tokens costs more than two passes of one: no certainty is enough."""
    assert sum(auto(text(sure, 300, seed), DEAR).drafted) == 0


@given(st.integers(0, 2**32), st.sampled_from(["flat", "steep", "stairs"]))
def test_where_no_draft_ever_holds_the_loss_is_bounded(seed: int, costs: str) -> None:
    """The grant, the budget, what rounds under way go beyond them, and a little after each rest."""
    table = TABLES[costs]
    draw = random.Random(seed)
    places = [Place(tuple(draw.random() for _ in range(MOST)), 0) for _ in range(600)]
    result = auto(places, table)
    plain = 600 * 1000 * table.passes[1]
    widest = max(table.passes.values()) + 8 * table.draft
    trials = 600 / LONGEST_REST + 3
    assert result.ns <= plain * (1 + BUDGET) + 1000 * (table.passes[1] * (GRANT + trials) + 2 * widest)


def test_drafting_comes_back_when_the_text_gets_predictable() -> None:
    places = text(poor, 400) + text(sure, 200, 2)
    rounds = auto(places, STEEP).rounds
    at, back = 0, None
    for item in rounds:
        if at >= 400 and back is None and item.accepted >= 3:
            back = at - 400
        at += item.emitted
    assert back is not None
    assert back <= LONGEST_REST


def test_the_same_rounds_give_the_same_choices() -> None:
    assert auto(TEXTS["changing"], STEEP) == auto(TEXTS["changing"], STEEP)


def test_it_finds_its_costs_where_none_are_known() -> None:
    places = TEXTS["mixed"]
    blind = simulate(places, policy_for(KPolicy.AUTO, MOST), scaled(STEEP)).ns
    assert blind <= 1.05 * auto(places, STEEP).ns


@pytest.mark.parametrize("name", TEXTS)
def test_costs_that_were_known_and_are_wrong_are_put_right(name: str) -> None:
    """The probe says that wide passes cost little more than one step, as on a GPU; here every token costs."""
    places = TEXTS[name]
    wrong = simulate(places, AutoPolicy(MOST, known(FLAT)), scaled(STEEP)).ns
    assert wrong <= 1.1 * min(fixed_ns(places, STEEP, k) for k in range(MOST + 1))


@pytest.mark.parametrize("name", ["sure", "mixed"])
def test_rounds_that_others_disturb_do_not_spoil_what_is_known_of_costs(name: str) -> None:
    """Of all rounds a third takes three times as long; which, is chance."""
    draw, policy, places = random.Random(1), AutoPolicy(MOST, known(STEEP)), TEXTS[name]
    at, time = 0, 0.0
    while at < len(places):
        place, k = places[at], policy.next_k()
        made = min(1, k)
        while 0 < made < k and policy.wants(place.certainty[:made]):
            made += 1
        tried = policy.keep(place.certainty[:made])
        hit = min(place.accepted, tried, len(places) - at - 1)
        slow = draw.choice((1, 1, 3))
        verify, draft = 1000 * STEEP.passes[tried + 1], 1000 * STEEP.draft * made
        tokens = (Token(-1, ""),) * (hit + 1)
        spent = round(slow * (verify + draft))
        policy.observe(Round(0, spent, tokens, tried, hit, round(slow * draft), round(slow * verify)))
        at, time = at + hit + 1, time + verify + draft
    assert time <= 1.07 * auto(places, STEEP).ns


def test_it_says_why_a_draft_ended() -> None:
    policy = AutoPolicy(MOST, known(STEEP))
    assert policy.halt((0.99,) * MOST) is Halt.LIMIT
    assert policy.halt((0.2,)) is Halt.CERTAINTY
    assert AutoPolicy(MOST, known(DEAR)).halt(()) is Halt.COST


@given(
    st.integers(1, 16),
    st.lists(
        st.tuples(st.lists(st.floats(0, 1), max_size=16), st.integers(0, 16), st.integers(1, 10**12)), max_size=30
    ),
    st.lists(st.integers(0, 10**10), max_size=17),
)
def test_whatever_happens_choices_are_in_range_and_asking_changes_nothing(
    most: int, seen: list[tuple[list[float], int, int]], passes: list[int]
) -> None:
    policy = AutoPolicy(most, KnownCosts(tuple(passes), 5))
    for probabilities, accepted, took in seen:
        k = policy.next_k()
        assert policy.next_k() == k
        assert 0 <= k <= most
        made = probabilities[:k]
        for count in range(1, len(made)):
            policy.wants(made[:count])
        assert isinstance(policy.halt(made), Halt)
        tried = policy.keep(made)
        assert 0 <= tried <= len(made)
        hit = min(accepted, tried)
        policy.observe(Round(0, took, (Token(0, ""),) * (hit + 1), tried, hit, certainty=tuple(made)))


def test_a_drafter_that_knows_nothing_costs_two_in_a_hundred_at_most() -> None:
    """Its tokens look likely now and then and never hold."""
    draw = random.Random(5)
    places = [Place(tuple(draw.choice((0.1, 0.2, 0.4, 0.8)) for _ in range(MOST)), 0) for _ in range(200)]
    for table in (FLAT, STEEP, STAIRS):
        assert auto(places, table).ns <= 200 * 1000 * table.passes[1] / 0.98


def test_what_drafting_gained_before_may_be_lost_again_only_in_part() -> None:
    places = text(sure, 400) + (Place((0.95,) * MOST, 0),) * 400
    rounds = auto(places, STEEP).rounds
    lost = sum(1 for item in rounds[-300:] if item.drafted)
    assert lost <= 30


@pytest.mark.parametrize("costs", TABLES)
@pytest.mark.parametrize("slower", [0.4, 2.5])
def test_a_machine_that_is_slower_or_faster_all_over_than_it_was_known_to_be_changes_nothing(
    costs: str, slower: float
) -> None:
    table, places = TABLES[costs], TEXTS["mixed"][:300]
    now = PassTable({width: slower * cost for width, cost in scaled(table).passes.items()}, slower * 1000 * table.draft)
    there = simulate(places, AutoPolicy(MOST, known(table)), now).ns
    assert there <= 1.03 * slower * auto(places, table).ns
