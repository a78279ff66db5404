"""What is raced: lanes, sampling and the request that every lane of a race gets."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

MAX_K: Final = 16
"""Most draft tokens a round may propose."""

MAX_CONCURRENCY: Final = 64
"""Most requests that are sent to a server at once."""

KRange = Annotated[int, msgspec.Meta(ge=0, le=MAX_K)]


class LaneKind(StrEnum):
    """How a lane decodes."""

    BASELINE = "baseline"
    MTP = "mtp"
    DRAFT_MODEL = "draft-model"
    LOOKUP = "lookup"
    NEWER = "newer"  # of a version after this one; only in what is read

    @classmethod
    def _missing_(cls, value: object) -> LaneKind | None:
        return cls.NEWER if isinstance(value, str) else None


KIND_NAMES: Final = {
    LaneKind.BASELINE: "Baseline",
    LaneKind.MTP: "MTP",
    LaneKind.DRAFT_MODEL: "Draft model",
    LaneKind.LOOKUP: "Lookup",
    LaneKind.NEWER: "Newer drafter",
}
"""Short names of lanes."""
KIND_WORDS: Final = {
    LaneKind.BASELINE: "without a drafter",
    LaneKind.MTP: "an MTP drafter",
    LaneKind.DRAFT_MODEL: "a draft model",
    LaneKind.LOOKUP: "prompt lookup",
    LaneKind.NEWER: "a drafter that this version does not know",
}
"""What drafts, in the middle of a sentence."""


class KPolicy(StrEnum):
    """How a lane chooses K for its next round."""

    FIXED = "fixed"
    HEURISTIC = "heuristic"  # grow by 2 on full acceptance, else shrink by 1 (transformers' schedule)
    COST = "cost"  # the K with the most tokens expected for the time that rounds have cost so far
    NEWER = "newer"  # a way of a version after this one; only in what is read

    @classmethod
    def _missing_(cls, value: object) -> KPolicy | None:
        return cls.NEWER if isinstance(value, str) else None


_POLICY_WORDS: Final = {KPolicy.COST: "adaptive", KPolicy.HEURISTIC: "heuristic"}
ADAPTIVE_K: Final = 8
"""Largest K that an adaptive lane may choose, unless told otherwise."""
MAX_CONTENDERS: Final = 3
"""Most drafting lanes of one race; with the baseline they are four, as many as there are lane colours."""


class Contender(msgspec.Struct, frozen=True, order=True):
    """A drafting lane that is asked for: a fixed K, or a way to choose K with the largest that it may choose.

    Attributes:
        kind: What drafts.
        drafter: Path of the drafter, empty for the pair's own, and where no file drafts.
    """

    k: KRange
    policy: KPolicy = KPolicy.FIXED
    kind: LaneKind = LaneKind.MTP
    drafter: str = ""

    @property
    def word(self) -> str:
        """As on the command line, such as ``"3"`` or ``"adaptive"``."""
        return _POLICY_WORDS.get(self.policy, str(self.k))

    @property
    def lane(self) -> str:
        """Lane id where several contenders race."""
        return f"{self.kind.value}-{f'k{self.k}' if self.policy is KPolicy.FIXED else self.word}"


ADAPTIVE: Final = Contender(ADAPTIVE_K, KPolicy.COST)
HEURISTIC: Final = Contender(ADAPTIVE_K, KPolicy.HEURISTIC)


def parse_contenders(text: str, most: int = MAX_CONTENDERS) -> tuple[Contender, ...]:
    """Reads contenders such as ``"2,4,adaptive"``, at most so many. Raises :class:`ValueError` with words for users."""
    found: list[Contender] = []
    named = {item.word: item for item in (ADAPTIVE, HEURISTIC)}
    for word in (part.strip().lower() for part in text.split(",")):
        if word in named:
            found.append(named[word])
        elif word.isascii() and word.isdigit() and 1 <= int(word) <= MAX_K:
            found.append(Contender(int(word)))
        else:
            raise ValueError(f"{word!r} is neither a K from 1 to {MAX_K} nor 'adaptive' or 'heuristic'")
    if len(set(found)) < len(found):
        raise ValueError(f"{text!r} names a K twice")
    if len(found) > most:
        raise ValueError(f"{text!r} names {len(found)}, and at most {most} can be raced at once")
    return tuple(found)


class Sampling(msgspec.Struct, frozen=True):
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


class LaneSpec(msgspec.Struct, frozen=True):
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


class Request(msgspec.Struct, frozen=True):
    """What every lane of a race is asked for.

    Attributes:
        prompt: The user's message; the engine applies the model's own chat template.
        max_tokens: Most tokens to emit.
        sampling: Shared by all lanes.
        raw: True feeds the prompt as it is, without a chat template.
        concurrency: How many requests like this one are sent at once. One is shown, all are counted.
        thinking: Whether the model is to think before it answers, where it can be chosen. Off in every engine unless
            asked for, so that the same pair gets the same prompt everywhere.
    """

    prompt: str
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1 << 20)] = 256
    sampling: Sampling = Sampling()
    raw: bool = False
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=MAX_CONCURRENCY)] = 1
    thinking: bool = False


def lane_title(spec: LaneSpec) -> str:
    """Returns the lane's name for people, K and MLX's block size included, such as ``"MTP K=3 (block 4)"``."""
    if spec.kind is LaneKind.BASELINE:
        return KIND_NAMES[spec.kind]
    name = KIND_NAMES[spec.kind]
    if spec.policy is not KPolicy.FIXED:
        way = _POLICY_WORDS.get(spec.policy, "in a newer way")
        return f"{name} {way} (K ≤ {spec.k})"
    return f"{name} K={spec.k} (block {spec.k + 1})"
