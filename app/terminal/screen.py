"""A terminal that may be closed while something is still written to it."""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import Any, TextIO


def outlasting(stream: TextIO) -> TextIO:
    """Returns a stream that writes to the same terminal, and to nowhere once that is gone; any other stream as it is.

    A closed terminal is told by SIGHUP, which stops a command cleanly. What it still writes must not end it before.
    """
    if sys.platform == "win32" or not isinstance(stream, io.TextIOWrapper) or not stream.isatty():
        return stream
    screen = _Screen(stream.fileno())
    return io.TextIOWrapper(screen, stream.encoding, stream.errors, line_buffering=True)  # type: ignore[type-var]


class _Screen(io.RawIOBase):
    """The terminal behind a descriptor, which stays open."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """It is one."""
        return True

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, data: Any) -> int:
        """Writes all of it. Returns the bytes that were taken."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # Another program of this terminal has switched waiting off for all.
                select.select([], [self._descriptor], [])
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                break
        return len(data)
