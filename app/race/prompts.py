"""Prompts: what the lanes are asked, each with its workload class, because acceptance depends on the kind of text."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec

from app.race.lanes import Message
from app.race.problems import Problem, ProblemError

CUSTOM: Final = "custom"
"""Name of a prompt that the user wrote."""
MAX_CHARACTERS: Final = 200_000
MAX_TURNS: Final = 200


class Prompt(msgspec.Struct, frozen=True):
    """A prompt.

    Attributes:
        name: Short name for the command line.
        title: For people.
        workload: Workload class: ``code``, ``english``, ``japanese``, ``haiku``, ``json`` or ``custom``.
        language: Language of the answer: an ISO 639 code, or ``python`` or ``json``.
        text: The user's message.
        before: A system prompt and earlier turns, in their order.
        thinking: Whether the model is to think first.
    """

    name: str
    title: str
    workload: str
    language: str
    text: str
    before: tuple[Message, ...] = ()
    thinking: bool = False


class PromptTurn(msgspec.Struct, frozen=True):
    """A turn before the question in a prompt file.

    Attributes:
        role: Who speaks.
        text: What is said.
    """

    role: Literal["user", "assistant"]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_CHARACTERS)]


class PromptFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A prompt as it stands in a TOML file; the file's name is the prompt's.

    Attributes:
        title: For people.
        workload: Workload class, as :class:`Prompt` has it.
        language: Language of the answer.
        text: The user's message.
        system: The system prompt; empty for none.
        turns: What was said before the message, at most ``MAX_TURNS`` of them.
        thinking: Whether the model is to think first.
    """

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    workload: Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,40}$")]
    language: Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,40}$")]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_CHARACTERS)]
    system: Annotated[str, msgspec.Meta(max_length=MAX_CHARACTERS)] = ""
    turns: Annotated[tuple[PromptTurn, ...], msgspec.Meta(max_length=MAX_TURNS)] = ()
    thinking: bool = False


def read_prompts(files: Iterable[tuple[str, str]]) -> list[Prompt]:
    """Reads prompts from (name, TOML text) pairs, in that order.

    Raises:
        ProblemError: one of them is no prompt; the sentence names it.
    """
    return [_read(name, text) for name, text in files]


def _read(name: str, text: str) -> Prompt:
    try:
        found = msgspec.convert(tomllib.loads(text), PromptFile)
    except (ValueError, msgspec.ValidationError, RecursionError) as error:
        raise ProblemError(
            Problem("prompt-file", f"The prompt file {name} cannot be used.", f"{error}.", "Correct or remove it.")
        ) from error
    before = [Message("system", found.system)] if found.system.strip() else []
    before += [Message(turn.role, turn.text) for turn in found.turns]
    return Prompt(name, found.title, found.workload, found.language, found.text.strip(), tuple(before), found.thinking)


def prompt_file(prompt: Prompt) -> str:
    """Returns a prompt as the TOML text that :func:`read_prompts` reads."""
    system = next((item.text for item in prompt.before if item.role == "system"), "")
    lines = [f"title = {_toml(prompt.title)}", f"workload = {_toml(prompt.workload)}"]
    lines += [f"language = {_toml(prompt.language)}"]
    lines += [f"system = {_toml(system)}"] if system else []
    lines += ["thinking = true"] if prompt.thinking else []
    lines += [f"text = {_toml(prompt.text)}"]
    for turn in (item for item in prompt.before if item.role != "system"):
        lines += ["", "[[turns]]", f"role = {_toml(turn.role)}", f"text = {_toml(turn.text)}"]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    """A text as a TOML string; one of several lines stays readable."""
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    if "\n" not in text:
        return quoted
    # Escaped quotation marks cannot end the string, whatever the text has. The first line end is not part of it.
    lines = quoted[1:-1].replace(r"\\", "\0").replace(r"\n", "\n").replace("\0", r"\\")
    return f'"""\n{lines}"""'


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
