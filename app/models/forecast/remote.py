"""The shape of a model that is on the hub, from a few bytes of it: config.json, or the beginning of a GGUF file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

import msgspec

from app.models.files.gguf import GgufError, read_beginning
from app.models.forecast.described import shape_of_config, shape_of_metadata
from app.models.forecast.shape import ModelShape
from app.models.hub.client import Hub
from app.models.hub.control import Control
from app.models.hub.transfer import Retries
from app.models.hub.wanted import patiently
from app.models.pairs import is_safe_path
from app.race.problems import Problem, ProblemError

_NAME: Final = re.compile(r"([A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95})(?:/(.{1,300}\.gguf))?", re.ASCII)
_CONFIG: Final = "config.json"
_MOST_CONFIG: Final = 1 << 20
_FIRST: Final = 1 << 20
"""What an architecture is described by stands before the vocabulary, which takes megabytes."""
_MOST: Final = 24 << 20
_NEEDED: Final = "gemma4.block_count"


class Described(msgspec.Struct, frozen=True):
    """A model on the hub.

    Attributes:
        shape: Of it.
        weights: Type that most of its weights have, "" where its description does not say.
        size: Bytes of its file, 0 for a folder.
    """

    shape: ModelShape
    weights: str
    size: int


def is_remote_name(text: str) -> bool:
    """Whether a text is ``owner/name`` of a repository, or ``owner/name/file.gguf`` of a file in one."""
    found = _NAME.fullmatch(text)
    return found is not None and is_safe_path(found[2] or _CONFIG)


def describe_remote(text: str, hub: Hub, known: Iterable[ModelShape], retries: Retries | None = None) -> Described:
    """Asks the hub what a model is made of.

    Args:
        text: See :func:`is_remote_name`.
        hub: To ask.
        known: Shapes of the registry.
        retries: Patience with the hub.

    Raises:
        ProblemError: The hub cannot be asked, or the model is none that can be forecast.
    """
    found = _NAME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    repository, file = found[1], found[2]
    retries = retries or Retries(attempts=3)

    def ask(path: str, most: int) -> tuple[bytes, int]:
        return patiently(lambda: hub.beginning(repository, "main", path, most), retries, Control())

    source = f"{file or _CONFIG} of {repository}"
    if file is None:
        return Described(
            shape_of_config(_json(ask(_CONFIG, _MOST_CONFIG)[0], source), repository, source, known), "", 0
        )
    most = _FIRST
    while True:
        data, size = ask(file, most)
        try:
            metadata = read_beginning(data, PurePosixPath(file), size)
        except GgufError as error:
            raise ProblemError(Problem("forecast-shape", f"{file} cannot be forecast.", cause=str(error))) from error
        told = metadata.get("general.architecture"), metadata.get(_NEEDED)
        if None not in told or (told[0] not in (None, "gemma4")) or most >= min(_MOST, size):
            break
        most = min(_MOST, 8 * most)
    name = PurePosixPath(file).name.removesuffix(".gguf")
    return Described(*shape_of_metadata(metadata, name, source, known), size)


def _json(data: bytes, source: str) -> dict[str, object]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ProblemError(Problem("forecast-shape", f"The {source} is no description of a model."))
    return value
