"""Two measurements of a loaded lane: how noisy its logits are, and what a forward pass of each width costs."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from app.engines.llama_lane import LlamaLane
from app.race.events import Widths
from app.race.lanes import MAX_K, Request
from app.race.problems import Problem, ProblemError

now = time.perf_counter_ns
_ANY_TOKEN = 5  # its value does not matter for the time, only that every vocabulary has it


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


def probe_widths(lane: LlamaLane, widths: tuple[int, ...], context: int, repeats: int) -> Widths:
    """See :meth:`app.engines.base.Probing.probe_widths`."""
    if not widths or not all(1 <= width <= MAX_K + 1 for width in widths):
        raise ProblemError(Problem("width-range", f"The widths must be from 1 to {MAX_K + 1}."))
    if not 1 <= context <= lane.context_size - MAX_K - 1:
        raise ProblemError(Problem("context-range", f"The context has no room for a probe at {context:,} tokens."))
    lane.begin_probe([_ANY_TOKEN] * context)
    forward: dict[int, list[int]] = {width: [] for width in widths}
    draft: list[int] = []
    for repeat in range(repeats + 1):  # the first one warms up
        for width in widths:
            started = now()
            lane.forward([_ANY_TOKEN] * width, context)
            taken = now() - started
            lane.forget(context)
            if repeat:
                forward[width].append(taken)
        started = now()
        drafted = len(lane.draft(_ANY_TOKEN, context, 1))
        if repeat and drafted:
            draft.append(now() - started)
    return Widths(
        context=context,
        forward_ns={width: int(median(times)) for width, times in forward.items()},
        draft_ns=int(median(draft)) if draft else 0,
    )
