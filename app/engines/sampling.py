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
_NEGLIGIBLE = 18.0  # a token this many temperatures below the best (1.5e-8 times as likely) is never drawn,
_REACH = 4.0  # nor one that becomes as likely as that only if logits change by more than this
MAX_GAP = 1e9  # stands for "no other token possible", finite so that it can be written as JSON


class Choice(NamedTuple):
    """A chosen token.

    Attributes:
        id: The token.
        gap: How much a logit must change, at least, before another token is chosen. For greedy decoding the largest
            logit minus the second largest. With a temperature it is exact up to 4; more is far from any tie.
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
    temperature = sampling.temperature
    if temperature <= 0:
        return greedy(row)
    ids = np.flatnonzero(row >= float(row.max()) - _NEGLIGIBLE * temperature - _REACH)
    if len(ids) == 0:  # no number at all
        return Choice(int(row.argmax()), float("nan"), -1)
    logits = row[ids].astype(np.float64)
    join = np.full(len(ids), -1.0)  # what it takes to let a token in; below 0: it is in
    if sampling.top_k or sampling.top_p < 1:
        order = np.argsort(-logits, kind="stable")
        ids, logits = ids[order], logits[order]
        join = _join_cost(logits, sampling)
    sums = logits / temperature + gumbel(stream_key(sampling.seed, position), ids)
    inside = np.where(join < 0, sums, -np.inf)
    best = int(inside.argmax())
    distance = np.maximum((sums[best] - sums) * temperature, join)
    distance[best] = MAX_GAP
    second = int(distance.argmin())
    gap, runner_up = float(distance[second]), int(ids[second])
    if second == best:
        runner_up = -1
    if sampling.top_k or sampling.top_p < 1:
        gap = min(gap, _leave_cost(logits, sampling, best))
    return Choice(int(ids[best]), max(gap, 0.0), runner_up)


def _join_cost(logits: NDArray[np.float64], sampling: Sampling) -> NDArray[np.float64]:
    """Returns how much closer a token has to come to others before top-k and top-p let it in; -1 if it is in.

    Top-p lets a token in if the share of those above it is less than p. It can get in by passing tokens, and by a
    smaller share: logits that move by d / 2 at most move the log odds of a share by d / temperature at most. For every
    token the cheapest mixture of both is found: pass those from rank r on, and bring down the share of those before r.

    Args:
        logits: The largest first.
    """
    ranks = np.arange(len(logits))
    cost = np.full(len(logits), -1.0)
    if 0 < sampling.top_k < len(logits):
        cost[sampling.top_k :] = logits[sampling.top_k - 1] - logits[sampling.top_k :]
    if sampling.top_p < 1:
        before = _shares(logits, sampling)[0]
        shrink = sampling.temperature * (_log_odds(before) - _log_odds(np.float64(sampling.top_p)))
        passing = np.searchsorted(-(logits - shrink), -logits, side="left")
        passing = np.minimum(passing, ranks)
        earlier = np.maximum(passing - 1, 0)
        needed = np.minimum(
            np.maximum(shrink[passing], logits[passing] - logits),
            np.maximum(shrink[earlier], logits[earlier] - logits),
        )
        cost = np.maximum(cost, np.where(before < sampling.top_p, -1.0, np.maximum(needed, 0.0)))
    return cost


def _leave_cost(logits: NDArray[np.float64], sampling: Sampling, best: int) -> float:
    """Returns how much the others have to gain on a token before top-k or top-p excludes it; see `_join_cost`."""
    cost = MAX_GAP
    if 0 < sampling.top_k < len(logits):
        cost = float(logits[best] - logits[sampling.top_k])
    if sampling.top_p < 1:
        before, weights = _shares(logits, sampling)
        above = np.clip((before + weights)[best:] - weights[best], 0, 1)
        grow = sampling.temperature * (_log_odds(np.float64(sampling.top_p)) - _log_odds(above))
        # The best token of all has nothing above it until another one passes it.
        needed = np.maximum(grow, logits[best] - logits[best:])
        cost = min(cost, float(needed.min()))
    return cost


def _shares(logits: NDArray[np.float64], sampling: Sampling) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns for each token the share of the likelier ones, and its own, after top-k."""
    weights = np.exp((logits - logits[0]) / sampling.temperature)
    if sampling.top_k:
        weights[sampling.top_k :] = 0
    weights /= weights.sum()
    return np.cumsum(weights) - weights, weights


def _log_odds(share: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    odds: NDArray[np.float64] = np.clip(share, 1e-300, 1 - 1e-16)
    return np.log(odds) - np.log1p(-odds)
