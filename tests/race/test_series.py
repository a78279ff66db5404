"""Series for charts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Done, Finish, Prefilled, Round, Token
from app.race.fold import LaneState
from app.race.series import FIRST_STEP_NS, MAX_POINTS, SMOOTH_NS, RateSeries, RoundSeries


def lane(steps: list[tuple[int, int]]) -> LaneState:
    state = LaneState()
    state.apply(Prefilled(0, 1000, 3, Token(0, "a")))
    clock = 1000
    for took, accepted in steps:
        tokens = tuple(Token(1, "x") for _ in range(accepted + 1))
        state.apply(Round(clock, clock + took, tokens, 4, accepted))
        clock += took
    return state


STEPS = st.lists(st.tuples(st.integers(1_000_000, 80_000_000), st.integers(0, 4)), max_size=600)


@given(STEPS, st.integers(1, 50))
def test_series_are_the_same_in_any_steps(steps: list[tuple[int, int]], chunk: int) -> None:
    whole = lane(steps)
    rates, bars = RateSeries(), RoundSeries()
    rates.update(whole)
    bars.update(whole)
    stepwise_rates, stepwise_bars = RateSeries(), RoundSeries()
    for at in range(0, len(steps) + chunk, chunk):
        part = lane(steps[:at])
        stepwise_rates.update(part)
        stepwise_bars.update(part)
    assert stepwise_rates == rates
    assert stepwise_bars == bars


@given(STEPS)
def test_series_stay_short_and_in_order(steps: list[tuple[int, int]]) -> None:
    state = lane(steps)
    rates, bars = RateSeries(), RoundSeries()
    rates.update(state)
    bars.update(state)
    assert len(rates.at) == len(rates.current) == len(rates.smooth) <= MAX_POINTS + 1
    assert rates.at == sorted(rates.at)
    assert len(bars.start) < MAX_POINTS
    assert all(0 <= accepted <= 4 for accepted in bars.accepted)
    assert all(start < end for start, end in zip(bars.start, bars.end, strict=True))


@given(st.lists(st.tuples(st.integers(1_000_000, 9_000_000), st.integers(0, 4)), min_size=2, max_size=8), st.data())
def test_a_lane_that_is_over_in_a_moment_has_a_line_too(steps: list[tuple[int, int]], data: st.DataObject) -> None:
    part, whole = RateSeries(), RateSeries()
    part.update(lane(steps[: data.draw(st.integers(0, len(steps)))]))
    ended = lane(steps)
    ended.apply(Done(ended.clock_ns, Finish.END))
    assert part.update(ended)
    whole.update(ended)
    assert part == whole
    assert len(whole.at) >= 2
    rates = [(accepted + 1) * 1e9 / took for took, accepted in steps]
    assert all(min(rates) * 0.999 <= rate <= max(rates) * 1.001 for rate in whole.current)
    assert not whole.update(ended)


def test_a_steady_lane_has_a_steady_rate() -> None:
    rates = RateSeries()
    rates.update(lane([(10_000_000, 1)] * 2000))
    assert all(abs(rate - 200) < 1e-6 for rate in (*rates.current, *rates.smooth))


def test_a_long_run_is_merged_without_losing_accepted_tokens() -> None:
    bars = RoundSeries()
    bars.update(lane([(10_000_000, number % 5) for number in range(MAX_POINTS * 4)]))
    assert bars.rounds == 8
    assert abs(sum(bars.accepted) / len(bars.accepted) - 2.0) < 0.05


def test_what_was_drafted_and_not_tried_is_counted_apart() -> None:
    state, bars = LaneState(), RoundSeries()
    state.apply(Prefilled(0, 1000, 3, Token(0, "a")))
    state.apply(Round(1000, 2000, (Token(1, "x"),) * 2, 2, 1, certainty=(0.9, 0.8, 0.1, 0.2)))
    state.apply(Round(2000, 3000, (Token(1, "x"),), 3, 0))
    bars.update(state)
    assert (bars.made, bars.drafted) == ([4.0, 3.0], [2.0, 3.0])


MS = 1_000_000


def test_a_point_is_made_when_its_stretch_is_full_and_is_smoothed_over_the_past() -> None:
    """40 ms make a point: 2 tokens of 20 ms each, then 3 of 80 ms; what is left of the last 10 ms waits."""
    state, rates = lane([(20 * MS, 0), (20 * MS, 0), (80 * MS, 2), (10 * MS, 4)]), RateSeries()
    assert rates.update(state)
    assert rates.at == pytest.approx([0.040001, 0.120001])
    assert rates.current == pytest.approx([2 / 0.04, 3 / 0.08])
    first, second = 1 - math.exp(-40 * MS / SMOOTH_NS), 1 - math.exp(-80 * MS / SMOOTH_NS)
    tokens, seconds = 2 * first, 0.04 * first
    tokens, seconds = tokens * (1 - second) + 3 * second, seconds * (1 - second) + 0.08 * second
    assert rates.smooth == pytest.approx([2 / 0.04, tokens / seconds])
    assert not rates.update(state)


def test_tokens_of_other_requests_count_and_a_round_without_time_adds_none() -> None:
    state, rates = LaneState(), RateSeries()
    state.apply(Prefilled(0, 0, 3, Token(0, "a")))
    state.apply(Round(0, 0, (Token(1, "x"),)))
    state.apply(Round(0, FIRST_STEP_NS, (Token(1, "x"),), others=3))
    rates.update(state)
    assert rates.current == [5 / 0.04]


def test_a_lane_that_ends_with_two_points_or_none_keeps_its_steps() -> None:
    two, rates = lane([(40 * MS, 0)] * 2), RateSeries()
    two.apply(Done(two.clock_ns, Finish.END))
    rates.update(two)
    assert rates.at == pytest.approx([0.040001, 0.080001])
    empty, none = LaneState(), RateSeries()
    empty.apply(Done(5, Finish.STOPPED))
    assert not none.update(empty)
    assert none.at == []


def test_a_lane_that_is_over_in_a_moment_has_a_point_for_each_sixth_of_it() -> None:
    ended, rates = lane([(MS, 0)] * 12), RateSeries()
    ended.apply(Done(ended.clock_ns, Finish.END))
    rates.update(ended)
    assert rates.at == pytest.approx([0.002001 + 0.002 * number - 0.001 + 0.001 for number in range(6)])
    assert rates.current == pytest.approx([1000.0] * 6)
    uneven, other = lane([(10 * MS, 0), (MS, 1), (MS, 2)]), RateSeries()  # half of 12 ms less 10 is 1 ms
    uneven.apply(Done(uneven.clock_ns, Finish.END))
    other.update(uneven)
    assert other.current == pytest.approx([100.0, 2000.0, 3000.0])


def test_too_many_points_are_merged_in_pairs_and_an_odd_one_stays() -> None:
    """One point a round; the 241st makes too many. Its rates are 25 a token: 1 to 5 tokens of 40 ms, in turn."""
    steps = [(40 * MS, number % 5) for number in range(MAX_POINTS)]
    rates = RateSeries()
    rates.update(lane(steps))
    assert len(rates.at) == MAX_POINTS
    single, ends = [25.0 * (accepted + 1) for _, accepted in steps], list(rates.at)
    smooth = list(rates.smooth)
    rates.update(lane([*steps, (40 * MS, 3)]))
    pairs = zip(single[::2], single[1::2], strict=True)
    assert rates.current == pytest.approx([*(sum(pair) / 2 for pair in pairs), 100.0])
    assert rates.at == pytest.approx([*ends[1::2], 0.000001 + 0.04 * (MAX_POINTS + 1)])
    assert rates.smooth[:-1] == pytest.approx(smooth[1::2])
    more = [*steps, *[(40 * MS, 3)] * 3]
    rates.update(lane(more))
    assert len(rates.at) == MAX_POINTS // 2 + 2, "a point is now two rounds"
    assert rates.current[-1] == pytest.approx(100.0)


def test_bars_are_the_rounds_until_there_are_too_many_and_then_their_pairs() -> None:
    """What each bar says, and when it begins and ends: rounds of 10 ms from 0.001 ms on, of 4 drafts each."""
    accepted = [number % 5 for number in range(MAX_POINTS - 1)]
    bars = RoundSeries()
    assert bars.update(lane([(10 * MS, count) for count in accepted]))
    assert bars.accepted == accepted
    assert bars.drafted == [4.0] * (MAX_POINTS - 1)
    assert bars.start == pytest.approx([0.000001 + 0.01 * number for number in range(MAX_POINTS - 1)])
    assert bars.end == pytest.approx([0.010001 + 0.01 * number for number in range(MAX_POINTS - 1)])
    accepted += [3, 2, 4]
    state = LaneState()
    state.apply(Prefilled(0, 1000, 3, Token(0, "a")))
    for number, count in enumerate(accepted):
        start = 1000 + number * 10 * MS
        state.apply(Round(start, start + 10 * MS, (Token(1, "x"),) * (count + 1), count + number % 2, count))
    whole = RoundSeries()
    assert whole.update(state)
    assert whole.rounds == 2
    pairs = list(zip(accepted[::2], accepted[1::2], strict=True))
    assert whole.accepted == [sum(pair) / 2 for pair in pairs]
    assert whole.drafted == whole.made == [(sum(pair) + 1) / 2 for pair in pairs]
    assert whole.start == pytest.approx([0.000001 + 0.02 * number for number in range(len(pairs))])
    assert whole.end == pytest.approx([0.020001 + 0.02 * number for number in range(len(pairs))])
    assert whole.update(state) is False
