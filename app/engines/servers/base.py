"""What the server engine needs to know of one kind of server."""

from __future__ import annotations

import re
from typing import Any, Final, Protocol

import msgspec

from app.engines.servers.counters import CounterNames
from app.race.lanes import LaneSpec, Request

_NO_WRITER: Final = re.compile(
    r"embed|rerank|(?<![a-z0-9])(bert|nomic-bert|bge|e5|gte|minilm|colbert|splade|whisper|tts|stt|mmproj|clip|siglip)"
    r"(?![a-z0-9])"
)
"""In the names and kinds of models that make no text: for embeddings, ranking, speech and pictures."""
_DEPTH: Final = 4
_MOST_COUNTS: Final = 1 << 20


MOST_DRAFTED: Final = 1024
"""Most tokens that a round drafts; more is no count."""


class Piece(msgspec.Struct, frozen=True):
    """One chunk of a stream, in one form for all servers. Totals count from the start of the answer.

    Attributes:
        text: New text; may be empty.
        held: It has text that is held back, since it ends inside a character.
        ids: New token ids, where the server tells them.
        total: Tokens emitted so far, -1 where the server does not say so with this chunk.
        drafted: Draft tokens so far, -1 where it does not say.
        accepted: Of those accepted, -1 where it does not say.
        sums: They are sums over the whole answer, told at its end: their change is no round.
        rounds: Rounds so far, -1 where it does not say.
        steps: Drafted and accepted tokens of each round of the whole answer, where it lists them at the end.
        positions: Proposed and accepted tokens at each draft position so far, where it lists them.
        prompt: Tokens of the prompt, -1 where it does not say.
        finish: The server's word for why the answer ended; empty while it goes on.
        last: Nothing comes after this.
        unstreamed: It is the whole answer: the server did not stream it.
    """

    text: str = ""
    held: bool = False
    ids: tuple[int, ...] = ()
    total: int = -1
    drafted: int = -1
    accepted: int = -1
    sums: bool = False
    rounds: int = -1
    steps: tuple[tuple[int, int], ...] = ()
    positions: tuple[tuple[int, int], ...] = ()
    prompt: int = -1
    finish: str = ""
    last: bool = False
    unstreamed: bool = False


class ServedModel(msgspec.Struct, frozen=True):
    """A model that a server lists.

    Attributes:
        name: To ask for it.
        kind: What the server says that it is, such as ``"embeddings"``; empty where it does not say.
    """

    name: str
    kind: str = ""

    @property
    def writes(self) -> bool:
        """Whether it makes text, as far as its name and kind tell: an embedding model does not."""
        return not _NO_WRITER.search(self.name.lower()) and not _NO_WRITER.search(self.kind.lower())


class Adapter(Protocol):
    """One kind of server.

    Attributes:
        title: For people.
        models_path: Where it lists its models; asked at load, so that a wrong address is found before the race.
        notes: Remarks for the user on what the numbers of this server are.
        counters: Its own counts of drafting at ``/metrics``, where it has them.
    """

    title: str
    models_path: str
    notes: tuple[str, ...]
    counters: CounterNames | None

    def models(self, reply: Any) -> list[ServedModel]:
        """Returns the models in a reply of ``models_path``."""
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
    return len(piece.ids) or (1 if piece.text or piece.held else 0)


def number(value: Any, default: int = -1) -> int:
    """Returns a count from outside; ``default`` for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**31:
        return default
    return int(value)


def counts(value: Any, most: int) -> list[int] | None:
    """Returns a list of counts from outside, each at most so large; None for what is none, or is far too long."""
    if not isinstance(value, list) or len(value) > _MOST_COUNTS:
        return None
    found = [number(item) for item in value]
    return found if all(0 <= item <= most for item in found) else None


def text(value: Any) -> str:
    """Returns a name or a word from outside, halves of UTF-16 pairs replaced; empty for what is none."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def words(value: Any, depth: int = 0) -> str:
    """Returns the text of a message's content: a text, or a list of parts as multimodal servers send it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and depth < _DEPTH:
        return "".join(words(item, depth + 1) for item in value)
    if isinstance(value, dict) and depth < _DEPTH:
        found = (words(value.get(name), depth + 1) for name in ("text", "thinking", "reasoning", "content", "refusal"))
        return next((item for item in found if item), "")
    return ""


_THOUGHTS: Final = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
"""Fields in which servers and the gateways before them send what a model thinks."""


def said_in(message: dict[str, Any]) -> str:
    """Returns all text of a message or a part of one: what the model thinks, then what it answers."""
    thoughts = [words(message.get(name)) for name in _THOUGHTS]
    thought = next((item for item in thoughts if item), "")  # Some servers send the same one under two names.
    return thought + words(message.get("content")) + words(message.get("refusal"))


def table(value: Any) -> dict[str, Any]:
    """Returns an object from outside; empty for what is none."""
    return value if isinstance(value, dict) else {}


def first(value: Any) -> dict[str, Any]:
    """Returns the first object of a list from outside."""
    return table(value[0]) if isinstance(value, list) and value else {}
