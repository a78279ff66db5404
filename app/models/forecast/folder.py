"""A temporary folder with slices: room is checked first, and it goes whatever happens; what a killed process left goes
at the next forecast."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from app.models.forecast.shape import SlicePlan
from app.models.hub.progress import bytes_text
from app.places import Places, make_private
from app.processes import module_command, safe_environment
from app.race.problems import Problem, ProblemError

DRAFTER: Final = "drafter.gguf"
STOPPED: Final = Problem("forecast-stopped", "The forecast was stopped. Nothing of it is left on the disk.")
_SPARE: Final = 500_000_000
"""Bytes of the disk that stay free."""
_LOOK_S: Final = 0.1


def slice_path(folder: Path, number: int) -> Path:
    """Returns where a slice of a plan is, from 0."""
    return folder / f"slice-{number}.gguf"


@contextmanager
def written(plan: SlicePlan, places: Places, tell: Callable[[float], None], stopped: threading.Event) -> Iterator[Path]:
    """Writes what is planned and gives its folder, which is removed with all in it at the end.

    Args:
        plan: What to write.
        places: The folder is made in the cache of these.
        tell: Gets how much of it is written, 0..1.
        stopped: Set from another thread to give it up.

    Raises:
        ProblemError: There is no room, it cannot be written, or was given up.
    """
    try:
        root = make_private(places.cache / "forecast")
        _remove_left(root)
        _check_room(root, plan.bytes)
        folder = root / f"{os.getpid()}-{uuid4().hex[:8]}"
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise ProblemError(_unwritable(places.cache, str(error.strerror or error))) from error
    try:
        _write(plan, folder, tell, stopped)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(plan: SlicePlan, folder: Path, tell: Callable[[float], None], stopped: threading.Event) -> None:
    process = subprocess.Popen(
        module_command("app.models.forecast.write", str(folder)),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=safe_environment(),
        start_new_session=True,  # Ctrl+C in a terminal is for the app, which then ends it.
    )
    try:
        assert process.stdin is not None
        assert process.stderr is not None
        with process.stdin:
            process.stdin.write(msgspec.json.encode(plan))
        while process.poll() is None:
            if stopped.wait(_LOOK_S):
                raise ProblemError(STOPPED)
            tell(min(1.0, sum(path.stat().st_size for path in folder.iterdir()) / plan.bytes))
        said = process.stderr.read(4096).decode("utf-8", "replace").strip().splitlines()
        if process.returncode:
            raise ProblemError(_unwritable(folder.parent, said[-1] if said else f"exit status {process.returncode}"))
    except BrokenPipeError as error:
        raise ProblemError(_unwritable(folder.parent, "the process that writes ended")) from error
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def _check_room(root: Path, needed: int) -> None:
    free = shutil.disk_usage(root).free
    if free < needed + _SPARE:
        raise ProblemError(
            Problem(
                "forecast-no-room",
                f"A forecast writes {bytes_text(needed)} for a minute, and {bytes_text(free)} are free.",
                cause=f"The files go to {root}.",
                action="Free some disk space, or forecast a smaller model.",
            )
        )


def _remove_left(root: Path) -> None:
    """Removes the folders of processes that are gone."""
    import psutil  # Here: it takes longer to load than a window may take to show.

    for old in root.iterdir():
        number = old.name.partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(old, ignore_errors=True)


def _unwritable(place: Path, why: str) -> Problem:
    return Problem(
        "forecast-unwritable",
        "The slices for the forecast could not be written.",
        cause=f"{why}.",
        action=f"Make room in {place}, and see that it may be written to.",
    )
