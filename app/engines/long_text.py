"""A long text before a question: what the condition "context depth" is made of.

It is the reference of the Python language as CPython's own ``help()`` prints it: English prose with code, some 460,000
characters, in every installation, so that nothing has to be shipped or fetched.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final

from app.race.lanes import Request
from app.race.problems import Problem, ProblemError

_FIRST_GUESS: Final = 4.0
"""Characters of a token, before any were counted."""
_TRIES: Final = 8
_NEAR: Final = 256
"""A depth is met if it is wrong by one part in so many at most. What was really read is told with the prefill."""


@functools.cache
def long_text() -> str:
    """Returns the whole text.

    Raises:
        ProblemError: this Python comes without it.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise ProblemError(
            Problem(
                "long-text",
                "The long text that goes before the question is not here.",
                cause="This Python comes without its language reference (pydoc_data).",
                action="Install the whole Python, or sweep another condition.",
            )
        ) from error
    return "\n\n".join(topics[name] for name in sorted(topics))


@functools.lru_cache(maxsize=16)
def _cut(depth: int, count: Callable[[str], int]) -> str:
    text = long_text()
    best, nearest = "", depth + 1
    end = min(len(text), round(depth * _FIRST_GUESS))
    for _ in range(_TRIES):
        tokens = count(text[:end])
        if abs(tokens - depth) < nearest:
            best, nearest = text[:end], abs(tokens - depth)
        if nearest <= depth // _NEAR or (end == len(text) and tokens < depth):
            break
        # What is missing or too much, in characters: the text is not equally dense everywhere.
        end = max(1, min(len(text), end + round((depth - tokens) * end / max(1, tokens)) or 1))
    if nearest > max(8, depth // 50):
        raise ProblemError(
            Problem(
                "depth-too-large",
                f"There is no text of {depth:,} tokens to put before the question.",
                cause=f"The whole text has {count(text):,} of this model's tokens.",
                action="Choose a smaller depth.",
            )
        )
    return best


def deep(request: Request, count: Callable[[str], int]) -> str:
    """Returns the prompt with as many tokens of the text before it as the request asks for.

    Args:
        count: Counts the tokens of a text, without what begins a prompt. The same callable gives the text that was cut
            for it before.

    Raises:
        ProblemError: there is no text of that length.
    """
    return f"{_cut(request.depth, count)}\n\n{request.prompt}" if request.depth else request.prompt
