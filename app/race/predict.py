"""What any K would bring: predicted from what a step, a draft and a verification cost, and from the position rates.

A round with K drafts costs what ``app.race.costs`` says and emits one token more than it accepts. What such a formula
easily leaves out, and what is in here: a run ends inside a round (at the token limit the last rounds draft less, at an
end token the rest of a draft is wasted), and the first token of a run belongs to no round.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from app.race.costs import Costs
from app.race.events import Finish

_LOOK_EVERY: Final = 64
"""Tokens after which it is looked whether one more token takes as long as the one before did."""
_SETTLED: Final = 1e-12
"""Largest difference between such times, as a share, for them to be taken as one."""


class Prediction(msgspec.Struct, frozen=True):
    """What one K brings.

    Attributes:
        k: Draft tokens a round.
        speedup: Times the baseline's decode rate.
        tokens_per_round: Expected emitted tokens of a round in the middle of a run (the acceptance length).
        break_even: Tokens a round that it would take to be as fast as the baseline.
        round_ns: Time of such a round.
    """

    k: int
    speedup: float
    tokens_per_round: float
    break_even: float
    round_ns: float


def predict(costs: Costs, rates: Sequence[float], k: int, tokens: int, finish: Finish = Finish.LENGTH) -> Prediction:
    """Predicts the speedup of K = ``k``.

    Args:
        rates: Position rates (unconditional), at least ``k`` of them; missing ones count as 0.
        tokens: Tokens that the run emits, the first one included.
        finish: How it ends: at a limit the last rounds draft less, at an end token they do not.
    """
    rates = falling([*rates[:k], *([0.0] * (k - len(rates)))])
    length = 1 + sum(rates)
    left = max(1, tokens - 1)
    limited = finish is not Finish.END
    time = _run_ns(costs.round_ns, rates, left, limited=limited)
    return Prediction(k, costs.step * left / time, length, costs.break_even(k), costs.round_ns(k))


def falling(rates: Iterable[float]) -> list[float]:
    """Returns rates in 0..1, none larger than the one before, as a position is accepted only after the one before."""
    last, result = 1.0, []
    for rate in rates:
        last = min(last, max(0.0, rate))
        result.append(last)
    return result


def _run_ns(round_ns: Callable[[int], float], rates: Sequence[float], left: int, *, limited: bool) -> float:
    """Expected time to emit ``left`` tokens in rounds, by the renewal equation over the tokens still to come."""
    k = len(rates)
    times = [0.0]
    whole = round_ns(k)
    for remaining in range(1, left + 1):
        drafted = min(k, remaining - 1)
        time = round_ns(drafted) if limited and drafted < k else whole
        for accepted in range(drafted):
            # Exactly this many: the next position was drafted and refused.
            time += ((1.0 if not accepted else rates[accepted - 1]) - rates[accepted]) * times[remaining - accepted - 1]
        time += (rates[drafted - 1] if drafted else 1.0) * times[remaining - drafted - 1]
        times.append(time)
        if remaining % _LOOK_EVERY == 0:
            steps = [after - before for before, after in itertools.pairwise(times[-k - 2 :])]
            if max(steps) - min(steps) <= _SETTLED * max(steps):
                return time + (left - remaining) * steps[-1]  # From here on every token takes as long.
    return times[left]


def extended_rates(rates: Sequence[float], k: int) -> list[float]:
    """Returns ``k`` position rates: the given ones, going on with the last conditional rates' mean where they end."""
    known = falling(rates)[:k]
    if not known or not known[-1]:
        return known + [0.0] * (k - len(known))
    tail = known[-1] / known[-3] if len(known) >= 3 else known[-1] / (known[-2] if len(known) > 1 else 1.0)
    step = math.sqrt(tail) if len(known) >= 3 else tail
    while len(known) < k:
        known.append(known[-1] * min(1.0, step))
    return known


def even_rates(acceptance: float, k: int) -> list[float]:
    """Position rates for one chance ``acceptance`` at every position, for a what-if."""
    return [acceptance**position for position in range(1, k + 1)]
