"""Trace files on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.race.problems import Problem, ProblemError
from app.race.trace import Trace, read_trace

MAX_BYTES = 1 << 30
_CHUNK = 1 << 20


def open_trace(path: Path) -> Trace:
    """Reads a trace file.

    Raises:
        ProblemError: it cannot be read, is no trace, or is larger than any real one.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ProblemError(
                Problem("trace-huge", f"{path.name} is larger than any trace.", f"It has {size:,} bytes.")
            )
        return read_trace(_chunks(path))
    except OSError as error:
        raise ProblemError(
            Problem(
                "trace-unreadable",
                f"{path} cannot be read.",
                cause=f"{error.strerror or error}.",
                action="Check the name and that you may read it.",
            )
        ) from error


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
