from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Finish, PassCosts
from app.race.fold import LaneState, speedup
from app.race.lanes import KPolicy, LaneKind, LaneSpec
from app.race.predict import even_rates, predict
from app.race.whatif import (
    Ground,
    Measured,
    cost_sentence,
    fitted_acceptance,
    ground,
    ground_words,
    measured_lane,
    paying_acceptance,
    prediction_words,
    race_ground,
)
from tests.race.builders import folded, lane_events, spec

BASE = folded(lane_events(range(60), step_ms=10))
LANE = folded(lane_events(range(60), k=3, accepted=[3, 1, 2, 0] * 10, step_ms=30))
K3 = spec("mtp", 3)
PROBED = PassCosts(64, {width: 10 * width for width in range(1, 18)}, 1)


def measured(lane: LaneSpec = K3, index: int = 1, speedup: float = 1.2) -> Measured:
    found = measured_lane(index, "MTP K=3", lane, [LANE], speedup)
    assert found is not None
    return found


def made(pass_costs: PassCosts | None = None) -> Ground:
    found = ground([(BASE, [LANE])], [measured()], LANE, pass_costs)
    assert found is not None
    return found


@given(st.floats(0.01, 0.99), st.integers(1, 16))
def test_the_fitted_chance_is_the_one_that_the_rates_come_from(chance: float, k: int) -> None:
    assert fitted_acceptance(even_rates(chance, k)) == pytest.approx(chance, abs=1e-6)


def test_a_what_if_starts_at_what_was_measured() -> None:
    found = made()
    at_start = found.curve(found.acceptance)[found.k - 1]
    as_measured = found.measured_curve()[found.k - 1]
    assert at_start.tokens_per_round == pytest.approx(as_measured.tokens_per_round)
    assert at_start.speedup == pytest.approx(as_measured.speedup, rel=0.02)


def test_more_acceptance_never_makes_any_k_slower() -> None:
    found = made()
    curves = [found.curve(share / 20) for share in range(21)]
    for lower, higher in itertools.pairwise(curves):
        assert all(a.speedup <= b.speedup + 1e-9 for a, b in zip(lower, higher, strict=True))


def test_the_chance_that_pays_is_where_a_long_run_is_as_fast_as_the_baseline() -> None:
    found = made()
    chance = paying_acceptance(found.costs, 3)
    assert chance is not None
    assert 1 + sum(even_rates(chance, 3)) == pytest.approx(found.costs.break_even(3))


def test_a_cost_that_nothing_can_pay_is_said_to_be_so() -> None:
    dear = folded(lane_events(range(60), k=1, accepted=[1] * 30, step_ms=90))
    lane = measured_lane(1, "MTP", spec("mtp", 1), [dear], 0.2)
    assert lane is not None
    found = ground([(BASE, [dear])], [lane], dear)
    assert found is not None
    assert paying_acceptance(found.costs, 1) is None
    assert "more than it can ever get" in cost_sentence(found.costs, 1)


def test_wider_passes_than_the_race_had_cost_more_and_follow_the_probe_where_there_is_one() -> None:
    plain, probed = made(), made(PROBED)
    assert plain.costs.verify_ns(17) > plain.costs.verify_ns(4) > plain.costs.verify_ns(1)
    assert (plain.known, probed.known, probed.probed) == ([1, 2, 3], list(range(1, 17)), 64)
    assert probed.costs.verify_ns(8) == pytest.approx(2 * probed.costs.verify_ns(4))


def test_the_fastest_lane_comes_first_and_an_adaptive_one_stands_at_its_mean_k() -> None:
    adaptive = LaneSpec("mtp-adaptive", spec("x", 8).kind, "test", "t", "d", k=8, policy=KPolicy.COST)
    slow, fast = measured(), measured(adaptive, 2, 1.5)
    found = ground([(BASE, [LANE, LANE])], [slow, fast], LANE)
    assert found is not None
    assert [lane.index for lane in found.lanes] == [2, 1]
    assert fast.k == pytest.approx(LANE.drafted / len(LANE.rounds))
    assert not fast.fixed


def test_a_race_without_times_of_its_parts_gives_no_ground() -> None:
    assert ground([], [measured()], LANE) is None
    assert measured_lane(1, "MTP", spec("mtp", 3), [BASE], 1.0) is None


def runs_of_a_race() -> tuple[list[LaneSpec], dict[str, dict[int, LaneState]]]:
    return [spec("baseline"), K3], {"baseline": {0: BASE}, "mtp": {0: LANE}}


def test_a_whole_race_gives_its_ground() -> None:
    lanes, runs = runs_of_a_race()
    found = race_ground(lanes, runs, {"mtp": 1.2})
    assert found is not None
    assert [(lane.index, lane.name, lane.k) for lane in found.lanes] == [(1, "MTP K=3", 3.0)]
    assert race_ground(lanes[:1], runs, {}) is None
    assert race_ground(lanes[1:], runs, {"mtp": 1.2}) is None


def test_the_costs_of_another_drafter_are_not_mixed_in() -> None:
    lanes, runs = runs_of_a_race()
    lookup = LaneSpec("lookup", LaneKind.LOOKUP, "test", "target.gguf", k=3)
    cheap = folded(lane_events(range(60), k=3, accepted=[1] * 40, step_ms=11))
    found = race_ground([*lanes, lookup], {**runs, "lookup": {0: cheap}}, {"mtp": 1.2, "lookup": 0.9})
    alone = race_ground(lanes, runs, {"mtp": 1.2})
    assert found is not None
    assert found == alone


def test_the_words_name_the_best_k_only_where_one_gains() -> None:
    found = made()
    assert "no K of 1 to 3 would pay" in prediction_words(found, 0.0, 3)
    high = prediction_words(found, 1.0, 1)
    best = found.best(found.curve(1.0))
    assert f"K = {best.k} would be best of K = 1 to 3, at {best.speedup:.2f}×." in high
    assert prediction_words(found, 1.0, best.k).endswith(
        f"K = {best.k} would be best of K = 1 to 3, at {best.speedup:.2f}× the baseline."
    )
    assert prediction_words(found, found.acceptance, 3).startswith("At the acceptance of this race, ")


def test_it_is_said_from_which_k_on_costs_are_not_measured() -> None:
    assert "measured for K = 1 to 3;" in ground_words(made(), "nano")
    probed = made(PROBED)
    assert "measured alone after 64 tokens" in ground_words(probed, "nano")
    assert "elsewhere" not in ground_words(probed, "nano")


def test_a_cost_that_was_not_measured_is_said_to_be_a_guess() -> None:
    assert cost_sentence(made().costs, 3).startswith("A round of K = 3 costs draft ")
    assert cost_sentence(made().costs, 9).startswith("A round of K = 9 was not measured and may cost draft ")


@given(st.floats(0, 1), st.integers(1, 16))
def test_nothing_outside_the_measured_range_is_called_best(acceptance: float, k: int) -> None:
    found = made()
    assert found.best(found.curve(acceptance)).k <= max(found.known) == 3
    words = prediction_words(found, acceptance, k)
    if k > 3:
        assert f"K = {k} might run at about" in words
        assert "was not measured" in words
        assert f"K = {k} would be best" not in words


@given(st.lists(st.floats(1, 60), min_size=3, max_size=3), st.floats(0.05, 1))
def test_a_curve_neither_falls_to_nothing_nor_soars_behind_the_measured_range(
    steps: list[float], acceptance: float
) -> None:
    lanes = [
        folded(lane_events(range(90), k=k, accepted=[1] * 60, step_ms=ms))
        for k, ms in zip((2, 4, 10), steps, strict=True)
    ]
    specs = [spec("baseline"), *(spec(f"mtp-k{k}", k) for k in (2, 4, 10))]
    runs = {"baseline": {0: BASE}} | {lane.id: {0: run} for lane, run in zip(specs[1:], lanes, strict=True)}
    found = race_ground(specs, runs, dict.fromkeys(runs, 1.0))
    assert found is not None
    curve = found.curve(acceptance)
    rounds = [item.round_ns for item in curve]
    assert all(item.speedup > 0 for item in curve)
    assert all(rounds[k] >= max(rounds[:k]) - 1e-3 for k in range(10, 16))
    assert found.best(curve).k <= 10


def test_a_prediction_that_misses_its_own_race_says_by_how_much() -> None:
    right = predict(made().costs, measured().rates, 3, LANE.count, Finish.END).speedup
    close = ground([(BASE, [LANE])], [measured(speedup=right * 1.02)], LANE)
    low = ground([(BASE, [LANE])], [measured(speedup=right * 2)], LANE)
    assert close is not None
    assert low is not None
    assert "miss" not in ground_words(close, "nano")
    assert f"MTP K=3 is predicted at {right:.2f}× and ran at {right * 2:.2f}×" in ground_words(low, "nano")
    assert "about 50% too low" in ground_words(low, "nano")


def test_costs_of_one_race_give_back_its_speedup() -> None:
    ratio = speedup(BASE, LANE)
    found = race_ground(*runs_of_a_race(), {"mtp": ratio or 0.0})
    assert found is not None
    ((lane, predicted),) = found.misses()
    assert predicted == pytest.approx(lane.speedup, rel=0.03)


def test_a_race_of_one_wide_k_says_that_no_other_was_measured() -> None:
    wide = folded(lane_events(range(90), k=8, accepted=[4] * 20, step_ms=30))
    runs = {"baseline": {0: BASE}, "mtp": {0: wide}}
    found = race_ground([spec("baseline"), spec("mtp", 8)], runs, {"mtp": 1.5})
    assert found is not None
    assert found.known == [8], "wide passes run other kernels, so what lies before them is not known"
    assert prediction_words(found, found.acceptance, 8).endswith("× the baseline; no other K was measured.")
    assert "measured for K = 8;" in ground_words(found, "nano")


def test_a_curve_that_is_asked_for_again_is_the_same_one() -> None:
    found = made()
    assert found.curve(0.5) is found.curve(0.5)
    assert found.curve(0.5) != found.curve(0.6)
