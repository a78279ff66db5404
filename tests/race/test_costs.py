from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.race.costs import EDGE, Costs, filled, measured_costs, probed_costs, typical_sizes
from app.race.events import PassCosts, Prefilled, Round, Token
from app.race.fold import LaneState
from app.race.lanes import MAX_K
from tests.race.builders import folded, lane_events

WHOLE_E2B = {1: 220.0, 2: 425.0, 3: 541.0, 4: 263.0, 5: 469.0, 6: 599.0, 7: 700.0, 8: 511.0, 9: 634.0}
"""ms of passes of a whole Gemma 4 E2B in Q4_0 on a processor: repacked kernels work four rows at a time."""
sizes = st.dictionaries(st.integers(1, MAX_K + 1), st.floats(0.1, 1e3), min_size=1, max_size=MAX_K)
drafts = st.dictionaries(st.integers(1, MAX_K), st.floats(0.1, 1e3), min_size=1, max_size=6)


@given(sizes, st.sampled_from([float(EDGE), 1e9]))
def test_measured_costs_stay_and_inferred_ones_are_never_below_a_smaller_size(
    points: dict[int, float], edge: float
) -> None:
    found = filled(points, MAX_K + 1, edge)
    for size, cost in enumerate(found, start=1):
        if size in points:
            assert cost == points[size]
        else:
            assert all(cost >= smaller for smaller in found[: size - 1])


@given(drafts, sizes, sizes | st.just({}))
def test_a_round_whose_cost_was_not_measured_is_never_cheaper_than_one_of_a_smaller_k(
    draft: dict[int, float], verify: dict[int, float], shape: dict[int, float]
) -> None:
    costs = Costs(step=10.0, draft=draft, verify=verify, other=1.0, shape=shape)
    rounds = [costs.round_ns(k) for k in range(MAX_K + 1)]
    for k in range(1, MAX_K + 1):
        if k not in draft and k + 1 not in costs.passes:
            assert rounds[k] >= max(rounds[:k]) - 1e-9
    assert all(costs.verify_ns(width) == value for width, value in verify.items())


@given(sizes)
def test_what_lies_beyond_the_measured_widths_is_not_called_measured(points: dict[int, float]) -> None:
    costs = Costs(step=10.0, draft={1: 1.0}, verify=points, other=0.0)
    for k in range(1, MAX_K + 1):
        if costs.measured(k):
            assert min(points) <= k + 1 <= max(points)
        if k + 1 in points:
            assert costs.measured(k)


@given(st.floats(1, 1e3), st.floats(1, 1e3), st.integers(1, EDGE), st.integers(EDGE + 1, MAX_K + 1))
def test_nothing_is_drawn_between_the_kernels_for_few_tokens_and_the_others(
    narrow: float, wide: float, below: int, above: int
) -> None:
    costs = Costs(step=10.0, draft={1: 1.0}, verify={below: narrow, above: wide}, other=0.0)
    for width in range(below + 1, above):
        assert not costs.measured(width - 1)
        assert costs.verify_ns(width) >= narrow


def test_stairs_that_fall_are_kept_where_they_were_measured() -> None:
    costs = Costs(step=220.0, draft={3: 24.0}, verify=WHOLE_E2B, other=0.0)
    assert costs.round_ns(3) < costs.round_ns(2)
    assert [costs.verify_ns(width) for width in WHOLE_E2B] == list(WHOLE_E2B.values())
    assert costs.verify_ns(10) >= 700.0
    few = Costs(step=220.0, draft={3: 24.0}, verify={width: WHOLE_E2B[width] for width in (1, 3, 4, 8)}, other=0.0)
    assert few.verify_ns(4) == 263.0
    assert few.verify_ns(2) == pytest.approx(380.5)
    assert few.verify_ns(5) == few.verify_ns(7) == 541.0, "no step down is made up"


def test_a_round_that_falls_in_the_measured_range_does_not_fall_for_ever_behind_it() -> None:
    costs = Costs(step=10.0, draft={8: 9.0, 10: 8.0}, verify={1: 10.0, 9: 40.0, 11: 20.0}, other=0.0)
    assert all(costs.round_ns(b) >= costs.round_ns(a) for a, b in itertools.pairwise(range(11, MAX_K + 1)))
    assert costs.round_ns(16) > costs.round_ns(8)


def test_costs_are_those_that_the_rounds_showed() -> None:
    baseline = folded(lane_events(range(40), step_ms=10))
    lane = folded(lane_events(range(60), k=3, accepted=[3, 1, 2, 0] * 10, step_ms=20))
    costs = measured_costs([(baseline, [lane])])
    assert costs is not None
    assert costs.step == 10e6
    assert costs.round_ns(3) == pytest.approx(20e6)
    assert costs.break_even(3) == pytest.approx(2.0)
    assert typical_sizes(lane) == {3: len(lane.rounds)}


def test_without_rounds_of_both_kinds_there_are_no_costs() -> None:
    lane = folded(lane_events(range(9), k=2, accepted=[2, 2, 2]))
    assert measured_costs([]) is None
    assert measured_costs([(LaneState(), [lane])]) is None
    assert measured_costs([(lane, [])]) is None


def test_costs_of_heats_do_not_depend_on_how_fast_the_machine_was_in_each() -> None:
    def heat(speed: float) -> tuple[LaneState, list[LaneState]]:
        base = folded(lane_events(range(41), step_ms=10 * speed))
        return base, [folded(lane_events(range(41), k=3, accepted=[1] * 40, step_ms=24 * speed))]

    steady, drifting = measured_costs([heat(1.0)] * 3), measured_costs([heat(1.0), heat(1.5), heat(3.0)])
    assert steady is not None
    assert drifting is not None
    assert steady.round_ns(3) / steady.step == pytest.approx(2.4, rel=1e-6)
    assert drifting.round_ns(3) / drifting.step == pytest.approx(2.4, rel=1e-6)


def test_a_width_that_was_not_seen_takes_the_shape_of_the_probe() -> None:
    costs = Costs(step=10, draft={2: 2.0}, verify={3: 22.0}, other=0, shape={1: 10.0, 3: 20.0, 5: 40.0, 8: 55.0})
    assert costs.verify_ns(3) == 22.0
    assert costs.verify_ns(5) == pytest.approx(44.0)
    assert costs.verify_ns(6) == pytest.approx(49.5)
    assert costs.draft_ns(4) == pytest.approx(4.0)
    assert costs.measured(7)
    assert not costs.measured(8)


def test_costs_of_a_probe_are_what_it_measured() -> None:
    costs = probed_costs(PassCosts(64, {1: 10, 2: 12, 4: 20}, 2), other=1.0)
    assert costs.step == 11
    assert costs.round_ns(3) == 3 * 2 + 20 + 1
    assert costs.verify_ns(3) == 16
    assert costs.break_even(0) == 1.0


@given(st.integers(MAX_K + 1, 2**40), sizes)
def test_a_trace_that_claims_huge_drafts_costs_no_time(huge: int, shape: dict[int, float]) -> None:
    assume(huge > MAX_K)
    costs = Costs(step=10.0, draft={huge: 5.0}, verify={huge + 1: 9.0}, other=0.0, shape=shape)
    assert costs.round_ns(huge) == 14.0
    assert costs.round_ns(huge + 1) >= 0


def test_costs_between_and_beyond_measured_ones_lie_on_their_side_of_the_edge() -> None:
    """Of sizes 1, 2 and 12 with costs 10, 12 and 100 a size costs (4 * 30 2/3 + 3 * 28 2/3 + 7 * 59 1/3) / 74 more."""
    slope = (4 * 92 / 3 + 3 * 86 / 3 + 7 * 178 / 3) / (16 + 9 + 49)
    expected = [10, 12, *(12 + slope * more for more in range(1, 7)), 100, 100, 100, 100]
    assert filled({1: 10.0, 2: 12.0, 12: 100.0}, 12, EDGE) == pytest.approx(expected)
    assert filled({12: 100.0}, 2, EDGE) == [100.0, 100.0], "what is known of the other side is better than nothing"
    assert filled({2: 4.0, 3: 6.0}, 9, EDGE)[8] == pytest.approx(6.0 + 6 * 2.0)


def test_one_measured_cost_stands_for_all_and_none_for_nothing() -> None:
    assert filled({2: 0.5}, 3) == [0.5, 0.5, 0.5]
    assert filled({}, 2) == [0.0, 0.0]
    assert filled({1: 5.0, 2: 5.5}, 3) == [5.0, 5.5, 6.0]
    assert filled({1: 5.0, 2: 4.0}, 3) == [5.0, 4.0, 5.0], "no inferred size is cheaper than a smaller one"


def base(*ends: int, verify_ns: int = 0) -> LaneState:
    """A baseline whose first token comes at 10 ns and whose rounds of one token end at these times."""
    starts = (10, *ends)
    rounds = [Round(start, end, (Token(1, "x"),), verify_ns=verify_ns) for start, end in itertools.pairwise(starts)]
    return folded([Prefilled(0, 10, 1, Token(0, "a")), *rounds])


def lane(*rounds: tuple[int, int, int, int]) -> LaneState:
    """A lane whose rounds drafted so many tokens and took so many ns for drafts, verification and the rest."""
    clock, events = 10, []
    for drafted, draft, verify, other in rounds:
        end = clock + draft + verify + other
        events.append(Round(clock, end, (Token(1, "x"),), drafted, 0, draft, verify))
        clock = end
    return folded([Prefilled(0, 10, 1, Token(0, "a")), *events])


def test_the_costs_of_the_shortest_heat_are_its_times() -> None:
    """One step of 1 ns, and one round of 3 + 5 + 2 ns."""
    found = measured_costs([(base(11, verify_ns=1), [lane((1, 3, 5, 2))])])
    assert found == Costs(step=1.0, draft={1: 3.0}, verify={1: 1.0, 2: 5.0}, other=2.0)


def test_costs_are_the_means_over_all_rounds_of_all_lanes() -> None:
    """A step of 10 ns of which the pass takes 8; of K = 2 twice five rounds, and a probe."""
    lanes = [lane(*[(2, 2, 6, 1)] * 5), lane(*[(2, 4, 8, 3)] * 5)]
    found = measured_costs([(base(20, 30, 40, verify_ns=8), lanes)], {1: 7, 3: 9})
    assert found is not None
    assert (found.step, found.shape) == (10.0, {1: 7.0, 3: 9.0})
    assert found.draft == pytest.approx({2: 3.0})
    assert found.verify == pytest.approx({1: 8.0, 3: 7.0})
    assert found.other == pytest.approx(2.0)


def test_a_heat_whose_baseline_has_no_rate_is_left_out_and_the_others_count() -> None:
    good = (base(20, 30, verify_ns=8), [lane((1, 3, 5, 2))])
    other = [lane((1, 30, 50, 20))]
    without_time, without_tokens = base(10, 10), folded([Prefilled(0, 10, 1, Token(0, "a")), Round(10, 20, ())])
    assert measured_costs([(without_time, other), (without_tokens, other), good]) == measured_costs([good])


def test_a_number_of_drafts_counts_from_five_rounds_on_where_another_has_so_many() -> None:
    run = lane(*[(1, 1, 1, 1)] * 6, *[(2, 1, 1, 1)] * 5, *[(3, 1, 1, 1)] * 4, (0, 0, 1, 1))
    assert typical_sizes(run) == {1: 6, 2: 5}
    assert typical_sizes(lane(*[(3, 1, 1, 1)] * 4, (0, 0, 1, 1))) == {3: 4}


def test_the_step_of_a_probe_is_its_pass_of_one_token_or_the_nearest_of_few() -> None:
    assert probed_costs(PassCosts(64, {1: 10, 4: 20}, 2)) == Costs(10.0, {1: 2.0}, {1: 10.0, 4: 20.0}, 0.0)
    assert probed_costs(PassCosts(64, {2: 12, 12: 100}, 2)).step == 12.0
