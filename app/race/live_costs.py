"""What drafts and passes cost in a race that goes on: known before, and moved by what its rounds take. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import inf, log
from typing import Final

import numpy as np

from app.race.costs import EDGE, filled
from app.race.events import Round
from app.race.known_costs import KnownCosts

_KEPT: Final = 7
_PULL: Final = 4
"""Rounds that a cost known before counts for."""


def _quick(times: Iterable[float]) -> float:
    """Returns the lower quartile: what disturbs a round makes it slower, so the faster ones tell what it costs."""
    found = sorted(times)
    return found[len(found) // 4]


class LiveCosts:
    """Costs of drafts and passes: known before, and moved by what undisturbed rounds took.

    Args:
        most: Longest draft.
    """

    def __init__(self, most: int, known: KnownCosts) -> None:
        self._most = most
        usable = len(known.passes) > 1 and all(known.passes)
        self._known = {width: float(cost) for width, cost in enumerate(known.passes, start=1)} if usable else {}
        self._known_draft = float(known.draft) if usable else 0.0
        self._passes: dict[int, deque[float]] = {}
        self._drafts: deque[float] = deque(maxlen=4 * _KEPT)
        self._others: deque[float] = deque(maxlen=4 * _KEPT)

    @property
    def known(self) -> bool:
        """Whether they were measured before."""
        return bool(self._known)

    def few(self, width: int) -> bool:
        """Whether no pass of that width was seen."""
        return not self._passes.get(width)

    @property
    def off(self) -> float:
        """By how much the shape of costs differs from what was known of it, as a logarithm; without end if nothing was.

        A machine that is slower all over is not off, nor is one that was disturbed in a single pass of a width.
        """
        if not self._known:
            return inf
        seen = [
            log(max(_quick(times), 1.0) / self._known[width])
            for width, times in self._passes.items()
            if width in self._known and len(times) > 1
        ]
        return max(seen) - min(seen) if seen else 0.0

    def saw(self, item: Round, made: int) -> None:
        """Takes in a round for which ``made`` tokens were drafted, tried or not."""
        width = item.drafted + 1
        whole = max(1, item.end_ns - item.start_ns)
        timed = item.verify_ns or max(1, whole - item.draft_ns)
        self._passes.setdefault(width, deque(maxlen=_KEPT)).append(float(timed))
        self._others.append(float(max(0, whole - item.draft_ns - timed)))
        if made and item.draft_ns:
            self._drafts.append(item.draft_ns / made)

    @property
    def draft(self) -> float:
        """Drafting one token, in ns."""
        return _quick(self._drafts) if self._drafts else self._known_draft

    @property
    def other(self) -> float:
        """The rest of a round, in ns."""
        return _quick(self._others) if self._others else 0.0

    def passes(self) -> list[float]:
        """Returns the target's pass by width, from 1, in ns; 1 for all where nothing is known."""
        seen = {width: float(_quick(times)) for width, times in self._passes.items()}
        if not self._known:
            return filled(seen, self._most + 1, EDGE) if seen else [1.0] * (self._most + 1)
        times = {width: found for width, found in sorted(self._passes.items()) if width in self._known}
        if not times:
            return filled(self._known, self._most + 1, EDGE)
        # How much dearer than known, of all rounds together and by width. Other programs disturb some widths more than
        # others by chance, so the shape that was known is only given up as rounds speak against it.
        usual = _quick(value / self._known[width] for width, found in times.items() for value in found)
        levels = [
            (len(found) * seen[width] / self._known[width] + _PULL * usual) / (len(found) + _PULL)
            for width, found in times.items()
        ]
        scale = np.interp(list(self._known), list(times), levels)
        points = {width: float(level) * value for level, (width, value) in zip(scale, self._known.items(), strict=True)}
        return filled(points, self._most + 1, EDGE)
