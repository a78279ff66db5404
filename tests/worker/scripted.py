"""Stand-ins that play a script. Not engines and not processes: they make the order of things testable."""

from __future__ import annotations

from collections.abc import Callable

from app.engines.base import Stopped
from app.race.events import Done, Failed, Finish, Hello, LaneEvent, Loaded, Noise, PassCosts, Prefilled, Round, Token
from app.race.lanes import LaneSpec, Request
from app.race.problems import Problem, ProblemError
from app.worker.process import Listener
from app.worker.protocol import Command, Probe, ProbePasses, Race, Stop, Turn
from tests.race.builders import LOADED, MS


class ScriptedEngine:
    """Plays ``rounds`` rounds of one token; ``during`` is called inside the round of that number."""

    def __init__(self, rounds: int = 3, during: dict[int, Callable[[], None]] | None = None) -> None:
        self.left = rounds
        self.during = during or {}
        self.calls: list[str] = []
        self.stopped = False
        self.deliver: Callable[[Command], None] = lambda command: None

    def load(self, spec: LaneSpec) -> Loaded:
        self.calls.append("load")
        if spec.target == "missing.gguf":
            raise ProblemError(Problem("file-missing", "The file is missing."))
        return LOADED

    def prefill(self, request: Request) -> Prefilled:
        self.calls.append("prefill")
        self.stopped = False
        if request.prompt == "too long":
            raise ProblemError(Problem("prompt-long", "The prompt is longer than the context."))
        return Prefilled(0, 0, 5, Token(1, "a"))

    def round(self) -> Round | Finish:
        self.calls.append("round")
        self.during.get(self.left, lambda: None)()
        if self.stopped:
            raise Stopped
        if not self.left:
            return Finish.END
        self.left -= 1
        return Round(0, 0, (Token(2, "b"),))

    def tail(self) -> str:
        return "!"

    def set_k(self, k: int) -> None:
        self.calls.append(f"k={k}")

    def stop(self) -> None:
        self.stopped = True

    def pause(self) -> None:
        self.calls.append("pause")

    def close(self) -> None:
        self.calls.append("close")


class ScriptedWorker:
    """Answers like a worker process, at once and in the caller's thread."""

    def __init__(self, step_ms: int = 10, rounds: int = 5, fail_after: int | None = None, silent: bool = False) -> None:
        self.step = step_ms * MS
        self.left = rounds
        self.fail_after = fail_after
        self.silent = silent
        self.doing = "starting"
        self.log = "some log"
        self.sent: list[Command] = []
        self.problems: list[Problem] = []
        self._clock = 0
        self._prefilled = False
        self._tell: Listener = lambda event: None

    def attach(self, listener: Listener) -> None:
        self._tell = listener
        listener(Hello(1))
        listener(LOADED)

    def send(self, command: Command) -> None:
        self.sent.append(command)
        match command:
            case Race():
                self._clock, self._prefilled = 0, False
            case Turn(rounds=rounds) if not self.silent:
                self._turn(rounds)
            case Probe():
                self._tell(Noise(0.01, 4))
            case ProbePasses(widths=widths, context=context) if not self.silent:
                self._tell(PassCosts(context, {width: width * MS for width in widths}, MS))
            case Stop() if not self.silent:
                self._tell(Done(self._clock, Finish.STOPPED))
            case _:
                pass

    def fail(self, problem: Problem) -> None:
        self.problems.append(problem)
        self._tell(Failed(problem))

    def _turn(self, rounds: int) -> None:
        while rounds:
            rounds -= 1
            event = self._next()
            self._tell(event)
            if isinstance(event, Done | Failed):
                return

    def _next(self) -> LaneEvent:
        if not self._prefilled:
            self._prefilled = True
            self._clock += self.step
            return Prefilled(0, self._clock, 3, Token(0, "0"))
        if self.fail_after == self.left:
            return Failed(Problem("crashed", "It died."))
        if not self.left:
            return Done(self._clock, Finish.END)
        self.left -= 1
        before, self._clock = self._clock, self._clock + self.step
        return Round(before, self._clock, (Token(self.left, "x"),), verify_ns=self.step)
