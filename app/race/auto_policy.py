"""Drafting by certainty and cost: after each draft, draft one more, check what there is, or check less of it. Pure.

The measure is the time that a token is worth. A run emits a given number of tokens in the least time, so a round is as
good as ``tokens - rate * time``, where ``rate`` is what the lane emits per time just now (Dinkelbach 1967, for ratios).
A draft's chance to hold is the product of the calibrated chances of its tokens (:mod:`app.race.certainty`). When to
stop is then a problem of optimal stopping, solved backwards from the longest draft over (place, certainty of the last
draft, chance so far) with costs as they are measured, whatever stairs they have. It looks beyond a dear width to a
cheap one, and once it stops it gives the target only as many drafts as are worth their width.

Where it comes from. SpecDec++ (Huang and others 2024) shows that the best rule for such a process is a threshold on the
chance that the draft so far holds. AdaEDL (Agrawal and others 2024) stops by a bound from the drafter's entropy alone.
Sequoia (Chen and others 2024) weighs accepted tokens by measured pass costs. Bandits choose a draft length by what it
brought before (BanditSpec, Hou and others 2025). Here the threshold has measured costs and chances in it.

Why it can lose little. Any fixed K is one of the rules that the backward solution chooses among, so by the chances and
costs that are known none is expected to be faster. What may be wrong is what is known. Chances are means of a fixed
number of cells, each of which is tried as often as it is used, so their error falls as one over the root of the tries.
What is not used is tried on purpose: a step against what is known is expected to lose something, and it is taken only
while all such losses, in time, are below ``GRANT`` plain steps plus the share ``BUDGET`` of the time spent. So a run
where no draft ever pays is expected to lose no more than that, and the errors of what was believed at the start.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from app.race.certainty import BINS, Certainty, Chances, bin_of
from app.race.costs import EDGE, filled
from app.race.events import Halt, Round
from app.race.known_costs import NOTHING_KNOWN, KnownCosts

BUDGET: Final = 0.01
"""Share of the time that tries against what is known may be expected to lose."""
GRANT: Final = 2.0
"""Plain steps that they may lose besides."""
_FIRST: Final = (3, 0, 1, 7)
"""Drafts of the first rounds where no cost is known."""
_KEPT: Final = 7
_CHECKS: Final = 2
"""Plain steps that a run of any length should have."""
_PULL: Final = 4
"""Rounds that a cost known before counts for."""
_SOLVE_EARLY: Final = 4
_SOLVE_RARELY: Final = 12
"""It is solved again after a fourth of the rounds so far, and after so many at most."""
_RATE_FADE: Final = 0.97
_SETTLE: Final = 8
_EXPECTED: Final = 2.0
"""Rounds that the expected rate counts for beside those that came."""
_FEW: Final = 6.0
"""Tries of a place, below which it is worth a try on purpose."""
_FALL: Final = 0.75
_STEP: Final = float(np.log(_FALL))
_GRID: Final = np.concatenate([[0.0], _FALL ** np.arange(15, -1, -1)])
"""Chances of a draft so far at which it is solved: falling by one factor, then none."""
_LEAST: Final = 1e-9
_LAST: Final = len(_GRID) - 1.001
_BINS: Final = np.arange(BINS)[:, None]
_CERTAIN: Final = np.ones(1)


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
        """Whether too few passes of that width were seen to know it by them."""
        return len(self._passes.get(width, ())) < _CHECKS

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


class AutoPolicy:
    """Decides draft by draft; see the module. It is a policy and a gate (:class:`app.race.gate.Gate`).

    Args:
        most: Longest draft.
    """

    def __init__(self, most: int, known: KnownCosts = NOTHING_KNOWN) -> None:
        self._most = most
        self._costs = LiveCosts(most, known)
        self._certainty = Certainty(most)
        self._plan = deque([] if self._costs.known else [min(k, most) for k in _FIRST])
        self._start = 1
        self._rounds = self._solved = 0
        self._tokens = self._time = self._spent = self._elapsed = 0.0
        self._probabilities: list[float] = []
        self._solve()
        for _ in range(_SETTLE):  # Dinkelbach's steps: the rate that the best rule has is the one to price time at
            self._time = _EXPECTED * (self._passes[0] + self._costs.draft * most)
            surplus = 1.0 - self._rate * self._costs.other + max(self._stop[0], self._first[self._start])
            self._tokens = self._time * (self._rate + surplus / self._passes[most])
            self._solve()

    # What a round does

    @property
    def most(self) -> int:
        """The longest draft."""
        return self._most

    def next_k(self) -> int:
        """Returns the most drafts of the round to come; 0 decodes plainly. Asking twice gives the same answer."""
        if self._plan:
            return self._plan[0]
        gain = self._first[self._start] - self._stop[0]
        if gain > 0:
            # A few plain steps in a long run: all gains are counted in it, and its cost may be known wrongly.
            checks = self._costs.few(1) and self._may_lose(gain, 0.0)
            return 0 if checks else self._most
        return self._most if self._could_pay(0, 1.0, self._stop[0]) and self._may_lose(-gain) else 0

    def wants(self, probabilities: Sequence[float]) -> bool:
        """Whether to draft one more, given the drafter's probability of each draft so far, at least one."""
        made = len(probabilities)
        if self._plan:
            return made < self._plan[0]
        if made >= self._most:
            return False
        holds = self._holds(probabilities)
        stop = max(self._worth(holds, count) for count in range(made + 1)) - sum(holds)
        more = self._more(made, bin_of(probabilities[-1]), holds[-1], stop)
        if more > stop:
            return True
        unknown = self._certainty.tried(made) < _FEW and self._could_pay(made, holds[-1], stop)
        if unknown and self._may_lose(stop - more):
            self._lose(stop - more)
            return True
        return False

    def keep(self, probabilities: Sequence[float]) -> int:
        """Returns how many of the drafts, from the first, the target is to be given. The round is drafted then."""
        self._probabilities = list(probabilities)
        if self._plan:
            return len(probabilities)
        holds = self._holds(probabilities)
        best = max(range(len(holds) + 1), key=lambda count: (self._worth(holds, count), -count))
        gain = self._first[self._start] - self._stop[0]
        if bool(probabilities) != (gain > 0):  # a draft against what was known, or none
            self._lose(abs(gain))
        return best

    def halt(self, probabilities: Sequence[float]) -> Halt:
        """Returns why the draft ended there, if nothing but the policy ended it."""
        made = len(probabilities)
        if made >= self._most:
            return Halt.LIMIT
        sure = 1.0 + float(max((self._sure[count] for count in range(made + 1, self._most + 1)), default=0.0))
        return Halt.CERTAINTY if sure > 1.0 + self._sure[made] else Halt.COST

    def observe(self, item: Round) -> None:
        """Takes in the round that was just decoded."""
        if self._plan:
            self._plan.popleft()
        drafts = self._probabilities[: self._most] if item.drafted or self._probabilities else []
        accepted = min(item.accepted, item.drafted)
        self._certainty.saw(drafts, min(item.drafted, len(drafts)), accepted, self._start)
        self._costs.saw(item, len(drafts) or item.drafted)
        cost = self._cost(item.drafted, len(drafts))
        self._tokens = self._tokens * _RATE_FADE + max(1, item.emitted)
        self._time = self._time * _RATE_FADE + cost
        self._elapsed += cost
        self._start = 0 if not item.drafted else 2 if accepted == item.drafted else 1
        self._probabilities = []
        self._rounds += 1
        if self._rounds - self._solved >= min(_SOLVE_RARELY, 1 + self._solved // _SOLVE_EARLY):
            self._solve()

    # What it is worth, in tokens

    def _holds(self, probabilities: Sequence[float]) -> list[float]:
        """The chance of each draft to be accepted, with all before it."""
        found, chance = [], 1.0
        for place, probability in enumerate(probabilities):
            chance *= self._chance[place][bin_of(probability)]
            found.append(chance)
        return found

    def _worth(self, holds: Sequence[float], count: int) -> float:
        """Drafts that are expected to hold, less what the pass is worth, if so many are given to the target."""
        return sum(holds[:count]) + self._stop[count]

    def _could_pay(self, made: int, holds: float, stop: float) -> bool:
        """Whether drafting on would be worth more than ``stop`` if all further drafts held as the last one does."""
        further = range(made + 1, self._most + 1)
        return any((count - made) * (holds - self._price) + self._stop[count] > stop for count in further)

    def _cost(self, tried: int, made: int) -> float:
        return self._passes[min(tried, self._most)] + self._costs.draft * made + self._costs.other

    def _may_lose(self, tokens: float, grant: float = GRANT) -> bool:
        lost = tokens / self._rate
        return self._spent + lost <= grant * self._passes[0] + BUDGET * self._elapsed

    def _lose(self, tokens: float) -> None:
        self._spent += max(0.0, tokens) / self._rate

    def _solve(self) -> None:
        """Solves the stopping problem backwards, with what is known now."""
        self._solved = self._rounds
        self._passes, draft = self._costs.passes(), self._costs.draft
        plain = 1.0 / (self._passes[0] + self._costs.other)
        self._rate = max(plain, self._tokens / self._time if self._time else 0.0)
        self._chances = self._certainty.chances()
        self._chance: list[list[float]] = self._chances.tolist()
        self._stop = [-self._rate * cost for cost in self._passes]
        self._sure = [k - self._rate * (cost + draft * k) for k, cost in enumerate(self._passes)]
        self._price, self._follow = self._rate * draft, self._certainty.followers()
        self._begin = self._certainty.beginnings()
        # By place, certainty of the last draft and chance so far: what the drafts after it add, less all costs to come.
        self._value: list[Chances] = [np.empty(0)] * (self._most + 1)
        self._value[self._most] = np.repeat(self._stopped(self._most)[None, :], BINS, axis=0)
        for made in range(self._most - 1, 0, -1):
            stopped = self._stopped(made)[None, :]
            more = self._follow @ np.maximum(self._after(made, _GRID), stopped) - self._price
            self._value[made] = np.maximum(more, stopped)
        gained = np.maximum(self._after(0, _CERTAIN), self._stop[0])[:, 0]
        self._first: list[float] = (self._begin @ gained - self._price).tolist()

    def _after(self, made: int, holds: Chances) -> Chances:
        """What one more draft comes to, by its bin and by the chance with which those before it hold."""
        chances, value = self._chances[made][:, None] * holds, self._value[made + 1]
        # Between two points of the grid on a straight line in the logarithm; below the last one as at it.
        places = np.minimum(np.log(np.maximum(chances, _LEAST)) / _STEP, _LAST)
        above = places.astype(np.intp)
        upper, lower = value[_BINS, -1 - above], value[_BINS, -2 - above]
        found: Chances = chances + upper + (places - above) * (lower - upper)
        return found

    def _more(self, made: int, last: int, holds: float, stop: float) -> float:
        """What it is worth to draft one more behind a draft that may still be stopped for ``stop``."""
        return float(self._follow[last] @ np.maximum(self._after(made, holds * _CERTAIN), stop)[:, 0]) - self._price

    def _stopped(self, made: int) -> Chances:
        """What stopping is worth, by the chance so far: all drafts are tried, or all but the last, which is lost."""
        return np.maximum(self._stop[made], self._stop[made - 1] - _GRID)
