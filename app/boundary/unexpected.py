"""Any exception as a :class:`Problem`: a plain sentence for the user, the traceback in its details and in the log."""

from __future__ import annotations

import traceback
from typing import Final

from app.boundary.log import logger
from app.boundary.scrub import short_file, short_message
from app.race.problems import Problem, ProblemError

UNEXPECTED: Final = "unexpected"
"""The kind of a problem that is a mistake in the app."""
_FRAMES: Final = 30
_CHAIN: Final = 5


def problem_of(error: BaseException, room: str, doing: str = "") -> Problem:
    """Returns what a user is told of an exception; what nobody foresaw is logged.

    Args:
        error: What was raised. A ProblemError says by itself what is wrong.
        room: Part of the app where it was caught, such as ``"ui"``: names the logger.
        doing: What was being done, such as ``"reading the library"``. May be empty.
    """
    if isinstance(error, ProblemError):
        return error.problem
    details = traceback_text(error)
    if isinstance(error, OSError):
        logger(room).warning("%s", details)
        return Problem("system", f"The system refused an operation{_while(doing)}.", _refusal(error), details=details)
    if isinstance(error, MemoryError):
        logger(room).error("%s", details)
        return Problem(
            "memory",
            f"There was not enough memory{_while(doing)}.",
            action="Close other programs, then try again.",
            details=details,
        )
    problem = Problem(
        UNEXPECTED,
        f"Something went wrong{_while(doing)}.",
        f"It is a mistake in the app: {_raised(error)}.",
        "Try again. If it comes back, report it with the details; `mtp-race doctor` names the log that has them too.",
        details,
    )
    log_problem(room, problem)
    return problem


def log_problem(room: str, problem: Problem) -> None:
    """Logs a mistake that was caught elsewhere, as in a worker's process; what was foreseen is not logged."""
    if problem.kind == UNEXPECTED:
        logger(room).error("%s\n%s", problem.sentence, problem.details)


def _while(doing: str) -> str:
    return f" while {doing}" if doing else ""


def _raised(error: BaseException) -> str:
    said = short_message(_said(error)).rstrip(".")
    return f"{type(error).__name__}, {said}" if said else type(error).__name__


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an exception whose own words fail
        return ""


def _refusal(error: OSError) -> str:
    return f"{short_message(_said(error)).rstrip('.')}." if _said(error) else ""


def traceback_text(error: BaseException) -> str:
    """Returns a traceback with names of files instead of folders, without values, of bounded length."""
    chain: list[tuple[BaseException, str]] = []
    link, now = "", error
    while len(chain) < _CHAIN:
        chain.append((now, link))
        if now.__cause__ is not None:
            link, now = "\nwhich was the cause of:\n\n", now.__cause__
        elif now.__context__ is not None and not now.__suppress_context__:
            link, now = "\nand while that was handled:\n\n", now.__context__
        else:
            break
    return "".join(_one(item) + between for item, between in reversed(chain))


def _one(error: BaseException) -> str:
    lines = []
    found = traceback.extract_tb(error.__traceback__)
    for frame in found[-_FRAMES:]:
        lines.append(f"  {short_file(frame.filename)}:{frame.lineno} in {frame.name}\n")
        if frame.line:
            lines.append(f"    {frame.line}\n")
    said = short_message(_said(error))
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    lines.append(f"{type(error).__name__}: {said}\n" if said else f"{type(error).__name__}\n")
    return "".join([*lines, *(_one(item) for item in inner[:_CHAIN])])
