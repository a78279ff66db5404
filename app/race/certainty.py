"""What a drafter's own probability says of a draft: learned on line from what the target accepted. Pure.

A drafter's share of its best token is a good sign and a biased one, and its bias differs by place in the draft. So the
share is sorted into a few bins. Each bin's chance starts at its middle times the bias of all bins together and moves
with what was accepted at any place; each place in the draft moves on from there. Older drafts count less. Chances never
fall from one bin to the next (pool-adjacent-violators: Ayer and others 1955), since a more certain draft is not
accepted less often but by chance.

What comes next in a draft is told by a Markov chain over the bins. Where a draft begins depends on how the round before
ended: this is what makes drafting come back at once when a text becomes predictable.

What races of a pair showed is kept (:class:`Calibration`) and begins the next one, as so many drafts at most.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.race.events import Round
from app.race.known_costs import BINS, STARTS, Calibration

Chances: TypeAlias = NDArray[np.float64]

_EDGES: Final = (0.1, 0.25, 0.45, 0.6, 0.75, 0.87, 0.94, 0.98, 0.995)
_MIDDLES: Final = np.array([0.05, 0.17, 0.35, 0.52, 0.67, 0.81, 0.9, 0.96, 0.985, 0.995])
_SURE: Final = 0.998
_PRIOR: Final = 20.0
"""Drafts that the first guess of a bin counts for."""
_BIAS_PRIOR: Final = 10.0
"""The same for the bias of all bins together: a drafter that is no good is soon known."""
_PLACE_PRIOR: Final = 40.0
"""Drafts that a bin's chance at any place counts for at one place."""
_UNSEEN: Final = 0.2
"""Weight of a bin where nothing was tried when chances are kept from falling."""
_FADE: Final = 0.999
"""How much what was seen counts after another draft in the same bin."""
_START_FADE: Final = 0.98
"""How much the beginnings of drafts count after another one of the same kind."""
_KEPT_TRIES: Final = 20.0
"""Drafts of a bin that races before count for, at most."""
_KEPT_COURSE: Final = 30.0
"""The same of how drafts begin and go on: another text takes another course."""


def bin_of(probability: float) -> int:
    """Returns the bin of a drafter's probability, from 0."""
    return bisect_right(_EDGES, probability)


class Certainty:
    """Chances that drafts hold, by the drafter's probability and the place in the draft.

    Args:
        most: Longest draft.
        kept: What races before showed, if anything.
    """

    def __init__(self, most: int, kept: Calibration | None = None) -> None:
        # Lists, since counting is done in every round, and single numbers of an array are slow.
        self._tried = [[0.0] * BINS for _ in range(most)]
        self._hit = [[0.0] * BINS for _ in range(most)]
        self._follow = [[0.0] * BINS for _ in range(BINS)]
        self._begin = [[0.0] * BINS for _ in range(STARTS)]
        if kept is not None and kept.fits:
            self._start_from(kept)

    def _start_from(self, kept: Calibration) -> None:
        for at in range(BINS):
            scale = _scale([row[at] for row in kept.tried], _KEPT_TRIES)
            for place, (tried, hit) in enumerate(zip(kept.tried, kept.hit, strict=True)):
                # What was seen further on than this lane drafts counts at its last place.
                self._tried[min(place, len(self._tried) - 1)][at] += scale * tried[at]
                self._hit[min(place, len(self._hit) - 1)][at] += scale * min(hit[at], tried[at])
        for mine, rows in ((self._follow, kept.follow), (self._begin, kept.begin)):
            for at, row in enumerate(rows):
                scale = _scale(row, _KEPT_COURSE)
                mine[at] = [scale * value for value in row]

    def saw(self, probabilities: Sequence[float], tried: int, accepted: int, start: int) -> None:
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
                for row in counts:
                    row[found] *= _FADE
                counts[place][found] += value
        for before, after in pairwise(bins):
            row = self._follow[before] = [value * _FADE for value in self._follow[before]]
            row[after] += 1.0
        if bins:
            row = self._begin[start] = [value * _START_FADE for value in self._begin[start]]
            row[bins[0]] += 1.0

    def chances(self) -> Chances:
        """Returns the chance of a draft to be accepted, given that those before it were, by place and bin."""
        all_tried, all_hit = np.array(self._tried), np.array(self._hit)
        tried, hit = all_tried.sum(axis=0), all_hit.sum(axis=0)
        bias = (float(hit.sum()) + _BIAS_PRIOR) / (float(tried @ _MIDDLES) + _BIAS_PRIOR)
        anywhere = (hit + _PRIOR * np.minimum(bias * _MIDDLES, _SURE)) / (tried + _PRIOR)
        found: Chances = (all_hit + _PLACE_PRIOR * anywhere) / (all_tried + _PLACE_PRIOR)
        falling = (found[:, 1:] < found[:, :-1]).any(axis=1)
        for place in np.flatnonzero(falling):
            found[place] = _rising(found[place], all_tried[place] + _UNSEEN)
        return found

    def tried(self, place: int) -> float:
        """Returns how many drafts were tried at a place, older ones counting less."""
        return sum(self._tried[place])

    def beginnings(self) -> Chances:
        """Returns how likely a draft's first token is of each bin, by how the round before ended."""
        begin = np.array(self._begin)
        all_of_them = begin.sum(axis=0) + 0.5 + (np.arange(BINS) == BINS - 1)
        return _shares(begin + 3.0 * all_of_them / all_of_them.sum())

    def followers(self) -> Chances:
        """Returns how likely a bin is after another one, inside a draft."""
        follow = np.array(self._follow)
        usual = follow.sum(axis=0) + 0.5
        return _shares(follow + 2.0 * usual / usual.sum() + 2.0 * np.eye(BINS))

    def kept(self) -> Calibration:
        """Returns what is worth keeping for the next race."""
        return Calibration(
            *(
                tuple(tuple(round(value, 3) for value in row) for row in rows)
                for rows in (self._tried, self._hit, self._follow, self._begin)
            )
        )


def start_after(drafted: int, accepted: int) -> int:
    """Returns how a round ended, as the beginning of the next: 0 without drafts, 1 with a miss, 2 with none."""
    return 0 if not drafted else 2 if accepted == drafted else 1


def calibrated(rounds: Iterable[Round], most: int, before: Calibration | None = None) -> Calibration:
    """Returns what is known of a drafter's certainty after a run, given what was known before it.

    Rounds that do not tell the drafter's probabilities teach nothing.
    """
    certainty, start = Certainty(most, before), 1
    for item in rounds:
        drafts = item.certainty[:most]
        if drafts:
            certainty.saw(drafts, min(item.drafted, len(drafts)), min(item.accepted, item.drafted), start)
        start = start_after(item.drafted, item.accepted)
    return certainty.kept()


def _scale(counts: Iterable[float], most: float) -> float:
    total = sum(counts)
    return min(1.0, most / total) if total > 0 else 0.0


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
