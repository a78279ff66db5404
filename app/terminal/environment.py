"""Everything of the outside world that a command touches, in one object that tests replace whole."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO

from app.boundary.unexpected import UNEXPECTED
from app.interrupts import Interrupts
from app.places import Places, find_places
from app.race.problems import Problem
from app.race.visible import visible_text
from app.terminal.screen import outlasting
from app.worker.pool import WorkerPool

if TYPE_CHECKING:
    from app.terminal.visible import VisibleConsole

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

    def __post_init__(self) -> None:
        """Streams in a narrow encoding write an escape for what it lacks, rather than to fail."""
        for stream in (self.stdout, self.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        self.stdout, self.stderr = outlasting(self.stdout), outlasting(self.stderr, remarks=True)

    def heed(self, *_: object) -> None:
        """Ends a command, between two steps of it, that got a signal: inside one, native code would not survive it.

        Raises:
            KeyboardInterrupt: one came.
        """
        if self.interrupts.wanted:
            raise KeyboardInterrupt

    def console(self) -> VisibleConsole:
        """A console on standard error: standard output carries nothing but results."""
        from app.terminal.visible import VisibleConsole  # Only here: the window starts without it.

        return VisibleConsole(self.stderr)

    def result_console(self, plain_width: int) -> VisibleConsole:
        """A console on standard output, for results that are drawn; so many columns wide where that is no terminal."""
        from app.terminal.visible import VisibleConsole

        return VisibleConsole(self.stdout, None if self.stdout.isatty() else plain_width)

    def say(self, text: str) -> None:
        """Writes a line of result to standard output."""
        from app.terminal.visible import visible_line

        self._write(self.stdout, visible_line(text) + "\n")

    def say_json(self, data: Any) -> None:
        """Writes a value as one line of JSON to standard output."""
        from app.terminal.visible import visible_json

        encoding = (getattr(self.stdout, "encoding", None) or "utf-8").lower().replace("_", "-")
        self._write(self.stdout, visible_json(data, ascii_only=not encoding.startswith("utf")) + "\n")

    def say_raw(self, text: str) -> None:
        """Writes a text to standard output: with visible signs on a terminal, else byte by byte as it is, in UTF-8."""
        if self.stdout.isatty():
            self._write(self.stdout, visible_text(text))
        elif isinstance(self.stdout, TextIOWrapper):
            self.stdout.flush()
            self.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
            self.stdout.buffer.flush()
        else:
            self._write(self.stdout, text)

    def tell(self, text: str) -> None:
        """Writes a line to standard error: what happens meanwhile, and is no result."""
        from app.terminal.visible import visible_line

        self._write(self.stderr, visible_line(text) + "\n")

    def complain(self, problem: Problem) -> None:
        """Writes a problem to standard error, each part on a line; of a mistake in the app also where the log is."""
        self.tell(f"mtp-race: {problem.sentence}")
        for part in (problem.cause, problem.action):
            for line in part.splitlines():
                self.tell(f"  {line}")
        if problem.kind == UNEXPECTED:
            self.tell(f"  Log: {self.places.log}")

    def _write(self, stream: TextIO, text: str) -> None:
        from app.terminal.visible import in_encoding

        stream.write(text if text.isascii() else in_encoding(text, getattr(stream, "encoding", None)))
        stream.flush()
