"""Workers of which only one has its models loaded at any time, for heats of models that do not fit twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.race.lanes import LaneSpec
from app.race.problems import Problem
from app.worker.pool import load_key
from app.worker.process import Listener, WorkerProcess
from app.worker.protocol import Command

_PATIENCE_S = 10.0
"""How long a worker may take to give its memory back before it is ended by force."""


class OneLoaded:
    """The workers of one race. A lane's worker starts when somebody listens to it, after the one before has ended.

    Args:
        specs: The lanes; those with the same loaded state share a worker.
        make: Makes a worker that was not started yet.
    """

    def __init__(self, specs: Sequence[LaneSpec], make: Callable[[], WorkerProcess] = WorkerProcess) -> None:
        self._make = make
        self._awake: tuple[LaneSpec, WorkerProcess] | None = None
        self.workers = {spec.id: SleepingWorker(self, load_key(spec)) for spec in specs}

    def wake(self, key: LaneSpec) -> WorkerProcess:
        """Returns the worker with that loaded state; the one that was awake before is gone by then."""
        if self._awake is not None and self._awake[0] == key:
            return self._awake[1]  # Also one that failed: it tells so once more.
        self.close()
        worker = self._make()
        self._awake = (key, worker)
        worker.start(key)
        return worker

    def awake(self, key: LaneSpec) -> WorkerProcess | None:
        """Returns the worker with that loaded state if it is the one that is loaded."""
        return self._awake[1] if self._awake is not None and self._awake[0] == key else None

    def close(self) -> None:
        """Ends the worker that is loaded, and waits until its memory is free."""
        if self._awake is None:
            return
        _, worker = self._awake
        self._awake = None
        worker.quit()
        if not worker.wait(_PATIENCE_S):
            worker.kill()
            worker.wait(_PATIENCE_S)


class SleepingWorker:
    """One lane's worker as a session sees it; see :class:`app.worker.session.Worker`."""

    def __init__(self, group: OneLoaded, key: LaneSpec) -> None:
        self._group = group
        self._key = key

    @property
    def doing(self) -> str:
        """What the worker does, in words."""
        worker = self._group.awake(self._key)
        return "waiting" if worker is None else worker.doing

    @doing.setter
    def doing(self, words: str) -> None:
        """Says what it does, to the worker if it is loaded."""
        worker = self._group.awake(self._key)
        if worker is not None:
            worker.doing = words

    @property
    def log(self) -> str:
        """What the process printed."""
        worker = self._group.awake(self._key)
        return "" if worker is None else worker.log

    def attach(self, listener: Listener) -> None:
        """Loads the lane, then sends its events to ``listener``."""
        self._group.wake(self._key).attach(listener)

    def send(self, command: Command) -> None:
        """Sends a command, if the lane is loaded."""
        worker = self._group.awake(self._key)
        if worker is not None:
            worker.send(command)

    def fail(self, problem: Problem) -> None:
        """Ends the process by force and tells ``problem``."""
        worker = self._group.awake(self._key)
        if worker is not None:
            worker.fail(problem)
