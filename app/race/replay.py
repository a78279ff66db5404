"""A recorded race on a virtual clock: what had happened at any moment, each lane on its own clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from app.race.events import Done, LaneEvent, Prefilled, Reading, Round
from app.race.fold import RaceState
from app.race.trace import Header, Record


class Replay:
    """Plays records again, all lanes starting together and each at the speed of its own lane clock.

    So a chess-clock race replays as two machines side by side would have run it.
    """

    def __init__(self, header: Header, records: Sequence[Record], heat: int = 0) -> None:
        self.header = header
        clocks: dict[str, int] = {}
        timed: list[tuple[int, int, str, LaneEvent]] = []
        for number, record in enumerate(item for item in records if item.heat == heat):
            now = max(clocks.get(record.lane, 0), _lane_time(record.e))
            clocks[record.lane] = now
            timed.append((now, number, record.lane, record.e))
        timed.sort(key=lambda item: item[:2])
        self._times = [item[0] for item in timed]
        self._events = [(item[2], item[3]) for item in timed]
        self._next = 0
        self.state = self._empty()

    @property
    def duration_ns(self) -> int:
        """Lane clock of the slowest lane at its end."""
        return self._times[-1] if self._times else 0

    @property
    def ended(self) -> bool:
        """Whether everything was played."""
        return self._next >= len(self._events)

    def advance(self, time_ns: int) -> list[tuple[str, LaneEvent]]:
        """Plays everything up to ``time_ns`` that was not played yet, folds it into ``state`` and returns it."""
        end = max(self._next, bisect_right(self._times, time_ns))
        fresh = self._events[self._next : end]
        for lane, event in fresh:
            self.state.apply(lane, event)
        self._next = end
        return fresh

    def seek(self, time_ns: int) -> RaceState:
        """Moves to ``time_ns``, backwards too, and returns the new state there."""
        self.state = self._empty()
        self._next = 0
        self.advance(time_ns)
        return self.state

    def _empty(self) -> RaceState:
        return RaceState.of(lane.id for lane in self.header.lanes)


def _lane_time(event: LaneEvent) -> int:
    match event:
        case Round(end_ns=end_ns) | Prefilled(end_ns=end_ns):
            return end_ns
        case Done(clock_ns=clock_ns) | Reading(clock_ns=clock_ns):
            return clock_ns
        case _:
            return 0
