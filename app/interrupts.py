"""Ctrl+C, a request to end (SIGTERM) and a closed terminal (SIGHUP): all three are one wish, to stop cleanly."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final

_AGAIN_S: Final = 1.0
_TAKEN_S: Final = 10.0
"""How long a wish to stop may wait for somebody who takes it, such as while a file that never ends is read."""
SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupts:
    """Hears the signals of this process while it is entered, also more than once; nothing outside the main thread.

    At first it only remembers that one came, so that nothing is cut off while a command is still being prepared. Then
    either :meth:`let_go` makes them interrupt as Python does, or :meth:`calls` hands them to whatever can stop cleanly.

    One wish often comes as several signals: a terminal that is closed hangs up on its shell and its commands, and the
    shell does so once more. Only Ctrl+C, a second later, says that whoever waits does not want to wait any longer.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock``: seconds."""
        self.wanted = False
        """Whether a signal came."""
        self._clock, self._first = clock, 0.0
        self._stop: Callable[[], object] | None = None
        self._every = False
        self._held = False
        self._taken = False
        self._depth = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        self._depth += 1
        if self._depth == 1 and threading.current_thread() is threading.main_thread():
            self._held = True
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                    self._before[number] = signal.signal(number, self._heard)
            if hasattr(signal, "SIGALRM"):
                self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._waited)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._wait(0.0)
            for number, handler in self._before.items():
                signal.signal(number, handler)
            self._before.clear()

    def ignore(self) -> None:
        """From now on signals do nothing, for good: what was to be done is done, and the process is about to end."""
        self._wait(0.0)
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)
        self._before.clear()

    def asks(self) -> None:
        """From now on somebody asks for :attr:`wanted` again and again, in place of :meth:`calls`."""
        self._taken = True

    def let_go(self) -> None:
        """From now on a signal raises KeyboardInterrupt in the main thread; one that was held back does so now."""
        self._held, self._taken = False, True
        if self.wanted and self._before:
            raise KeyboardInterrupt

    @contextmanager
    def calls(self, stop: Callable[[], object], *, every: bool = False) -> Iterator[None]:
        """Calls ``stop`` at a signal, and at once if one came before.

        Args:
            stop: Must be safe to call between any two steps of the main thread.
            every: Call it again at every further signal. Else Ctrl+C a second later raises KeyboardInterrupt.
        """
        self._stop, self._every, self._taken = stop, every, True
        try:
            if self.wanted:
                stop()
            yield
        finally:
            self._stop = None

    def _heard(self, number: int, _frame: object) -> None:
        again, self.wanted = self.wanted, True
        if not again:
            self._first = self._clock()
            if not self._taken:
                self._wait(_TAKEN_S)
        if self._stop is not None and (self._every or not again):
            self._stop()
        elif again and (number != signal.SIGINT or self._clock() - self._first < _AGAIN_S):
            return
        elif again or not self._held:
            raise KeyboardInterrupt

    def _wait(self, seconds: float) -> None:
        """Has :meth:`_waited` called after so long, in whatever the main thread waits for by then; 0 takes it back."""
        if hasattr(signal, "SIGALRM") and signal.SIGALRM in self._before:
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def _waited(self, _number: int, _frame: object) -> None:
        if not self._taken:
            raise KeyboardInterrupt
