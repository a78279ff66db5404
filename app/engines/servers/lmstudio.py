"""LM Studio, through its OpenAI-compatible interface: the token count comes with the last chunk."""

from __future__ import annotations

from app.engines.server import ServerEngine
from app.engines.servers.openai import OpenAI


class LmStudio(OpenAI):
    """Before the last chunk every chunk counts as one token; the last one puts the count right."""

    title = "LM Studio"
    notes: tuple[str, ...] = (
        "LM Studio tells the number of tokens at the end only; until then every piece of text counts as one.",
    )


def create() -> ServerEngine:
    """Returns a new engine for LM Studio."""
    return ServerEngine(LmStudio())
