"""What the user asked to race or to sweep."""

from __future__ import annotations

import msgspec

from app.models.pairs import Pair
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

    @property
    def drafting(self) -> tuple[Contender, ...]:
        """The drafting lanes, at least one."""
        return self.contenders or (Contender(self.k),)


def request_with(request: RaceRequest, found: KChoice, *, pick: bool) -> RaceRequest:
    """Returns the request with what measured passes say: limits of adaptive lanes and, with ``pick``, the fixed K."""
    suited: list[Contender] = []
    for item in request.drafting:
        k = item.k
        if item.policy is not KPolicy.FIXED:
            k = max(1, min(item.k, found.limit))
        elif pick and item.kind is LaneKind.MTP:
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
        gpu_layers: Layers on the GPU; -1 means all where there is one.
        engine: Registry name; empty takes the pair's first.
        suite: Name of the file that the prompts come from; empty for a sweep of a few.
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
