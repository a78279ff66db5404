"""Work off the window's thread: one call, its result or its problem told back in the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from app.race.problems import Problem, ProblemError

T = TypeVar("T")


class _Signals(QObject):
    done = Signal(object)
    failed = Signal(object)


class _Task(QRunnable, Generic[T]):
    def __init__(self, work: Callable[[], T], signals: _Signals) -> None:
        super().__init__()
        self._work = work
        self._signals = signals

    def run(self) -> None:
        try:
            result = self._work()
        except ProblemError as error:
            self._signals.failed.emit(error.problem)
        except OSError as error:
            self._signals.failed.emit(Problem("system", "The system refused an operation.", cause=f"{error}."))
        else:
            self._signals.done.emit(result)


def in_background(
    owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Problem], None]
) -> None:
    """Runs ``work`` in a pool thread, then ``done`` or ``failed`` in the thread of ``owner``, if that still lives."""
    signals = _Signals(owner)
    signals.done.connect(done)
    signals.failed.connect(failed)
    signals.done.connect(signals.deleteLater)
    signals.failed.connect(signals.deleteLater)
    QThreadPool.globalInstance().start(_Task(work, signals))
