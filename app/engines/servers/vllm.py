"""vLLM. Each chunk has its token ids and the count so far; a chunk is a round unless the reader was slow.

Source: vLLM's documentation and code, version 0.32 ("Reasoning Outputs": ``delta.reasoning``, called
``reasoning_content`` before 0.11.1; ``stream_options.continuous_usage_stats``; ``return_token_ids``; ``cache_salt``).
Its own account of drafting, "Per-Request Acceptance Metrics" (``metrics.speculative_decoding`` with
``per_step_drafted`` and ``per_step_accepted``), comes with the last chunk from a server that was started with
``--per-request-spec-decode-metrics detailed``. Sums for the whole server are at ``/metrics``.
"""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from app.engines.server import ServerEngine
from app.engines.servers.base import MOST_DRAFTED, Piece, counts, first, number, table
from app.engines.servers.counters import CounterNames
from app.engines.servers.openai import OpenAI
from app.race.lanes import LaneSpec, Request


class Vllm(OpenAI):
    """Counts come from the usage of each chunk. While it streams a chunk is a round; what was drafted comes last."""

    title = "vLLM"
    counters: CounterNames | None = CounterNames(
        "vllm:spec_decode_num_",
        "vllm:generation_tokens_total",
        "vllm:num_requests_running",
        "vllm:num_requests_waiting",
    )
    notes: tuple[str, ...] = (
        "vLLM tells what each round drafted at the end of the answer, if it was started with "
        "--per-request-spec-decode-metrics detailed; else its own counters tell the sums, if nobody else asks it.",
    )

    def request(self, spec: LaneSpec, model: str, request: Request) -> tuple[str, dict[str, Any]]:
        path, body = super().request(spec, model, request)
        body["stream_options"] = {"include_usage": True, "continuous_usage_stats": True}
        # A salt of its own keeps a run from finding another run's prompt in the prefix cache.
        return path, {**body, "return_token_ids": True, "cache_salt": uuid.uuid4().hex}

    def read(self, chunk: Any) -> Piece:
        piece = super().read(chunk)
        data = table(chunk)
        told = table(table(data.get("metrics")).get("speculative_decoding"))
        if told:
            piece = msgspec.structs.replace(piece, steps=_steps(told), rounds=number(told.get("num_spec_steps")))
        ids = first(data.get("choices")).get("token_ids")
        if not isinstance(ids, list) or not all(type(token) is int and 0 <= token < 2**31 for token in ids):
            return piece
        return msgspec.structs.replace(piece, ids=tuple(ids))


def _steps(told: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    """Reads what each round drafted and accepted; nothing if the two lists do not fit each other."""
    drafted, accepted = (counts(told.get(f"per_step_{name}"), MOST_DRAFTED) for name in ("drafted", "accepted"))
    if drafted is None or accepted is None or len(drafted) != len(accepted):
        return ()
    steps = tuple(zip(drafted, accepted, strict=True))
    return steps if all(hit <= tried for tried, hit in steps) else ()


def create() -> ServerEngine:
    """Returns a new engine for a vLLM server."""
    return ServerEngine(Vllm())
