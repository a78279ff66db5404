"""Heats: a warm-up that is not recorded, then every lane alone from start to end, again and again.

Lanes whose models are the same may share one worker, since only one runs at a time.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.race.events import Done, Failed, Finish, LaneEvent, Loaded
from app.race.heats import WARM_UP_TOKENS, Plan, lane_order
from app.race.lanes import LaneKind, LaneSpec, Request, lane_title
from app.race.trace import Header
from app.worker.conditions import Sampler, runs_here
from app.worker.energy import EnergyMeter
from app.worker.recording import Recording
from app.worker.run import Record, Run, StopWish


class HeatStage(msgspec.Struct, frozen=True):
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


class HeatsRunner:
    """Runs heats as runs of one lane each.

    Args:
        header: What is raced.
        plan: How many heats.
        recording: Takes the events; its ``heat`` is the first one's number, which decides the order of the lanes.
        wish: Ends the heats when it is told.
        sampler: Tells what the machine was doing during a run.
        make_run: Makes a run of one lane.
        meter: Counts the energy of a run; None asks this machine.

    Attributes:
        stage: Where it is; may be read from any thread.
    """

    def __init__(
        self,
        header: Header,
        plan: Plan,
        recording: Recording,
        wish: StopWish,
        sampler: Sampler,
        make_run: Callable[[LaneSpec, Request, Record], Run],
        meter: EnergyMeter | None = None,
    ) -> None:
        self._specs = {spec.id: spec for spec in header.lanes}
        self._request = header.request
        self._plan = plan
        self._recording = recording
        self._wish = wish
        self._sampler = sampler
        self._make_run = make_run
        self._meter = meter or EnergyMeter()
        self._first = recording.heat
        self._failed: set[str] = set()
        self.stage = HeatStage(most=plan.repeats)

    def play(self) -> None:
        """Runs all heats; at the end the recording is at the heat that stands for them."""
        self._warm_up()
        if not self._recording.state.over:
            self._heat()
        while self._goes_on():
            self._recording.next_heat()
            self._heat()
        self._recording.heat = self._recording.heats.shown
        self.stage = HeatStage(self._recording.heat, self._plan.repeats)

    def _goes_on(self) -> bool:
        """Whether another heat is to be run after the ones that were."""
        left = [spec for lane_id, spec in self._specs.items() if lane_id not in self._failed]
        drafting = [spec for spec in left if spec.kind is not LaneKind.BASELINE]
        if self._wish.told or not drafting or len(drafting) == len(left):
            return False
        base = next(spec.id for spec in left if spec.kind is LaneKind.BASELINE)
        intervals = [self._recording.heats.interval(spec.id, base) for spec in drafting]
        return self._plan.goes_on(self._recording.heat + 1 - self._first, intervals)

    def _warm_up(self) -> None:
        short = msgspec.structs.replace(self._request, max_tokens=min(self._request.max_tokens, WARM_UP_TOKENS))
        for _ in range(self._plan.warm_up):
            for lane_id, spec in self._specs.items():
                if lane_id not in self._failed and not self._wish.told:
                    self.stage = HeatStage(-1, self._plan.repeats, lane_title(spec))
                    self._make_run(spec, short, self._record_failure).play()

    def _heat(self) -> None:
        for lane_id in lane_order(list(self._specs), self._recording.heat):
            if lane_id in self._failed:
                continue
            if self._cool_down():
                self._record(lane_id, Done(0, Finish.STOPPED))
                continue
            spec = self._specs[lane_id]
            self.stage = HeatStage(self._recording.heat, self._plan.repeats, lane_title(spec))
            self._sampler.begin()
            self._make_run(spec, self._request, self._record_with_energy).play()
            self._record(lane_id, self._sampler.end())

    def _record_with_energy(self, lane_id: str, event: LaneEvent) -> None:
        """Records an event, and at the end what the machine took since the lane was loaded, when it gets its turn."""
        if isinstance(event, Loaded) and runs_here(self._specs[lane_id].target):
            self._meter.begin()
        self._record(lane_id, event)
        self._meter.look()
        if isinstance(event, Done | Failed) and (energy := self._meter.end()) is not None and isinstance(event, Done):
            self._record(lane_id, energy)

    def _cool_down(self) -> bool:
        """Waits before a run, if that is asked for. Returns whether a stop is wished."""
        if self._plan.cool_down_s:
            self.stage = HeatStage(self._recording.heat, self._plan.repeats)
        return self._wish.wait(self._plan.cool_down_s)

    def _record_failure(self, lane_id: str, event: LaneEvent) -> None:
        """Records of a warm-up only that a lane failed."""
        if isinstance(event, Failed):
            self._record(lane_id, event)

    def _record(self, lane_id: str, event: LaneEvent) -> None:
        if isinstance(event, Failed):
            self._failed.add(lane_id)
        self._recording.add(lane_id, event)
