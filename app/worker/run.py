"""One run of some lanes: from their first turn to their end, as the race format grants turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final, Protocol, TypeAlias

from app.race.events import Done, Failed, Finish, LaneEvent, Loaded, Prefilled, Round
from app.race.fold import NS
from app.race.formats import LaneTurn, RaceFormat
from app.race.known_costs import NOTHING_KNOWN, KnownCosts
from app.race.lanes import LaneSpec, Request
from app.race.problems import Problem
from app.worker import outcome
from app.worker.process import Listener
from app.worker.protocol import Command, Race, Stop, Turn

STOP_PATIENCE_S: Final = 2.0
"""How long a lane may take to stop before its process is ended by force."""
_LOOK_S: Final = 0.25
Record: TypeAlias = Callable[[str, LaneEvent], None]


class LaneWorker(Protocol):
    """One lane's end of a worker process. Several lanes may hold ends of the same process."""

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


class StopWish:
    """The wish to stop, told once from any thread, also from a signal's handler; it wakes whoever waits for events."""

    def __init__(self) -> None:
        self.told = False
        self._waiting: SimpleQueue[tuple[str, LaneEvent] | None] = SimpleQueue()

    def tell(self) -> None:
        """Wishes a stop."""
        self.told = True
        self._waiting.put(None)

    def wakes(self, inbox: SimpleQueue[tuple[str, LaneEvent] | None]) -> None:
        """From now on the wish puts None into this queue. Look at ``told`` afterwards: it may have been told before."""
        self._waiting = inbox

    def wait(self, seconds: float) -> bool:
        """Waits so long, or until a stop is wished. Returns whether it is."""
        inbox: SimpleQueue[tuple[str, LaneEvent] | None] = SimpleQueue()
        self.wakes(inbox)
        if not self.told and seconds > 0:
            try:
                inbox.get(timeout=seconds)
            except Empty:
                pass
        return self.told


@dataclass(slots=True)
class _Lane:
    """A lane's place in its run."""

    spec: LaneSpec
    worker: LaneWorker
    since_ns: int  # When it last gave a sign of life, or was last told to compute.
    loaded: bool = False
    prefilled: bool = False
    asking: bool = False
    computing: bool = False
    alone: bool = False  # It was granted its whole run.
    over: bool = False
    clock_ns: int = 0
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

    def limit(self, *, loaded: bool, prefilled: bool, longest_ns: int) -> float:
        """Returns the limit in seconds that holds for a lane now."""
        if not loaded:
            return self.load_s
        if not prefilled:
            return self.prefill_s
        return max(self.round_s, 20 * longest_ns / NS)


class Run:
    """Grants turns, hands every event on and notices lanes that hang.

    Args:
        specs: The lanes that take part.
        workers: A worker for each lane id, loaded or loading.
        race_format: Decides the turns.
        request: What every lane is asked for.
        record: Takes each event with its lane id, in order.
        wish: Ends the run when it is told.
        clock_ns: A monotonic clock in ns.
        patience: When a silent lane counts as hung.
        known: What passes are known to cost, for a policy; see :class:`app.worker.protocol.Race`.
    """

    def __init__(
        self,
        specs: Sequence[LaneSpec],
        workers: Mapping[str, LaneWorker],
        race_format: RaceFormat,
        request: Request,
        record: Record,
        wish: StopWish,
        clock_ns: Callable[[], int],
        patience: Patience,
        known: KnownCosts = NOTHING_KNOWN,
    ) -> None:
        self._format = race_format
        self._request = request
        self._record = record
        self._wish = wish
        self._clock_ns = clock_ns
        self._patience = patience
        self._known = known
        # A queue of its own: what an earlier run of a shared worker still says is not heard.
        self._inbox: SimpleQueue[tuple[str, LaneEvent] | None] = SimpleQueue()
        now = clock_ns()
        self._lanes = {spec.id: _Lane(spec, workers[spec.id], now) for spec in specs}
        self._begun = False
        self._stopping_ns = 0

    def play(self) -> None:
        """Runs all lanes to their end."""
        self._wish.wakes(self._inbox)
        for lane_id, lane in self._lanes.items():
            lane.worker.attach(lambda event, lane_id=lane_id: self._inbox.put((lane_id, event)))  # type: ignore[misc]
        while not all(lane.over for lane in self._lanes.values()):
            if self._wish.told and not self._stopping_ns:
                self._stop()
                continue
            try:
                item = self._inbox.get(timeout=_LOOK_S)
            except Empty:
                self._check_patience()
                continue
            if item is not None:
                self._take(*item)
                self._go_on()

    def _take(self, lane_id: str, event: LaneEvent) -> None:
        lane = self._lanes[lane_id]
        if lane.over:
            return
        now = self._clock_ns()
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
        self._record(lane_id, event)

    @staticmethod
    def _turn_over(lane: _Lane) -> None:
        if not lane.alone:
            lane.computing, lane.asking = False, True

    def _go_on(self) -> None:
        """Begins once all lanes are loaded, then grants turns."""
        if self._stopping_ns:
            return
        if not self._begun:
            racing = [lane for lane in self._lanes.values() if not lane.over]
            if not all(lane.loaded for lane in racing):
                return
            self._begun = True
            for lane in racing:
                lane.worker.send(Race(self._request, lane.spec.k, lane.spec.policy, self._known))
                lane.worker.doing = "reading the prompt"
                lane.asking = True
        turns = [
            LaneTurn(lane_id, lane.clock_ns, lane.asking, lane.computing, lane.over)
            for lane_id, lane in self._lanes.items()
        ]
        for grant in self._format.grants(turns):
            lane = self._lanes[grant.lane]
            lane.asking, lane.computing = False, True
            lane.alone = grant.rounds < 0
            lane.since_ns = self._clock_ns()
            lane.worker.send(Turn(grant.rounds))

    def _stop(self) -> None:
        self._stopping_ns = self._clock_ns()
        for lane_id, lane in self._lanes.items():
            if lane.over:
                continue
            if self._begun:
                lane.worker.send(Stop())
            else:  # It has no run to stop; its worker goes on loading for the next race.
                self._take(lane_id, Done(lane.clock_ns, Finish.STOPPED))

    def _check_patience(self) -> None:
        now = self._clock_ns()
        for lane in self._lanes.values():
            if lane.over:
                continue
            silent = (now - max(lane.since_ns, self._stopping_ns)) / NS
            if self._stopping_ns and silent > STOP_PATIENCE_S:
                lane.worker.fail(outcome.hung(silent, "stopping", lane.worker.log))
            elif (lane.computing or not lane.loaded) and silent > self._patience.limit(
                loaded=lane.loaded, prefilled=lane.prefilled, longest_ns=lane.longest_ns
            ):
                lane.worker.fail(outcome.hung(silent, lane.worker.doing, lane.worker.log))
