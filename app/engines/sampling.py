"""Choosing the next token, the same way in every lane and every engine.

Greedy takes the largest logit. With a temperature the choice uses common random numbers: Gumbel noise that depends on
(seed, position, token) alone is added to ``logit / temperature`` and the largest sum wins, which draws exactly from
the softmax distribution (the Gumbel-max trick: Gumbel 1954; Maddison, Tarlow, Minka 2014, "A* sampling"). Two lanes
with equal logits so draw equal tokens, and nearly equal logits differ only where two sums nearly tie. That is why the
noise is per token instead of one number for the whole distribution: the gap between the two largest sums says how far
a draw was from falling otherwise, as the top-2 gap does for greedy decoding.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.race.lanes import Sampling

Floats: TypeAlias = NDArray[np.float32]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MIX1, _MIX2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_NOISE_SPAN = 42.0  # largest minus smallest value of gumbel(): its uniform numbers are 2**-54 .. 1 - 2**-54
MAX_GAP = 1e9  # stands for "no other token possible", finite so that it can be written as JSON


class Choice(NamedTuple):
    """A chosen token.

    Attributes:
        id: The token.
        gap: How much a logit must change, at least, before another token is chosen. For greedy decoding the largest
            logit minus the second largest.
            It is not a number if the logits are not.
        runner_up: The token that would be chosen then, -1 if there is none.
    """

    id: int
    gap: float
    runner_up: int


def splitmix64(value: int) -> int:
    """Mixes 64 bits: one output of the SplitMix64 generator (Steele, Lea, Flood 2014) whose state is ``value``."""
    z = (value + _GOLDEN) & _MASK
    z = ((z ^ (z >> 30)) * _MIX1) & _MASK
    z = ((z ^ (z >> 27)) * _MIX2) & _MASK
    return z ^ (z >> 31)


def stream_key(seed: int, position: int) -> int:
    """Returns the 64-bit key of the draw for the ``position``-th emitted token (from 0)."""
    return splitmix64(splitmix64(seed & _MASK) ^ (position & _MASK))


def gumbel(key: int, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns standard Gumbel noise for each token id; a pure function of (key, token)."""
    with np.errstate(over="ignore"):
        z = tokens.astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64((key + _GOLDEN) & _MASK)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(_MIX1)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(_MIX2)
    uniform = ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54
    noise: NDArray[np.float64] = -np.log(-np.log(uniform))
    return noise


def greedy(row: Floats) -> Choice:
    """Returns the largest logit's token; the first one of equals.

    The row is written to and restored, which is faster than a copy: it must be writable.
    """
    best = int(row.argmax())
    top = row[best]
    row[best] = -np.inf
    second = int(row.argmax())
    gap = float(top) - float(row[second])
    row[best] = top
    if gap > MAX_GAP:  # a vocabulary of one, or every other token forbidden
        return Choice(best, MAX_GAP, -1)
    return Choice(best, gap, second)


def choose(row: Floats, sampling: Sampling, position: int) -> Choice:
    """Chooses the token for the ``position``-th emitted token (from 0) out of one row of logits."""
    if sampling.temperature <= 0:
        return greedy(row)
    ids, logits, spare = _candidates(row, sampling)
    temperature = sampling.temperature
    sums = logits * (1 / temperature) + gumbel(stream_key(sampling.seed, position), ids)
    best = int(sums.argmax())
    if len(ids) < 2:
        return Choice(int(ids[best]), spare, -1)
    top = sums[best]
    sums[best] = -np.inf
    second = int(sums.argmax())
    gap = float(top - sums[second]) * temperature
    return Choice(int(ids[best]), min(gap, spare), int(ids[second]))


def _candidates(row: Floats, sampling: Sampling) -> tuple[NDArray[np.int64], NDArray[np.float64], float]:
    """Returns the ids and logits that may win, and how far the nearest logit is from leaving or joining them.

    Without top-k and top-p these are all tokens, less those too small to win whatever their noise.
    """
    if not sampling.top_k and sampling.top_p >= 1:
        floor = float(row.max()) - _NOISE_SPAN * sampling.temperature
        ids = np.flatnonzero(row >= floor)
        return ids, row[ids].astype(np.float64), MAX_GAP
    order = np.argsort(-row, kind="stable")
    logits = row[order].astype(np.float64)
    spare = MAX_GAP
    if 0 < sampling.top_k < len(order):
        spare = float(logits[sampling.top_k - 1] - logits[sampling.top_k])
        order, logits = order[: sampling.top_k], logits[: sampling.top_k]
    if sampling.top_p < 1:
        weights = np.exp((logits - logits[0]) / sampling.temperature)
        before = np.cumsum(weights)
        before /= before[-1]
        keep = int(np.searchsorted(before, sampling.top_p, side="left")) + 1
        keep = min(keep, len(order))
        edges = [abs(float(before[i]) - sampling.top_p) for i in (keep - 2, keep - 1) if 0 <= i < len(order) - 1]
        # A change of every logit by at most d moves a cumulated share s by at most 2 s (1 - s) d / temperature.
        slope = 2 * sampling.top_p * (1 - sampling.top_p) / sampling.temperature
        spare = min([spare, *(edge / slope for edge in edges)])
        order, logits = order[:keep], logits[:keep]
    return order, logits, spare
