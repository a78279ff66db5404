"""How a worker process ended, in plain words. Every wording of it lives here."""

from __future__ import annotations

import signal

from app.race.problems import Problem

_LOG_TAIL = 4000


def signal_name(number: int) -> str:
    """Returns the name of a signal, such as ``"SIGKILL"``."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def exited(returncode: int, doing: str, log: str) -> Problem:
    """Words for a worker that ended without being asked to.

    Args:
        returncode: As from ``subprocess``: negative is minus the number of the signal that ended it.
        doing: What it was doing, such as ``"loading the model"``.
        log: What it and its native code printed.
    """
    details = log[-_LOG_TAIL:]
    if returncode < 0:
        name = signal_name(-returncode)
        action = "Race again; if it comes back, copy the details into a report."
        if name == "SIGKILL":
            cause = f"It was ended from outside ({name}): by somebody, or by the system because memory ran out."
            action = "Close other programs or choose a smaller model, then race again."
        elif name == "SIGILL":
            cause = f"Native code of the engine used an instruction that this processor does not run ({name})."
            action = "Build the engine on this machine (make clean, then make race), then race again."
        elif name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE"):
            cause = f"Native code of the engine crashed ({name})."
        else:
            cause = f"It was ended by {name}."
        return Problem("crashed", f"The lane's process died while {doing}.", cause, action, details)
    return Problem(
        "crashed",
        f"The lane's process ended by itself while {doing}.",
        f"Its exit status was {returncode}.",
        "Copy the details into a report.",
        details,
    )


def hung(seconds: float, doing: str, log: str) -> Problem:
    """Words for a worker that gave no sign of life for ``seconds``."""
    return Problem(
        "hung",
        f"The lane gave no sign of life for {seconds:.0f} s while {doing}, so it was ended.",
        "The model may be too large for this machine, or the engine hangs.",
        "Try a smaller model or a shorter prompt.",
        log[-_LOG_TAIL:],
    )


def cannot_start(error: OSError) -> Problem:
    """Words for a worker that could not even be started."""
    return Problem(
        "cannot-start", "The lane's process could not be started.", f"{error}.", "Free memory and try again."
    )


def garbled(error: Exception, log: str) -> Problem:
    """Words for a worker that sent something that is no frame."""
    return Problem(
        "garbled",
        "The lane's process sent something that the app does not understand, so it was ended.",
        f"{error}.",
        "Copy the details into a report.",
        log[-_LOG_TAIL:],
    )
