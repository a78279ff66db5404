"""SGLang, through its OpenAI-compatible interface: the token count comes with each chunk.

Source: python/sglang/srt/entrypoints/openai/protocol.py of its repository, read in 2026
(``stream_options.continuous_usage_stats``; ``cache_salt``; ``top_k`` with -1 for all). What it tells of drafting are
sums over the whole answer: ``usage.completion_tokens_details`` with ``accepted_prediction_tokens`` and
``rejected_prediction_tokens`` (usage_processor.py there, newer versions), and ``meta_info`` with ``spec_verify_ct``,
``spec_accept_histogram`` and ``spec_accept_rate`` where a version sends it along.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.engines.server import ServerEngine
from app.engines.servers.base import MOST_DRAFTED, Piece, counts, first, number, table
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

    def read(self, chunk: Any) -> Piece:
        piece = super().read(chunk)
        data = table(chunk)
        details = table(table(data.get("usage")).get("completion_tokens_details"))
        accepted, rejected = (number(details.get(f"{word}_prediction_tokens")) for word in ("accepted", "rejected"))
        if accepted >= 0 and rejected >= 0:
            piece = msgspec.structs.replace(piece, drafted=number(accepted + rejected), accepted=accepted, sums=True)
        info = table(data.get("meta_info")) or table(first(data.get("choices")).get("meta_info"))
        return _with_info(piece, info) if info else piece


def _with_info(piece: Piece, info: dict[str, Any]) -> Piece:
    """Adds what ``meta_info`` says: rounds, how many of them accepted 0, 1, 2 ... tokens, and the share accepted."""
    histogram, share = counts(info.get("spec_accept_histogram"), 2**31), info.get("spec_accept_rate")
    piece = msgspec.structs.replace(piece, rounds=number(info.get("spec_verify_ct")))
    if histogram is None or piece.drafted >= 0 or not isinstance(share, float) or not 0 < share <= 1:
        return piece
    accepted = number(sum(at * rounds for at, rounds in enumerate(histogram[: MOST_DRAFTED + 1])))
    return msgspec.structs.replace(piece, accepted=accepted, drafted=number(accepted / share + 0.5), sums=True)


def create() -> ServerEngine:
    """Returns a new engine for an SGLang server."""
    return ServerEngine(SGLang())
