"""A pair's drafter with weights of another type, made from its own file once and kept in the cache."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Final

from app.places import Places, make_private
from app.processes import module_command, safe_environment
from app.race.problems import Problem, ProblemError

_PATIENCE_S: Final = 600.0


def drafter_place(drafter: str, kind: str, places: Places) -> str:
    """Returns where the drafter is with weights of this type, or will be once :func:`make_drafter_type` made it.

    Args:
        drafter: Path of the drafter's own file.
        kind: Type of the weights, such as ``"q8_0"``; empty for the file as it is.
    """
    if not kind or not drafter:
        return drafter
    path = Path(drafter)
    found = path.stat()
    digest = hashlib.sha256(f"{path} {found.st_size} {found.st_mtime_ns}".encode()).hexdigest()[:12]
    return str(places.cache / "drafters" / digest / f"{path.stem}.{kind}.gguf")


def make_drafter_type(drafter: str, kind: str, places: Places) -> None:
    """Writes that file if it is not there; takes a second for each gigabyte, so call it off the UI thread.

    Raises:
        ProblemError: it cannot be written.
    """
    import filelock  # The window starts without it.

    target = Path(drafter_place(drafter, kind, places))
    if str(target) == drafter or target.exists():
        return
    try:
        make_private(target.parent)
        with filelock.FileLock(target.with_name(f"{target.name}.lock")):
            if not target.exists():
                subprocess.run(
                    module_command("app.engines.llama_quantize", drafter, str(target), kind),
                    env=safe_environment(),
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=_PATIENCE_S,
                    check=True,
                )
    except (OSError, subprocess.SubprocessError) as error:
        raise ProblemError(
            Problem(
                "drafter-type",
                f"The drafter could not be written with {kind} weights.",
                cause="llama.cpp could not convert its file, or there is no room for it.",
                action=f"Make room in {places.cache}, or leave {kind} out.",
                details=f"{error}",
            )
        ) from error
