"""Series for charts, folded from a lane's rounds: token rates over the lane clock, and accepted tokens a round.

Both keep a bounded number of points: when there are too many, neighbours are merged, so a long run costs no more to
draw than a short one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from app.race.events import Totals
from app.race.fold import NS, LaneState

MAX_POINTS: Final = 240
FIRST_STEP_NS: Final = 40_000_000
FEW_POINTS: Final = 6
"""Points, about, of a lane that is over before its second one is due."""
SMOOTH_NS: Final = 400_000_000
"""Time constant of the smoothed rate, lane clock ns."""


@dataclass(slots=True)
class RateSeries:
    """Tokens per second over the lane clock.

    Attributes:
        at: Lane clock in seconds at the end of each point's stretch.
        current: Tokens of the stretch over its time, per second.
        smooth: The same, weighted with the past: exponential with a time constant of ``SMOOTH_NS``.
    """

    at: list[float] = field(default_factory=list)
    current: list[float] = field(default_factory=list)
    smooth: list[float] = field(default_factory=list)
    _seen: int = 0
    _step: int = FIRST_STEP_NS
    _tokens: int = 0
    _ns: int = 0
    _past_tokens: float = 0.0
    _past_ns: float = 0.0

    def update(self, lane: LaneState) -> bool:
        """Takes in the rounds since the last call; returns whether there are new points. Same result in any steps."""
        before = len(self.at), self.at[-1] if self.at else 0.0
        self._take(lane)
        if lane.finish is not None and len(self.at) < 2 and self._step == FIRST_STEP_NS:
            self._start_finer(lane)
        return before != (len(self.at), self.at[-1] if self.at else 0.0)

    def _take(self, lane: LaneState) -> None:
        for item in lane.rounds[self._seen :]:
            self._tokens += item.emitted + item.others
            self._ns += max(0, item.end_ns - item.start_ns)
            if self._ns >= self._step:
                self._point(item.end_ns)
        self._seen = len(lane.rounds)

    def _start_finer(self, lane: LaneState) -> None:
        """Begins anew with shorter stretches, since one point is no line: the lane was over in a moment."""
        took = [max(0, item.end_ns - item.start_ns) for item in lane.rounds]
        whole = sum(took)
        # Half of what is left beside the longest round, so that this one cannot swallow all the others.
        fresh = RateSeries(_step=max(1, min(whole // FEW_POINTS, (whole - max(took, default=0)) // 2)))
        fresh._take(lane)
        for name in RateSeries.__slots__:
            setattr(self, name, getattr(fresh, name))

    def _point(self, end_ns: int) -> None:
        fade = math.exp(-self._ns / SMOOTH_NS)
        self._past_tokens = self._past_tokens * fade + self._tokens * (1 - fade)
        self._past_ns = self._past_ns * fade + self._ns * (1 - fade)
        self.at.append(end_ns / NS)
        self.current.append(self._tokens * NS / self._ns)
        self.smooth.append(self._past_tokens * NS / self._past_ns)
        self._tokens = self._ns = 0
        if len(self.at) > MAX_POINTS:
            self._merge()

    def _merge(self) -> None:
        # Neighbouring points cover about the same time, so the mean of their rates is the rate of both.
        pairs = range(0, len(self.at) - 1, 2)
        self.current = [(self.current[at] + self.current[at + 1]) / 2 for at in pairs] + self._odd(self.current)
        self.smooth = [self.smooth[at + 1] for at in pairs] + self._odd(self.smooth)
        self.at = [self.at[at + 1] for at in pairs] + self._odd(self.at)
        self._step *= 2

    @staticmethod
    def _odd(values: list[float]) -> list[float]:
        return values[-1:] if len(values) % 2 else []


@dataclass(slots=True)
class RoundSeries:
    """Accepted draft tokens a round, as bars over the lane clock.

    Attributes:
        start, end: Lane clock in seconds of each bar's first and last moment.
        accepted: Mean accepted tokens of the bar's rounds.
        drafted: Mean drafted tokens of the bar's rounds, as far as the target was given them.
        made: Mean drafted tokens, those that were not tried among them.
        rounds: Rounds in each full bar: 1, and doubled whenever there are too many bars.
    """

    start: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    drafted: list[float] = field(default_factory=list)
    made: list[float] = field(default_factory=list)
    rounds: int = 1
    _seen: int = 0
    _totals: Totals | None = None

    def update(self, lane: LaneState) -> bool:
        """Takes in the rounds since the last call; returns whether there are new bars. Same result in any steps."""
        changed = False
        if lane.totals is not self._totals:  # The rounds were put right.
            self.start, self.end, self.accepted, self.drafted, self.made = [], [], [], [], []
            self.rounds, self._seen, self._totals, changed = 1, 0, lane.totals, True
        while self._seen + self.rounds <= len(lane.rounds):
            group = lane.rounds[self._seen : self._seen + self.rounds]
            self._seen += self.rounds
            self.start.append(group[0].start_ns / NS)
            self.end.append(group[-1].end_ns / NS)
            self.accepted.append(sum(item.accepted for item in group) / len(group))
            self.drafted.append(sum(item.drafted for item in group) / len(group))
            self.made.append(sum(item.made for item in group) / len(group))
            changed = True
            if len(self.start) >= MAX_POINTS:
                self._merge()
        return changed

    def _merge(self) -> None:
        pairs = range(0, len(self.start), 2)
        self.start = [self.start[at] for at in pairs]
        self.end = [self.end[at + 1] for at in pairs]
        self.accepted, self.drafted, self.made = (
            [(values[at] + values[at + 1]) / 2 for at in pairs] for values in (self.accepted, self.drafted, self.made)
        )
        self.rounds *= 2
