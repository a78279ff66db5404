"""Whether a race fits into this machine's memory: an estimate before anything is loaded, with its arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from app.models.fit.needs import MemoryNeed, cells
from app.models.hub.progress import bytes_text

PROCESS_BYTES = 29_000_000
"""What a lane's process holds for itself before a model is loaded (the interpreter and its modules)."""
LIBRARY_BYTES = 23_000_000
"""Programs and libraries, once for all lanes."""
COMFORTABLE = 0.8


class FitVerdict(StrEnum):
    """How a race fits. The words are also shown."""

    FITS = "fits"
    TIGHT = "tight"
    NO = "does not fit"


class Memory(msgspec.Struct, frozen=True):
    """The machine's memory.

    Attributes:
        free: Bytes of ordinary memory that can be had now.
        total: Bytes of ordinary memory.
        gpu_free: Bytes free on the GPU, None without one of its own.
        gpu_total: Bytes of the GPU.
        unified: The GPU uses the ordinary memory (Apple silicon).
    """

    free: int
    total: int
    gpu_free: int | None = None
    gpu_total: int | None = None
    unified: bool = False


class SumLine(msgspec.Struct, frozen=True):
    """One line of the sum.

    Attributes:
        label: What it is.
        bytes: Of it, for all lanes that are loaded together.
        how: How the number comes about.
        on_gpu: It lies in the GPU's own memory.
    """

    label: str
    bytes: int
    how: str
    on_gpu: bool = False


class Fit(msgspec.Struct, frozen=True):
    """The estimate for one race.

    Attributes:
        lines: The sum, both lanes loaded together.
        together: Bytes of ordinary memory with both lanes loaded.
        together_gpu: Bytes of the GPU's own memory with both lanes loaded.
        alone: Bytes of ordinary memory with one lane at a time (heats): the larger lane.
        alone_gpu: The same on the GPU.
        droppable: Of `together` and `alone`: pages of the files that the system can drop again, since rearranged copies
            of these weights are used or only some rows are read. They show up as used memory and are not needed.
        one_copy: Bytes of ordinary memory with all lanes in one process, on one copy of the models.
        one_copy_gpu: The same on the GPU.
        shared: The verdict is for one copy: two do not fit, or only just, and the engine can share one.
        verdict: For all lanes together.
        verdict_alone: For one lane at a time.
        memory: What it was held against.
        advice: A sentence.
    """

    lines: tuple[SumLine, ...]
    together: int
    together_gpu: int
    alone: int
    alone_gpu: int
    one_copy: int
    one_copy_gpu: int
    droppable: int
    shared: bool
    verdict: FitVerdict
    verdict_alone: FitVerdict
    memory: Memory
    advice: str


def estimate(
    target: MemoryNeed,
    drafter: MemoryNeed | None,
    context: int,
    memory: Memory,
    more: Sequence[MemoryNeed | None] = (),
    *,
    shares: bool = False,
) -> Fit:
    """Adds up a race of a baseline lane and one or more drafting lanes.

    Args:
        target: Of the full model.
        drafter: Of the drafter, None if the head is in the target's file or the second lane needs none.
        context: Tokens, for the wording.
        memory: To hold it against.
        more: The drafters of further lanes, in the same way.
        shares: Lanes can take turns in one process, on one copy of the models, where several copies do not fit.
    """
    on_gpu = memory.gpu_free is not None and not memory.unified
    drafters = [drafter, *more]
    lines = _lines(target, drafters, context, on_gpu, lanes=1 + len(drafters))
    single = [_lines(target, [one], context, on_gpu, lanes=1) for one in drafters]
    shared_lines = _lines(target, drafters, context, on_gpu, lanes=1 + len(drafters), copies=1)
    together, together_gpu = _sum(lines, False), _sum(lines, True)
    one_copy, one_copy_gpu = _sum(shared_lines, False), _sum(shared_lines, True)
    alone = max(_sum(lane, False) for lane in single)
    alone_gpu = max(_sum(lane, True) for lane in single)
    needs = [target, *_files(drafters)]
    droppable = 0 if on_gpu else sum(min(need.mapped, need.copied + need.lazy) for need in needs)
    verdict = _verdict(together - droppable, together_gpu, memory)
    verdict_alone = _verdict(alone - droppable, alone_gpu, memory)
    verdict_shared = _verdict(one_copy - droppable, one_copy_gpu, memory)
    order = list(FitVerdict)
    shared = shares and order.index(verdict_shared) < order.index(verdict)
    needed, needed_alone = together + together_gpu - droppable, alone + alone_gpu - droppable
    return Fit(
        lines=tuple(lines),
        together=together,
        together_gpu=together_gpu,
        alone=alone,
        alone_gpu=alone_gpu,
        one_copy=one_copy,
        one_copy_gpu=one_copy_gpu,
        droppable=droppable,
        shared=shared,
        verdict=verdict_shared if shared else verdict,
        verdict_alone=verdict_alone,
        memory=memory,
        advice=_shared_advice(verdict_shared, needed, one_copy + one_copy_gpu - droppable, 1 + len(drafters))
        if shared
        else _advice(verdict, verdict_alone, needed, needed_alone, 1 + len(drafters)),
    )


def _files(drafters: Sequence[MemoryNeed | None]) -> list[MemoryNeed]:
    """The drafters, each file once."""
    return list({need.info.path: need for need in drafters if need is not None}.values())


def _lines(
    target: MemoryNeed,
    drafters: Sequence[MemoryNeed | None],
    context: int,
    on_gpu: bool,
    lanes: int,
    copies: int = 0,
) -> list[SumLine]:
    """lanes: all that are loaded together, or 1 for a drafting lane alone, which is larger than the baseline. copies:
    of the models, if the lanes are in fewer processes than they are."""
    copies = copies or lanes
    times = f"{lanes} lanes, " if lanes > 1 else ""
    lazy = f"; {bytes_text(target.lazy)} of it embedding rows, read only as needed" if target.lazy else ""
    lines = [SumLine("Target weights", target.mapped, f"the file, mapped once for all lanes{lazy}")]
    if on_gpu:
        moved = target.mapped - target.host
        lines = [
            SumLine("Target weights on the GPU", copies * moved, f"{times}{bytes_text(moved)} each", True),
            SumLine("Target embeddings", target.host, "stay in ordinary memory, mapped once for all lanes"),
        ]
    elif target.copied:
        how = f"{times}{bytes_text(target.copied)} each: 4-bit weights put in the order this CPU computes fastest with"
        lines.append(SumLine("Target weights, rearranged", copies * target.copied, how))
    lines += _drafter_lines(drafters if copies == lanes else _files(drafters), on_gpu)
    having = [need for need in drafters if need is not None]
    own = sum(need.cache for need in having)
    whose = f"{bytes_text(own)} of the drafters" if own else "the drafter reads the target's"
    layers = f"{cells(context):,} tokens, {bytes_text(target.cache)} each; {whose}"
    lines.append(SumLine("KV cache", lanes * target.cache + own, f"{times}{layers}", on_gpu))
    compute = lanes * target.compute + sum(need.compute for need in having)
    lines.append(SumLine("Intermediate results", compute, f"{times}at most {bytes_text(target.compute)} each", on_gpu))
    tables = lanes * target.tables + sum(need.tables for need in having)
    lines.append(
        SumLine("Vocabulary and output rows", tables, f"{times}{bytes_text(target.tables)} each for the target")
    )
    programs = copies * PROCESS_BYTES + LIBRARY_BYTES
    lines.append(SumLine("Programs", programs, f"{times}one process each, libraries shared"))
    return lines


def _drafter_lines(drafters: Sequence[MemoryNeed | None], on_gpu: bool) -> list[SumLine]:
    having = [need for need in drafters if need is not None]
    if not having:
        return []
    # A drafter's process maps the target's embeddings, which are counted already.
    files = having if on_gpu else _files(having)
    how = "the drafting lane only" if len(having) == 1 else f"{len(having)} drafting lanes"
    lines = [SumLine("Drafter weights", sum(need.mapped for need in files), how, on_gpu)]
    copied = sum(need.copied for need in having)
    if copied and not on_gpu:
        lines.append(SumLine("Drafter weights, rearranged", copied, how))
    return lines


def _sum(lines: list[SumLine], on_gpu: bool) -> int:
    return sum(line.bytes for line in lines if line.on_gpu == on_gpu)


def _verdict(needed: int, needed_gpu: int, memory: Memory) -> FitVerdict:
    share = needed / max(1, memory.free)
    if memory.gpu_free is not None and not memory.unified:
        share = max(share, needed_gpu / max(1, memory.gpu_free))
    return FitVerdict.FITS if share <= COMFORTABLE else FitVerdict.TIGHT if share <= 1 else FitVerdict.NO


def _advice(together: FitVerdict, alone: FitVerdict, need: int, need_alone: int, lanes: int) -> str:
    all_lanes = "Both lanes" if lanes == 2 else f"All {lanes} lanes"
    if together is FitVerdict.FITS:
        return f"{all_lanes} fit into memory together."
    if together is FitVerdict.TIGHT:
        return f"{all_lanes} fit, but little memory is left: close other programs first."
    if alone is FitVerdict.NO:
        return (
            f"Not even one lane fits ({bytes_text(need_alone)}). Choose a smaller model, a smaller quantization or a "
            "smaller context. You can load it anyway; the system may then stop the app or slow down badly."
        )
    return (
        f"{all_lanes} together need {bytes_text(need)} and do not fit. Race in heats with one lane loaded at a time: "
        f"that needs {bytes_text(need_alone)}. Or choose a smaller context."
    )


def _shared_advice(verdict: FitVerdict, need: int, need_shared: int, lanes: int) -> str:
    copies = "Two copies" if lanes == 2 else f"{lanes} copies"
    tight = " Little memory is left then: close other programs first." if verdict is FitVerdict.TIGHT else ""
    return (
        f"One copy of the model, the lanes take turns in one process: {bytes_text(need_shared)}. {copies} would need "
        f"{bytes_text(need)}.{tight}"
    )


def fit_reason(fit: Fit, lanes: int, *, one_loaded: bool = False) -> str:
    """Returns one sentence or two on a race that does not fit, or only just.

    Args:
        lanes: How many race, the baseline included.
        one_loaded: They are loaded one at a time.
    """
    memory = fit.memory
    free = bytes_text(memory.free + (0 if memory.unified else memory.gpu_free or 0))
    need = bytes_text(fit.together + fit.together_gpu - fit.droppable)
    alone = bytes_text(fit.alone + fit.alone_gpu - fit.droppable)
    if fit.shared and not one_loaded:
        return fit.advice
    if one_loaded and fit.verdict_alone is not FitVerdict.NO:
        return f"Heats load one lane at a time, which takes {alone}. {free} are free now."
    if fit.verdict_alone is FitVerdict.NO:
        return f"Even one lane needs about {alone}, and {free} are free. A smaller model or quantization may fit."
    if fit.verdict is FitVerdict.TIGHT:
        return f"The {lanes} lanes need about {need} of the {free} that are free. Close other programs first."
    return f"The {lanes} lanes need about {need} together, and {free} are free. One at a time needs {alone}."


def fit_text(fit: Fit) -> list[str]:
    """Returns the arithmetic as lines of plain text."""
    width = max(len(line.label) for line in fit.lines)
    made = [f"{line.label:<{width}}  {bytes_text(line.bytes):>10}  {line.how}" for line in fit.lines]
    made.append(f"{'Together':<{width}}  {bytes_text(fit.together + fit.together_gpu):>10}  all lanes loaded")
    made.append(
        f"{'One copy':<{width}}  {bytes_text(fit.one_copy + fit.one_copy_gpu):>10}  lanes take turns in one process"
    )
    made.append(f"{'One at a time':<{width}}  {bytes_text(fit.alone + fit.alone_gpu):>10}  heats")
    if fit.droppable:
        made.append(
            f"{'Of these not needed':<{width}}  {bytes_text(fit.droppable):>10}  parts of files the system can drop"
        )
    free = f"{bytes_text(fit.memory.free)} of {bytes_text(fit.memory.total)} memory"
    if fit.memory.gpu_free is not None:
        free += f", {bytes_text(fit.memory.gpu_free)} of {bytes_text(fit.memory.gpu_total or 0)} on the GPU"
    made.append(f"{'Free now':<{width}}  {'':>10}  {free}")
    made.append(f"Verdict: {fit.verdict.value}. {fit.advice}")
    return made
