from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Finish, Noise
from app.race.fold import LaneState
from app.race.verdict import TokenComparison, TokenVerdict, compare_tokens
from tests.race.builders import folded, lane_events


def test_equal_tokens_are_identical() -> None:
    result = compare_tokens(folded(lane_events(range(9))), folded(lane_events(range(9), k=3)))
    assert (result.verdict, result.compared, result.fork_at) == (TokenVerdict.IDENTICAL, 9, None)
    assert result.sentence == "Tokens identical, 9 of 9."


def test_a_fork_at_a_small_gap_is_a_near_tie() -> None:
    ours, theirs = lane_events([1, 2, 3, 4], gap=0.01), lane_events([1, 2, 9, 4], k=2, gap=0.3)
    result = compare_tokens(folded(ours), folded(theirs), noise_floor=0.02)
    assert (result.verdict, result.fork_at, result.gap, result.ids) == (TokenVerdict.NEAR_TIE_FORK, 2, 0.01, (3, 9))
    assert "measured noise floor 0.02" in result.sentence


def test_the_measured_floor_in_the_events_decides_and_is_quoted() -> None:
    ours, theirs = lane_events([1, 2, 3], gap=0.04), lane_events([1, 2, 9], k=2, gap=0.04)
    assumed = compare_tokens(folded(ours), folded(theirs))
    measured = compare_tokens(folded(ours), folded([*theirs, Noise(0.03, 64)]))
    assert (assumed.verdict, measured.verdict) == (TokenVerdict.NEAR_TIE_FORK, TokenVerdict.FORK)
    assert "measured noise floor 0.03" in measured.sentence


def test_a_fork_at_a_large_gap_is_a_bug_and_says_so() -> None:
    result = compare_tokens(folded(lane_events([1, 2])), folded(lane_events([1, 3])))
    assert result.verdict is TokenVerdict.FORK
    assert "bug" in result.sentence
    assert "assumed noise floor" in result.sentence


def test_a_fork_without_logits_is_no_near_tie() -> None:
    result = compare_tokens(folded(lane_events([1, 2], gap=-1)), folded(lane_events([1, 3], gap=-1)))
    assert (result.verdict, result.gap) == (TokenVerdict.FORK, None)
    assert (result.fork_at, result.ids) == (1, (2, 3))


def test_a_lane_that_ended_early_forked_there() -> None:
    result = compare_tokens(folded(lane_events([1, 2, 3])), folded(lane_events([1, 2])))
    assert (result.verdict, result.fork_at, result.ids) == (TokenVerdict.FORK, 2, (3, -1))
    assert compare_tokens(folded(lane_events([1, 2])), folded(lane_events([1, 2, 3]))).ids == (-1, 3)


def test_a_lane_that_was_stopped_is_compared_as_far_as_it_went() -> None:
    result = compare_tokens(folded(lane_events([1, 2, 3])), folded(lane_events([1, 2], finish=Finish.STOPPED)))
    assert (result.verdict, result.compared) == (TokenVerdict.IDENTICAL, 2)
    assert "as far as both lanes went" in result.sentence


def test_without_tokens_there_is_no_verdict() -> None:
    assert compare_tokens(LaneState(), LaneState()).verdict is TokenVerdict.UNKNOWN


def test_without_token_ids_there_is_no_verdict() -> None:
    lane = folded(lane_events([-1, -1]))
    assert compare_tokens(lane, lane).verdict is TokenVerdict.UNKNOWN


def test_the_smallest_gap_is_told_with_its_place() -> None:
    events = lane_events([1, 2, 3], gap=0.5)
    result = compare_tokens(folded(events), folded(events))
    assert (result.smallest_gap, result.smallest_at) == (0.5, 0)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_comparing_as_tokens_arrive_ends_as_comparing_at_the_end(ours: list[int], theirs: list[int]) -> None:
    live, left, right = TokenComparison(0.1), LaneState(), LaneState()
    one, two = lane_events(ours), lane_events(theirs, k=2)
    for n in range(max(len(one), len(two))):
        for state, stream in ((left, one), (right, two)):
            if n < len(stream):
                state.apply(stream[n])
        result = live.update(left, right)
    assert result == compare_tokens(left, right, 0.1)
    assert (result.verdict is TokenVerdict.IDENTICAL) == (ours == theirs)


@pytest.mark.parametrize("finish", [Finish.STOPPED, Finish.LENGTH, Finish.CONTEXT])
def test_two_lanes_that_were_cut_off_at_different_places_do_not_differ(finish: Finish) -> None:
    ours, theirs = (folded(lane_events(range(count), finish=finish)) for count in (20, 29))
    result = compare_tokens(ours, theirs)
    assert (result.verdict, result.fork_at, result.compared) == (TokenVerdict.IDENTICAL, None, 20)
    assert result.sentence == "Tokens identical as far as both lanes went, 20."


def test_a_lane_that_ends_where_the_other_goes_on_differs_whatever_ended_the_other() -> None:
    ours = folded(lane_events(range(20)))
    for finish in (Finish.END, Finish.LENGTH, Finish.STOPPED):
        assert compare_tokens(ours, folded(lane_events(range(29), finish=finish))).fork_at == 20


def test_each_verdict_says_what_was_compared_and_found() -> None:
    ours = lane_events([1, 2, 3], gap=0.04)
    told = {
        "so far": compare_tokens(folded(ours[:4]), folded(ours)),
        "none yet": compare_tokens(LaneState(), folded(ours)),
        "no tokens": compare_tokens(folded(ours[-1:]), folded(ours[-1:])),
        "no ids": compare_tokens(folded(lane_events([-1])), folded(lane_events([1]))),
        "near": compare_tokens(folded(ours), folded(lane_events([1, 2, 9], gap=0.3))),
        "far": compare_tokens(folded(ours), folded(lane_events([1, 2, 9], gap=0.3)), noise_floor=0.01),
        "no logits": compare_tokens(folded(lane_events([1], gap=-1)), folded(lane_events([2], gap=-1))),
    }
    assert {name: result.sentence for name, result in told.items()} == {
        "so far": "Tokens identical so far, 2 of 2.",
        "none yet": "No tokens yet.",
        "no tokens": "There are no tokens to compare.",
        "no ids": "This engine does not report token ids, so only the text can be compared.",
        "near": "The outputs differ from token 3 on, a near tie: the two best candidates were 0.04 logits apart "
        "(assumed noise floor 0.05).",
        "far": "The outputs differ from token 3 on without a near tie: 0.04 logits apart (measured noise floor 0.01). "
        "The engine or the pair has a bug.",
        "no logits": "The outputs differ from token 1 on; the engine does not report logits, so it cannot be told "
        "whether it was a near tie.",
    }
    near, far = told["near"], told["far"]
    assert (near.noise_floor, near.measured_floor, near.smallest_gap, near.smallest_at) == (0.05, False, 0.04, 0)
    assert (far.noise_floor, far.measured_floor, far.compared, far.ids, far.gap) == (0.01, True, 2, (3, 9), 0.04)
    assert (told["no ids"].noise_floor, told["no ids"].smallest_gap, told["no ids"].smallest_at) == (0.05, None, None)


def test_a_gap_as_large_as_the_floor_or_of_nothing_is_a_near_tie() -> None:
    for gap in (0.0, 0.25):
        ours, theirs = folded(lane_events([1], gap=gap)), folded(lane_events([2], gap=-1))
        result = compare_tokens(ours, theirs, noise_floor=0.25)
        assert (result.verdict, result.gap, result.fork_at) == (TokenVerdict.NEAR_TIE_FORK, gap, 0)


def test_the_first_of_equal_smallest_gaps_is_told_and_a_gap_of_nothing_counts() -> None:
    one = folded([*lane_events([1, 2], gap=0.5)[:-1], *lane_events([3, 4], gap=0.0)[2:]])
    result = compare_tokens(one, one)
    assert (result.smallest_gap, result.smallest_at) == (0.0, 2)
