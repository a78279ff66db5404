"""A running race: grants turns, records every event, notices lanes that die or hang.

A session runs in a thread of its own, so that neither a busy window nor a slow terminal ever delays a turn. Whoever
shows the race takes the records that came since it last looked (``drain``) and folds them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from app.boundary.unexpected import problem_of
from app.race.events import Done, Failed, Finish, LaneEvent, Loaded, Noise, Prefilled, Round
from app.race.fold import NS, RaceState
from app.race.formats import LaneTurn, RaceFormat
from app.race.lanes import LaneKind
from app.race.problems import Problem
from app.race.trace import Header, Record, TraceWriter, contender_id
from app.worker import outcome
from app.worker.process import Listener
from app.worker.protocol import Command, Probe, Race, Stop, Turn

STOP_PATIENCE_S: Final = 2.0
"""How long a lane may take to stop before its process is ended by force."""
NOISE_PATIENCE_S: Final = 30.0
"""How long measuring the noise floor may take before the race ends without it."""


class Worker(Protocol):
    """What a session needs of a worker process."""

    doing: str

    @property
    def log(self) -> str:
        """What the process printed."""
        ...

    def attach(self, listener: Listener) -> None:
        """Sends events to ``listener``, those that it missed first."""
        ...

    def send(self, command: Command) -> None:
        """Sends a command."""
        ...

    def fail(self, problem: Problem) -> None:
        """Ends the process by force and tells ``problem``."""
        ...


@dataclass(slots=True)
class _Lane:
    """A lane's place in its race."""

    worker: Worker
    loaded: bool = False
    prefilled: bool = False
    asking: bool = False
    computing: bool = False
    alone: bool = False  # It was granted its whole run.
    over: bool = False
    clock_ns: int = 0
    since_ns: int = 0  # When it last gave a sign of life, or was last told to compute.
    longest_ns: int = 0  # Its longest turn so far.


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a lane may be silent before it counts as hung, in seconds.

    A large model on a slow disk loads for minutes, and a long prompt prefills for minutes; a round that takes twenty
    times the longest one so far, and over ``round_s``, does not come back.
    """

    load_s: float = 600.0
    prefill_s: float = 600.0
    round_s: float = 60.0

    def limit(self, lane: _Lane) -> float:
        """Returns the limit that holds for the lane now."""
        if not lane.loaded:
            return self.load_s
        if not lane.prefilled:
            return self.prefill_s
        return max(self.round_s, 20 * lane.longest_ns / NS)


@dataclass
class RaceSession:
    """One race from load to finish.

    Args:
        header: What is raced; its lane ids are those of ``workers``.
        workers: A worker for each lane, loaded or loading.
        race_format: Decides the turns.
        clock_ns: A monotonic clock in ns.
        writer: Where the trace goes; None records nothing.
        patience: When a silent lane counts as hung.
        noise: The noise floor of the pair if it is known; if not, it is measured once the race is over.
    """

    header: Header
    workers: Mapping[str, Worker]
    race_format: RaceFormat
    clock_ns: Callable[[], int]
    writer: TraceWriter | None = None
    patience: Patience = field(default_factory=Patience)
    noise: Noise | None = None

    def __post_init__(self) -> None:
        self.state = RaceState.of(lane.id for lane in self.header.lanes)
        self.trace_problem: Problem | None = None
        self._inbox: SimpleQueue[tuple[str, LaneEvent] | None] = SimpleQueue()
        self._fresh: deque[Record] = deque()
        self._lanes = {spec.id: _Lane(self.workers[spec.id]) for spec in self.header.lanes}
        self._origin_ns = self.clock_ns()
        self._stopping_ns = 0
        self._sent_race = False
        self._heat = 0
        self._thread = threading.Thread(target=self._run_to_the_end, name="race", daemon=True)

    def start(self) -> None:
        """Begins the race in its own thread."""
        self._thread.start()

    def stop(self) -> None:
        """Asks all lanes to stop now; safe from any thread. The race ends when they have."""
        self._inbox.put(None)

    @property
    def over(self) -> bool:
        """Whether the race has ended and every record of it can be drained."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def join(self, timeout: float | None = None) -> bool:
        """Waits for the end, ``timeout`` seconds at most. Returns whether it came."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def drain(self) -> list[Record]:
        """Returns the records since the last call, in order."""
        fresh = []
        while self._fresh:
            fresh.append(self._fresh.popleft())
        return fresh

    def _run_to_the_end(self) -> None:
        try:
            self._run()
        except Exception as error:  # noqa: BLE001 - the boundary of this thread
            self._give_up(problem_of(error, "worker", "the race was run"))

    def _give_up(self, problem: Problem) -> None:
        """Ends a race whose own thread failed: its lanes say so, and none of its workers is used again."""
        for worker in self.workers.values():
            worker.fail(problem)
        now = max(0, self.clock_ns() - self._origin_ns)
        for lane_id in [lane_id for lane_id, lane in self.state.lanes.items() if not lane.over]:
            record = Record(lane_id, now, Failed(problem), self._heat)
            self._fresh.append(record)
            try:
                self._fold(record)
                if self.writer is not None and self.trace_problem is None:
                    self.writer.write(record)
            except Exception as error:  # noqa: BLE001 - what failed before may fail again
                problem_of(error, "worker")
        self._close_trace()
        self.trace_problem = self.trace_problem or problem

    def _run(self) -> None:
        for lane_id, lane in self._lanes.items():
            lane.since_ns = self._origin_ns
            lane.worker.attach(lambda event, lane_id=lane_id: self._inbox.put((lane_id, event)))  # type: ignore[misc]
        while not all(lane.over for lane in self._lanes.values()):
            try:
                item = self._inbox.get(timeout=0.25)
            except Empty:
                self._check_patience()
                continue
            if item is None:
                self._stop_lanes()
            else:
                self._take(*item)
                self._go_on()
        self._find_noise()
        self._close_trace()

    def _close_trace(self) -> None:
        if self.writer is not None and self.trace_problem is None:
            self._guard(self.writer.close)

    def _find_noise(self) -> None:
        """Records the pair's noise floor, measured now if it is not known: it decides what counts as a near tie."""
        lane_id = contender_id(self.header)
        lanes = self.state.lanes.values()
        if lane_id is None or any(lane.finish in (None, Finish.STOPPED) for lane in lanes):
            return
        if self.noise is None:
            self._measure_noise(lane_id)
        if self.noise is not None:
            self._record_noise(self.noise)

    def _record_noise(self, noise: Noise) -> None:
        """Records the noise floor for every drafting lane: each has a verdict of its own."""
        for spec in self.header.lanes:
            if spec.kind is not LaneKind.BASELINE:
                self._record(spec.id, noise, self.clock_ns())

    def _measure_noise(self, lane_id: str) -> None:
        worker = self.workers[lane_id]
        k = next(spec.k for spec in self.header.lanes if spec.id == lane_id)
        worker.send(Probe(self.header.request, k))
        deadline = self.clock_ns() + round(NOISE_PATIENCE_S * NS)
        while self.noise is None and self.clock_ns() < deadline:
            try:
                item = self._inbox.get(timeout=0.25)
            except Empty:
                continue
            if item is None or isinstance(item[1], Failed):
                worker.send(Stop())
                return  # The verdict then says that its floor is an assumed one.
            if isinstance(item[1], Noise):
                self.noise = item[1]

    def _take(self, lane_id: str, event: LaneEvent) -> None:
        lane = self._lanes[lane_id]
        if lane.over:
            return
        now = self.clock_ns()
        if lane.computing:
            lane.longest_ns = max(lane.longest_ns, now - lane.since_ns)
        lane.since_ns = now
        match event:
            case Loaded():
                lane.loaded = True
            case Prefilled(end_ns=end_ns):
                lane.prefilled = True
                lane.clock_ns = end_ns
                self._turn_over(lane)
                lane.worker.doing = "decoding"
            case Round(end_ns=end_ns):
                lane.clock_ns = end_ns
                self._turn_over(lane)
            case Done() | Failed():
                lane.over = True
                lane.computing = lane.asking = False
                lane.worker.doing = "waiting"
            case _:
                pass
        self._record(lane_id, event, now)

    @staticmethod
    def _turn_over(lane: _Lane) -> None:
        if not lane.alone:
            lane.computing, lane.asking = False, True

    def _go_on(self) -> None:
        """Starts the race once all lanes are loaded, then grants turns."""
        if self._stopping_ns:
            return
        racing = [lane for lane in self._lanes.values() if not lane.over]
        if not self._sent_race:
            if not all(lane.loaded for lane in racing):
                return
            self._sent_race = True
            for spec in self.header.lanes:
                lane = self._lanes[spec.id]
                if not lane.over:
                    lane.worker.send(Race(self.header.request, spec.k, spec.policy))
                    lane.worker.doing = "reading the prompt"
                    lane.asking = True
        turns = [
            LaneTurn(lane_id, lane.clock_ns, lane.asking, lane.computing, lane.over)
            for lane_id, lane in self._lanes.items()
        ]
        for grant in self.race_format.grants(turns):
            lane = self._lanes[grant.lane]
            lane.asking, lane.computing = False, True
            lane.alone = grant.rounds < 0
            lane.since_ns = self.clock_ns()
            lane.worker.send(Turn(grant.rounds))

    def _stop_lanes(self) -> None:
        if self._stopping_ns:
            return
        self._stopping_ns = self.clock_ns()
        for lane_id, lane in self._lanes.items():
            if lane.over:
                continue
            if self._sent_race:
                lane.worker.send(Stop())
            else:  # It has no run to stop; its worker goes on loading for the next race.
                self._take(lane_id, Done(lane.clock_ns, Finish.STOPPED))

    def _check_patience(self) -> None:
        now = self.clock_ns()
        for lane in self._lanes.values():
            if lane.over:
                continue
            silent = (now - max(lane.since_ns, self._stopping_ns)) / NS
            if self._stopping_ns and silent > STOP_PATIENCE_S:
                lane.worker.fail(outcome.hung(silent, "stopping", lane.worker.log))
            elif (lane.computing or not lane.loaded) and silent > self.patience.limit(lane):
                lane.worker.fail(outcome.hung(silent, lane.worker.doing, lane.worker.log))

    def _record(self, lane_id: str, event: LaneEvent, now: int) -> None:
        record = Record(lane_id, max(0, now - self._origin_ns), event, self._heat)
        self._fold(record)
        if self.writer is not None and self.trace_problem is None:
            writer = self.writer
            self._guard(lambda: writer.write(record))
        self._fresh.append(record)

    def _fold(self, record: Record) -> None:
        self.state.apply(record.lane, record.e)

    def _guard(self, write: Callable[[], None]) -> None:
        """Runs a write of the trace; a disk that refuses it ends the recording, not the race."""
        try:
            write()
        except OSError as error:
            self.trace_problem = Problem(
                "trace-unwritable",
                "The trace could not be written on, so this race is recorded only in part.",
                cause=f"{error}.",
                action="Free disk space or choose another folder, then race again.",
            )
