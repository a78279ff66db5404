"""The OpenAI-compatible part that several servers share.

Source: OpenAI's API reference, "Create chat completion" with ``stream`` and ``stream_options.include_usage``; what a
server adds to it stands in that server's own file.
"""

from __future__ import annotations

from typing import Any

from app.engines.servers.base import Piece, first, number, table, text
from app.race.lanes import LaneSpec, Request


class OpenAI:
    """Chat and completion streams as server-sent events, with the token counts of ``usage``.

    Attributes:
        all_tokens: The top_k that keeps all tokens.
    """

    title = "OpenAI-compatible server"
    models_path = "/v1/models"
    notes: tuple[str, ...] = ()
    all_tokens = -1

    def models(self, reply: Any) -> list[str]:
        data = table(reply).get("data")
        return [text(table(item).get("id")) for item in data] if isinstance(data, list) else []

    def request(self, spec: LaneSpec, model: str, request: Request) -> tuple[str, dict[str, Any]]:
        body: dict[str, Any] = {
            "model": model,
            "max_tokens": request.max_tokens,
            "temperature": request.sampling.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.sampling.temperature > 0:
            # Also where all are kept: left out, vLLM and SGLang take the top_k of the model's own generation settings.
            sampling = request.sampling
            body |= {"top_p": sampling.top_p, "top_k": sampling.top_k or self.all_tokens, "seed": sampling.seed}
        if request.raw:
            return "/v1/completions", {**body, "prompt": request.prompt}
        return "/v1/chat/completions", {**body, "messages": [{"role": "user", "content": request.prompt}]}

    def read(self, chunk: Any) -> Piece:
        data = table(chunk)
        choice = first(data.get("choices"))
        delta = table(choice.get("delta"))
        usage = table(data.get("usage"))
        # A model that thinks first streams that under a name of its own; it is decoded like everything else.
        thought = text(delta.get("reasoning_content")) or text(delta.get("reasoning"))
        new = text(choice.get("text")) or text(delta.get("content")) or thought
        return Piece(
            text=new,
            total=number(usage.get("completion_tokens")),
            prompt=number(usage.get("prompt_tokens")),
            finish=text(choice.get("finish_reason")),
            last=bool(usage) and not choice,
            error=_error(data.get("error")),
        )


def _error(value: Any) -> str:
    return text(value) or text(table(value).get("message"))
