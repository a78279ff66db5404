"""Two measurements of a loaded lane: how noisy its logits are, and what a forward pass of each width costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from app.engines.llama_lane import LlamaLane
from app.race.events import PassCosts
from app.race.lanes import MAX_K, Request
from app.race.problems import Problem, ProblemError

_WORDS = 997  # different tokens that passes are made of
_GPU_WARM_UP = 3  # llama.cpp captures a CUDA graph after two passes of the same form
_DRAFT = 4
_LEAST, _LONG_NS = 2, 400_000_000  # passes of a width that have to do where they take long


def probe_noise(lane: LlamaLane, request: Request, k: int, positions: int) -> float:
    """See :meth:`app.engines.base.Probing.probe_noise`."""
    prompt = lane.prompt_tokens(request)
    positions = min(positions, lane.context_size - len(prompt) + 1)
    lane.begin_probe(prompt)
    one = []
    tokens = [prompt[-1]]
    position = len(prompt) - 1
    lane.forget(position)
    for step in range(positions):
        row = lane.forward([tokens[-1]], position + step)[0]
        one.append(row.copy())
        tokens.append(int(row.argmax()))
    if not lane.forget(position):  # a running state does not go back so far
        lane.begin_probe(prompt)
        lane.forget(position)
    worst = 0.0
    for begin in range(0, positions, k + 1):
        window = tokens[begin : min(begin + k + 1, positions)]
        rows = lane.forward(window, position + begin)
        for offset, wide in enumerate(rows):
            narrow = one[begin + offset]
            best, second = np.argpartition(narrow, -2)[-2:][::-1]
            gap_narrow, gap_wide = (float(row[best]) - float(row[second]) for row in (narrow, wide))
            worst = max(worst, abs(gap_narrow - gap_wide))
    return worst


class _Clock:
    """Times passes: by the processor time of this thread on processors, so that what other programs take is not in it;
    by the clock on the wall where a GPU computes. Both are read, and what they differ by tells of a disturbance."""

    def __init__(self, on_gpu: bool) -> None:
        self._on_gpu = on_gpu
        self._wall = self._own = 0

    def time(self, work: Callable[[], object]) -> int:
        """Returns what ``work`` took in ns."""
        wall, own = time.perf_counter_ns(), time.thread_time_ns()
        work()
        own, wall = time.thread_time_ns() - own, time.perf_counter_ns() - wall
        self._wall, self._own = self._wall + wall, self._own + own
        return wall if self._on_gpu else own

    def taken_away(self) -> float:
        """Returns the share of the time that went to other programs, 0..1. A GPU's work does not show it."""
        return 0.0 if self._on_gpu or not self._wall else min(1.0, max(0.0, 1 - self._own / self._wall))


def probe_passes(lane: LlamaLane, widths: tuple[int, ...], context: int, repeats: int, elsewhere: int = 0) -> PassCosts:
    """See :meth:`app.engines.base.Probing.probe_passes`.

    Each width is passed several times in a row, as decoding does, and timed only then: llama.cpp captures a CUDA graph
    of what comes again, and starts anew with every other width. Tokens are ordinary and differ, in the context too: a
    mixture of experts loads one token's experts for a pass of one token many times over, and far more for text. Text
    repeats itself in part, so for mixtures both are measured.
    """
    if not widths or not all(1 <= width <= MAX_K + 1 for width in widths):
        raise ProblemError(Problem("width-range", f"The widths must be from 1 to {MAX_K + 1}."))
    if not 1 <= context <= lane.context_size - MAX_K - 1:
        raise ProblemError(Problem("context-range", f"The context has no room for a probe at {context:,} tokens."))
    words = lane.model.ordinary_tokens(_WORDS)
    clock, warm_up = _Clock(lane.on_gpu), _GPU_WARM_UP if lane.on_gpu else 1
    lane.begin_probe([words[place % len(words)] for place in range(context)])
    others = np.ones(0 if lane.on_gpu else elsewhere // 8, np.int64)
    spread: list[float] = []

    def passes(width: int, same: bool) -> int:
        times = []
        for number in range(warm_up + repeats):
            tokens = [words[0 if same else (context + number * width + place) % len(words)] for place in range(width)]
            if number >= warm_up:
                others.sum()
            taken = clock.time(lambda tokens=tokens: lane.forward(tokens, context))  # type: ignore[misc]
            lane.forget(context)
            if number >= warm_up:
                times.append(taken)
            if len(times) >= _LEAST and sum(times) > _LONG_NS:
                break
        spread.append((median(times) - min(times)) / max(1, median(times)))
        return int(median(times))

    forward = {width: passes(width, same=False) for width in widths}
    repeated = {width: passes(width, same=True) for width in widths} if lane.model.experts else {}
    return PassCosts(
        context=context,
        forward_ns=forward,
        draft_ns=_draft_ns(lane, clock, words[context % len(words)], context, warm_up, repeats),
        repeated_ns=repeated,
        taken_away=round(clock.taken_away(), 3),
        spread=round(median(spread), 3),
        on_gpu=lane.on_gpu,
    )


def _draft_ns(lane: LlamaLane, clock: _Clock, last: int, context: int, warm_up: int, repeats: int) -> int:
    """Returns the median time to draft a token, in drafts as long as usual; 0 without a drafter."""
    lane.begin_draft_probe(last)
    times: list[float] = []
    for number in range(warm_up + repeats):
        drafted: list[int] = []
        taken = clock.time(lambda drafted=drafted: drafted.extend(lane.draft(last, context, _DRAFT)))  # type: ignore[misc]
        if number >= warm_up and drafted:
            times.append(taken / len(drafted))
    return int(median(times)) if times else 0
