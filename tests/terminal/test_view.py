from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from app.present.view import RaceView
from app.race.events import Failed, Prefilled, Round, Token
from app.race.problems import Problem
from app.terminal.view import render_race
from tests.race.builders import header, lane_events
from tests.race.strategies import records


def drawn(view: RaceView, width: int = 100, lines: int = 6) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=False)
    console.print(render_race(view, width=width, lines=lines))
    return out.getvalue()


def raced(*lanes: tuple[str, list]) -> RaceView:  # type: ignore[type-arg]
    view = RaceView(header())
    for lane, events in lanes:
        for event in events:
            view.feed(lane, event)
    return view


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
    state = RaceView(header())
    for record in stream:
        state.feed(record.lane, record.e)
    assert drawn(state, width)


@pytest.mark.parametrize(("width", "lines"), [(40, 4), (61, 6), (100, 6), (200, 20)])
def test_every_line_of_both_lanes_stands_in_the_panels(width: int, lines: int) -> None:
    words = ["Salt wind on my face,", "the tide forgets", "my name."]
    state = raced()
    for lane in ("baseline", "mtp"):
        state.feed(lane, Prefilled(0, 10, 3, Token(-1, f"{words[0]}\n")))
        state.feed(lane, Round(10, 20, (Token(-1, f"{words[1]}\n", drafted=True), Token(-1, words[2])), 3, 1))
    text = drawn(state, width, max(4, lines))
    for line in words:
        assert text.count(line) == 2
    panels = [line for line in text.splitlines() if line.strip().startswith(("│", "╭", "╰"))]
    assert len({len(line.rstrip()) for line in panels}) == 1
    assert all(len(line) <= width for line in panels)


def test_a_problem_stands_above_the_end_of_the_text() -> None:
    state = raced(("mtp", [*lane_events(range(3), k=3)[:-1], Failed(Problem("x", "It died.", action="Again."))]))
    lines = drawn(state, 200).splitlines()
    assert next(at for at, line in enumerate(lines) if "It died." in line) > 2
