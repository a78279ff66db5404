"""What other policies would have done on a race's text, from what its rounds tell."""

from __future__ import annotations

import random

import msgspec
import pytest

from app.race.auto_policy import AutoPolicy
from app.race.costs import Costs
from app.race.events import Prefilled, Round, Token
from app.race.fold import LaneState
from app.race.known_costs import KnownCosts
from app.race.kpolicy import policy_for
from app.race.lanes import KPolicy
from app.race.policies_here import forecast_words, forecasts, places_of
from app.race.simulate import PassTable, Place, simulate

DEEP = 16
COSTS = Costs(10.0, {k: 0.6 * k for k in range(1, 17)}, {width: 9.0 + 1.5 * width for width in range(1, 18)}, 0.0)
TABLE = PassTable({width: 9.0 + 1.5 * width for width in range(1, 18)}, 0.6)


def text(count: int, seed: int) -> tuple[Place, ...]:
    """Places of a text in which each token is one that the drafter knows, or not, wherever the draft begins."""
    draw = random.Random(seed)
    certain = [draw.choice((0.99, 0.99, 0.95, 0.4)) for _ in range(count + DEEP)]
    holds = [draw.random() < value for value in certain]
    places = []
    for at in range(count):
        held = next((ahead for ahead in range(DEEP) if not holds[at + ahead]), DEEP)
        places.append(Place(tuple(certain[at : at + DEEP]), held))
    return tuple(places)


def run_of(places: tuple[Place, ...]) -> LaneState:
    """What a lane would have recorded that decoded this text under ``auto``: token ids are places, wrong ones -1."""
    known = KnownCosts(tuple(round(1000 * TABLE.passes[width]) for width in sorted(TABLE.passes)), 600)
    scaled = PassTable({width: 1000 * cost for width, cost in TABLE.passes.items()}, 600.0)
    state, at = LaneState(), 0
    state.apply(Prefilled(0, 1, 3, Token(0, "a")))
    for item in simulate(places, AutoPolicy(DEEP, known), scaled).rounds:
        made = len(item.certainty)
        drafts = tuple(at + 1 + ahead if ahead < places[at].accepted else -1 for ahead in range(made))
        tokens = tuple(Token(at + 1 + ahead, "x") for ahead in range(item.emitted))
        state.apply(msgspec.structs.replace(item, tokens=tokens, drafts=drafts))
        at += item.emitted
    return state


def test_places_are_those_of_the_text_as_far_as_drafts_went() -> None:
    places = text(300, 1)
    rebuilt = places_of(run_of(places))
    assert len(rebuilt) == len(places)
    exact = sum(min(one.accepted, 3) == min(other.accepted, 3) for one, other in zip(places, rebuilt, strict=True))
    assert exact > 0.8 * len(places)
    assert all(len(place.certainty) == DEEP and 0 <= place.accepted <= DEEP for place in rebuilt)


@pytest.mark.parametrize("seed", range(4))
def test_rates_of_policies_are_forecast_from_one_run(seed: int) -> None:
    places = text(600, seed)
    found = {(item.policy, item.k): item.speedup for item in forecasts(run_of(places), COSTS, {})}
    for (policy, k), speedup in found.items():
        if policy in (KPolicy.FIXED, KPolicy.HEURISTIC):
            true = COSTS.step * len(places) / simulate(places, policy_for(policy, k), TABLE).ns
            assert abs(speedup / true - 1) < 0.08


def test_what_raced_stands_beside_what_is_forecast() -> None:
    found = forecasts(run_of(text(100, 2)), COSTS, {(KPolicy.FIXED, 3): 1.5})
    assert [item.measured for item in found if item.measured] == [1.5]
    words = forecast_words(found)
    assert "the best fixed K" in words
    assert "auto" in words


def test_a_lane_that_told_no_drafts_allows_no_forecast() -> None:
    state = LaneState()
    state.apply(Prefilled(0, 1, 3, Token(0, "a")))
    for number in range(40):
        state.apply(Round(number, number + 1, (Token(1, "x"),) * 2, 3, 1))
    assert places_of(state) == ()
    assert forecasts(state, COSTS, {}) == ()
    assert forecast_words(()) == ""
