"""llama.cpp's own server. With ``timings_per_token`` each chunk says how much was drafted and accepted so far.

Source: tools/server/README.md of the llama.cpp in llama-cpp-python 0.3.36 (``timings``, ``timings_per_token``,
``cache_prompt``) and its server-task.cpp (``draft_n``, ``draft_n_accepted``); run against the real one in the tests.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.engines.server import ServerEngine
from app.engines.servers.base import Piece, number, table
from app.engines.servers.openai import OpenAI
from app.race.lanes import LaneSpec, Request


class LlamaServer(OpenAI):
    """Its ``timings`` are totals, so their differences are the rounds. K is what it was started with."""

    title = "llama-server"
    all_tokens = 0

    def request(self, spec: LaneSpec, model: str, request: Request) -> tuple[str, dict[str, Any]]:
        path, body = super().request(spec, model, request)
        # A cached prompt would make the second lane's prefill look fast.
        return path, {**body, "timings_per_token": True, "cache_prompt": False}

    def read(self, chunk: Any) -> Piece:
        piece = super().read(chunk)
        timings = table(table(chunk).get("timings"))
        if not timings:
            return piece
        return msgspec.structs.replace(
            piece,
            total=number(timings.get("predicted_n")),
            prompt=number(timings.get("prompt_n")),
            drafted=number(timings.get("draft_n")),
            accepted=number(timings.get("draft_n_accepted")),
        )


def create() -> ServerEngine:
    """Returns a new engine for a llama-server."""
    return ServerEngine(LlamaServer())
