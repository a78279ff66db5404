"""The sum of a race's memory, line by line, from needs that are made here with numbers that tell themselves apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.models.files.info import ModelInfo
from app.models.fit.estimate import LIBRARY_BYTES, PROCESS_BYTES, Fit, FitVerdict, Memory, SumLine, estimate
from app.models.fit.needs import MemoryNeed

MB, GB = 10**6, 10**9
PLENTY = Memory(free=64 * GB, total=64 * GB)
GPU = Memory(free=64 * GB, total=64 * GB, gpu_free=64 * GB, gpu_total=64 * GB)
TWO, THREE = "2 lanes, ", "3 lanes, "


def info(name: str) -> ModelInfo:
    return ModelInfo(
        path=Path(name), architecture="any", name=name, parameters=1, quantization="Q4_0", bytes=1, context=1,
        layers=1, hidden=1, vocabulary=1, vocabulary_digest="",
    )  # fmt: skip


TARGET = MemoryNeed(
    info("target"), mapped=5000 * MB, copied=700 * MB, cache=90 * MB, compute=11 * MB, tables=13 * MB, host=900 * MB
)
LAZY = MemoryNeed(
    info("lazy"), mapped=5000 * MB, copied=0, cache=90 * MB, compute=11 * MB, tables=13 * MB, host=900 * MB,
    lazy=400 * MB,
)  # fmt: skip
DRAFTER = MemoryNeed(
    info("drafter"), mapped=300 * MB, copied=200 * MB, cache=0, compute=3 * MB, tables=5 * MB, host=70 * MB
)
MODEL = MemoryNeed(info("draft model"), mapped=400 * MB, copied=0, cache=20 * MB, compute=2 * MB, tables=6 * MB, host=0)
PROGRAMS = 23_000_000 + 29_000_000
"""Of one lane: the libraries, and what a process holds for itself."""


def test_two_lanes_on_a_processor() -> None:
    fit = estimate(TARGET, DRAFTER, 1000, PLENTY)
    how = "700.0 MB each: 4-bit weights put in the order this CPU computes fastest with"
    assert fit.lines == (
        SumLine("Target weights", 5000 * MB, "the file, mapped once for all lanes"),
        SumLine("Target weights, rearranged", 1400 * MB, TWO + how),
        SumLine("Drafter weights", 300 * MB, "the drafting lane only"),
        SumLine("Drafter weights, rearranged", 200 * MB, "the drafting lane only"),
        SumLine("KV cache", 180 * MB, TWO + "1,024 tokens, 90.0 MB each; the drafter reads the target's"),
        SumLine("Intermediate results", 25 * MB, TWO + "at most 11.0 MB each"),
        SumLine("Vocabulary and output rows", 31 * MB, TWO + "13.0 MB each for the target"),
        SumLine("Programs", PROGRAMS + PROCESS_BYTES, TWO + "one process each, libraries shared"),
    )
    alone = (5000 + 700 + 300 + 200 + 90 + 14 + 18) * MB + PROGRAMS
    assert (fit.together, fit.together_gpu) == (alone + (700 + 90 + 11 + 13) * MB + PROCESS_BYTES, 0)
    assert (fit.alone, fit.alone_gpu) == (alone, 0)
    assert (fit.one_copy, fit.one_copy_gpu) == (alone + (90 + 11 + 13) * MB, 0)
    assert fit.droppable == 900 * MB
    assert PROGRAMS == LIBRARY_BYTES + PROCESS_BYTES


def test_three_lanes_on_a_gpu() -> None:
    fit = estimate(TARGET, DRAFTER, 1000, GPU, [MODEL])
    assert fit.lines == (
        SumLine("Target weights on the GPU", 12300 * MB, THREE + "4.1 GB each", True),
        SumLine("Target embeddings", 900 * MB, "stay in ordinary memory, mapped once for all lanes"),
        SumLine("Drafter weights", 700 * MB, "2 drafting lanes", True),
        SumLine("KV cache", 290 * MB, THREE + "1,024 tokens, 90.0 MB each; 20.0 MB of the drafters", True),
        SumLine("Intermediate results", 38 * MB, THREE + "at most 11.0 MB each", True),
        SumLine("Vocabulary and output rows", 50 * MB, THREE + "13.0 MB each for the target"),
        SumLine("Programs", PROGRAMS + 2 * PROCESS_BYTES, THREE + "one process each, libraries shared"),
    )
    assert (fit.together, fit.together_gpu) == (950 * MB + PROGRAMS + 2 * PROCESS_BYTES, (12300 + 700 + 290 + 38) * MB)
    # One at a time: the lane with the draft model is the larger one on both sides.
    assert (fit.alone, fit.alone_gpu) == ((900 + 19) * MB + PROGRAMS, (4100 + 400 + 110 + 13) * MB)
    assert (fit.one_copy, fit.one_copy_gpu) == (950 * MB + PROGRAMS, (4100 + 700 + 290 + 38) * MB)
    assert fit.droppable == 0


def test_lanes_with_the_same_drafter_file_map_it_once_and_rearrange_it_each() -> None:
    fit = estimate(TARGET, DRAFTER, 1000, PLENTY, [DRAFTER, None])
    found = {line.label: line for line in fit.lines}
    assert found["Drafter weights"] == SumLine("Drafter weights", 300 * MB, "2 drafting lanes")
    assert found["Drafter weights, rearranged"].bytes == 400 * MB
    assert fit.droppable == 900 * MB
    assert fit.one_copy == fit.together - 3 * 700 * MB - 200 * MB - 3 * PROCESS_BYTES
    on_gpu = {line.label: line.bytes for line in estimate(TARGET, DRAFTER, 1000, GPU, [DRAFTER]).lines}
    assert on_gpu["Drafter weights"] == 600 * MB


def test_rows_that_are_read_only_as_needed_are_named() -> None:
    fit = estimate(LAZY, None, 1000, PLENTY)
    how = "the file, mapped once for all lanes; 400.0 MB of it embedding rows, read only as needed"
    assert fit.lines[0] == SumLine("Target weights", 5000 * MB, how)
    assert [line.label for line in fit.lines][1] == "KV cache"
    assert fit.droppable == 400 * MB


def needed(fit: Fit) -> int:
    return fit.together + fit.together_gpu - fit.droppable


@pytest.mark.parametrize(("memory", "gpu"), [(PLENTY, False), (GPU, True)])
def test_the_verdict_is_of_what_is_needed_and_what_is_free(memory: Memory, gpu: bool) -> None:
    need = estimate(TARGET, DRAFTER, 1000, memory)
    wanted = need.together_gpu if gpu else needed(need)

    def verdict(free: int) -> FitVerdict:
        held = Memory(64 * GB, 64 * GB, free, 64 * GB) if gpu else Memory(free, 64 * GB)
        return estimate(TARGET, DRAFTER, 1000, held).verdict

    assert verdict(wanted * 5 // 4 + 1) is FitVerdict.FITS
    assert verdict(wanted * 5 // 4 - 1) is FitVerdict.TIGHT
    assert verdict(wanted) is FitVerdict.TIGHT
    assert verdict(wanted - 1) is FitVerdict.NO
    assert verdict(0) is FitVerdict.NO


def test_one_lane_at_a_time_has_a_verdict_of_its_own() -> None:
    fit = estimate(TARGET, DRAFTER, 1000, PLENTY)
    alone = fit.alone - fit.droppable
    held = estimate(TARGET, DRAFTER, 1000, Memory(alone, 64 * GB))
    assert (held.verdict, held.verdict_alone) == (FitVerdict.NO, FitVerdict.TIGHT)
    assert held.advice == (
        "Both lanes together need 6.3 GB and do not fit. Race in heats with one lane loaded at a time: that needs "
        "5.5 GB. Or choose a smaller context."
    )
    less = estimate(TARGET, DRAFTER, 1000, Memory(alone - 1, 64 * GB))
    assert less.verdict_alone is FitVerdict.NO
    assert less.advice == (
        "Not even one lane fits (5.5 GB). Choose a smaller model, a smaller quantization or a smaller context. You can "
        "load it anyway; the system may then stop the app or slow down badly."
    )


def test_advice_counts_the_lanes() -> None:
    assert estimate(TARGET, DRAFTER, 1000, PLENTY).advice == "Both lanes fit into memory together."
    assert estimate(TARGET, DRAFTER, 1000, PLENTY, [MODEL]).advice == "All 3 lanes fit into memory together."
    fit = estimate(TARGET, DRAFTER, 1000, PLENTY, [MODEL])
    tight = estimate(TARGET, DRAFTER, 1000, Memory(needed(fit), 64 * GB), [MODEL])
    assert tight.advice == "All 3 lanes fit, but little memory is left: close other programs first."
    gpu = estimate(TARGET, DRAFTER, 1000, Memory(64 * GB, 64 * GB, 5 * GB, 8 * GB))
    assert gpu.advice == (
        "Both lanes together need 9.7 GB and do not fit. Race in heats with one lane loaded at a time: that needs "
        "5.5 GB. Or choose a smaller context."
    )


@pytest.mark.parametrize(
    ("spare", "lanes", "sentence"),
    [
        (
            2 * GB,
            2,
            "One copy of the model, the lanes take turns in one process: 5.6 GB. Two copies would need 6.3 GB.",
        ),
        (
            0,
            3,
            "One copy of the model, the lanes take turns in one process: 6.1 GB. 3 copies would need 7.6 GB. Little "
            "memory is left then: close other programs first.",
        ),
    ],
)
def test_one_copy_is_advised_where_it_fits_better(spare: int, lanes: int, sentence: str) -> None:
    more = [MODEL] * (lanes - 2)
    fit = estimate(TARGET, DRAFTER, 1000, PLENTY, more)
    free = fit.one_copy - fit.droppable + spare
    if spare:
        free = (fit.one_copy - fit.droppable) * 5 // 4 + 1
    held = estimate(TARGET, DRAFTER, 1000, Memory(free, 64 * GB), more, shares=True)
    assert held.shared
    assert held.advice == sentence
    assert not estimate(TARGET, DRAFTER, 1000, Memory(free, 64 * GB), more).shared
    assert not estimate(TARGET, DRAFTER, 1000, PLENTY, more, shares=True).shared
