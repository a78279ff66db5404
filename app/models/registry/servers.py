"""How the app starts a server for a lane: the ``[server.NAME]`` tables of models.toml, NAME being the engine's.

The struct is also the schema: a key there is a field here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec

from app.models.pairs import Pair
from app.models.shelf.forms import opens
from app.race.lanes import LaneKind
from app.race.visible import visible

ServerName = Literal["llama-server", "vllm", "sglang", "ollama", "lmstudio"]
SERVER: Final = "server"
"""What a pair lists as its engine where any server that opens its files will do."""
PLACEHOLDERS: Final = (
    "{target}",
    "{drafter}",
    "{k}",
    "{port}",
    "{context}",
    "{context_all}",
    "{parallel}",
    "{python}",
)
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


class ServerTable(msgspec.Struct, frozen=True):
    """One server that the app can start.

    Attributes:
        command: Words of the command, the program first. No shell reads them.
        drafting: Words that are added for a lane with a drafter.
        drafting_own_head: The same for a target that has its MTP head in its own file.
        kinds: The same for a lane of another kind than MTP, by the kind's word in traces.
        opens: Whether it opens a single file (GGUF) or a model's folder.
        health: Path that answers with success once the server is ready.
        patience_s: How long it may take to become ready.
    """

    command: tuple[str, ...]
    drafting: tuple[str, ...] = ()
    drafting_own_head: tuple[str, ...] = ()
    kinds: dict[str, tuple[str, ...]] = {}
    opens: Literal["file", "folder"] = "file"
    health: str = "/health"
    patience_s: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 600.0

    @property
    def program(self) -> str:
        """What has to be installed."""
        return self.command[0]

    def fits(self, pair: Pair) -> bool:
        """Whether it opens files of this kind."""
        return opens(self.opens, pair)


def server_problems(table: ServerTable) -> Iterator[tuple[tuple[str], str]]:
    """Yields what is wrong in a table: the key, and a sentence."""
    if not table.command or not table.command[0].strip():
        yield ("command",), "command is empty: its first word is the program."
    for name in ("{target}", "{port}"):
        if not any(name in word for word in table.command):
            yield ("command",), f"command must have {name} in one of its words."
    for key, needed in (("drafting", ("{drafter}", "{k}")), ("drafting_own_head", ("{k}",))):
        words = getattr(table, key)
        for name in needed:
            if words and not any(name in word for word in words):
                yield (key,), f"{key} must have {name} in one of its words."
    for key, words in (*((key, getattr(table, key)) for key in ("command", "drafting", "drafting_own_head")),
                       *(("kinds", words) for words in table.kinds.values())):  # fmt: skip
        for found in (name for word in words for name in _PLACEHOLDER.findall(word)):
            if found not in PLACEHOLDERS:
                yield (key,), f'"{found}" is not known. There are {", ".join(PLACEHOLDERS)}.'
    for kind, words in table.kinds.items():
        known = next((item for item in LaneKind if item.value == kind), LaneKind.NEWER)
        if known in (LaneKind.NEWER, LaneKind.BASELINE, LaneKind.MTP):
            yield ("kinds",), f'kinds: "{visible(kind, 40)}" is no kind of drafter that is started by words of its own.'
        elif known.facts.file and not any("{drafter}" in word for word in words):
            yield ("kinds",), f"kinds: {kind} must have {{drafter}} in one of its words."
    if not table.health.startswith("/"):
        yield ("health",), 'health is a path and starts with "/".'
