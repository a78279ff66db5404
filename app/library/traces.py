"""Trace files on disk, and the traces in race cards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.library.cards import is_picture, trace_in
from app.race.problems import Problem, ProblemError
from app.race.trace import Trace, read_trace

MAX_BYTES = 1 << 30
_CHUNK = 1 << 20


def open_trace(path: Path) -> Trace:
    """Reads a trace file, or the trace in a race card.

    Raises:
        ProblemError: it cannot be read, is no trace, or is larger than any real one.
    """
    try:
        return read_trace(trace_bytes(path))
    except OSError as error:
        raise ProblemError(unreadable(path, error)) from error


def trace_bytes(path: Path) -> Iterator[bytes]:
    """Yields the bytes of a trace in pieces, from a file of its own or from a race card.

    Raises:
        OSError: the file cannot be read.
        ProblemError: it is larger than any trace, or a picture without one.
    """
    with path.open("rb") as stream:
        if path.stat().st_size > MAX_BYTES:
            raise ProblemError(_huge(path))
        start = stream.read(16)
        stream.seek(0)
        if is_picture(start):
            yield from trace_in(stream)
            return
        left = MAX_BYTES
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            if left < 0:  # It grows, or is a device without end.
                raise ProblemError(_huge(path))
            yield chunk


def _huge(path: Path) -> Problem:
    return Problem("trace-huge", f"{path.name} is larger than any trace.", f"It has more than {MAX_BYTES:,} bytes.")


def unreadable(path: Path, error: OSError) -> Problem:
    """Words for a file that cannot be read."""
    return Problem(
        "trace-unreadable",
        f"{path} cannot be read.",
        cause=f"{error.strerror or error}.",
        action="Check the name and that you may read it.",
    )
