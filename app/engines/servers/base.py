"""What the server engine needs to know of one kind of server."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from app.race.lanes import LaneSpec, Request
from app.race.problems import Problem


class Piece(msgspec.Struct, frozen=True):
    """One chunk of a stream, in one form for all servers. Totals count from the start of the answer.

    Attributes:
        text: New text; may be empty.
        ids: New token ids, where the server tells them.
        total: Tokens emitted so far, -1 where the server does not say so with this chunk.
        drafted: Draft tokens so far, -1 where it does not say.
        accepted: Of those accepted.
        prompt: Tokens of the prompt, -1 where it does not say.
        finish: The server's word for why the answer ended; empty while it goes on.
        last: Nothing comes after this.
        error: What the server says went wrong.
    """

    text: str = ""
    ids: tuple[int, ...] = ()
    total: int = -1
    drafted: int = -1
    accepted: int = -1
    prompt: int = -1
    finish: str = ""
    last: bool = False
    error: str = ""


class Adapter(Protocol):
    """One kind of server.

    Attributes:
        title: For people.
        models_path: Where it lists its models; asked at load, so that a wrong address is found before the race.
        notes: Remarks for the user on what the numbers of this server are.
    """

    title: str
    models_path: str
    notes: tuple[str, ...]

    def models(self, reply: Any) -> list[str]:
        """Returns the names in a reply of ``models_path``."""
        ...

    def request(self, spec: LaneSpec, model: str, request: Request) -> tuple[str, dict[str, Any]]:
        """Returns the path and the body to post."""
        ...

    def read(self, chunk: Any) -> Piece:
        """Reads one chunk. Anything may be in it: it comes from outside."""
        ...


def added(piece: Piece, counted: int) -> int:
    """Returns how many tokens a chunk adds to those counted: as the server counts; else its ids, or one for a text."""
    if piece.total >= 0:
        return max(0, piece.total - counted)
    return len(piece.ids) or (1 if piece.text else 0)


def failure(piece: Piece) -> Problem:
    """Says what a chunk says that went wrong."""
    return Problem(
        "server-failed",
        "The server reported an error.",
        cause=piece.error[:500],
        action="See the server's own log.",
    )


def number(value: Any, default: int = -1) -> int:
    """Returns a count from outside; ``default`` for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**31:
        return default
    return int(value)


def text(value: Any) -> str:
    """Returns a text from outside; empty for what is none."""
    return value if isinstance(value, str) else ""


def table(value: Any) -> dict[str, Any]:
    """Returns an object from outside; empty for what is none."""
    return value if isinstance(value, dict) else {}


def first(value: Any) -> dict[str, Any]:
    """Returns the first object of a list from outside."""
    return table(value[0]) if isinstance(value, list) and value else {}
