"""What happens to every event of a race: it is stamped, folded, written to the trace and kept for whoever shows it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from app.boundary.unexpected import problem_of
from app.race.events import Failed, LaneEvent
from app.race.fold import RaceState
from app.race.heats import Heats
from app.race.problems import Problem
from app.race.trace import Header, Record, TraceWriter


class Recording:
    """The records of one race. A race that runs once is one heat.

    Args:
        header: What is raced.
        clock_ns: A monotonic clock in ns; times of records count from now.
        writer: Where the trace goes; None records nothing.
        heat: Number of the first heat.

    Attributes:
        heats: All records, folded.
        heat: The heat that runs, or that is shown at the end.
        problem: Why the trace could not be written on; None if it could.
    """

    def __init__(self, header: Header, clock_ns: Callable[[], int], writer: TraceWriter | None, heat: int = 0) -> None:
        self.heats = Heats(header)
        self.heats.state(heat)
        self.heat = heat
        self.problem: Problem | None = None
        self._clock_ns = clock_ns
        self._writer = writer
        self._fresh: deque[Record] = deque()
        self._origin_ns = clock_ns()

    @property
    def state(self) -> RaceState:
        """The folded state of the heat that runs or is shown."""
        return self.heats.state(self.heat)

    def add(self, lane_id: str, event: LaneEvent, heat: int | None = None) -> None:
        """Takes an event of the heat that runs, or of another one."""
        at = max(0, self._clock_ns() - self._origin_ns)
        record = Record(lane_id, at, event, self.heat if heat is None else heat)
        self._fresh.append(record)
        self.heats.apply(record)
        writer = self._writer
        if writer is not None:
            self._guard(lambda: writer.write(record))

    def next_heat(self) -> None:
        """Goes on to the heat after this one."""
        self.heats.state(self.heat + 1)
        self.heat += 1

    def drain(self) -> list[Record]:
        """Returns the records since the last call, in order."""
        fresh = []
        while self._fresh:
            fresh.append(self._fresh.popleft())
        return fresh

    def close(self) -> None:
        """Writes the closing line."""
        if self._writer is not None:
            self._guard(self._writer.close)

    def give_up(self, problem: Problem) -> None:
        """Ends every lane that is not over with ``problem``, whatever it was that failed."""
        for lane_id in [lane_id for lane_id, lane in self.state.lanes.items() if not lane.over]:
            try:
                self.add(lane_id, Failed(problem))
            except Exception as error:  # noqa: BLE001 - what failed before may fail again
                problem_of(error, "worker")
        self.close()
        self.problem = self.problem or problem

    def _guard(self, write: Callable[[], None]) -> None:
        """Runs a write of the trace; a disk that refuses it ends the recording, not the race."""
        if self.problem is not None:
            return
        try:
            write()
        except OSError as error:
            self.problem = Problem(
                "trace-unwritable",
                "The trace could not be written on, so this race is recorded only in part.",
                cause=f"{error}.",
                action="Free disk space or choose another folder, then race again.",
            )
