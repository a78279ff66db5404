"""The order to start a server, as a lane's option carries it to the worker."""

from __future__ import annotations

from typing import Final

import msgspec

from app.race.lanes import LaneSpec
from app.race.problems import DECODE_ERRORS, Problem, ProblemError

COMMAND: Final = "command"
"""Name of the lane's option that holds the server's command, as JSON. It may name folders, so it is in no trace."""


class ServerOrder(msgspec.Struct, frozen=True):
    """How to start a server.

    Attributes:
        words: The command, with ``{target}``, ``{drafter}`` and ``{port}`` where the server engine fills in.
        health: Path that answers with success once the server is ready.
        patience_s: How long it may take to become ready.
    """

    words: tuple[str, ...]
    health: str = "/health"
    patience_s: float = 600.0

    @property
    def text(self) -> str:
        """As the option's value."""
        return msgspec.json.encode(self).decode()


def order_of(spec: LaneSpec) -> ServerOrder | None:
    """Returns the order in a lane's options; None if the lane's server runs already.

    Raises ProblemError if the order cannot be read.
    """
    text = spec.options.get(COMMAND, "")
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=ServerOrder)
    except DECODE_ERRORS as error:
        raise ProblemError(Problem("server-order", "The command of the server is damaged.", f"{error}.")) from error


def filled(word: str, values: dict[str, str]) -> str:
    """Returns a word with its placeholders filled in, by plain replacement since it may be JSON with braces of its own.

    In a word that is JSON the values are escaped for it.
    """
    is_json = word.startswith('{"')
    for name, value in values.items():
        word = word.replace(name, msgspec.json.encode(value).decode()[1:-1] if is_json else value)
    return word
