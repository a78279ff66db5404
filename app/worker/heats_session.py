"""A race in heats: a warm-up that is not recorded, then every lane alone from start to end, again and again.

It is used like any other session. Lanes whose models are the same may share one worker, since only one runs at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from queue import Empty

import msgspec

from app.race.events import Done, Failed, Finish, LaneEvent, Noise
from app.race.fold import NS
from app.race.heats import WARM_UP_TOKENS, Heats, Plan, lane_order
from app.race.lanes import LaneKind, LaneSpec, Request, lane_title
from app.race.trace import Record
from app.worker.conditions import MachineSampler, Sampler
from app.worker.protocol import Race, Turn
from app.worker.session import RaceSession, _Lane


class Stage(msgspec.Struct, frozen=True):
    """Where a race in heats is.

    Attributes:
        heat: Number of the heat, from 0; -1 during the warm-up.
        most: Heats that there will be at most.
        lane: The lane that runs, in words; empty while the machine cools down.
    """

    heat: int = -1
    most: int = 0
    lane: str = ""

    @property
    def short(self) -> str:
        """The stage in a few words."""
        return "Warm-up" if self.heat < 0 else f"Heat {self.heat + 1} of {self.most}"

    @property
    def sentence(self) -> str:
        """The stage in words."""
        if self.heat < 0:
            return f"Warm-up: {self.lane}" if self.lane else "Warm-up"
        return f"Heat {self.heat + 1} of {self.most}: {self.lane or 'cooling down'}"


@dataclass
class HeatsSession(RaceSession):
    """See the module.

    Args:
        plan: How many heats.
        sampler: Tells what the machine was doing during a run.
        first: Number of the first heat, where others were run in sessions before; it decides the order of the lanes.
    """

    plan: Plan = field(default_factory=Plan)
    sampler: Sampler = field(default_factory=MachineSampler)
    first: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.heats = Heats(self.header)
        self._heat = self.first
        self.state = self.heats.state(self.first)
        self.stage = Stage(most=self.plan.repeats)
        self._warming = False
        self._failed: set[str] = set()
        self._run_number = 0

    def _run(self) -> None:
        self._lanes = {}
        self._warm_up()
        while self._goes_on():
            self.state = self.heats.state(self._heat)
            self._run_heat()
            self._heat += 1
        self._heat = self.heats.shown
        self.state = self.heats.state(self._heat)
        self.stage = Stage(self._heat, self.plan.repeats)
        self._find_noise()
        self._close_trace()

    def _goes_on(self) -> bool:
        specs = self.header.lanes
        left = [spec for spec in specs if spec.id not in self._failed]
        if self._heat == self.first:
            return not self.heats.states[self.first].over
        drafting = [spec for spec in left if spec.kind is not LaneKind.BASELINE]
        if self._stopping_ns or not drafting or len(drafting) == len(left):
            return False
        base = next(spec.id for spec in left if spec.kind is LaneKind.BASELINE)
        done = self._heat - self.first
        return self.plan.goes_on(done, [self.heats.interval(spec.id, base) for spec in drafting])

    def _warm_up(self) -> None:
        request = self.header.request
        short = msgspec.structs.replace(request, max_tokens=min(request.max_tokens, WARM_UP_TOKENS))
        self._warming = True
        for _ in range(self.plan.warm_up):
            for spec in self.header.lanes:
                if spec.id not in self._failed and not self._stopping_ns:
                    self.stage = Stage(-1, self.plan.repeats, lane_title(spec))
                    self._run_lane(spec, short)
        self._warming = False

    def _run_heat(self) -> None:
        specs = {spec.id: spec for spec in self.header.lanes}
        for lane_id in lane_order(list(specs), self._heat):
            if lane_id in self._failed:
                continue
            self._cool_down()
            if self._stopping_ns:
                self._record(lane_id, Done(0, Finish.STOPPED), self.clock_ns())
                continue
            self.stage = Stage(self._heat, self.plan.repeats, lane_title(specs[lane_id]))
            self.sampler.begin()
            self._run_lane(specs[lane_id], self.header.request)
            self._record(lane_id, self.sampler.end(), self.clock_ns())

    def _run_lane(self, spec: LaneSpec, request: Request) -> None:
        """Runs one lane from its first turn to its end, alone."""
        lane = _Lane(self.workers[spec.id])
        self._lanes = {spec.id: lane}  # The only one that is waited for, or stopped.
        self._run_number += 1
        number = self._run_number
        lane.since_ns = self.clock_ns()

        def listen(event: LaneEvent) -> None:
            if number == self._run_number:  # Not what an earlier run of a shared worker still says.
                self._inbox.put((spec.id, event))

        lane.worker.attach(listen)
        self._sent_race = False
        while not lane.over:
            try:
                item = self._inbox.get(timeout=0.25)
            except Empty:
                self._check_patience()
                continue
            if item is None:
                self._stop_lanes()
                continue
            if item[0] == spec.id:
                self._take(*item)
            if lane.loaded and not lane.over and not self._sent_race and not self._stopping_ns:
                self._sent_race = True
                lane.computing = lane.alone = True
                lane.worker.doing = "reading the prompt"
                lane.worker.send(Race(request, spec.k, spec.policy))
                lane.since_ns = self.clock_ns()
                lane.worker.send(Turn(-1))
        self._lanes = {}

    def _cool_down(self) -> None:
        """Waits before a run, if that is asked for; a stop ends the wait."""
        end = self.clock_ns() + round(self.plan.cool_down_s * NS)
        if self.plan.cool_down_s:
            self.stage = Stage(self._heat, self.plan.repeats)
        while not self._stopping_ns:
            left = (end - self.clock_ns()) / NS
            try:
                item = self._inbox.get(timeout=left) if left > 0 else self._inbox.get_nowait()
            except Empty:
                return
            if item is None:
                self._stop_lanes()

    def _record(self, lane_id: str, event: LaneEvent, now: int) -> None:
        if isinstance(event, Failed):
            self._failed.add(lane_id)
        elif self._warming:
            return
        super()._record(lane_id, event, now)

    def _measure_noise(self, lane_id: str) -> None:
        # The last run need not have been this lane's, and its worker tells nobody then.
        self.workers[lane_id].attach(lambda event: self._inbox.put((lane_id, event)))
        super()._measure_noise(lane_id)

    def _record_noise(self, noise: Noise) -> None:
        """Every heat has its own verdict, so each gets the noise floor."""
        shown = self._heat
        for heat in sorted(self.heats.states):
            self._heat = heat
            super()._record_noise(noise)
        self._heat = shown

    def _fold(self, record: Record) -> None:
        self.heats.apply(record)
