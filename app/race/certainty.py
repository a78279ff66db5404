"""What a drafter's own probability says of a draft: learned on line from what the target accepted. Pure.

A drafter's share of its best token is a good sign and a biased one, and its bias differs by place in the draft. So the
share is sorted into a few bins. Each bin's chance starts at its middle times the bias of all bins together and moves
with what was accepted at any place; each place in the draft moves on from there. Older drafts count less. Chances never
fall from one bin to the next (pool-adjacent-violators: Ayer and others 1955), since a more certain draft is not
accepted less often but by chance.

What comes next in a draft is told by a Markov chain over the bins. Where a draft begins depends on how the round before
ended: this is what makes drafting come back at once when a text becomes predictable.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Chances: TypeAlias = NDArray[np.float64]

_EDGES: Final = (0.1, 0.25, 0.45, 0.6, 0.75, 0.87, 0.94, 0.98, 0.995)
_MIDDLES: Final = np.array([0.05, 0.17, 0.35, 0.52, 0.67, 0.81, 0.9, 0.96, 0.985, 0.995])
BINS: Final = len(_MIDDLES)
STARTS: Final = 3
"""Ways in which a round before may have ended: without drafts, with a miss, with all drafts accepted."""
_SURE: Final = 0.998
_PRIOR: Final = 5.0
"""Drafts that the first guess of a bin counts for."""
_PLACE_PRIOR: Final = 10.0
"""Drafts that a bin's chance at any place counts for at one place."""
_UNSEEN: Final = 0.2
"""Weight of a bin where nothing was tried when chances are kept from falling."""
_FADE: Final = 0.997
"""How much what was seen counts after another draft in the same bin."""
_START_FADE: Final = 0.98
"""How much the beginnings of drafts count after another one of the same kind."""


def bin_of(probability: float) -> int:
    """Returns the bin of a drafter's probability, from 0."""
    return bisect_right(_EDGES, probability)


class Certainty:
    """Chances that drafts hold, by the drafter's probability and the place in the draft.

    Args:
        most: Longest draft.
    """

    def __init__(self, most: int) -> None:
        self._tried, self._hit = np.zeros((most, BINS)), np.zeros((most, BINS))
        self._follow = np.zeros((BINS, BINS))
        self._begin = np.zeros((STARTS, BINS))

    def saw(self, probabilities: list[float], tried: int, accepted: int, start: int) -> None:
        """Takes in a round.

        Args:
            probabilities: The drafter's, for each draft, tried or not.
            tried: How many of the drafts the target was given.
            accepted: How many of those it accepted.
            start: How the round before had ended, 0..``STARTS`` - 1.
        """
        bins = [bin_of(value) for value in probabilities]
        for place, found in enumerate(bins[: min(tried, accepted + 1)]):
            for counts, value in ((self._tried, 1.0), (self._hit, float(place < accepted))):
                counts[:, found] *= _FADE
                counts[place, found] += value
        for before, after in pairwise(bins):
            self._follow[before] *= _FADE
            self._follow[before, after] += 1
        if bins:
            self._begin[start] *= _START_FADE
            self._begin[start, bins[0]] += 1

    def chances(self) -> Chances:
        """Returns the chance of a draft to be accepted, given that those before it were, by place and bin."""
        tried, hit = self._tried.sum(axis=0), self._hit.sum(axis=0)
        bias = (float(hit.sum()) + _PRIOR) / (float(tried @ _MIDDLES) + _PRIOR)
        anywhere = (hit + _PRIOR * np.minimum(bias * _MIDDLES, _SURE)) / (tried + _PRIOR)
        found: Chances = (self._hit + _PLACE_PRIOR * anywhere) / (self._tried + _PLACE_PRIOR)
        for row, weights in zip(found, self._tried + _UNSEEN, strict=True):
            row[:] = _rising(row, weights)
        return found

    def tried(self, place: int) -> float:
        """Returns how many drafts were tried at a place, older ones counting less."""
        return float(self._tried[place].sum())

    def beginnings(self) -> Chances:
        """Returns how likely a draft's first token is of each bin, by how the round before ended."""
        all_of_them = self._begin.sum(axis=0) + 0.5 + (np.arange(BINS) == BINS - 1)
        usual = all_of_them / all_of_them.sum()
        return _shares(self._begin + 3.0 * usual)

    def followers(self) -> Chances:
        """Returns how likely a bin is after another one, inside a draft."""
        usual = self._follow.sum(axis=0) + 0.5
        return _shares(self._follow + 2.0 * usual / usual.sum() + 2.0 * np.eye(BINS))


def _shares(counts: Chances) -> Chances:
    shares: Chances = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _rising(values: Chances, weights: Chances) -> list[float]:
    """Returns the nearest values, by weighted squares, that never fall."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, total, count = value, weight, 1
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = total + heavy, count + many
        pools.append((mean, total, count))
    return [mean for mean, _, count in pools for _ in range(count)]
