"""Prompts: what the lanes are asked, each with its workload class, because acceptance depends on the kind of text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Annotated, Final

import msgspec

from app.race.problems import Problem, ProblemError

CUSTOM: Final = "custom"
"""Name of a prompt that the user wrote."""
MAX_CHARACTERS: Final = 200_000


class Prompt(msgspec.Struct, frozen=True):
    """A prompt.

    Attributes:
        name: Short name for the command line.
        title: For people.
        workload: Workload class: ``code``, ``english``, ``japanese``, ``haiku``, ``json`` or ``custom``.
        language: Language of the answer: an ISO 639 code, or ``python`` or ``json``.
        text: The user's message.
    """

    name: str
    title: str
    workload: str
    language: str
    text: str


class _PromptFile(msgspec.Struct, forbid_unknown_fields=True):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    workload: Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,40}$")]
    language: Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,40}$")]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_CHARACTERS)]


def read_prompts(files: Iterable[tuple[str, str]]) -> list[Prompt]:
    """Reads prompts from (name, TOML text) pairs, in that order.

    Raises:
        ProblemError: one of them is no prompt; the sentence names it.
    """
    return [_read(name, text) for name, text in files]


def _read(name: str, text: str) -> Prompt:
    try:
        found = msgspec.convert(tomllib.loads(text), _PromptFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ProblemError(
            Problem("prompt-file", f"The prompt file {name} cannot be used.", f"{error}.", "Correct or remove it.")
        ) from error
    return Prompt(name, found.title, found.workload, found.language, found.text.strip())


def custom_prompt(text: str) -> Prompt:
    """Returns the user's own text as a prompt.

    Raises:
        ProblemError: it is empty, longer than any model takes, or holds what is no text.
    """
    text = text.removeprefix("\ufeff")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ProblemError(
            Problem(
                "prompt-text",
                "The prompt holds something that is no text.",
                cause=f"The character at place {error.start + 1} is {text[error.start]!a}.",
                action="Save the prompt as UTF-8, or type that character again.",
            )
        ) from error
    if not text.strip():
        raise ProblemError(Problem("prompt-empty", "The prompt is empty.", action="Write what the model should do."))
    if len(text) > MAX_CHARACTERS:
        raise ProblemError(
            Problem(
                "prompt-long",
                f"The prompt has {len(text):,} characters; {MAX_CHARACTERS:,} is the most that is taken.",
                action="Shorten it.",
            )
        )
    return Prompt(CUSTOM, "Your prompt", "custom", "", text)
