"""Ollama, through its own interface: lines of JSON, with the counts in the last one.

Source: Ollama's API documentation, "Usage" and "Streaming" (docs.ollama.com/api), read in 2026: the line with ``done``
has ``done_reason``, ``prompt_eval_count``, ``eval_count`` and durations in nanoseconds. A model that thinks streams it
as ``message.thinking``, at ``/api/generate`` as ``thinking``. Nothing is said there of drafting.
"""

from __future__ import annotations

from typing import Any

from app.engines.server import ServerEngine
from app.engines.servers.base import Piece, number, table, text
from app.race.lanes import LaneSpec, Request


class Ollama:
    """Before the last line every line counts as one token; the last one puts the count right."""

    title = "Ollama"
    models_path = "/api/tags"
    notes: tuple[str, ...] = (
        "Ollama tells the number of tokens at the end only; until then every piece of text counts as one.",
    )

    def models(self, reply: Any) -> list[str]:
        found = table(reply).get("models")
        return [text(table(item).get("name")) for item in found] if isinstance(found, list) else []

    def request(self, spec: LaneSpec, model: str, request: Request) -> tuple[str, dict[str, Any]]:
        sampling = request.sampling
        options: dict[str, Any] = {
            "num_predict": request.max_tokens,
            "num_ctx": spec.context,
            "temperature": sampling.temperature,
        }
        if sampling.temperature > 0:
            options |= {"top_k": sampling.top_k, "top_p": sampling.top_p, "seed": sampling.seed}
        body: dict[str, Any] = {"model": model, "stream": True, "options": options}
        if request.raw:
            return "/api/generate", {**body, "prompt": request.prompt, "raw": True}
        return "/api/chat", {**body, "messages": [{"role": "user", "content": request.prompt}]}

    def read(self, chunk: Any) -> Piece:
        data = table(chunk)
        message = table(data.get("message"))
        done = data.get("done") is True
        return Piece(
            text=text(message.get("content")) or text(message.get("thinking")) or _generated(data),
            total=number(data.get("eval_count")) if done else -1,
            prompt=number(data.get("prompt_eval_count")) if done else -1,
            finish=(text(data.get("done_reason")) or "stop") if done else "",
            last=done,
            error=text(data.get("error")),
        )


def _generated(data: dict[str, Any]) -> str:
    return text(data.get("response")) or text(data.get("thinking"))


def create() -> ServerEngine:
    """Returns a new engine for Ollama."""
    return ServerEngine(Ollama())
