"""Series for charts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Done, Finish, Prefilled, Round, Token
from app.race.fold import LaneState
from app.race.series import MAX_POINTS, RateSeries, RoundSeries


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
