"""What any K would bring: predicted from what a step, a draft and a verification cost, and from the position rates.

A round with K drafts costs ``draft * K + verify(K + 1) + other`` and emits one token more than it accepts. What such a
formula easily leaves out, and what is in here: a run ends inside a round (at the token limit the last rounds draft
less, at an end token the rest of a draft is wasted), the first token of a run belongs to no round, and the cost of a
verification is no straight line in its width.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import mean, median

import msgspec

from app.race.events import Finish, Round, Widths
from app.race.fold import LaneState
from app.race.lanes import MAX_K


class Costs(msgspec.Struct, frozen=True):
    """What decoding costs here, in ns.

    Attributes:
        step: One round of the baseline, everything included.
        draft: Drafting by number of tokens drafted.
        verify: The target's forward pass in a drafting lane, by width (tokens fed, drafted + 1).
        other: The rest of a drafting lane's round (choosing tokens, bookkeeping).
        shape: Forward passes measured alone, by width; gives the shape of ``verify`` where it was not measured.
    """

    step: float
    draft: dict[int, float]
    verify: dict[int, float]
    other: float
    shape: dict[int, float] = {}

    def draft_ns(self, k: int) -> float:
        """Time to draft ``k`` tokens."""
        return max(0.0, _between(self.draft, k, through_zero=True)) if k else 0.0

    def verify_ns(self, width: int) -> float:
        """Time to verify ``width`` tokens: measured, or interpolated with the shape of the probe."""
        if width in self.verify or not self.shape:
            return _between(self.verify, width)
        form = {at: value / _between(self.shape, at) for at, value in self.verify.items()}
        return _between(form, width, flat=True) * _between(self.shape, width) if form else _between(self.shape, width)

    def round_ns(self, k: int) -> float:
        """Time of a round that drafts ``k`` tokens."""
        return self.draft_ns(k) + self.verify_ns(k + 1) + self.other

    def break_even(self, k: int) -> float:
        """Acceptance length (emitted tokens a round) from which K = ``k`` is as fast as the baseline."""
        return self.round_ns(k) / self.step


def _between(known: Mapping[int, float], at: int, *, through_zero: bool = False, flat: bool = False) -> float:
    """Interpolates in straight pieces; beyond the ends goes on straight, or stays level if ``flat``."""
    points = sorted(known.items())
    if through_zero:
        points = [(0, 0.0), *((x, y) for x, y in points if x > 0)]
    if not points:
        return 0.0
    if at in known and not (through_zero and at <= 0):
        return known[at]
    if len(points) == 1:
        return points[0][1]
    if flat and not points[0][0] < at < points[-1][0]:
        return points[0][1] if at <= points[0][0] else points[-1][1]
    right = next((place for place, (x, _) in enumerate(points) if x >= at), len(points) - 1)
    (x0, y0), (x1, y1) = points[max(0, right - 1)], points[max(1, right)]
    return y0 + (y1 - y0) * (at - x0) / (x1 - x0)


def measured_costs(
    baselines: Iterable[LaneState], lanes: Iterable[LaneState], shape: Mapping[int, float] | None = None
) -> Costs | None:
    """Returns the costs that races showed; None without rounds of both kinds.

    Medians over rounds, as single rounds are disturbed by whatever else the machine does.

    Args:
        baselines: Runs of the baseline.
        lanes: Runs of drafting lanes, any K.
        shape: Time of a forward pass by width, from a probe.
    """
    baselines = list(baselines)
    steps = [item.end_ns - item.start_ns for lane in baselines for item in lane.rounds]
    draft: dict[int, list[int]] = {}
    verify: dict[int, list[int]] = {}
    other: list[int] = []
    # The baseline's pass is one of width 1: without it, widths below the smallest that was raced would be guesses.
    alone = [item.verify_ns for lane in baselines for item in lane.rounds if item.verify_ns > 0]
    if alone:
        verify[1] = alone
    for lane in lanes:
        for item in lane.rounds:
            verify.setdefault(item.drafted + 1, []).append(item.verify_ns)
            other.append(max(0, item.end_ns - item.start_ns - item.draft_ns - item.verify_ns))
            if item.drafted:
                draft.setdefault(item.drafted, []).append(item.draft_ns)
    if not steps or not draft:
        return None
    return Costs(
        step=float(median(steps)),
        draft=_typical(draft),
        verify=_typical(verify),
        other=float(median(other)),
        shape={width: float(value) for width, value in (shape or {}).items()},
    )


def costs_of_heats(
    heats: Iterable[tuple[LaneState, Sequence[LaneState]]], shape: Mapping[int, float] | None = None
) -> Costs | None:
    """Returns the costs that heats showed; None without rounds of both kinds.

    Each heat counts in steps of its own baseline, so that a heat on a slower machine says the same as one on a faster;
    over the heats the median is taken.

    Args:
        heats: Of each heat the run of the baseline and those of drafting lanes, any K.
        shape: Time of a forward pass by width, from a probe.
    """
    steps: list[float] = []
    draft: dict[int, list[float]] = {}
    verify: dict[int, list[float]] = {}
    other: list[float] = []
    for base, lanes in heats:
        if not base.round_ns:
            continue
        step = base.round_ns / len(base.rounds)
        steps.append(step)
        verify.setdefault(1, []).append(base.verify_ns / base.round_ns)
        for lane in lanes:
            for k, rounds in _by_drafted(lane).items():
                verify.setdefault(k + 1, []).append(mean(item.verify_ns for item in rounds) / step)
                draft.setdefault(k, []).append(mean(item.draft_ns for item in rounds) / step)
            if lane.rounds:
                other.append(lane.other_ns / len(lane.rounds) / step)
    if not steps or not draft:
        return None
    step = float(median(steps))
    return Costs(
        step=step,
        draft={k: step * median(seen) for k, seen in draft.items()},
        verify={width: step * median(seen) for width, seen in verify.items()},
        other=step * median(other),
        shape=dict(shape or {}),
    )


def _by_drafted(lane: LaneState) -> dict[int, list[Round]]:
    """Rounds by what they drafted; a number that only a few last rounds drafted is left out where others have more."""
    found: dict[int, list[Round]] = {}
    for item in lane.rounds:
        if item.drafted:
            found.setdefault(item.drafted, []).append(item)
    often = {k: rounds for k, rounds in found.items() if len(rounds) >= _ENOUGH}
    return often or found


def probed_costs(widths: Widths, other: float = 0.0) -> Costs:
    """Returns the costs that forward passes measured alone come to.

    Args:
        other: What a round takes besides, in a drafting lane and in the baseline alike, ns.
    """
    forward = {width: float(value) for width, value in widths.forward_ns.items()}
    draft = {1: float(widths.draft_ns)}
    return Costs(step=_between(forward, 1) + other, draft=draft, verify=forward, other=other, shape=forward)


_ENOUGH = 5


def _typical(values: Mapping[int, Sequence[int]]) -> dict[int, float]:
    """Medians; a size seen only in a few last rounds is left out where others were seen more often."""
    often = {size: float(median(seen)) for size, seen in values.items() if len(seen) >= _ENOUGH}
    return often or {size: float(median(seen)) for size, seen in values.items()}


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
    return times[left]


def extended_rates(rates: Sequence[float], k: int) -> list[float]:
    """Returns ``k`` position rates: the given ones, going on with the last conditional rates' mean where they end."""
    known = falling(rates)[:k]
    if not known:
        return [0.0] * k
    tail = (
        known[-1] / known[-3] if len(known) >= 3 and known[-3] else known[-1] / (known[-2] if len(known) > 1 else 1.0)
    )
    step = math.sqrt(tail) if len(known) >= 3 else tail
    while len(known) < k:
        known.append(known[-1] * min(1.0, step))
    return known


def even_rates(acceptance: float, k: int) -> list[float]:
    """Position rates for one chance ``acceptance`` at every position, for a what-if."""
    return [acceptance**position for position in range(1, k + 1)]


def best_prediction(
    costs: Costs, rates: Sequence[float], tokens: int, finish: Finish = Finish.LENGTH, most: int = MAX_K
) -> Prediction:
    """Returns the prediction of the K in 1..``most`` with the largest predicted speedup."""
    long = extended_rates(rates, most)
    return max((predict(costs, long, k, tokens, finish) for k in range(1, most + 1)), key=lambda item: item.speedup)


def prediction_sentence(best: Prediction) -> str:
    """Says what the costs predict, in plain words."""
    if best.speedup < 0.98:
        return (
            f"At these costs and acceptance no K pays: even K = {best.k} needs {best.break_even:.1f} tokens a round "
            f"and gets {best.tokens_per_round:.1f}."
        )
    if best.speedup <= 1.02:
        return f"At these costs and acceptance no K gains: K = {best.k} would be about as fast as no drafter."
    return f"At these costs and acceptance K = {best.k} should be best, {best.speedup:.2f}× the baseline."
