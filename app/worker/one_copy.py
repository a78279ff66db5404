"""Lanes of one target in one process: one loaded model, a context and a drafter for each lane.

The chess clock and heats let one lane compute at a time, so nothing is lost by it but independence: what ends the
process ends all of its lanes, and they say so. Each lane has a thread of its own there
(:mod:`app.worker.__main__`), and is a worker like any other here.
"""

from __future__ import annotations

import threading

import msgspec

from app.places import Places
from app.race.events import Failed, LaneEvent
from app.race.formats import find_format
from app.race.lanes import ONE_COPY, LaneSpec
from app.race.problems import Problem
from app.worker.process import WorkerProcess
from app.worker.protocol import Command, Load, ProtocolError, Quit, pack_for, split_lane
from app.worker.request import RaceRequest

MOST_LANES = 64
_TOGETHER = "The lanes share one process and one copy of the model, so all of them have ended."


def shares(spec: LaneSpec) -> bool:
    """Whether the lane is to share a process with the others of its target."""
    return bool(spec.options.get(ONE_COPY))


def suited_to_memory(request: RaceRequest, places: Places, held: int = 0) -> RaceRequest:
    """Returns the request with one copy of the models for all lanes, where separate copies do not fit and that does.

    Args:
        held: Bytes that loaded workers would give back.
    """
    # Here: neither the window nor a command waits at its start for what counts memory.
    from app.models.fit.estimate import Fit
    from app.models.fit.memory import free_memory
    from app.models.shelf.availability import availability
    from app.models.shelf.pair_fit import fit_race

    engine = request.engine or request.pair.engines[0]
    decided = request.one_copy or request.one_loaded or request.load_anyway
    if decided or engine != "llama.cpp" or find_format(request.format).shares_machine:
        return request
    memory = free_memory()
    memory = msgspec.structs.replace(memory, free=memory.free + held)
    fit = fit_race(request.pair, availability(request.pair, places), request.drafting, request.context, memory)
    return msgspec.structs.replace(request, one_copy=True) if isinstance(fit, Fit) and fit.shared else request


class OneCopyProcess(WorkerProcess):
    """The process. It ends with its last lane."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes: dict[int, SharedLane] = {}
        self._next = 0
        self._opening, self._writing = threading.Lock(), threading.Lock()
        self._target = ("", 0)

    def takes(self, spec: LaneSpec) -> bool:
        """Whether a lane can be opened here: the process lives, and has this target's weights."""
        return self.alive and self._next < MOST_LANES and self._target in (("", 0), (spec.target, spec.gpu_layers))

    def open(self, spec: LaneSpec) -> SharedLane:
        """Returns a new lane that loads ``spec``; the first one starts the process."""
        with self._opening:
            lane = SharedLane(self, self._next)
            self._lanes[self._next] = lane
            self._next += 1
            self._target = (spec.target, spec.gpu_layers)
            if self._process is not None or self._spawn("--lanes"):
                lane.doing = "loading the model"
                lane.send(Load(spec))
        return lane

    def send_to(self, lane: int, command: Command) -> None:
        """Sends a command to one of the lanes."""
        with self._writing:
            self._write(pack_for(lane, command))

    def leave(self, lane: int) -> None:
        """Lets a lane go: its context is freed, and with the last one the process ends."""
        with self._writing:
            self._lanes.pop(lane, None)
            self._write(pack_for(lane, Quit()))
            if not self._lanes:
                self._asked_to_end = True
                self._close_commands()

    def _hear(self, body: bytes) -> None:
        number, body = split_lane(body)
        lane = self._lanes.get(number)
        if lane is not None:
            lane.hear(body)
        elif number >= self._next:
            raise ProtocolError(f"there is no lane {number}")

    def _tell(self, event: LaneEvent, *, last: bool = False) -> None:
        if isinstance(event, Failed) and last:
            problem = event.problem
            cause = f"{problem.cause} {_TOGETHER}".strip()
            event = Failed(msgspec.structs.replace(problem, cause=cause))
        for lane in list(self._lanes.values()):
            lane.tell(event, last=last)


class SharedLane(WorkerProcess):
    """One lane of the process, as a session sees it."""

    def __init__(self, home: OneCopyProcess, number: int) -> None:
        super().__init__()
        self._home = home
        self._number = number

    @property
    def pid(self) -> int:
        """The process id, the same for all lanes of the process."""
        return self._home.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs and this lane may still be used."""
        return self._home.alive and not (self._asked_to_end or self._useless)

    @property
    def log(self) -> str:
        """What the process printed, of all its lanes."""
        return self._home.log

    def hear(self, body: bytes) -> None:
        """Tells the event of a frame that came from this lane."""
        self._hear(body)

    def tell(self, event: LaneEvent, *, last: bool) -> None:
        """Tells an event of the whole process."""
        self._tell(event, last=last)

    def send(self, command: Command) -> None:
        """Sends a command to this lane. A process that has ended takes it silently; its end is told otherwise."""
        self._home.send_to(self._number, command)

    def quit(self) -> None:
        """Leaves the process, which ends once its last lane has left."""
        self.detach()
        if not self._asked_to_end:
            self._asked_to_end = True
            self._home.leave(self._number)

    def fail(self, problem: Problem) -> None:
        """Ends the process, and with it the other lanes: a lane that hangs cannot be ended alone."""
        self._home.fail(problem)

    def kill(self) -> None:
        """Kills the process, and with it the other lanes."""
        self._home.kill()

    def wait(self, timeout: float) -> bool:
        """Waits up to ``timeout`` seconds for the end of the process; returns whether it has ended."""
        return self._home.wait(timeout)
