"""The drafters of llama.cpp in process, by kind of lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from app.engines.judge import Judge
from app.engines.llama_drafters import Drafter, LookupDrafter, ModelDrafter, MtpDrafter, NextNDrafter
from app.engines.llama_native import Context, Model, StopFlag, shared_model
from app.engines.llama_readers import BlockDrafter, DSparkDrafter, Eagle3Drafter
from app.engines.llama_threads import ThreadPool
from app.race.lanes import ONE_COPY, LaneKind, LaneSpec

_Maker: TypeAlias = Callable[[Model, Context, ThreadPool, StopFlag, Judge, int], Drafter]
_READS_TARGET: Final[tuple[tuple[LaneKind, _Maker], ...]] = (
    (LaneKind.MTP, MtpDrafter),
    (LaneKind.EAGLE3, Eagle3Drafter),
    (LaneKind.DFLASH, BlockDrafter),
    (LaneKind.DSPARK, DSparkDrafter),
)
"""What runs a model file that reads what its target computes."""


def make_drafter(
    spec: LaneSpec, model: Model, target: Context, pool: ThreadPool, stop: StopFlag, gpu_layers: int, judge: Judge
) -> Drafter | None:
    """Returns the drafter that the lane's kind asks for, None for a baseline."""
    if spec.kind is LaneKind.BASELINE:
        return None
    if spec.kind is LaneKind.LOOKUP:
        return LookupDrafter()
    if spec.kind is LaneKind.MTP and not spec.drafter:
        return NextNDrafter(model, target, pool, stop, judge, spec.context)
    shared = spec.options.get(ONE_COPY)
    drafter = shared_model(spec.drafter, stop, gpu_layers) if shared else Model(spec.drafter, stop, gpu_layers)
    try:
        if spec.kind is LaneKind.DRAFT_MODEL:
            return ModelDrafter(drafter, pool, stop, judge, spec.context)
        make = next(maker for kind, maker in _READS_TARGET if kind is spec.kind)
        return make(drafter, target, pool, stop, judge, spec.context)
    except BaseException:
        drafter.close()
        raise
