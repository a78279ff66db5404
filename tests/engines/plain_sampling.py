"""Choosing a token the plain way: everything that can be drawn is sorted. What the fast way is held against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.engines.sampling import MAX_GAP, Choice, Floats, greedy, gumbel, stream_key
from app.race.lanes import Sampling

_NEGLIGIBLE, _REACH = 18.0, 4.0


def choose_plainly(row: Floats, sampling: Sampling, position: int) -> Choice:
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
