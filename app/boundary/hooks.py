"""What nobody caught, from wherever it comes: the main thread, other threads, finalizers, the window's loop."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from app.boundary.log import logger
from app.boundary.unexpected import problem_of
from app.race.problems import Problem

if TYPE_CHECKING:
    import asyncio

_AGAIN_S: Final = 1.0


class Hooks:
    """Takes the place of Python's own hooks, which print a traceback.

    Args:
        room: Names the logger.
        show: Tells the user; called in the thread in which it happened. What fails again at once is told once.
    """

    def __init__(self, room: str, show: Callable[[Problem], None]) -> None:
        self._room, self._show = room, show
        self._last: tuple[str, float] = ("", 0.0)
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)

    def install(self) -> None:
        """From now on everything arrives here."""
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self.exception
        threading.excepthook = self.thread
        sys.unraisablehook = self.unraisable

    def remove(self) -> None:
        """Puts back what was there before."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before

    def caught(self, error: BaseException, doing: str = "") -> None:
        """Logs an exception and tells the user."""
        self.tell(problem_of(error, self._room, doing))

    def tell(self, problem: Problem) -> None:
        """Tells the user, unless the same was told just now, as of something that fails in every frame."""
        now, last = time.monotonic(), self._last
        self._last = (problem.details, now)
        if problem.details != last[0] or now - last[1] > _AGAIN_S:
            self._show(problem)

    def exception(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        """In place of ``sys.excepthook``; a slot of the window that fails ends here too."""
        if isinstance(error, KeyboardInterrupt):
            return  # Whoever pressed Ctrl+C knows it.
        self.caught(error)

    def thread(self, arguments: threading.ExceptHookArgs) -> None:
        """In place of ``threading.excepthook``."""
        if arguments.exc_value is not None:
            self.caught(arguments.exc_value)

    def unraisable(self, found: Any) -> None:
        """In place of ``sys.unraisablehook``: logged only, since it is of something that is gone already."""
        if found.exc_value is not None:
            problem_of(found.exc_value, self._room, "something was cleared away")

    def loop(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """For ``set_exception_handler`` of an event loop."""
        error, problem = context.get("exception"), context.get("problem")
        if isinstance(problem, Problem):
            self.tell(problem)  # It was caught, and logged, by whoever ran the task.
        elif isinstance(error, BaseException):
            self.caught(error)
        else:
            logger(self._room).error("%s", context.get("message", "The event loop reports an error."))
