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
_LINES = 64  # of equal length that a row is looked at as: many short or few long ones would both take longer
_AT_FIRST, _MORE = 128, 64  # how many of the likeliest are sorted, and how many times more if they do not tell
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
    return _gumbel_of(_uniform(key, tokens))


def _uniform(key: int, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns what the noise of each token is made of: numbers between 0 and 1, evenly distributed."""
    with np.errstate(over="ignore"):
        z = tokens.astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64((key + _GOLDEN) & _MASK)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(_MIX1)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(_MIX2)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54


def _gumbel_of(uniform: NDArray[np.float64]) -> NDArray[np.float64]:
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
    searched = _Searched(row)
    lowest = searched.top - _NEGLIGIBLE * temperature - _REACH
    if not lowest > -np.inf:  # no number at all
        return Choice(int(row.argmax()), float("nan"), -1)
    if sampling.top_k:
        return _choose_of_few(searched, lowest, sampling, position)
    if sampling.top_p < 1:
        return _choose_of_likely(searched, lowest, sampling, position)
    ids = np.flatnonzero(row >= lowest)
    return _draw(ids, row[ids].astype(np.float64), None, sampling, position).choice


class _Searched:
    """A row of logits whose largest are found without sorting it all.

    Looked at in lines, a row has as many columns whose largest logit reaches a bound as logits reach it, or fewer. So
    one pass, the largest of each column, gives a bound for any count, and tells where to look.
    """

    def __init__(self, row: Floats) -> None:
        self.row = row
        self._width = len(row) // _LINES
        self._body = row[: _LINES * self._width].reshape(_LINES, self._width)
        self._columns = self._body.max(axis=0)
        rest = row[self._body.size :]
        self.top = float(max(self._columns.max(initial=-np.inf), rest.max(initial=-np.inf)))

    def largest(self, count: int, lowest: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Returns ids and logits, sorted, of the ``count`` largest, all that equal the last and maybe a few more;
        none below ``lowest``."""
        among = self._columns if count < self._width else self.row
        bound = lowest
        if count < len(among):
            bound = max(bound, float(np.partition(among, len(among) - count)[len(among) - count]))
        return _sorted(self.row, self.reaching(bound))

    def reaching(self, bound: float) -> NDArray[np.int64]:
        """Returns the ids of all logits of at least ``bound``."""
        columns = np.flatnonzero(self._columns >= bound)
        if len(columns) * 8 >= self._width:
            return np.flatnonzero(self.row >= bound)
        lines, places = np.nonzero(self._body.take(columns, axis=1) >= bound)
        rest = self._body.size
        return np.concatenate([lines * self._width + columns[places], rest + np.flatnonzero(self.row[rest:] >= bound)])


def _choose_of_few(searched: _Searched, lowest: float, sampling: Sampling, position: int) -> Choice:
    """Chooses with top-k, and top-p of what that keeps: what is left out weighs nothing, so it need not be sorted."""
    row = searched.row
    ids, logits = searched.largest(sampling.top_k + 1, lowest)
    drawn = _draw(ids, logits, None, sampling, position)
    if len(ids) <= sampling.top_k:
        return drawn.choice
    # A token left out can only be the runner-up if it comes in, and wins then, for less than the nearest one so far.
    temperature, reach = sampling.temperature, drawn.matters
    others = searched.reaching(max(float(logits[sampling.top_k - 1]) - reach, lowest))
    uniform = _uniform(stream_key(sampling.seed, position), others)
    # Few have enough noise even if they had the largest logit that was left out.
    lacking = drawn.sum - (reach + float(logits[-1])) / temperature
    noisy = uniform >= np.exp(-np.exp(-lacking)) - 1e-12
    others, uniform = others[noisy], uniform[noisy]
    left_out = row[others].astype(np.float64)
    near = (drawn.sum - left_out / temperature - _gumbel_of(uniform)) * temperature <= reach
    others = others[near & (left_out < logits[-1])]
    if len(others) == 0:
        return drawn.choice
    ids, logits = _sorted(row, np.sort(np.concatenate([ids, others])))
    return _draw(ids, logits, None, sampling, position).choice


def _choose_of_likely(searched: _Searched, lowest: float, sampling: Sampling, position: int) -> Choice:
    """Chooses with top-p alone: shares are of all tokens, but only as many of them are sorted as can matter."""
    row = searched.row
    kept = row[row >= lowest].astype(np.float64)
    total = float(np.exp((kept - searched.top) / sampling.temperature).sum())
    count = _AT_FIRST
    while True:
        ids, logits = searched.largest(count, lowest)
        drawn = _draw(ids, logits, total, sampling, position)
        # Whatever is less likely than the last of these comes in, or pushes the chosen token out, for more than that.
        beyond = min(drawn.last, float(row[drawn.choice.id]) - float(logits[-1]))
        if len(ids) == len(kept) or drawn.matters <= beyond:
            return drawn.choice
        count *= _MORE


def _sorted(row: Floats, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns tokens, given in the order of their ids, and their logits, the largest first and equal ones as given."""
    logits = row[ids].astype(np.float64)
    order = np.argsort(-logits, kind="stable")
    return ids[order], logits[order]


class _Drawn(NamedTuple):
    """A choice among the likeliest tokens.

    Attributes:
        choice: The choice, if no other tokens matter.
        sum: Noise and logit over temperature of the chosen token.
        nearest: What the runner-up lacks.
        last: What the least likely one of these tokens lacks to be let in at all; below 0: it is in.
    """

    choice: Choice
    sum: float
    nearest: float
    last: float

    @property
    def matters(self) -> float:
        """What another token may lack at most to be told as the runner-up in place of the one found."""
        return self.nearest if self.choice.gap <= _REACH else min(self.nearest, _REACH)


def _draw(
    ids: NDArray[np.int64], logits: NDArray[np.float64], total: float | None, sampling: Sampling, position: int
) -> _Drawn:
    """Chooses among the likeliest tokens; see `_shares` for ``total``."""
    temperature = sampling.temperature
    cut = bool(sampling.top_k or sampling.top_p < 1)
    # What it takes to let a token in; below 0: it is in.
    join = _join_cost(logits, total, sampling) if cut else np.full(len(ids), -1.0)
    sums = logits / temperature + gumbel(stream_key(sampling.seed, position), ids)
    inside = np.where(join < 0, sums, -np.inf)
    best = int(inside.argmax())
    distance = np.maximum((sums[best] - sums) * temperature, join)
    distance[best] = MAX_GAP
    second = int(distance.argmin())
    nearest, runner_up = float(distance[second]), int(ids[second])
    if second == best:
        runner_up = -1
    gap = min(nearest, _leave_cost(logits, total, sampling, best)) if cut else nearest
    return _Drawn(Choice(int(ids[best]), max(gap, 0.0), runner_up), float(sums[best]), nearest, float(join[-1]))


def _join_cost(logits: NDArray[np.float64], total: float | None, sampling: Sampling) -> NDArray[np.float64]:
    """Returns how much closer a token has to come to others before top-k and top-p let it in; -1 if it is in.

    Top-p lets a token in if the share of those above it is less than p. It can get in by passing tokens, and by a
    smaller share: logits that move by d / 2 at most move the log odds of a share by d / temperature at most. For every
    token the cheapest mixture of both is found: pass those from rank r on, and bring down the share of those before r.

    Args:
        logits: The largest first.
        total: See `_shares`.
    """
    ranks = np.arange(len(logits))
    cost = np.full(len(logits), -1.0)
    if 0 < sampling.top_k < len(logits):
        cost[sampling.top_k :] = logits[sampling.top_k - 1] - logits[sampling.top_k :]
    if sampling.top_p < 1:
        before = _shares(logits, total, sampling)[0]
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


def _leave_cost(logits: NDArray[np.float64], total: float | None, sampling: Sampling, best: int) -> float:
    """Returns how much the others have to gain on a token before top-k or top-p excludes it; see `_join_cost`."""
    cost = MAX_GAP
    if 0 < sampling.top_k < len(logits):
        cost = float(logits[best] - logits[sampling.top_k])
    if sampling.top_p < 1:
        before, weights = _shares(logits, total, sampling)
        above = np.clip((before + weights)[best:] - weights[best], 0, 1)
        grow = sampling.temperature * (_log_odds(np.float64(sampling.top_p)) - _log_odds(above))
        # The best token of all has nothing above it until another one passes it.
        needed = np.maximum(grow, logits[best] - logits[best:])
        cost = min(cost, float(needed.min()))
    return cost


def _shares(
    logits: NDArray[np.float64], total: float | None, sampling: Sampling
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns for each token the share of the likelier ones, and its own, after top-k.

    Args:
        logits: The largest first; at least as many as top-k keeps, or all.
        total: Sum of the weights of all logits, also those not given; None if top-k keeps no more than are given.
    """
    weights = np.exp((logits - logits[0]) / sampling.temperature)
    if sampling.top_k:
        weights[sampling.top_k :] = 0
    weights /= weights.sum() if total is None else total
    return np.cumsum(weights) - weights, weights


def _log_odds(share: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    odds: NDArray[np.float64] = np.clip(share, 1e-300, 1 - 1e-16)
    return np.log(odds) - np.log1p(-odds)
