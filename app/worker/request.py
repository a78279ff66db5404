"""What the user asked to race or to sweep."""

from __future__ import annotations

from typing import Final

import msgspec

from app.models.pairs import Pair
from app.race.axes import Axis, Setting
from app.race.choose_k import KChoice
from app.race.formats import FORMATS
from app.race.heats import Plan
from app.race.lanes import Contender, KPolicy, LaneKind, Sampling
from app.race.prompts import Prompt
from app.race.sweep import Spend


class RaceRequest(msgspec.Struct, frozen=True):
    """What the user asked to race.

    Attributes:
        pair: Whose models race.
        prompt: What every lane is asked.
        k: Draft tokens per round of the MTP lane, where there is one.
        contenders: The drafting lanes, up to three; empty races one with ``k``.
        max_tokens: Most tokens that a lane emits.
        sampling: Shared by all lanes.
        format: Name of the race format.
        context: Context size in tokens.
        threads: CPU threads a lane, 0 for the default.
        gpu_layers: Layers on the GPU; -1 means all where there is one.
        engine: Registry name of the engine; empty takes the pair's first.
        servers: Addresses of the baseline's and the MTP lane's server, for an engine that is a server; empty starts
            both from the pair's files.
        server_model: The name to ask the servers for; empty takes the first that they list.
        plan: How many heats, for a format that repeats.
        one_loaded: Load one lane's models at a time, for models that do not fit twice and a format that repeats.
        one_copy: Load the models once, for all lanes together in one process.
        load_anyway: Load models that seem too large for the free memory.
        concurrency: Requests at once, for an engine that is a server.
        slots: Requests at once that a server which is started has to have room for; at least ``concurrency``.
        numbered: Name a single drafting lane after its K too.
        thinking: Whether the model is to think before it answers.
        depth: Tokens of a long text before the prompt, on an engine in process.
        cache_type: Type of the KV cache's cells on llama.cpp; empty for its own.
        drafter_type: Type of the weights of the pair's drafter on llama.cpp; empty for the file as it is.
    """

    pair: Pair
    prompt: Prompt
    k: int = 3
    contenders: tuple[Contender, ...] = ()
    max_tokens: int = 256
    sampling: Sampling = Sampling()
    format: str = next(iter(FORMATS))
    context: int = 2048
    threads: int = 0
    gpu_layers: int = -1
    engine: str = ""
    servers: tuple[str, ...] = ()
    server_model: str = ""
    plan: Plan = Plan()
    one_loaded: bool = False
    one_copy: bool = False
    load_anyway: bool = False
    concurrency: int = 1
    slots: int = 1
    numbered: bool = False
    thinking: bool = False
    depth: int = 0
    cache_type: str = ""
    drafter_type: str = ""

    @property
    def drafting(self) -> tuple[Contender, ...]:
        """The drafting lanes, at least one."""
        return self.contenders or (Contender(self.k),)


_ROOM_FOR_TEMPLATE: Final = 512
"""Tokens that a question and a chat template take besides the text before it, at most."""


def under(request: RaceRequest, setting: Setting) -> RaceRequest:
    """Returns the request under a condition, with a context that has room for it."""
    depth = setting.depth or 0
    room = depth + request.max_tokens + _ROOM_FOR_TEMPLATE if depth else 0
    return msgspec.structs.replace(
        request,
        depth=depth,
        context=max(request.context, -(-room // 1024) * 1024),
        sampling=request.sampling if setting.sampling is None else setting.sampling,
        cache_type=setting.cache or "",
        gpu_layers=request.gpu_layers if setting.gpu_layers is None else setting.gpu_layers,
        threads=request.threads if setting.threads is None else setting.threads,
        thinking=bool(setting.thinking),
        prompt=request.prompt
        if setting.thinking is None
        else msgspec.structs.replace(request.prompt, thinking=setting.thinking),
        drafter_type=setting.drafter or "",
    )


def request_with(request: RaceRequest, found: KChoice, *, pick: bool) -> RaceRequest:
    """Returns the request with what measured passes say: limits of adaptive lanes and, with ``pick``, the fixed K.

    A lane that ends its drafts itself needs no limit.
    """
    suited: list[Contender] = []
    for item in request.drafting:
        k = item.k
        if item.policy in (KPolicy.HEURISTIC, KPolicy.COST):
            k = max(1, min(item.k, found.limit))
        elif pick and item.policy is KPolicy.FIXED and item.kind is LaneKind.MTP:
            k = found.k
        suited.append(msgspec.structs.replace(item, k=k))
    return msgspec.structs.replace(request, contenders=tuple(suited))


class SweepRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked to sweep.

    Attributes:
        pair: Whose models race.
        prompts: Each is swept.
        contenders: The lanes besides the baseline, any number of them.
        spend: How many heats, or how long.
        max_tokens: Most tokens that a lane emits.
        sampling: Shared by all lanes.
        context: Context size in tokens.
        threads: CPU threads a lane, 0 for the default.
        gpu_layers: Layers on the GPU; -1 means all where there is one.
        engine: Registry name; empty takes the pair's first.
        suite: Name of the file that the prompts come from; empty for a sweep of a few.
        axis: The condition that changes from row to row; None for a sweep over K alone.
    """

    pair: Pair
    prompts: tuple[Prompt, ...]
    contenders: tuple[Contender, ...]
    spend: Spend = Spend()
    max_tokens: int = 160
    sampling: Sampling = Sampling()
    context: int = 2048
    threads: int = 0
    gpu_layers: int = -1
    engine: str = ""
    suite: str = ""
    axis: Axis | None = None
