"""Whether a race of a pair fits into memory: from its files if they are here, else roughly from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.models.files.disk import is_file
from app.models.files.folders import read_folder_info
from app.models.files.gguf import GgufError
from app.models.files.info import ModelInfo, read_heads
from app.models.fit.estimate import Fit, Memory, estimate
from app.models.fit.needs import MemoryNeed, Runtime, need_of, own_head_need
from app.models.pairs import ModelSource, Pair
from app.models.shelf.availability import Availability, Ready
from app.race.lanes import Contender

_ROUGH_COMPUTE = 300_000_000
_ROUGH_TABLES = 100_000_000


def fit_pair(pair: Pair, found: Availability, context: int, memory: Memory) -> Fit | str:
    """Estimates a race of this pair: from its files if they are here, else roughly from the registry.

    Returns:
        The estimate, or a sentence on why there is none.
    """
    runtime = Runtime(context=context, on_gpu=memory.gpu_free is not None and not memory.unified)
    if isinstance(found, Ready):
        try:
            drafter = _drafter_need(found, pair, runtime)
            return estimate(_need(found.target_path, pair, runtime), drafter, context, memory, shares=_shares(pair))
        except (GgufError, OSError) as error:
            return f"The files cannot be read: {error}"
    raced = pair.sources[: 1 if pair.drafter is None else 2]
    sizes = [source.total_size for source in raced]
    if None in sizes or pair.cache_bytes_per_token is None:
        return "Its size is not known before the hub is asked."
    needs = [_rough(pair, source, runtime) for source in raced]
    fit = estimate(needs[0], needs[1] if len(needs) > 1 else None, context, memory, shares=_shares(pair))
    return msgspec.structs.replace(fit, advice=f"{fit.advice} (A rough estimate; the files will tell more.)")


def fit_race(pair: Pair, found: Availability, lanes: Sequence[Contender], context: int, memory: Memory) -> Fit | str:
    """Estimates a race of a baseline lane and these lanes, from files that are here; see :func:`fit_pair`."""
    if not isinstance(found, Ready) or not lanes:
        return fit_pair(pair, found, context, memory)
    runtime = Runtime(context=context, on_gpu=memory.gpu_free is not None and not memory.unified)

    def drafter(lane: Contender) -> MemoryNeed | None:
        if lane.drafter:
            return _need(Path(lane.drafter), pair, runtime)
        return _drafter_need(found, pair, runtime) if lane.kind.facts.own else None

    try:
        first, *more = [drafter(lane) for lane in lanes]
        return estimate(_need(found.target_path, pair, runtime), first, context, memory, more, shares=_shares(pair))
    except (GgufError, OSError) as error:
        return f"The files cannot be read: {error}"


def _shares(pair: Pair) -> bool:
    """Whether lanes can share one copy of this pair's models: in llama.cpp they can."""
    return pair.engines[0] == "llama.cpp"


def _drafter_need(found: Ready, pair: Pair, runtime: Runtime) -> MemoryNeed | None:
    """The need of a pair's drafter: of its file, or of the MTP block in the target's own."""
    if found.drafter_path is not None:
        return _need(found.drafter_path, pair, runtime)
    return own_head_need(read_heads(found.target_path), runtime) if is_file(found.target_path) else None


def _need(path: Path, pair: Pair, runtime: Runtime) -> MemoryNeed:
    if is_file(path):
        return need_of(read_heads(path), runtime)
    info = read_folder_info(path)
    # Engines for folders hold the weights in each lane's own memory.
    return MemoryNeed(
        info=info,
        mapped=0,
        copied=info.bytes,
        cache=0 if info.is_drafter else context_cache(pair, runtime),
        compute=0 if info.is_drafter else _ROUGH_COMPUTE,
        tables=_ROUGH_TABLES,
        host=0,
    )


def context_cache(pair: Pair, runtime: Runtime) -> int:
    """Returns the bytes of a target's cache as the registry estimates them, 0 if it does not."""
    return (pair.cache_bytes_per_token or 0) * runtime.context


def _rough(pair: Pair, source: ModelSource, runtime: Runtime) -> MemoryNeed:
    size, is_target = source.total_size or 0, source is pair.target
    four_bit = any(name in pair.quantization for name in ("Q4_", "IQ4", "MXFP4"))
    is_file = source.is_single_file
    info = ModelInfo(
        path=Path(pair.id), architecture=pair.family, name=pair.title, parameters=pair.parameters or 0,
        quantization=pair.quantization, bytes=size, context=0, layers=1, hidden=1, vocabulary=0, vocabulary_digest="",
    )  # fmt: skip
    return MemoryNeed(
        info=info,
        mapped=size if is_file else 0,
        copied=0 if runtime.on_gpu or (is_file and not (four_bit and is_target)) else size,
        cache=context_cache(pair, runtime) if is_target else 0,
        compute=_ROUGH_COMPUTE if is_target else 0,
        tables=_ROUGH_TABLES,
        host=size // 10 if is_file else 0,
    )
