"""What is asked of every engine alike: a prompt that says something, and that its context has room for."""

from __future__ import annotations

from app.race.problems import Problem, ProblemError


def check_prompt(prompt: str) -> None:
    """Raises ProblemError if the prompt is empty."""
    if not prompt.strip():
        raise ProblemError(Problem("prompt-empty", "The prompt is empty.", action="Write a prompt first."))


def check_length(count: int, context: int) -> None:
    """Raises ProblemError if a prompt of ``count`` tokens has no room in a context of so many."""
    if count > context:
        raise ProblemError(
            Problem(
                "prompt-too-long",
                f"The prompt has {count:,} tokens, the context has room for {context:,}.",
                action="Shorten the prompt, or choose a larger context.",
            )
        )
