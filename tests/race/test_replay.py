from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.race.replay import Replay
from app.race.trace import Record, Trace
from tests.race.builders import MS, header, lane_events
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
