"""Work off the window's thread: one call, its result or its problem told back in the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from app.race.problems import Problem, ProblemError

T = TypeVar("T")


class _Call(QObject, Generic[T]):
    """Lives in the window's thread and receives there what the pool thread sends."""

    arrived = Signal(object, object)

    def __init__(self, owner: QObject, done: Callable[[T], None], failed: Callable[[Problem], None]) -> None:
        super().__init__(owner)
        self._done = done
        self._failed = failed
        self.arrived.connect(self._deliver)

    def _deliver(self, result: T, problem: Problem | None) -> None:
        self.deleteLater()
        if problem is None:
            self._done(result)
        else:
            self._failed(problem)


class _Task(QRunnable, Generic[T]):
    def __init__(self, work: Callable[[], T], call: _Call[T]) -> None:
        super().__init__()
        self._work = work
        self._call = call

    def run(self) -> None:
        result: T | None = None
        problem: Problem | None = None
        try:
            result = self._work()
        except ProblemError as error:
            problem = error.problem
        except OSError as error:
            problem = Problem("system", "The system refused an operation.", cause=f"{error}.")
        try:
            self._call.arrived.emit(result, problem)
        except RuntimeError:
            return  # The owner is gone, and nobody waits for the result any more.


def in_background(
    owner: QObject,
    work: Callable[[], T],
    done: Callable[[T], None],
    failed: Callable[[Problem], None],
    *,
    pool: QThreadPool | None = None,
) -> None:
    """Runs ``work`` in a pool thread, then ``done`` or ``failed`` in the thread of ``owner``, if that still lives.

    ``pool`` is for work that may wait long; the application's own threads do the rest.
    """
    (pool or QThreadPool.globalInstance()).start(_Task(work, _Call(owner, done, failed)))
