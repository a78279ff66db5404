"""Stored sweeps: reading one, and finding those on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.places import Places
from app.race.problems import DECODE_ERRORS, Problem, ProblemError
from app.race.sweep_result import SweepResult, read_sweep

FILE: Final = "sweep.json"
_MOST_BYTES: Final = 64 << 20


def load_sweep(path: Path) -> SweepResult:
    """Reads a sweep from its folder or its JSON file.

    Raises:
        ProblemError: there is none, or it cannot be read.
    """
    file = path / FILE if path.is_dir() else path
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise ProblemError(Problem("sweep-huge", f"{file.name} is larger than any sweep."))
        return read_sweep(data)
    except OSError as error:
        cause = f"{error.strerror or error}."
        raise ProblemError(Problem("sweep-file", f"{file.name} cannot be opened.", cause=cause)) from error
    except DECODE_ERRORS as error:
        raise ProblemError(Problem("sweep-not", f"{file.name} is not a sweep of MTP Race.", f"{error}.")) from error


def stored_sweeps(places: Places) -> list[Path]:
    """Returns the folders that hold a sweep, the newest first."""
    found = [(file.stat().st_mtime, file.parent) for file in (places.data / "sweeps").glob(f"*/{FILE}")]
    return [folder for _, folder in sorted(found, reverse=True)]
