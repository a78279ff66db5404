"""A terminal that may be closed, or a log that may be full, while something is still written to it."""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import Any, Final, TextIO

_GONE: Final = frozenset((errno.EIO,))
"""What a closed terminal says."""
_FULL: Final = _GONE | {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def outlasting(stream: TextIO, *, remarks: bool = False) -> TextIO:
    """Returns a stream that writes to the same terminal, and to nowhere once that is gone; any other stream as it is.

    A closed terminal is told by SIGHUP, which stops a command cleanly. What it still writes must not end it before.

    Args:
        stream: Where to.
        remarks: It takes no results: a file that takes no more of it, on a full disk, is no reason to end either.
    """
    if sys.platform == "win32" or not isinstance(stream, io.TextIOWrapper) or not (remarks or stream.isatty()):
        return stream
    try:
        sink = _Sink(stream.fileno(), _FULL if remarks else _GONE)
    except io.UnsupportedOperation:
        return stream  # It is kept in memory.
    return io.TextIOWrapper(sink, stream.encoding, stream.errors, line_buffering=True)  # type: ignore[type-var]


class _Sink(io.RawIOBase):
    """What is behind a descriptor, which stays open. Some errors lose what is written and nothing else."""

    def __init__(self, descriptor: int, lost: frozenset[int]) -> None:
        super().__init__()
        self._descriptor, self._lost = descriptor, lost

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)

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
                if error.errno not in self._lost:
                    raise
                break
        return len(data)
