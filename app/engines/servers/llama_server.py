"""llama.cpp's own server. With ``timings_per_token`` each chunk says how much was drafted and accepted so far.

Source: tools/server/README.md of the llama.cpp in llama-cpp-python 0.3.36 (``timings``, ``timings_per_token``,
``cache_prompt``) and its server-task.cpp (``draft_n``, ``draft_n_accepted``); run against the real one in the tests.
Programs that answer in the same way are read too: ik_llama.cpp (``timings.draft_by_depth``) and mlx-vlm's server
(``timings.draft_rounds``), which tell it with the last chunk.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app.engines.server import ServerEngine
from app.engines.servers.base import Piece, number, table
from app.engines.servers.counters import CounterNames
from app.engines.servers.openai import OpenAI
from app.race.lanes import LaneSpec, Request

_DEEPEST: Final = 64


class LlamaServer(OpenAI):
    """Its ``timings`` are totals, so their differences are the rounds. K is what it was started with."""

    title = "llama-server"
    counters: CounterNames | None = CounterNames(
        "llamacpp:spec_decode_num_",
        "llamacpp:tokens_predicted_total",
        "llamacpp:requests_processing",
        "llamacpp:requests_deferred",
    )
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
            rounds=number(timings.get("draft_rounds")),
            positions=_positions(timings.get("draft_by_depth")),
        )


def _positions(value: Any) -> tuple[tuple[int, int], ...]:
    """Reads ik_llama.cpp's list of what was drafted and accepted at each depth."""
    found = [table(item) for item in value[:_DEEPEST]] if isinstance(value, list) else []
    told = [(number(item.get("draft_n")), number(item.get("draft_n_accepted"))) for item in found]
    return tuple(told) if all(tried >= hit >= 0 for tried, hit in told) else ()


def create() -> ServerEngine:
    """Returns a new engine for a llama-server."""
    return ServerEngine(LlamaServer())
