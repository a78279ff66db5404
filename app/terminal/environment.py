"""Everything of the outside world that a command touches, in one object that tests replace whole."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from app.interrupts import Interrupts
from app.places import Places, find_places
from app.race.problems import Problem
from app.worker.pool import WorkerPool

if TYPE_CHECKING:
    from rich.console import Console

OK, FAILED, USAGE, LANE_FAILED = 0, 1, 2, 3
"""Exit statuses: fine; the command could not do its work; bad arguments; a lane of the race failed."""


@dataclass
class Environment:
    """The world as a command sees it."""

    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    places: Places = field(default_factory=find_places)
    make_pool: Callable[[], WorkerPool] = WorkerPool
    interrupts: Interrupts = field(default_factory=Interrupts)

    def console(self) -> Console:
        """A console on standard error: standard output carries nothing but results."""
        from rich.console import Console  # Only here: the window starts without it.

        return Console(file=self.stderr, highlight=False)

    def say(self, text: str) -> None:
        """Writes a line of result to standard output."""
        self.stdout.write(text + "\n")
        self.stdout.flush()

    def complain(self, problem: Problem) -> None:
        """Writes a problem to standard error, each part on a line of its own."""
        lines = [f"mtp-race: {problem.sentence}", *(f"  {part}" for part in (problem.cause, problem.action) if part)]
        self.stderr.write("\n".join(lines) + "\n")
        self.stderr.flush()
