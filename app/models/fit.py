"""Whether a race fits into this machine's memory: an estimate before anything is loaded, with its arithmetic."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.models.needs import Need, cells
from app.models.progress import bytes_text

PROCESS_BYTES = 29_000_000
"""What a lane's process holds for itself before a model is loaded (the interpreter and its modules)."""
LIBRARY_BYTES = 23_000_000
"""Programs and libraries, once for all lanes."""
COMFORTABLE = 0.8


class Verdict(StrEnum):
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


class Line(msgspec.Struct, frozen=True):
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
        verdict: For both lanes together.
        verdict_alone: For one lane at a time.
        memory: What it was held against.
        advice: A sentence.
    """

    lines: tuple[Line, ...]
    together: int
    together_gpu: int
    alone: int
    alone_gpu: int
    droppable: int
    verdict: Verdict
    verdict_alone: Verdict
    memory: Memory
    advice: str


def estimate(target: Need, drafter: Need | None, context: int, memory: Memory) -> Fit:
    """Adds up a race of a baseline lane and an MTP lane (or of two baseline-like lanes without a drafter).

    Args:
        target: Of the full model.
        drafter: Of the drafter, None if the head is in the target's file or the second lane needs none.
        context: Tokens, for the wording.
        memory: To hold it against.
    """
    on_gpu = memory.gpu_free is not None and not memory.unified
    lines = _lines(target, drafter, context, on_gpu, lanes=2)
    single = _lines(target, drafter, context, on_gpu, lanes=1)
    together, together_gpu = _sum(lines, False), _sum(lines, True)
    alone, alone_gpu = _sum(single, False), _sum(single, True)
    needs = [need for need in (target, drafter) if need is not None]
    droppable = 0 if on_gpu else sum(min(need.mapped, need.copied + need.lazy) for need in needs)
    verdict = _verdict(together - droppable, together_gpu, memory)
    verdict_alone = _verdict(alone - droppable, alone_gpu, memory)
    needed, needed_alone = together + together_gpu - droppable, alone + alone_gpu - droppable
    return Fit(
        lines=tuple(lines),
        together=together,
        together_gpu=together_gpu,
        alone=alone,
        alone_gpu=alone_gpu,
        droppable=droppable,
        verdict=verdict,
        verdict_alone=verdict_alone,
        memory=memory,
        advice=_advice(verdict, verdict_alone, needed, needed_alone),
    )


def _lines(target: Need, drafter: Need | None, context: int, on_gpu: bool, lanes: int) -> list[Line]:
    """lanes: 2 for both together, 1 for the MTP lane alone, which is the larger one."""
    times = f"{lanes} lanes, " if lanes > 1 else ""
    lazy = f"; {bytes_text(target.lazy)} of it embedding rows, read only as needed" if target.lazy else ""
    lines = [Line("Target weights", target.mapped, f"the file, mapped once for all lanes{lazy}")]
    if on_gpu:
        moved = target.mapped - target.host
        lines = [
            Line("Target weights on the GPU", lanes * moved, f"{times}{bytes_text(moved)} each", True),
            Line("Target embeddings", target.host, "stay in ordinary memory, mapped once for all lanes"),
        ]
    elif target.copied:
        how = f"{times}{bytes_text(target.copied)} each: 4-bit weights put in the order this CPU computes fastest with"
        lines.append(Line("Target weights, rearranged", lanes * target.copied, how))
    if drafter is not None:
        # Its process maps the target's embeddings, which are counted already.
        lines.append(Line("Drafter weights", drafter.mapped, "the MTP lane only", on_gpu))
        if drafter.copied and not on_gpu:
            lines.append(Line("Drafter weights, rearranged", drafter.copied, "the MTP lane only"))
    layers = f"{cells(context):,} tokens, {bytes_text(target.cache)} each"
    lines.append(Line("KV cache", lanes * target.cache, f"{times}{layers}; the drafter reads the target's", on_gpu))
    compute = lanes * target.compute + (drafter.compute if drafter else 0)
    lines.append(Line("Intermediate results", compute, f"{times}at most {bytes_text(target.compute)} each", on_gpu))
    tables = lanes * target.tables + (drafter.tables if drafter else 0)
    lines.append(Line("Vocabulary and output rows", tables, f"{times}{bytes_text(target.tables)} each for the target"))
    programs = lanes * PROCESS_BYTES + LIBRARY_BYTES
    lines.append(Line("Programs", programs, f"{times}one process each, libraries shared"))
    return lines


def _sum(lines: list[Line], on_gpu: bool) -> int:
    return sum(line.bytes for line in lines if line.on_gpu == on_gpu)


def _verdict(needed: int, needed_gpu: int, memory: Memory) -> Verdict:
    share = needed / max(1, memory.free)
    if memory.gpu_free is not None and not memory.unified:
        share = max(share, needed_gpu / max(1, memory.gpu_free))
    return Verdict.FITS if share <= COMFORTABLE else Verdict.TIGHT if share <= 1 else Verdict.NO


def _advice(together: Verdict, alone: Verdict, need: int, need_alone: int) -> str:
    if together is Verdict.FITS:
        return "Both lanes fit into memory together."
    if together is Verdict.TIGHT:
        return "Both lanes fit, but little memory is left: close other programs first."
    if alone is Verdict.NO:
        return (
            f"Not even one lane fits ({bytes_text(need_alone)}). Choose a smaller model, a smaller quantization or a "
            "smaller context. You can load it anyway; the system may then stop the app or slow down badly."
        )
    return (
        f"Both lanes together need {bytes_text(need)} and do not fit. Race in heats with one lane loaded at a time: "
        f"that needs {bytes_text(need_alone)}. Or choose a smaller context."
    )


def fit_text(fit: Fit) -> list[str]:
    """Returns the arithmetic as lines of plain text."""
    width = max(len(line.label) for line in fit.lines)
    made = [f"{line.label:<{width}}  {bytes_text(line.bytes):>10}  {line.how}" for line in fit.lines]
    made.append(f"{'Together':<{width}}  {bytes_text(fit.together + fit.together_gpu):>10}  both lanes loaded")
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
