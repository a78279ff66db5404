"""LM Studio, through its OpenAI-compatible interface: the token count comes with the last chunk.

Source: LM Studio's developer documentation, "Chat Completions" (``top_k``, ``seed``) and "API Changelog"
(``stream_options.include_usage`` since 0.3.18, ``reasoning_content`` since 0.3.9, ``delta.reasoning`` for gpt-oss since
0.3.23). What it tells of drafting since 0.3.10 are sums over the whole answer: ``stats`` with
``total_draft_tokens_count``, ``accepted_draft_tokens_count``, ``rejected_draft_tokens_count`` and
``ignored_draft_tokens_count``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.engines.server import ServerEngine
from app.engines.servers.base import Piece, number, table
from app.engines.servers.openai import OpenAI


class LmStudio(OpenAI):
    """Before the last chunk every chunk counts as one token; the last one puts the count right."""

    title = "LM Studio"
    all_tokens = 0
    thinking_switch = False
    notes: tuple[str, ...] = (
        "LM Studio tells the number of tokens at the end only; until then every piece of text counts as one.",
        "Whether a model thinks first is chosen in LM Studio itself.",
    )

    def read(self, chunk: Any) -> Piece:
        piece = super().read(chunk)
        stats = table(table(chunk).get("stats"))
        drafted, accepted = (number(stats.get(f"{word}_draft_tokens_count")) for word in ("total", "accepted"))
        return msgspec.structs.replace(piece, drafted=drafted, accepted=accepted, sums=True) if stats else piece


def create() -> ServerEngine:
    """Returns a new engine for LM Studio."""
    return ServerEngine(LmStudio())
