"""A running race: its thread, its recording, and the runner that its format asks for.

A session runs in a thread of its own, so that neither a busy window nor a slow terminal ever delays a turn. Whoever
shows the race takes the records that came since it last looked (``drain``) and folds them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Final

from app.boundary.unexpected import problem_of
from app.race.events import Failed, Finish, LaneEvent, Noise
from app.race.fold import NS, RaceState
from app.race.formats import RaceFormat
from app.race.heats import Heats, Plan
from app.race.known_costs import NOTHING_KNOWN, KnownCosts
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.problems import Problem
from app.race.trace import Header, Record, TraceWriter, contender_id
from app.worker.conditions import MachineSampler, Sampler
from app.worker.energy import EnergyMeter
from app.worker.heats_runner import HeatsRunner, HeatStage
from app.worker.protocol import Probe, Stop
from app.worker.recording import Recording
from app.worker.run import LaneWorker, Patience, Run, StopWish
from app.worker.run import Record as RecordEvent

NOISE_PATIENCE_S: Final = 30.0
"""How long measuring the noise floor may take before the race ends without it."""


class RaceSession:
    """One race from load to finish, in whatever format.

    Args:
        header: What is raced; its lane ids are those of ``workers``.
        workers: A worker for each lane, loaded or loading.
        race_format: Decides the turns, and whether the lanes run several times.
        writer: Where the trace goes; None records nothing.
        noise: The noise floor of the pair if it is known; if not, it is measured once the race is over.
        plan: How many heats, for a format that repeats.
        first: Number of the first heat, where others were run in sessions before.
        known: What passes and drafts are known to cost here, for lanes whose policy asks for it.
        patience: When a silent lane counts as hung.
        sampler: Tells what the machine was doing during a run; None watches this machine.
        meter: Counts the energy of a run in heats; None asks this machine.
        clock_ns: A monotonic clock in ns.
    """

    def __init__(
        self,
        header: Header,
        workers: Mapping[str, LaneWorker],
        race_format: RaceFormat,
        writer: TraceWriter | None = None,
        *,
        noise: Noise | None = None,
        plan: Plan | None = None,
        first: int = 0,
        known: KnownCosts = NOTHING_KNOWN,
        patience: Patience | None = None,
        sampler: Sampler | None = None,
        meter: EnergyMeter | None = None,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.header = header
        self.workers = workers
        self.noise = noise
        self._format = race_format
        self._clock_ns = clock_ns
        self._patience = patience or Patience()
        self._known = known
        self._wish = StopWish()
        self._recording = Recording(header, clock_ns, writer, first)
        self._heats_runner: HeatsRunner | None = None
        if race_format.repeats:
            self._heats_runner = HeatsRunner(
                header,
                plan or Plan(),
                self._recording,
                self._wish,
                sampler or MachineSampler([lane.target for lane in header.lanes]),
                self._run_of,
                meter,
            )
        self._thread = threading.Thread(target=self._play_to_the_end, name="race", daemon=True)

    @property
    def state(self) -> RaceState:
        """The race as it is now; of several heats the one that runs, and at the end the one that stands for them."""
        return self._recording.state

    @property
    def heats(self) -> Heats | None:
        """All heats, for a format that repeats."""
        return None if self._heats_runner is None else self._recording.heats

    @property
    def runs(self) -> Heats:
        """All runs of the lanes, by heat; a race that runs once is one heat."""
        return self._recording.heats

    @property
    def stage(self) -> HeatStage | None:
        """Where a race in heats is; None for one that runs once."""
        return None if self._heats_runner is None else self._heats_runner.stage

    @property
    def trace_problem(self) -> Problem | None:
        """Why the trace could not be written on; None if it could."""
        return self._recording.problem

    def start(self) -> None:
        """Begins the race in its own thread."""
        self._thread.start()

    def stop(self) -> None:
        """Asks all lanes to stop now; the race ends when they have. Safe from any thread and in a signal's handler."""
        self._wish.tell()

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
        return self._recording.drain()

    def _play_to_the_end(self) -> None:
        try:
            if self._heats_runner is not None:
                self._heats_runner.play()
            else:
                self._run(self.header.lanes, self.header.request, self._recording.add).play()
            self._find_noise()
            self._recording.close()
        except Exception as error:  # noqa: BLE001 - the boundary of this thread
            self._give_up(problem_of(error, "worker", "the race was run"))

    def _run_of(self, spec: LaneSpec, request: Request, record: RecordEvent) -> Run:
        return self._run((spec,), request, record)

    def _run(self, specs: tuple[LaneSpec, ...], request: Request, record: RecordEvent) -> Run:
        known = self._known
        return Run(
            specs, self.workers, self._format, request, record, self._wish, self._clock_ns, self._patience, known
        )

    def _give_up(self, problem: Problem) -> None:
        """Ends a race whose own thread failed: its lanes say so, and none of its workers is used again."""
        for worker in self.workers.values():
            worker.fail(problem)
        self._recording.give_up(problem)

    def _find_noise(self) -> None:
        """Records the pair's noise floor, measured now if it is not known: it decides what counts as a near tie."""
        lane_id = contender_id(self.header)
        if lane_id is None or any(lane.finish in (None, Finish.STOPPED) for lane in self.state.lanes.values()):
            return
        if self.noise is None:
            spec = next(spec for spec in self.header.lanes if spec.id == lane_id)
            self.noise = measure_noise(self.workers[lane_id], self.header.request, spec.k, self._wish, self._clock_ns)
        if self.noise is not None:
            self._record_noise(self.noise)

    def _record_noise(self, noise: Noise) -> None:
        """Records it for every drafting lane of every heat: each has a verdict of its own."""
        for heat in sorted(self._recording.heats.states):
            for spec in self.header.lanes:
                if spec.kind is not LaneKind.BASELINE:
                    self._recording.add(spec.id, noise, heat)


def measure_noise(
    worker: LaneWorker, request: Request, k: int, wish: StopWish, clock_ns: Callable[[], int]
) -> Noise | None:
    """Measures the noise floor of a lane that is loaded and has no run going on.

    Returns None if its engine cannot tell, it took too long or a stop was wished; the verdict then says that its floor
    is an assumed one.
    """
    inbox: SimpleQueue[tuple[str, LaneEvent] | None] = SimpleQueue()
    wish.wakes(inbox)
    worker.attach(lambda event: inbox.put(("", event)))
    worker.send(Probe(request, k))
    deadline = clock_ns() + round(NOISE_PATIENCE_S * NS)
    while not wish.told and clock_ns() < deadline:
        try:
            item = inbox.get(timeout=0.25)
        except Empty:
            continue
        if item is None or isinstance(item[1], Failed):
            break
        if isinstance(item[1], Noise):
            return item[1]
    worker.send(Stop())
    return None
