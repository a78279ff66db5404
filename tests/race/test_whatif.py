from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.costs import Costs
from app.race.events import Finish, PassCosts, Totals
from app.race.fold import LaneState, speedup
from app.race.lanes import KPolicy, LaneKind, LaneSpec
from app.race.predict import even_rates, predict
from app.race.whatif import (
    ALL_K,
    Ground,
    Measured,
    cost_sentence,
    fitted_acceptance,
    ground,
    ground_words,
    measured_lane,
    miss_words,
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


def speeds(by_k: dict[int, float], *lanes: Measured, probed: int = 0) -> Ground:
    """A what-if in which each of these K, and no other, was measured and brings this speedup.

    A run of two tokens that ends with an end token is one round after the first, whatever is accepted of it; so its
    speedup is a step over the time of a round, and only passes take any time here.
    """
    costs = Costs(step=1.0, draft={1: 0.0}, verify={k + 1: 1 / speed for k, speed in by_k.items()}, other=0.0)
    return Ground(costs, lanes or (raced(3, 1.0),), 2, Finish.END, probed)


def raced(k: float, speedup: float, *, fixed: bool = True, name: str = "") -> Measured:
    return Measured(1, name or f"MTP K={k:g}", k, fixed, speedup, (0.5,))


SOME = {1: 1.5, 2: 2.0, 3: 1.97, 9: 1.25}
START = "If 30% of the draft tokens were accepted, "


@pytest.mark.parametrize(
    ("k", "words"),
    [
        (1, "K = 1 would run at 1.50× the baseline; K = 2 would be best of K = 1 to 3, 9, at 2.00×."),
        (2, "K = 2 would be best of K = 1 to 3, 9, at 2.00× the baseline."),
        (3, "K = 3 would run at 1.97× the baseline, about as fast as the best K."),
        (
            5,
            "K = 5 might run at about 1.9× the baseline, but what it costs was not measured; "
            "of the K that were, K = 2 would be best, at 2.00×.",
        ),
    ],
)
def test_a_k_is_spoken_of_beside_the_best_that_was_measured(k: int, words: str) -> None:
    found = speeds(SOME)
    assert found.known == [1, 2, 3, 9]
    if k == 5:
        words = words.replace("1.9×", f"{found.curve(0.3)[4].speedup:.1f}×")
    assert prediction_words(found, 0.3, k) == START + words


@pytest.mark.parametrize(
    ("best", "words"),
    [
        (1.03, "K = 1 would be best of K = 1 to 2, at 1.03× the baseline."),
        (1.02, "no K of 1 to 2 would gain: the best, K = 1, is predicted at 1.02× the baseline."),
        (0.98, "no K of 1 to 2 would gain: the best, K = 1, is predicted at 0.98× the baseline."),
        (0.97, "no K of 1 to 2 would pay: the best, K = 1, is predicted at 0.97× the baseline."),
    ],
)
def test_two_percent_are_no_gain_and_no_loss(best: float, words: str) -> None:
    costs = Costs(step=best, draft={1: 0.0}, verify={2: 1.0, 3: 2.0}, other=0.0)
    assert prediction_words(Ground(costs, (raced(1, 1.0),), 2, Finish.END), 0.3, 1) == START + words


def test_where_every_k_was_measured_the_best_is_the_best_of_all() -> None:
    every = speeds({k: 2.0 - 0.05 * k for k in ALL_K})
    assert prediction_words(every, every.acceptance, 1) == (
        "At the acceptance of this race, 50%, K = 1 would be best, at 1.95× the baseline."
    )
    assert prediction_words(every, 0.3, 9) == (
        START + "K = 9 would run at 1.55× the baseline; K = 1 would be best, at 1.95×."
    )


def test_where_nothing_was_measured_the_first_k_stands_for_the_best() -> None:
    costs = Costs(step=1.0, draft={1: 4.0, 2: 2.0}, verify={}, other=1.0)
    found = Ground(costs, (raced(1, 1.0),), 2, Finish.END)
    assert found.known == []
    assert found.best(found.curve(0.5)).k == 1


def test_only_lanes_of_one_k_that_a_curve_has_can_miss() -> None:
    lanes = (raced(1, 2.0), raced(16, 1.0), raced(17, 1.0), raced(3, 1.0, fixed=False), raced(0, 1.0))
    found = speeds(dict.fromkeys(ALL_K, 1.25), *lanes)
    assert [(lane.k, predicted) for lane, predicted in found.misses()] == [(1, 1.25), (16, 1.25)]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        # Predicted at 2.00 and at 1.00: 100 % too high and 75 % too low.
        (1.0, 4.0, "MTP K=1 is predicted at 2.00× and ran at 1.00×, so expect them to be about 100% too high."),
        # 25 % too high and 75 % too low.
        (1.6, 4.0, "MTP K=3 is predicted at 1.00× and ran at 4.00×, so expect them to be about 75% too low."),
        # 25 % too high and 4 % too low.
        (1.6, 1.042, "MTP K=1 is predicted at 2.00× and ran at 1.60×, so expect them to be about 25% too high."),
    ],
)
def test_of_several_lanes_the_worst_miss_is_told(first: float, second: float, words: str) -> None:
    found = speeds({1: 2.0, 3: 1.0}, raced(1, first), raced(3, second))
    assert miss_words(found) == f"These predictions miss their own race: {words}"


def test_what_is_close_and_what_cannot_be_predicted_is_no_miss() -> None:
    assert miss_words(speeds({1: 2.0, 3: 1.0}, raced(1, 1.92), raced(3, 1.04))) == ""
    assert miss_words(speeds({1: 2.0}, raced(1, 1.0, fixed=False))) == ""


def test_the_words_on_costs_name_what_they_rest_on_and_what_would_measure_the_rest() -> None:
    close = raced(1, 1.0)
    assert ground_words(speeds({1: 1.0}, close), "nano") == (
        "Costs are of this race. They were measured for K = 1; elsewhere (dashed) they are taken to go on growing. "
        "The command mtp-race probe --pair nano measures them."
    )
    every = dict.fromkeys(ALL_K, 1.0)
    assert ground_words(speeds(every, close), "nano") == "Costs are of this race."
    assert ground_words(speeds(every, raced(1, 0.5), probed=64), "nano") == (
        "Costs are of this race, and of passes measured alone after 64 tokens of text. "
        "These predictions miss their own race: MTP K=1 is predicted at 1.00× and ran at 0.50×, so expect them to be "
        "about 100% too high."
    )


def test_a_cost_is_told_in_its_parts_and_with_the_acceptance_that_pays() -> None:
    """A round of 18.05 ms is 1.805 steps: 0.805 = p + p^2 + p^3 at p = 0.474. Parts below 0.05 ms are not told."""
    verify = {1: 10e6, 2: 10.5e6, 4: 12.05e6, 5: 13e6}
    costs = Costs(step=10e6, draft={3: 4e6}, verify=verify, other=2e6)
    assert cost_sentence(costs, 3) == (
        "A round of K = 3 costs draft 4.0 + verify 12.1 + other 2.0 = 18.1 ms and pays from 1.8 tokens, "
        "an acceptance of 47%."
    )
    assert pytest.approx(0.805, abs=0.001) == 0.474 + 0.474**2 + 0.474**3
    few = Costs(step=1e6, draft={3: 50_000}, verify={4: 9e6}, other=49_999)
    assert cost_sentence(few, 3) == (
        "A round of K = 3 costs draft 0.1 + verify 9.0 = 9.1 ms and pays from 9.1 tokens, more than it can ever get."
    )


def test_the_acceptance_that_pays_goes_from_none_of_the_drafts_to_all_of_them() -> None:
    def pays(round_ns: float, k: int) -> float | None:
        return paying_acceptance(Costs(step=1.0, draft={k: 0.0}, verify={k + 1: round_ns}, other=0.0), k)

    assert pays(0.5, 1) == pytest.approx(0.0, abs=1e-9)
    assert pays(1.5, 1) == pytest.approx(0.5)
    assert pays(4.0, 3) == pytest.approx(1.0), "all of them are enough"
    assert pays(4.1, 3) is None


def test_a_ground_needs_costs_a_run_and_a_lane_with_rates() -> None:
    heats = [(BASE, [LANE])]
    assert ground(heats, [], LANE) is None
    assert ground(heats, [measured()], None) is None
    assert ground(heats, [Measured(1, "MTP", 3.0, True, 1.2, ())], LANE) is None
    assert made().probed == 0


def test_what_a_lane_was_over_several_runs_is_that_of_all_their_rounds() -> None:
    """Twice two rounds: of K = 3 with all and one accepted, of K = 1 at the end with one and none accepted."""
    runs = [folded(lane_events(range(7), k=3, accepted=[3, 1])), folded(lane_events(range(4), k=1, accepted=[1, 0]))]
    assert measured_lane(2, "MTP", K3, runs, 1.5) == Measured(2, "MTP", 3.0, True, 1.5, (3 / 4, 1 / 2, 1 / 2))
    adaptive = LaneSpec("a", LaneKind.MTP, "test", "t", "d", k=8, policy=KPolicy.AUTO)
    assert measured_lane(2, "MTP", adaptive, runs, 1.5) == Measured(2, "MTP", 2.0, False, 1.5, (3 / 4, 1 / 2, 1 / 2))


def test_a_position_that_no_round_proposed_has_no_chance() -> None:
    run = folded(lane_events(range(7), k=2, accepted=[1]))
    run.apply(Totals(drafted=4, accepted=1, positions=((3, 1), (0, 0))))
    found = measured_lane(1, "MTP", spec("mtp", 2), [run], 1.0)
    assert found is not None
    assert found.rates == (1 / 3, 0.0)


def test_of_a_whole_race_the_longest_run_of_the_fastest_lane_and_the_probe_are_taken() -> None:
    mlx = LaneSpec("mtp", LaneKind.MTP, "mlx", "target.gguf", "d.gguf", k=3)
    long = folded(lane_events(range(80), k=3, accepted=[1] * 60, step_ms=30))
    runs = {"baseline": {0: BASE, 1: BASE}, "mtp": {0: long, 1: LANE}}
    lanes = [spec("baseline"), mlx, spec("never-ran", 2), spec("no-speedup", 4)]
    runs["no-speedup"] = {0: LANE}
    found = race_ground(lanes, runs, {"baseline": 1.0, "mtp": 1.2, "never-ran": 1.3}, PROBED)
    assert found is not None
    assert (found.tokens, found.probed, found.finish) == (80, 64, Finish.END)
    assert [lane.name for lane in found.lanes] == ["MTP K=3"], "the name is the same as with any engine"
    assert race_ground(lanes, {"mtp": {0: LANE}}, {"mtp": 1.2}) is None
