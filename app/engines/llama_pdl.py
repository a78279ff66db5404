"""Whether kernels on an NVIDIA GPU may start before the ones they depend on are done, decided for each target.

From Hopper on, llama.cpp lets them ("programmatic dependent launch", the variable ``GGML_CUDA_PDL``). Large models
are 7 to 18 % faster by it, and on an H200 drafts of pairs of the true E4B, 26B A4B and 31B shapes were the same
with it and without. With the built-in pair (50 million parameters) and llama-cpp-python 0.3.36 it goes wrong inside
a CUDA graph: 0.8 drafts of 3 were accepted on an H100 and not 2.7, most likely since the drafter read rows that
were not written yet. So it is off for small targets, where it was seen to go wrong, and left to llama.cpp for
others; their drafts are checked once a lane is loaded. The library reads the variable once a process, so the check
can only tell.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, MutableMapping
from typing import Final

from app.engines.llama_devices import is_cuda
from app.engines.llama_lane import LlamaLane

PDL: Final = "GGML_CUDA_PDL"
SMALL: Final = 1_000_000_000
"""Parameters. It went wrong with 50 million; with all shapes tried, from 7.5 billion on, it did not."""
_TIMES: Final = 6  # llama.cpp captures a graph after two passes of one form
_DRAFT, _TEXT = 4, 32

ONE_BY_ONE: Final = "CUDA kernels start one after the other: with small models early starts spoil drafts."
EARLY: Final = "CUDA kernels start early."
CHECKED: Final = "CUDA kernels start early: drafts were checked, and stay the same."
DIFFER: Final = (
    f"Drafts of one and the same place differ on this GPU, so acceptance may look worse than it is. Start the app with "
    f"{PDL}=0 in the environment and race again."
)


def decide(parameters: int, environment: MutableMapping[str, str] = os.environ) -> None:
    """Sets the variable for a target of so many parameters, unless it is set. Call it before the library starts."""
    if 0 < parameters < SMALL:
        environment.setdefault(PDL, "0")


def note(lane: LlamaLane, environment: Mapping[str, str] = os.environ) -> str:
    """Checks a lane that was just loaded; returns a note on what is used, empty where there is nothing to choose."""
    if not (lane.on_gpu and is_cuda()):
        return ""
    if environment.get(PDL) == "0":
        return ONE_BY_ONE if 0 < lane.parameters < SMALL else f"CUDA kernels start one after the other ({PDL}=0)."
    if not lane.reads_target or lane.context_size < _TEXT + 2 * (_DRAFT + 1):
        return EARLY
    return DIFFER if drafts_differ(rehearsals(lane)) else CHECKED


def rehearsals(lane: LlamaLane) -> tuple[Callable[[], list[int]], Callable[[], list[int]]]:
    """Returns two rounds of a lane that draft behind different words at the same place."""
    words = lane.model.ordinary_tokens(_TEXT + 2 * (_DRAFT + 1))
    words = [words[place % len(words)] for place in range(_TEXT + 2 * (_DRAFT + 1))]
    lane.begin_probe(words[:_TEXT])
    one, other = words[_TEXT : _TEXT + _DRAFT + 1], words[_TEXT + _DRAFT + 1 :]
    return lambda: lane.rehearse(one, _TEXT, _DRAFT), lambda: lane.rehearse(other, _TEXT, _DRAFT)


def drafts_differ(rounds: tuple[Callable[[], list[int]], ...], times: int = _TIMES) -> bool:
    """Whether drafts of the same place and words change while rounds come again.

    The first ones are drafted before there is a graph. The rounds come in turns, so that a row that was left over from
    another one shows.
    """
    first = [draft() for draft in rounds]
    return any(draft() != drafted for _ in range(times - 1) for draft, drafted in zip(rounds, first, strict=True))
