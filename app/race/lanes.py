"""What is raced: lanes, sampling and the request that every lane of a race gets."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

MAX_K: Final = 16
"""Most draft tokens a round may propose."""

KRange = Annotated[int, msgspec.Meta(ge=0, le=MAX_K)]


class LaneKind(StrEnum):
    """How a lane decodes."""

    BASELINE = "baseline"
    MTP = "mtp"
    DRAFT_MODEL = "draft-model"
    LOOKUP = "lookup"


class KPolicy(StrEnum):
    """How a lane chooses K for its next round."""

    FIXED = "fixed"
    HEURISTIC = "heuristic"  # grow by 2 on full acceptance, else shrink by 1 (transformers' schedule)


class Sampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the next token is chosen from the target's logits.

    Attributes:
        temperature: 0 is greedy.
        top_k: Keep the k most likely tokens; 0 keeps all.
        top_p: Keep the smallest set of tokens with this total probability; 1 keeps all.
        seed: Of the common random numbers: the draw for position p depends on (seed, p) alone, in every lane.
    """

    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.0
    top_k: Annotated[int, msgspec.Meta(ge=0)] = 0
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0


class LaneSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One contestant: engine, files and settings. Everything a worker needs to load it.

    Attributes:
        id: Unique in the race: ``"baseline"``, ``"mtp"``, or ``"mtp-k2"`` where several MTP lanes race.
        kind: How it decodes.
        k: Draft tokens per round; 0 for the baseline. For an adaptive policy the largest K it may choose.
        engine: Registry name of the engine, such as ``"llama.cpp"``.
        target: Path of the full model's file or folder, or a server's address.
        drafter: Path of the drafter, empty where there is none.
        policy: How K is chosen from round to round.
        context: Context size in tokens.
        threads: CPU threads; 0 means physical cores minus one, at least one.
        gpu_layers: Layers on the GPU; -1 means all where there is one.
        draft_min_p: Stop drafting below this confidence of the drafter; 0 always drafts K tokens.
        options: Engine-specific settings as plain strings.
    """

    id: str
    kind: LaneKind
    engine: str
    target: str
    drafter: str = ""
    k: KRange = 0
    policy: KPolicy = KPolicy.FIXED
    context: Annotated[int, msgspec.Meta(ge=16, le=1 << 20)] = 2048
    threads: Annotated[int, msgspec.Meta(ge=0, le=1024)] = 0
    gpu_layers: Annotated[int, msgspec.Meta(ge=-1)] = -1
    draft_min_p: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    options: dict[str, str] = {}


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every lane of a race is asked for.

    Attributes:
        prompt: The user's message; the engine applies the model's own chat template.
        max_tokens: Most tokens to emit.
        sampling: Shared by all lanes.
        raw: True feeds the prompt as it is, without a chat template.
    """

    prompt: str
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1 << 20)] = 256
    sampling: Sampling = Sampling()
    raw: bool = False


def lane_title(spec: LaneSpec) -> str:
    """Returns the lane's name for people, K and MLX's block size included, such as ``"MTP K=3 (block 4)"``."""
    if spec.kind is LaneKind.BASELINE:
        return "Baseline"
    name = {LaneKind.MTP: "MTP", LaneKind.DRAFT_MODEL: "Draft model", LaneKind.LOOKUP: "Lookup"}[spec.kind]
    if spec.policy is not KPolicy.FIXED:
        return f"{name} adaptive K ≤ {spec.k}"
    return f"{name} K={spec.k} (block {spec.k + 1})"
