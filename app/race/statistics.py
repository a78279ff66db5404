"""How sure a measured speedup is: paired ratios, intervals, and nothing that a plain mean would hide.

The unit is a heat: every lane ran once, right after each other. The logarithm of the ratio of two lanes in one heat
does not depend on how fast the machine was during it, so drift cancels, and the heats are taken as independent draws.
What remains are outliers: a run that something else disturbed. A quarter of the heats is trimmed at each end before
the mean is taken, so a few of them neither move the result nor widen its interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

# The window starts without numpy, so that each function that computes with it imports it where its work begins.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL: Final = 0.95
"""Every interval of the app covers the truth this often."""
FEW: Final = 5
"""Below this many heats there are too few to bootstrap."""
_EXPANDED_BELOW: Final = 8
_RESAMPLES: Final = 4000
_MEDIAN_RESAMPLES: Final = 1000  # A median takes few values in resamples, so that its quantiles settle early.
_TRIM: Final = 0.25


class Interval(msgspec.Struct, frozen=True):
    """A ratio with its 95 % interval.

    Attributes:
        ratio: The estimate.
        low, high: Ends of the interval; infinite where nothing is known.
        heats: Paired runs it rests on.
        method: ``"bootstrap"`` or ``"t"`` (too few heats to bootstrap), or ``"none"`` for a single heat.
    """

    ratio: float
    low: float
    high: float
    heats: Annotated[int, msgspec.Meta(ge=0)]
    method: str

    @property
    def spread(self) -> float:
        """Half the interval's width as a share of the ratio, such as 0.02 for two per cent."""
        return math.inf if math.isinf(self.high) else (self.high - self.low) / 2 / self.ratio

    def holds(self, ratio: float) -> bool:
        """Whether ``ratio`` is inside."""
        return self.low <= ratio <= self.high

    def meets(self, other: Interval) -> bool:
        """Whether two intervals have a value in common."""
        return self.low <= other.high and other.low <= self.high


def paired_interval(ratios: Sequence[float], seed: int = 0) -> Interval | None:
    """Returns the typical ratio of paired runs and its 95 % interval; None without a ratio.

    From five heats on: percentile bootstrap of the 25 % trimmed mean of the logarithms (Wilcox 2012, "Introduction to
    Robust Estimation", 4.4.4), with the percentiles moved outwards for fewer than eight heats (Hesterberg 2015, "What
    Teachers Should Know About the Bootstrap", 3.4). Below five: Student's t.

    Args:
        ratios: One a heat, positive. Anything else is a mistake of the caller.
        seed: Of the resampling; the same ratios and seed give the same interval.
    """
    return _paired_interval(tuple(ratios), seed)


# A sweep asks for the intervals of all its cells ten times a second, and few of them change with a heat.
@lru_cache(maxsize=512)
def _paired_interval(ratios: tuple[float, ...], seed: int) -> Interval | None:
    if not ratios:
        return None
    import numpy as np

    logs = np.log(np.asarray(ratios, dtype=np.float64))
    count = len(logs)
    if count == 1:
        return Interval(float(ratios[0]), 0.0, math.inf, 1, "none")
    centre = _centre(logs)
    if count < FEW:
        half = t_quantile(0.5 + LEVEL / 2, count - 1) * float(logs.std(ddof=1)) / math.sqrt(count)
        return _interval(centre, centre - half, centre + half, count, "t")
    random = np.random.default_rng([seed, count])
    picks = random.integers(0, count, (_RESAMPLES, count))
    tail = (1 - LEVEL) / 2 if count >= _EXPANDED_BELOW else _expanded_tail(count)
    low, high = np.quantile(trimmed_mean(logs[picks]), [tail, 1 - tail])
    return _interval(centre, float(low), float(high), count, "bootstrap")


ENOUGH_FOR_A_MEDIAN: Final = 6
"""Below so many values even the smallest and the largest do not hold the median between them 95 % of the time."""


def median_interval(values: Sequence[float], seed: int = 0) -> Interval | None:
    """Returns the median of independent positive values, such as one speedup a prompt, and its 95 % interval.

    Percentile bootstrap of the median (Efron 1979), with the percentiles moved outwards as Student's t is wider than
    the normal distribution (Hesterberg 2015, 3.4): without that it covers too rarely below some thirty values. Of fewer
    than six there is no interval.

    Args:
        values: One a draw from what the interval is about; ``heats`` of the result is their number.
        seed: Of the resampling; the same values and seed give the same interval.
    """
    return _median_interval(tuple(values), seed)


@lru_cache(maxsize=256)
def _median_interval(values: tuple[float, ...], seed: int) -> Interval | None:
    if not values:
        return None
    import numpy as np

    data = np.asarray(values, dtype=np.float64)
    count, centre = len(data), float(np.median(data))
    if count < ENOUGH_FOR_A_MEDIAN:
        return Interval(centre, 0.0, math.inf, count, "none")
    random = np.random.default_rng([seed, count])
    medians = np.median(data[random.integers(0, count, (_MEDIAN_RESAMPLES, count))], axis=1)
    tail = _expanded_tail(count)
    low, high = np.quantile(medians, [tail, 1 - tail])
    return Interval(centre, min(float(low), centre), max(float(high), centre), count, "bootstrap")


def total_interval(above: Sequence[float], below: Sequence[float], seed: int = 0) -> Interval | None:
    """Returns the ratio of two sums over the same draws, such as times of prompts, with its bootstrap interval.

    Args:
        above: Positive values, one a draw; their sum is divided by that of ``below``.
        below: The other value of each draw.
        seed: Of the resampling.
    """
    if not above:
        return None
    import numpy as np

    first, second = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    count, ratio = len(first), float(first.sum() / second.sum())
    if count < ENOUGH_FOR_A_MEDIAN:
        return Interval(ratio, 0.0, math.inf, count, "none")
    picks = np.random.default_rng([seed, count]).integers(0, count, (_RESAMPLES, count))
    ratios = first[picks].sum(axis=1) / second[picks].sum(axis=1)
    tail = _expanded_tail(count)
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return Interval(ratio, min(float(low), ratio), max(float(high), ratio), count, "bootstrap")


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Returns Spearman's rank correlation, -1..1; None where it is not sure at 1 % that there is any.

    The bound is that of the normal approximation, 2.58 / sqrt(n - 1); below ten pairs nothing is sure.
    """
    count = len(first)
    if count < 10:
        return None
    import numpy as np

    one, other = _ranks(np.asarray(first, dtype=np.float64)), _ranks(np.asarray(second, dtype=np.float64))
    spread = float(one.std() * other.std())
    if spread == 0:
        return None
    found = float(((one - one.mean()) * (other - other.mean())).mean()) / spread
    return found if abs(found) > NormalDist().inv_cdf(0.995) / math.sqrt(count - 1) else None


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0; equal values share the mean of theirs."""
    import numpy as np

    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: NDArray[np.float64] = (ends - (counts + 1) / 2)[place]
    return ranks


def typical(values: Sequence[float]) -> float:
    """Returns the typical value of positive ones, by the estimator that :func:`paired_interval` has for ratios.

    Raises:
        ValueError: there is none.
    """
    if not values:
        raise ValueError("there is no typical value of none")
    if len(set(values)) == 1:
        return values[0]
    return _typical(tuple(values))


@lru_cache(maxsize=512)
def _typical(values: tuple[float, ...]) -> float:
    import numpy as np

    return _exp(_centre(np.log(np.asarray(values, dtype=np.float64))))


def _centre(logs: NDArray[np.float64]) -> float:
    """The middle of logarithms: their mean, from five on without the outer quarters."""
    return float(logs.mean()) if len(logs) < FEW else float(trimmed_mean(logs))


def _interval(centre: float, low: float, high: float, heats: int, method: str) -> Interval:
    return Interval(_exp(centre), _exp(min(low, centre)), _exp(max(high, centre)), heats, method)


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def trimmed_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the mean along the last axis without the smallest and the largest quarter (each at least one value)."""
    import numpy as np

    count = values.shape[-1]
    cut = max(1, int(_TRIM * count)) if count > 2 else 0
    mean: NDArray[np.float64] = np.sort(values, axis=-1)[..., cut : count - cut].mean(axis=-1)
    return mean


def _expanded_tail(count: int) -> float:
    """The tail that makes a percentile interval as wide as Student's t would be."""
    wide = math.sqrt(count / (count - 1)) * t_quantile(0.5 + LEVEL / 2, count - 1)
    return NormalDist().cdf(-wide)


def t_quantile(share: float, freedom: int) -> float:
    """Returns the quantile of Student's t for ``share`` in 0.5..1 and whole degrees of freedom.

    The distribution function is the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4; it is inverted by
    bisection.
    """
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        if t_share(middle, freedom) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def t_share(value: float, freedom: int) -> float:
    """Returns the probability that Student's t with ``freedom`` (1 or more, whole) is at most ``value`` (0 or more)."""
    angle = math.atan2(value, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    if freedom % 2 == 0:
        term = total = 1.0
        for step in range(2, freedom - 1, 2):
            term *= cosine * cosine * (step - 1) / step
            total += term
        return 0.5 + sine * total / 2
    term = total = cosine if freedom > 1 else 0.0
    for step in range(3, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    return 0.5 + (angle + sine * total) / math.pi


def drift(values: Sequence[float]) -> float | None:
    """Returns how much the values changed from first to last, as a share of their middle, or None if that is no trend.

    The slope is Theil and Sen's, the median of all pairwise slopes; it counts as a trend if Mann and Kendall's test
    says so at 1 %.
    """
    count = len(values)
    if count < FEW:
        return None
    import numpy as np

    data = np.asarray(values, dtype=np.float64)
    first, second = np.triu_indices(count, 1)
    changes = data[second] - data[first]
    score = abs(float(np.sign(changes).sum())) - 1
    spread = math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    middle = float(np.median(data))
    if score / spread < NormalDist().inv_cdf(0.995) or middle == 0:
        return None
    return float(np.median(changes / (second - first))) * (count - 1) / middle


def scatter(values: Sequence[float]) -> float:
    """Returns how far single values typically lie from their middle, as a share of it; 0 for fewer than two.

    It is the median absolute deviation, scaled to the standard deviation of a normal distribution.
    """
    if len(values) < 2:
        return 0.0
    import numpy as np

    data = np.asarray(values, dtype=np.float64)
    middle = float(np.median(data))
    return 1.4826 * float(np.median(np.abs(data - middle))) / abs(middle) if middle else 0.0
