"""When to stop drafting, as a problem of optimal stopping that is solved backwards. Pure.

The state of a draft is its length, the bin of its last token's probability (:mod:`app.race.certainty`) and the chance
that all of it holds. Values are in tokens, relative to the chances of the drafts made so far; time is priced at a rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Final

import numpy as np

from app.race.certainty import Chances
from app.race.known_costs import BINS

_FALL: Final = 0.75
_POINTS: Final = 16
_STEP: Final = log(_FALL)
_GRID: Final = np.concatenate([_FALL ** np.arange(_POINTS), [0.0]])
"""Chances of a draft so far at which it is solved: falling by one factor, then none."""
_LEAST: Final = 1e-9
_BINS: Final = np.arange(BINS)[:, None]


class Stopping:
    """The solution for one set of chances, costs and one rate.

    Args:
        chances: Of a draft to be accepted, by place and bin.
        follow: How likely a bin is after another one.
        begin: How likely the first token's bin is, by how the round before ended.
        passes: Of the target by width from 1, in ns; one more than places.
        draft: Drafting one token, ns.
        rate: Tokens that a ns is worth.
    """

    def __init__(
        self, chances: Chances, follow: Chances, begin: Chances, passes: Sequence[float], draft: float, rate: float
    ) -> None:
        most = len(chances)
        self.stop = [-rate * cost for cost in passes]
        self.price = rate * draft
        # On the grid a draft's chance only moves it along, by as much at every point.
        moved = np.minimum(np.log(np.maximum(chances, _LEAST)) / _STEP, 2.0 * _POINTS)
        places = np.minimum(moved[:, :, None] + np.arange(_POINTS), _POINTS - 1.0)
        lower = places.astype(np.intp)
        share = places - lower
        gains = chances[:, :, None] * _GRID
        stopped = self._stopped(most)
        value = np.broadcast_to(stopped[most], (BINS, _POINTS + 1))
        after = np.empty((BINS, _POINTS + 1))
        self._more: list[list[list[float]]] = [[]] * most
        for made in range(most - 1, -1, -1):
            near, low = value[_BINS, lower[made]], value[_BINS, np.minimum(lower[made] + 1, _POINTS - 1)]
            after[:, :-1] = near + share[made] * (low - near)
            after[:, -1] = value[:, -1]
            after += gains[made]
            np.maximum(after, stopped[made], out=after)
            if made:
                more = follow @ after - self.price
                self._more[made] = more.tolist()
                value = np.maximum(more, stopped[made])
        self.first: list[float] = (begin @ after[:, 0] - self.price).tolist()

    def _stopped(self, most: int) -> Chances:
        """What stopping is worth, by length and chance so far: the last drafts may be left out, and are lost then.

        A draft is doubted at its last token, so those before it are counted as sure ones where they are left out.
        """
        stop = np.array(self.stop)
        found = np.empty((most + 1, _POINTS + 1))
        found[0] = stop[0]
        for made in range(1, most + 1):
            sure = float((stop[:made] - np.arange(made - 1, -1, -1)).max())
            found[made] = np.maximum(stop[made], sure - _GRID)
        return found

    def more(self, made: int, last: int, holds: float) -> float:
        """Returns what it is worth to draft one more behind ``made`` drafts, at least one, that hold by a chance."""
        row = self._more[made][last]
        if holds <= _GRID[_POINTS - 1]:
            return row[_POINTS - 1]
        place = log(holds) / _STEP
        lower = int(place)
        return row[lower] + (place - lower) * (row[lower + 1] - row[lower])
