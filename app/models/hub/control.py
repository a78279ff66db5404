"""Pause, resume and cancel for background work. One object, shared by all threads of the work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class DownloadCancelled(Exception):
    """The work was told to stop."""


class Control:
    """Told from the outside, asked from the inside. All methods are safe in any thread."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._go.set()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._breaks: list[Callable[[], object]] = []

    def pause(self) -> None:
        """Holds the work at the next place where it looks."""
        self._go.clear()

    def resume(self) -> None:
        """Lets the work go on."""
        self._go.set()

    def cancel(self) -> None:
        """Ends the work at the next place where it looks, also while it is paused or waits for the network."""
        self._stop.set()
        self._go.set()
        with self._lock:
            breaks = list(self._breaks)
        for act in breaks:
            act()

    @property
    def is_paused(self) -> bool:
        """Whether the work is held."""
        return not self._go.is_set() and not self._stop.is_set()

    @property
    def is_cancelled(self) -> bool:
        """Whether the work shall end."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raises DownloadCancelled if the work shall stop."""
        if self._stop.is_set():
            raise DownloadCancelled

    def wait_while_paused(self) -> None:
        """Returns when the work may go on. Raises DownloadCancelled if it shall stop."""
        self._go.wait()
        self.check()

    def wait(self, seconds: float) -> None:
        """Sleeps, but not through a cancel. Raises DownloadCancelled if the work shall stop."""
        self._stop.wait(seconds)
        self.check()

    @contextmanager
    def broken_off(self, act: Callable[[], object]) -> Iterator[None]:
        """Has a cancel call ``act`` meanwhile, which must make what waits inside give up. It may be called twice."""
        with self._lock:
            self._breaks.append(act)
        try:
            if self._stop.is_set():
                act()
            yield
        finally:
            with self._lock:
                self._breaks.remove(act)

    def call(self, work: Callable[[], T], late: Callable[[T], object]) -> T:
        """Runs what nothing can break off, such as looking up a name, in a thread that a cancel leaves to itself.

        Args:
            work: What is done. What it raises is raised here.
            late: Gets the result if nobody waits for it any more.

        Raises:
            DownloadCancelled: the work was told to stop.
        """
        errand = _Errand(work, late)
        with self.broken_off(errand.give_up):
            threading.Thread(target=errand.run, name="hub request", daemon=True).start()
            errand.over.wait()
        self.check()
        if errand.error is not None:
            raise errand.error
        return errand.results[0]


class _Errand(Generic[T]):
    """One piece of work in a thread, which whoever waits for it may leave to itself."""

    def __init__(self, work: Callable[[], T], late: Callable[[T], object]) -> None:
        self._work, self._late = work, late
        self._lock = threading.Lock()
        self._given_up = False
        self.over = threading.Event()
        self.results: list[T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        """Works; a result that nobody waits for is got rid of."""
        try:
            result = self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
            self.error = error
        else:
            with self._lock:
                wanted = not self._given_up
                self.results.append(result)
            if not wanted:
                self._late(result)
        self.over.set()

    def give_up(self) -> None:
        """Ends the waiting. What has come already is got rid of as well."""
        with self._lock:
            first, self._given_up = not self._given_up, True
            come = list(self.results) if first else []
        for result in come:
            self._late(result)
        self.over.set()
