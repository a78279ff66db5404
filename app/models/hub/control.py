"""Pause, resume and cancel for background work. One object, shared by all threads of the work."""

from __future__ import annotations

import threading


class DownloadCancelled(Exception):
    """The work was told to stop."""


class Control:
    """Told from the outside, asked from the inside. All methods are safe in any thread."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._go.set()
        self._stop = threading.Event()

    def pause(self) -> None:
        """Holds the work at the next place where it looks."""
        self._go.clear()

    def resume(self) -> None:
        """Lets the work go on."""
        self._go.set()

    def cancel(self) -> None:
        """Ends the work at the next place where it looks, also while it is paused."""
        self._stop.set()
        self._go.set()

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
