"""Drafting by certainty and cost: after each draft, draft one more, check what there is, or check less of it. Pure.

The measure is the time that a token is worth. A run emits a given number of tokens in the least time, so a round is as
good as ``tokens - rate * time``, where ``rate`` is what the lane emits per time just now (Dinkelbach 1967, for ratios;
a round is a renewal, and the rate of a run its reward over its length). A draft's chance to hold is the product of the
calibrated chances of its tokens (:mod:`app.race.certainty`). When to stop is then a problem of optimal stopping, solved
backwards from the longest draft with costs as they are measured, whatever stairs they have
(:mod:`app.race.stopping`). It looks beyond dear widths to a cheap one, and once it stops it gives the target only as
many drafts as are worth their width.

Where it comes from. SpecDec++ (Huang and others 2024) shows that the best rule for such a process is a threshold on the
chance that the draft so far holds. AdaEDL (Agrawal and others 2024) stops by a bound from the drafter's entropy alone.
Sequoia (Chen and others 2024) weighs accepted tokens by measured pass costs. Bandits choose a draft length by what it
brought before (BanditSpec, Hou and others 2025). Here the threshold has measured costs and chances in it.

Why it can lose little. Any fixed K is one of the rules that the backward solution chooses among, so by the chances and
costs that are known none is expected to be faster. What may be wrong is what is known. Chances are means of a fixed
number of cells, each of which is tried as often as it is used, so their error falls as one over the root of the tries.
And there is an account against plain decoding: once a run has lost ``GRANT`` plain steps and the share ``BUDGET`` of
its time by drafting, it decodes plainly for a while, then tries again for a fraction of a step, and so on with longer
rests up to ``LONGEST_REST``. So whatever drafter and text are like, a run loses no more than that, one round and the
tries: about 1 in 100 of a long run. What an earlier part of the run gained may be lost again, up to ``CREDIT`` steps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import log
from typing import Final

from app.race.certainty import Certainty, bin_of, start_after
from app.race.events import Halt, Round
from app.race.known_costs import NOTHING_KNOWN, KnownCosts
from app.race.live_costs import LiveCosts
from app.race.stopping import Stopping

BUDGET: Final = 0.005
"""Share of the time that may be lost against plain decoding before drafting rests."""
GRANT: Final = 1.0
"""Plain steps that may be lost besides."""
CREDIT: Final = 12.0
"""Plain steps that drafting has gained count as so many at most: what it gained long ago is no reason to go on."""
_TRIAL: Final = 0.3
"""Plain steps that may be lost after a rest."""
_FIRST_REST: Final = 16
LONGEST_REST: Final = 64
"""Rounds that drafting rests at most: each rest is twice the one before, until drafting gains again."""
_FIRST: Final = (3, 0, 1, 7)
"""Drafts of the first rounds where no cost is known."""
_SOLVE_EARLY: Final = 4
_SOLVE_RARELY: Final = 16
"""It is solved again after a fourth of the rounds so far, and after so many at most."""
_RATE_FADE: Final = 0.98
_SETTLE: Final = 8
_EXPECTED: Final = 16.0
"""Rounds that the expected rate counts for beside those that came."""
_FEW: Final = 6.0
"""Tries of a place, below which it is worth a try on purpose."""
_OFF: Final = log(1.25)
"""Costs that differ so much from what was known, in one way or the other, may be known wrongly."""


class AutoPolicy:
    """Decides draft by draft; see the module. It is a policy and a gate (:class:`app.race.gate.Gate`).

    Args:
        most: Longest draft.
    """

    def __init__(self, most: int, known: KnownCosts = NOTHING_KNOWN) -> None:
        self._most = most
        self._costs = LiveCosts(most, known)
        self._certainty = Certainty(most, known.calibration)
        self._plan = deque([] if self._costs.known else [min(k, most) for k in _FIRST])
        self._start = 1
        self._rounds = self._solved = 0
        # Times are in plain steps, since other programs make all costs of a race larger than those that were known.
        self._tokens = self._time = self._behind = self._elapsed = 0.0
        self._resting, self._rest = 0, _FIRST_REST
        self._forget()
        self._solve()
        for _ in range(_SETTLE):  # Dinkelbach's steps: the rate that the best rule has is the one to price time at
            self._time = _EXPECTED * (self._passes[0] + self._costs.draft * most) / self._plain
            surplus = 1.0 - self._rate * self._costs.other + max(self._stop[0], self._first[self._start])
            self._tokens = self._time * self._plain * (self._rate + surplus / self._passes[most])
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
        if self._resting:
            return 0
        gain = self._first[self._start] - self._stop[0]
        if gain > 0:
            # A plain step in a long run: all gains are counted in it, and its cost may be known wrongly.
            lost = gain / self._rate / self._plain
            checks = self._costs.off > _OFF and self._costs.few(1) and lost <= BUDGET * self._elapsed
            return 0 if checks else self._most
        return self._most if self._could_pay(0, 1.0, self._stop[0]) and self._may_lose(-gain) else 0

    def wants(self, probabilities: Sequence[float]) -> bool:
        """Whether to draft one more, given the drafter's probability of each draft so far, at least one."""
        made = len(probabilities)
        if self._plan:
            return made < self._plan[0]
        if made >= self._most:
            return False
        self._follow(probabilities)
        more = self._stopping.more(made, self._bin, self._holds)
        if more > self._best:
            return True
        unknown = self._certainty.tried(made) < _FEW and self._could_pay(made, self._holds, self._best)
        return unknown and self._may_lose(self._best - more)

    def keep(self, probabilities: Sequence[float]) -> int:
        """Returns how many of the drafts, from the first, the target is to be given. The round is drafted then."""
        self._drafts[:] = probabilities
        if self._plan:
            return len(probabilities)
        self._follow(probabilities)
        return self._count

    def halt(self, probabilities: Sequence[float]) -> Halt:
        """Returns why the draft ended there, if nothing but the policy ended it."""
        made = len(probabilities)
        if made >= self._most:
            return Halt.LIMIT
        return Halt.CERTAINTY if self._surest[made] else Halt.COST

    def observe(self, item: Round) -> None:
        """Takes in the round that was just decoded."""
        planned = bool(self._plan)
        if planned:
            self._plan.popleft()
        drafts, accepted = self._drafts[: self._most], min(item.accepted, item.drafted)
        self._certainty.saw(drafts, min(item.drafted, len(drafts)), accepted, self._start)
        self._costs.saw(item, len(drafts) or item.drafted)
        if planned:
            self._solve()  # no cost was known before
        cost = self._cost(item.drafted, len(drafts))
        self._tokens = self._tokens * _RATE_FADE + max(1, item.emitted)
        self._time = self._time * _RATE_FADE + cost
        self._elapsed += cost
        if not planned:
            self._account(cost, max(1, item.emitted))
        self._start = start_after(item.drafted, accepted)
        self._forget()
        self._rounds += 1
        if self._rounds - self._solved >= min(_SOLVE_RARELY, 1 + self._solved // _SOLVE_EARLY):
            self._solve()

    # The draft of this round

    def _forget(self) -> None:
        """No draft is followed yet. Values are in tokens, relative to the chances of all drafts that were made."""
        self._drafts: list[float] = []
        self._seen, self._bin, self._holds = 0, 0, 1.0
        self._count, self._best = 0, 0.0

    def _follow(self, probabilities: Sequence[float]) -> None:
        """Goes on to the last of these drafts."""
        if not self._seen or self._seen > len(probabilities):
            self._seen, self._holds, self._count, self._best = 0, 1.0, 0, self._stop[0]
        for made in range(self._seen, len(probabilities)):
            self._bin = bin_of(probabilities[made])
            self._holds *= self._chance[made][self._bin]
            self._best -= self._holds
            if self._stop[made + 1] > self._best:
                self._best, self._count = self._stop[made + 1], made + 1
        self._seen = len(probabilities)

    def _could_pay(self, made: int, holds: float, stop: float) -> bool:
        """Whether drafting on would be worth more than ``stop`` if all further drafts held as the last one does."""
        further = range(made + 1, self._most + 1)
        return any((count - made) * (holds - self._price) + self._stop[count] > stop for count in further)

    def _cost(self, tried: int, made: int) -> float:
        """Of a round, in plain steps."""
        return (self._passes[min(tried, self._most)] + self._costs.draft * made + self._costs.other) / self._plain

    def _account(self, cost: float, emitted: int) -> None:
        """Keeps the account of what drafting has lost against plain decoding, and rests where that is too much.

        Args:
            cost: Of the round, in plain steps.
        """
        if self._resting:
            self._resting -= 1
            return
        self._behind = max(-CREDIT, self._behind + cost - emitted)
        if self._behind <= 0:
            self._rest = _FIRST_REST
        elif self._behind > self._limit:
            self._resting, self._rest = self._rest, min(2 * self._rest, LONGEST_REST)
            self._behind = max(0.0, self._limit - _TRIAL)

    @property
    def _limit(self) -> float:
        return GRANT + BUDGET * self._elapsed

    def _may_lose(self, tokens: float) -> bool:
        return self._behind + tokens / self._rate / self._plain <= self._limit

    def _solve(self) -> None:
        """Solves the stopping problem with what is known now."""
        self._solved = self._rounds
        self._passes, draft = self._costs.passes(), self._costs.draft
        self._plain = self._passes[0] + self._costs.other
        self._rate = max(1.0, self._tokens / self._time if self._time else 0.0) / self._plain
        chances, known = self._certainty.chances(), self._certainty
        follow, begin = known.followers(), known.beginnings()
        self._chance: list[list[float]] = chances.tolist()
        self._stopping = found = Stopping(chances, follow, begin, self._passes, draft, self._rate)
        self._stop, self._first, self._price = found.stop, found.first, found.price
        # By length: whether a longer draft would pay if it were sure to hold.
        sure = [k + value - k * self._price for k, value in enumerate(self._stop)]
        self._surest = [max(sure[made + 1 :], default=sure[made]) > sure[made] for made in range(self._most + 1)]
