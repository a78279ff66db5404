"""SGLang, through its OpenAI-compatible interface: the token count comes with each chunk.

Source: python/sglang/srt/entrypoints/openai/protocol.py of its repository, read in 2026
(``stream_options.continuous_usage_stats``; ``cache_salt``; ``top_k`` with -1 for all). What it tells of drafting is
not told round by round, and is not read: ``usage.completion_tokens_details`` with ``accepted_prediction_tokens`` and
``rejected_prediction_tokens`` (usage_processor.py there, newer versions), ``meta_info`` with ``spec_accept_length`` at
``/generate``, and the averages ``sglang:spec_accept_length`` and ``sglang:spec_accept_rate`` at ``/metrics``.
"""

from __future__ import annotations

from typing import Any

from app.engines.server import ServerEngine
from app.engines.servers.openai import OpenAI
from app.race.lanes import LaneSpec, Request


class SGLang(OpenAI):
    """Its prefix cache cannot be left out by a request."""

    title = "SGLang"
    notes: tuple[str, ...] = (
        "SGLang may find the prompt in its cache: start it with --disable-radix-cache to compare prefills.",
    )

    def request(self, spec: LaneSpec, model: str, request: Request) -> tuple[str, dict[str, Any]]:
        path, body = super().request(spec, model, request)
        return path, {**body, "stream_options": {"include_usage": True, "continuous_usage_stats": True}}


def create() -> ServerEngine:
    """Returns a new engine for an SGLang server."""
    return ServerEngine(SGLang())
