from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from app.race.events import Failed
from app.race.fold import RaceState
from app.race.problems import Problem
from app.terminal.view import race_view
from tests.race.builders import header, lane_events
from tests.race.strategies import records


def drawn(state: RaceState, width: int = 100) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=False)
    console.print(race_view(header(), state, width=width, lines=6))
    return out.getvalue()


def raced(*lanes: tuple[str, list]) -> RaceState:  # type: ignore[type-arg]
    state = RaceState.of(["baseline", "mtp"])
    for lane, events in lanes:
        for event in events:
            state.apply(lane, event)
    return state


def test_both_lanes_stand_side_by_side_with_their_numbers() -> None:
    text = drawn(raced(("baseline", lane_events(range(9))), ("mtp", lane_events(range(9), k=3))))
    assert "100.0 tok/s" in text
    assert "400.0 tok/s" in text
    assert "accepted a round" in text
    assert "one lane computes at a time" in text


def test_a_lane_that_failed_says_so_in_its_own_pane() -> None:
    dead = [*lane_events(range(3), k=3)[:-1], Failed(Problem("crashed", "It died.", action="Race again."))]
    text = drawn(raced(("baseline", lane_events(range(9))), ("mtp", dead)))
    assert "It died." in text


@pytest.mark.parametrize("width", [40, 61, 200])
@given(stream=st.lists(records, max_size=15))
def test_any_state_can_be_drawn_at_any_width(width: int, stream: list) -> None:  # type: ignore[type-arg]
    state = RaceState.of(["baseline", "mtp"])
    for record in stream:
        state.apply(record.lane, record.e)
    assert drawn(state, width)
