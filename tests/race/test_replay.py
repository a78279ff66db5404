from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Done, Finish, LaneEvent, Prefilled, Reading, Round, Token
from app.race.replay import Replay
from app.race.trace import Record, Trace
from tests.race.builders import LOADED, MS, header, lane_events
from tests.race.strategies import headers, records


def recorded() -> list[Record]:
    """A chess-clock race: the wall time runs on while a lane waits, its lane clock does not."""
    items = [Record("baseline", n * 50 * MS, event) for n, event in enumerate(lane_events(range(9)))]
    return items + [Record("mtp", n * 70 * MS, event) for n, event in enumerate(lane_events(range(9), k=3))]


def test_each_lane_plays_on_its_own_clock() -> None:
    player = Replay(header(), recorded())
    state = player.seek(45 * MS)
    assert [lane.count for lane in state.lanes.values()] == [3, 9]


def test_seeking_back_gives_the_state_of_then() -> None:
    player = Replay(header(), recorded())
    assert player.seek(player.duration_ns).over
    assert player.seek(0).lanes["baseline"].count == 0
    assert not player.ended


@given(headers, st.lists(records, max_size=25), st.lists(st.integers(0, 2**53), max_size=6))
def test_playing_in_steps_ends_where_the_fold_of_the_trace_ends(head, items, stops) -> None:  # type: ignore[no-untyped-def]
    player = Replay(head, items)
    for stop in sorted(stops):
        player.advance(stop)
    player.advance(player.duration_ns)
    assert player.ended
    assert player.state == Trace(head, items).state()


def test_every_event_comes_when_its_lanes_clock_shows_its_time_and_one_without_a_time_with_the_one_before() -> None:
    first = Token(1, "a")
    events: list[LaneEvent] = [
        LOADED,
        Reading(5, 1, 2),
        Prefilled(0, 10, 3, first),
        Round(10, 30, (first,)),
        Done(25, Finish.END),
    ]
    player = Replay(header(), [Record("baseline", 0, event) for event in events])
    assert [event for _, event in player.advance(0)] == events[:1]
    assert [event for _, event in player.advance(9)] == events[1:2]
    assert [event for _, event in player.advance(29)] == events[2:3]
    assert player.duration_ns == 30, "the end comes no earlier than the last round"
    assert [event for _, event in player.advance(30)] == events[3:]
    assert player.seek(0).lanes["baseline"].loaded == LOADED
    late = Replay(header(), [Record("baseline", 0, event) for event in [*events[:-1], Done(44, Finish.END)]])
    assert (late.duration_ns, Replay(header(), []).duration_ns) == (44, 0)
