"""Ollama, through its own interface: lines of JSON, with the counts in the last one.

Source: Ollama's API documentation, "Usage" and "Streaming" (docs.ollama.com/api), read in 2026: the line with ``done``
has ``done_reason``, ``prompt_eval_count``, ``eval_count`` and durations in nanoseconds. A model that thinks streams it
as ``message.thinking``, at ``/api/generate`` as ``thinking``. How much was drafted is said nowhere.
A model whose Modelfile names a drafter (``DRAFT``) drafts as many tokens as the option ``draft_num_predict`` says, and
with 0 none: one server and one loaded model serve both lanes.
"""

from __future__ import annotations

from typing import Any

from app.engines.server import ServerEngine
from app.engines.servers.base import Piece, ServedModel, number, said_in, table, text
from app.engines.servers.counters import CounterNames
from app.race.lanes import LaneKind, LaneSpec, Request


class Ollama:
    """Before the last line every line counts as one token; the last one puts the count right."""

    title = "Ollama"
    models_path = "/api/tags"
    counters: CounterNames | None = None
    notes: tuple[str, ...] = (
        "Ollama tells the number of tokens at the end only; until then every piece of text counts as one.",
    )

    def models(self, reply: Any) -> list[ServedModel]:
        found = table(reply).get("models")
        items = [table(item) for item in found] if isinstance(found, list) else []
        return [
            ServedModel(
                text(item.get("name")) or text(item.get("model")), text(table(item.get("details")).get("family"))
            )
            for item in items
        ]

    def request(self, spec: LaneSpec, model: str, request: Request) -> tuple[str, dict[str, Any]]:
        sampling = request.sampling
        options: dict[str, Any] = {
            "num_predict": request.max_tokens,
            "num_ctx": spec.context,
            "temperature": sampling.temperature,
        }
        options["draft_num_predict"] = 0 if spec.kind is LaneKind.BASELINE else spec.k
        if sampling.temperature > 0:
            options |= {"top_k": sampling.top_k, "top_p": sampling.top_p, "seed": sampling.seed}
        body: dict[str, Any] = {"model": model, "stream": True, "options": options}
        if request.raw:
            return "/api/generate", {**body, "prompt": request.prompt, "raw": True}
        # A model that cannot think takes a no, but not a yes.
        body["think"] = request.thinking
        return "/api/chat", {**body, "messages": request.messages}

    def read(self, chunk: Any) -> Piece:
        data = table(chunk)
        done = data.get("done") is True
        message = table(data.get("message")) or {"thinking": data.get("thinking"), "content": data.get("response")}
        return Piece(
            text=said_in(message),
            total=number(data.get("eval_count")) if done else -1,
            prompt=number(data.get("prompt_eval_count")) if done else -1,
            finish=(text(data.get("done_reason")) or "stop") if done else "",
            last=done,
        )


def create() -> ServerEngine:
    """Returns a new engine for Ollama."""
    return ServerEngine(Ollama())
