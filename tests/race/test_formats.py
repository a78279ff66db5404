from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.formats import (
    FORMATS,
    REPEATED,
    ChessClock,
    FreeForAll,
    Grant,
    HeatsFormat,
    LaneTurn,
    find_format,
    recorded_format,
)
from app.race.problems import Problem, ProblemError


def asking(lane: str, clock: int) -> LaneTurn:
    return LaneTurn(lane, clock, asking=True)


def test_on_the_chess_clock_the_lane_that_is_behind_goes_next() -> None:
    assert ChessClock().grants([asking("a", 20), asking("b", 10)]) == [Grant("b", 1)]


def test_on_the_chess_clock_equal_clocks_go_in_lane_order() -> None:
    assert ChessClock().grants([asking("a", 0), asking("b", 0)]) == [Grant("a", 1)]


def test_on_the_chess_clock_nobody_goes_while_somebody_computes() -> None:
    assert ChessClock().grants([asking("a", 0), LaneTurn("b", 5, computing=True)]) == []


def test_on_the_chess_clock_a_lane_that_is_not_ready_yet_is_waited_for() -> None:
    assert ChessClock().grants([asking("a", 0), LaneTurn("b", 0)]) == []


def test_on_the_chess_clock_a_lane_that_failed_is_not_waited_for() -> None:
    assert ChessClock().grants([asking("a", 9), LaneTurn("b", 0, over=True)]) == [Grant("a", 1)]


def test_in_the_free_for_all_everybody_runs_to_the_end_once_all_are_ready() -> None:
    assert FreeForAll().grants([asking("a", 0), LaneTurn("b", 0)]) == []
    assert FreeForAll().grants([asking("a", 0), asking("b", 0)]) == [Grant("a", -1), Grant("b", -1)]


@given(st.lists(st.lists(st.integers(1, 100), min_size=1, max_size=20), min_size=2, max_size=4))
def test_the_chess_clock_runs_every_lane_to_its_end_and_keeps_the_clocks_within_a_turn(turns: list[list[int]]) -> None:
    clocks, played = [0] * len(turns), [0] * len(turns)
    while any(played[n] < len(turns[n]) for n in range(len(turns))):
        lanes = [
            LaneTurn(str(n), clocks[n], asking=played[n] < len(turns[n]), over=played[n] == len(turns[n]))
            for n in range(len(turns))
        ]
        (grant,) = ChessClock().grants(lanes)
        lane = int(grant.lane)
        racing = [clocks[n] for n in range(len(turns)) if played[n] < len(turns[n])]
        assert clocks[lane] == min(racing)
        clocks[lane] += turns[lane][played[lane]]
        played[lane] += 1


def test_in_heats_the_lanes_run_whole_and_one_after_the_other() -> None:
    assert HeatsFormat().grants([asking("a", 9), asking("b", 0)]) == [Grant("a", -1)]
    assert HeatsFormat().grants([LaneTurn("a", 9, computing=True), asking("b", 0)]) == []
    assert HeatsFormat().grants([LaneTurn("a", 9, over=True), asking("b", 0)]) == [Grant("b", -1)]


def test_every_format_says_what_its_numbers_are_worth() -> None:
    assert all(item.note and item.title and name == item.name for name, item in FORMATS.items())


def test_a_format_of_a_newer_version_can_still_be_named() -> None:
    newer = recorded_format("tomorrow")
    assert (newer.title, newer.repeats, newer.grants([asking("a", 0)])) == ("tomorrow", False, [])
    assert recorded_format("heats") is REPEATED
    with pytest.raises(ProblemError, match="Use: clock, heats"):
        find_format("tomorrow")


def test_an_unknown_format_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(ProblemError) as raised:
        find_format("dice")
    assert raised.value.problem == Problem(
        "format-unknown", "There is no race format 'dice'.", action="Use: clock, heats, free."
    )


def test_in_heats_a_lane_that_is_not_ready_yet_and_an_end_grant_nothing() -> None:
    assert HeatsFormat().grants([LaneTurn("a", 0), asking("b", 0)]) == []
    assert HeatsFormat().grants([LaneTurn("a", 0, over=True)]) == []
    assert HeatsFormat().grants([asking("a", 0), LaneTurn("b", 0, computing=True)]) == []
