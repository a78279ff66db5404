"""Stored results of any kind, as they are compared."""

from __future__ import annotations

from pathlib import Path

from app.library.sweeps import load_sweep
from app.library.traces import open_trace
from app.race.compare import MeasuredResult, measured_race, measured_sweep


def measured(path: Path) -> MeasuredResult:
    """Reads a trace, or the folder or file of a sweep or suite.

    Raises:
        ProblemError: it cannot be read.
    """
    if path.is_dir() or path.suffix.lower() == ".json":
        return measured_sweep(load_sweep(path))
    return measured_race(open_trace(path))
