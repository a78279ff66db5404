"""An adaptive K: the one with the most tokens expected for the time that rounds have cost so far.

It learns two things from every round. What it cost: the median time of the last few rounds of each K, with straight
lines between those that were tried. What it brought: for each draft position the chance to be accepted given that the
one before it was, with older rounds counting less, so that it follows a text that changes. Expected tokens over
expected time then says which K is best; 0 (no drafting) is one of them.

It tries out a few K at the start, and now and then a neighbour of the best one. While drafting does not pay it tries
one round of drafting ever more rarely. Where costs were measured before, it begins with the K that they speak for, and
tries the most promising other one in place of a neighbour: costs have stairs, and a neighbour may lie on a bad one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median
from typing import Final

from app.race.events import Round

_FIRST: Final = (3, 1, 6, 0, 3)
"""What is tried first, in this order."""
_KEPT: Final = 5
"""Rounds of each K whose times are kept."""
_FADE: Final = 0.96
"""How much what was seen at a position counts after it was tried again."""
_FORGET: Final = 0.995
"""How much it counts after another round, tried or not."""
_PRIOR: Final = 2.0
"""Rounds that the guess before any experience counts for."""
_GUESS: Final = 0.7
"""That guess for the first position; for a later one it is what the position before it does."""
_EVERY: Final = 12
"""Rounds between two tries of a neighbour."""
_RARELY: Final = 96
"""Most rounds between two tries of drafting while it does not pay."""


class Position:
    """How often a draft position was accepted, given that the one before it was."""

    def __init__(self) -> None:
        self.tried = 0.0
        self.hit = 0.0

    def saw(self, hit: bool) -> None:
        """Takes in one try."""
        self.tried = self.tried * _FADE + 1
        self.hit = self.hit * _FADE + hit

    def forget(self) -> None:
        """Lets what was seen count a little less."""
        self.tried *= _FORGET
        self.hit *= _FORGET

    def rate(self, guess: float) -> float:
        """Returns the chance to be accepted; ``guess`` is what it is without any experience."""
        return (self.hit + _PRIOR * guess) / (self.tried + _PRIOR)


class CostPolicy:
    """Chooses K in 0..``most``; see the module.

    Args:
        known_ns: What rounds of K = 0, 1 and so on are known to cost, in ns; empty if they were not measured.
    """

    def __init__(self, most: int, known_ns: Sequence[int] = ()) -> None:
        self._most = most
        self._known = list(known_ns[: most + 1]) if len(known_ns) > 1 and all(known_ns) else []
        self._times: list[deque[int]] = [deque(maxlen=_KEPT) for _ in range(most + 1)]
        self._positions = [Position() for _ in range(most)]
        self._plan = deque([] if self._known else dict.fromkeys(min(k, most) for k in _FIRST[:-1]))
        if not self._known:
            self._plan.append(min(_FIRST[-1], most))
        self._since_try = 0
        self._pause = _EVERY
        self._upwards = True
        self._trying = False

    def next_k(self) -> int:
        """Returns K for the round to come. Asking twice gives the same answer."""
        if self._plan:
            return self._plan[0]
        best = self.best()
        self._trying = self._since_try >= self._pause
        return self._try(best) if self._trying else best

    def observe(self, item: Round) -> None:
        """Takes in a round's time and outcome."""
        drafted, accepted = min(item.drafted, self._most), min(item.accepted, item.drafted, self._most)
        self._times[drafted].append(max(1, item.end_ns - item.start_ns))
        for place, position in enumerate(self._positions):
            position.forget()
            if place < min(accepted + 1, drafted):
                position.saw(place < accepted)
        if self._plan:
            self._plan.popleft()
        elif self._trying:
            self._trying = False
            self._since_try = 0
            self._upwards = not self._upwards
            self._pause = _EVERY if self.best() else min(_RARELY, 2 * self._pause)
        else:
            self._since_try += 1

    def best(self) -> int:
        """Returns the K with the most tokens expected per time, the smallest of them."""
        speeds = self._speeds()
        return speeds.index(max(speeds))

    def _speeds(self) -> list[float]:
        """Tokens expected per ns, by K."""
        tokens, chance, speeds = 1.0, 1.0, [1.0 / self.cost(0)]
        for k, rate in enumerate(self.rates(), start=1):
            chance *= rate
            tokens += chance
            speeds.append(tokens / self.cost(k))
        return speeds

    def rates(self) -> list[float]:
        """Returns each position's chance to be accepted, given that the one before it was."""
        rates, guess = [], _GUESS
        for position in self._positions:
            guess = position.rate(guess)
            rates.append(guess)
        return rates

    def cost(self, k: int) -> float:
        """Returns the time of a round of this K in ns: seen, known before, or on a straight line through what was seen.

        What was known before is brought to the level of what was seen.
        """
        seen = [(at, float(median(times))) for at, times in enumerate(self._times) if times]
        for at, value in seen:
            if at == k:
                return value
        if k < len(self._known):
            levels = [value / self._known[at] for at, value in seen if at < len(self._known)]
            return self._known[k] * (median(levels) if levels else 1.0)
        if not seen:
            return 1.0
        if len(seen) == 1:
            return seen[0][1]
        right = next((place for place, (at, _) in enumerate(seen) if at > k), len(seen) - 1)
        (x0, y0), (x1, y1) = seen[max(0, right - 1)], seen[max(1, right)]
        # More drafted never costs less than the widest round seen below it, whatever the line says.
        floor = max((value for at, value in seen if at < k), default=1.0) if k > seen[-1][0] else 1.0
        return max(floor, y0 + (y1 - y0) * (k - x0) / (x1 - x0))

    def _try(self, best: int) -> int:
        """Returns a neighbour of the best K, or the most promising other one where costs are known; while drafting does
        not pay, a small draft."""
        if self._known:
            speeds = self._speeds()
            return max((k for k in range(1, self._most + 1) if k != best), key=lambda k: speeds[k], default=0)
        if not best:
            return min(2, self._most)
        step = 1 if self._upwards else -1
        return next((k for k in (best + step, best - step) if 0 < k <= self._most), 0)
