"""What went wrong, as a value that a person can read and act on."""

from __future__ import annotations

from typing import Final

import msgspec

DECODE_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are not what they should be."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One failure, in plain words.

    Attributes:
        kind: A stable word for programs and tests, such as ``"file-missing"`` or ``"crashed"``.
        sentence: What happened, one plain sentence.
        cause: Why, as far as it is known. May be empty.
        action: What the user can do about it. May be empty.
        details: Raw text worth copying into a report (a log's tail, say). Never holds secrets.
    """

    kind: str
    sentence: str
    cause: str = ""
    action: str = ""
    details: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.sentence, self.cause, self.action) if part)


class ProblemError(Exception):
    """Carries a :class:`Problem` out of code that cannot return it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
