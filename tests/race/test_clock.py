"""The clock of a lane never goes back, whatever order its events come in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.race.events import Done, Finish, LaneEvent, Prefilled, Round, Token
from app.race.fold import LaneState

LATE, EARLY = 900, 400
FIRST = Token(id=1, text="a")


def round_until(end_ns: int) -> Round:
    return Round(start_ns=end_ns - 100, end_ns=end_ns, tokens=(FIRST,), drafted=0, accepted=0)


def other_round(end_ns: int) -> Round:
    return Round(start_ns=end_ns - 100, end_ns=end_ns, tokens=(), drafted=0, accepted=0, others=3, count=0)


EVENTS: dict[str, Callable[[int], LaneEvent]] = {
    "prefilled": lambda ns: Prefilled(start_ns=0, end_ns=ns, prompt_tokens=3, first=FIRST),
    "round": round_until,
    "round of others": other_round,
    "done": lambda ns: Done(finish=Finish.END, clock_ns=ns),
}


@pytest.mark.parametrize("name", EVENTS)
def test_the_clock_is_the_latest_time_that_was_told(name: str) -> None:
    later, earlier = EVENTS[name](LATE), EVENTS[name](EARLY)
    state = LaneState()
    state.apply(later)
    assert state.clock_ns == LATE
    state.apply(earlier)
    assert state.clock_ns == LATE
