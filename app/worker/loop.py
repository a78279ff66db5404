"""The worker's main loop: obeys commands, runs the engine in its turns and keeps the lane clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

import msgspec

from app.engines.base import Engine, Probing, Progressing, Reporting, Steered, Stopped, Totalling
from app.race.events import Done, Failed, Finish, LaneEvent, Noise, Prefilled, Reading, Starting
from app.race.gate import Gate
from app.race.kpolicy import Policy, policy_for
from app.race.lanes import LaneSpec
from app.race.problems import Problem, ProblemError
from app.worker.protocol import Command, Load, Probe, ProbePasses, Quit, Race, Stop, Turn

_TELL_NS = 200_000_000
"""Least time between two remarks on how far a prompt is read, ns."""


class WorkerLoop:
    """Runs one lane. Everything it touches comes in as a parameter.

    Args:
        create: Makes the engine of a name.
        send: Sends an event to the parent.
        clock_ns: A monotonic clock in ns.
        memory: Returns (resident, peak resident) memory of this process in bytes.
    """

    def __init__(
        self,
        create: Callable[[str], Engine],
        send: Callable[[LaneEvent], None],
        clock_ns: Callable[[], int],
        memory: Callable[[], tuple[int, int]],
    ) -> None:
        self._create = create
        self._send = send
        self._clock_ns = clock_ns
        self._memory = memory
        self._inbox: SimpleQueue[Command] = SimpleQueue()
        self._stop = threading.Event()
        self._engine: Engine | None = None
        self._lane_ns = 0

    def deliver(self, command: Command) -> None:
        """Hands in a command; called from the reader's thread. A stop reaches a running computation at once."""
        if isinstance(command, Stop | Quit):
            self._stop.set()
            if self._engine is not None:
                self._engine.stop()
        elif isinstance(command, Race):
            self._stop.clear()
        self._inbox.put(command)

    def run(self) -> None:
        """Obeys commands until ``Quit``."""
        while True:
            match self._inbox.get():
                case Load(spec=spec):
                    if not self._load(spec):
                        break
                case Race() as race:
                    if self._run(race) is None:
                        break
                case Probe() | ProbePasses() as probe:
                    self._probe(probe)
                case Quit():
                    break
                case Turn() | Stop():
                    pass  # Of a run that has just ended by itself.
        if self._engine is not None:
            self._engine.close()

    def _load(self, spec: LaneSpec) -> bool:
        """Loads the lane. Returns False if the worker was told to quit meanwhile."""
        try:
            self._engine = engine = self._create(spec.engine)
            if isinstance(engine, Reporting):
                engine.report_to(lambda sentence: self._send(Starting(sentence)))
            loaded = engine.load(spec)
        except ProblemError as error:
            self._engine = None
            self._send(Failed(error.problem))
        except Stopped:
            return False
        else:
            self._send(msgspec.structs.replace(loaded, memory_bytes=self._memory()[0]))
        return True

    def _probe(self, probe: Probe | ProbePasses) -> None:
        engine: object = self._engine
        if not isinstance(engine, Probing):
            what = "the noise of its logits" if isinstance(probe, Probe) else "its forward passes alone"
            self._send(Failed(Problem("no-probe", f"This engine cannot measure {what}.")))
            return
        try:
            if isinstance(probe, Probe):
                self._send(Noise(engine.probe_noise(probe.request, probe.k, probe.positions), probe.positions))
            else:
                self._send(engine.probe_passes(probe.widths, probe.context, probe.repeats, probe.elsewhere))
        except Stopped:
            pass  # The parent has lost its patience and waits for no answer.
        except ProblemError as error:
            self._send(Failed(error.problem))
        self._pause()

    def _pause(self) -> None:
        if self._engine is not None:
            self._engine.pause()

    def _run(self, race: Race) -> Finish | None:
        """Runs a race to its end. Returns None if the worker is to quit."""
        engine = self._engine
        if engine is None:
            self._send(Failed(Problem("not-loaded", "The lane has no model loaded.")))
            return Finish.STOPPED
        self._lane_ns = 0
        turns = _Turns(self._inbox, self._stop)
        try:
            finish = self._decode(engine, race, turns)
        except Stopped:
            finish = Finish.STOPPED
        except ProblemError as error:
            engine.pause()
            self._send(Failed(error.problem))
            return Finish.STOPPED
        engine.pause()
        if isinstance(engine, Totalling) and (totals := engine.totals()) is not None:
            self._send(totals)
        self._send(Done(self._lane_ns, finish, engine.tail(), self._memory()[1]))
        return None if turns.quit else finish

    def _decode(self, engine: Engine, race: Race, turns: _Turns) -> Finish:
        policy = policy_for(race.policy, race.k, race.known)
        if isinstance(engine, Steered):
            engine.steer(policy if isinstance(policy, Gate) else None)
        if not turns.take():
            return Finish.STOPPED
        engine.set_k(race.k)  # A server is told it with the prompt.
        start = self._clock_ns()
        if isinstance(engine, Progressing):
            engine.progress_to(self._reading(start))
        prefilled = engine.prefill(race.request)
        self._lane_ns = self._clock_ns() - start
        self._send(
            Prefilled(start_ns=0, end_ns=self._lane_ns, prompt_tokens=prefilled.prompt_tokens, first=prefilled.first)
        )
        turns.done()
        while True:
            if not turns.remaining:
                engine.pause()
            if not turns.take():
                return Finish.STOPPED
            finish = self._round(engine, policy)
            turns.done()
            if finish is not None:
                return finish

    def _reading(self, start: int) -> Callable[[int, int], None]:
        """Returns what sends how far the prompt is read, seldom enough to cost the lane nothing."""
        last = start

        def tell(done: int, total: int) -> None:
            nonlocal last
            now = self._clock_ns()
            if not done or now - last >= _TELL_NS:
                last = now
                self._send(Reading(now - start, done, total))

        return tell

    def _round(self, engine: Engine, policy: Policy) -> Finish | None:
        start = self._clock_ns()
        engine.set_k(policy.next_k())  # Choosing K is part of the lane's work, so it is on its clock.
        result = engine.round()
        spent = self._clock_ns() - start
        if isinstance(result, Finish):
            return result
        policy.observe(result)
        before, self._lane_ns = self._lane_ns, self._lane_ns + spent
        self._send(msgspec.structs.replace(result, start_ns=before, end_ns=self._lane_ns))
        return None


class _Turns:
    """The turns granted to this lane and not used yet."""

    def __init__(self, inbox: SimpleQueue[Command], stop: threading.Event) -> None:
        self._inbox = inbox
        self._stop = stop
        self.remaining = 0
        self.quit = False

    def take(self) -> bool:
        """Waits for a turn. Returns False if the run is to stop instead."""
        while not self._stop.is_set():
            if self.remaining:
                return True
            match self._inbox.get():
                case Turn(rounds=rounds):
                    self.remaining = rounds
                case Stop():
                    return False
                case Quit():
                    break
                case Load() | Race() | Probe() | ProbePasses():
                    pass  # The parent sends none of them during a run.
        self.quit = self._drain()
        return False

    def done(self) -> None:
        """Uses up one turn."""
        if self.remaining > 0:
            self.remaining -= 1

    def _drain(self) -> bool:
        """Drops what is left in the inbox up to the stop. Returns whether it was a quit."""
        while True:
            match self._inbox.get():
                case Quit():
                    return True
                case Stop():
                    return False
                case _:
                    pass
