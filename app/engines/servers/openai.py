"""The OpenAI-compatible part that several servers share.

Source: OpenAI's API reference, "Create chat completion" with ``stream`` and ``stream_options.include_usage``; what a
server adds to it stands in that server's own file.
"""

from __future__ import annotations

from typing import Any

from app.engines.servers.base import Piece, ServedModel, first, number, said_in, table, text, words
from app.engines.servers.counters import CounterNames
from app.race.lanes import LaneSpec, Request


class OpenAI:
    """Chat and completion streams as server-sent events, with the token counts of ``usage``.

    Attributes:
        all_tokens: The top_k that keeps all tokens.
        thinking_switch: It hands settings on to the chat template, where Gemma's and others' choose by
            ``enable_thinking``. Without a word from the request, servers differ in what they choose.
    """

    title = "OpenAI-compatible server"
    models_path = "/v1/models"
    notes: tuple[str, ...] = ()
    counters: CounterNames | None = None
    all_tokens = -1
    thinking_switch = True

    def models(self, reply: Any) -> list[ServedModel]:
        data = reply if isinstance(reply, list) else table(reply).get("data")
        items = [table(item) for item in data] if isinstance(data, list) else []
        return [ServedModel(text(item.get("id")), text(item.get("type"))) for item in items]

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
        if self.thinking_switch:
            body["chat_template_kwargs"] = {"enable_thinking": request.thinking}
        return "/v1/chat/completions", {**body, "messages": request.messages}

    def read(self, chunk: Any) -> Piece:
        data = table(chunk)
        choice = first(data.get("choices"))
        usage = table(data.get("usage"))
        # What a model thinks comes under a name of its own, and with drafting often in one chunk with its answer. All
        # of it is decoded like everything else.
        new = said_in(table(choice.get("delta"))) + words(choice.get("text"))
        whole = said_in(table(choice.get("message"))) if "delta" not in choice else ""
        return Piece(
            text=new or whole,
            total=number(usage.get("completion_tokens")),
            prompt=number(usage.get("prompt_tokens")),
            finish=text(choice.get("finish_reason")),
            last=bool(usage) and not choice,
            unstreamed=isinstance(choice.get("message"), dict) and "delta" not in choice,
        )
