"""One heat of a trace on the film's clock, seen through the same view as everything else."""

from __future__ import annotations

import msgspec

from app.present.view import RaceView
from app.race.heats import heats_of
from app.race.replay import Replay
from app.race.trace import Header, Trace


class Playback:
    """Plays a race up to any moment. Going forward costs only what is new; going back starts again.

    At its end it has the result of the whole race, of all heats too.

    Attributes:
        view: The race at the moment that was last asked for.
        generation: Grows whenever it started again, so that whoever follows ``view`` step by step starts again too.
    """

    def __init__(self, trace: Trace, heat: int | None = None) -> None:
        """``heat``: None plays the one that stands for the race."""
        self.header: Header = trace.header
        self._heats = heats_of(trace)
        self._heat = heat if heat is not None else self._heats.shown if self._heats else 0
        known = {lane.id for lane in trace.header.lanes}
        self._records = [
            msgspec.structs.replace(item, heat=0)
            for item in trace.records
            if item.heat == self._heat and item.lane in known
        ]
        self.generation = 0
        self._start()

    def _start(self) -> None:
        self._replay = Replay(self.header, self._records)
        self.view = RaceView(self.header, self._heats, heat=self._heat)
        self._replay.state = self.view.state
        self._time = -1

    @property
    def duration_ns(self) -> int:
        """Lane clock of the slowest lane at its end."""
        return self._replay.duration_ns

    def at(self, time_ns: int) -> RaceView:
        """Returns the race at ``time_ns`` of the lanes' clocks; below 0 nothing has happened yet."""
        if time_ns < self._time:
            self.generation += 1
            self._start()
        self._time = time_ns
        if self._replay.advance(time_ns):
            self.view.revision += 1
            _chart(self.view)
        return self.view

    def final(self) -> RaceView:
        """Returns the race at its end, apart from the moment that is being played."""
        view = RaceView(self.header, self._heats, heat=self._heat)
        view.apply(self._records)
        _chart(view)
        return view


def _chart(view: RaceView) -> None:
    for lane in view.lanes:
        lane.rates.update(lane.state)
        lane.bars.update(lane.state)
