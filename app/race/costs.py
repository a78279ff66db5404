"""What decoding costs here, by how much is drafted: as races and probes measured it, and what that says of the rest.

The one place for the cost of a round and for the acceptance length from which it pays. A cost that was measured is kept
as it is, also where it falls: with repacked 4-bit weights a pass of 4 tokens can be cheaper than one of 3. A cost that
was not measured is inferred, and then a larger size never costs less than a smaller one. That is an isotonic fit from
above (no inferred cost is below any measured one of a smaller size), since a fit through the middle of such stairs
promises gains that are not there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import mean, median
from typing import Final

from app.race.events import PassCosts
from app.race.fold import LaneState, RoundSums
from app.race.lanes import MAX_K

EDGE: Final = 8
"""Widest pass of llama.cpp's kernels for a few tokens; wider ones use others, so nothing is inferred across it."""
_ENOUGH: Final = 5
Heat = tuple[LaneState, Sequence[LaneState]]
"""The run of the baseline, and those of drafting lanes beside it."""


@dataclass(frozen=True)
class Costs:
    """What decoding costs, in ns.

    Attributes:
        step: One token of the baseline, everything included.
        draft: Drafting by number of tokens drafted, where it was measured.
        verify: The target's forward pass in a drafting lane, by width (tokens fed, drafted + 1), where it was measured.
        other: The rest of a drafting lane's round (choosing tokens, bookkeeping).
        shape: Forward passes measured alone, by width; gives the shape of ``verify`` where it was not measured.
    """

    step: float
    draft: dict[int, float]
    verify: dict[int, float]
    other: float
    shape: dict[int, float] = field(default_factory=dict)

    @cached_property
    def passes(self) -> dict[int, float]:
        """The forward passes that were measured: in the race, or alone and brought to the race's level."""
        if not self.verify or not self.shape:
            return dict(self.verify or self.shape)
        alone = filled(self.shape, MAX_K + 1, EDGE)
        level = {
            width: value / alone[width - 1]
            for width, value in self.verify.items()
            if width <= MAX_K + 1 and alone[width - 1] > 0
        }
        scaled = {width: value * _inferred(level, width, EDGE, 0.0) for width, value in self.shape.items()}
        return scaled | self.verify

    @cached_property
    def _verify(self) -> list[float]:
        return filled(self.passes, MAX_K + 1, EDGE)

    @cached_property
    def _draft(self) -> list[float]:
        return filled({0: 0.0, **self.draft}, MAX_K)

    def draft_ns(self, k: int) -> float:
        """Time to draft ``k`` tokens; beyond 16 where it was not measured, that of 16."""
        return self.draft.get(k, self._draft[min(k, MAX_K) - 1]) if k else 0.0

    def verify_ns(self, width: int) -> float:
        """Time to verify ``width`` tokens, from 1; beyond 17 where it was not measured, that of 17."""
        return self.passes.get(width, self._verify[min(width, MAX_K + 1) - 1])

    def round_ns(self, k: int) -> float:
        """Time of a round that drafts ``k`` tokens, from 0."""
        return self.draft_ns(k) + self.verify_ns(k + 1) + self.other

    def break_even(self, k: int) -> float:
        """Acceptance length (emitted tokens a round) from which K = ``k`` is as fast as the baseline."""
        return self.round_ns(k) / self.step

    def measured(self, k: int) -> bool:
        """Whether the pass of K = ``k`` was measured, or lies between two that were and that run alike."""
        sides = [width for width in self.passes if (width > EDGE) == (k + 1 > EDGE)]
        return bool(sides) and min(sides) <= k + 1 <= max(sides)


def filled(points: Mapping[int, float], last: int, edge: float = math.inf) -> list[float]:
    """Returns a cost for each size 1..``last``: the measured ones as they are, the others inferred.

    An inferred one is never below that of any smaller size. Between two measured ones of the same side of ``edge`` it
    lies on the line between them; beyond them it goes on as all of them rise together.

    Args:
        points: Costs by size, in any unit. Size 0 may be given; it only takes part in what is inferred.
        edge: The last size before costs change their course.
    """
    slope, level, found = _slope(points), 0.0, []
    for size in range(1, last + 1):
        value = points[size] if size in points else max(level, _inferred(points, size, edge, slope))
        level = max(level, value)
        found.append(value)
    return found


def _slope(points: Mapping[int, float]) -> float:
    """How much more a size costs than the one before, by least squares; never negative."""
    if len(points) < 2:
        return 0.0
    across, up = mean(points), mean(points.values())
    spread = sum((size - across) ** 2 for size in points)
    return max(0.0, sum((size - across) * (value - up) for size, value in points.items()) / spread)


def _inferred(points: Mapping[int, float], size: int, edge: float, slope: float) -> float:
    """The cost of a size by its measured neighbours, on its side of ``edge`` if there are any."""
    near = {at: value for at, value in points.items() if (at > edge) == (size > edge)} or points
    below = max((at for at in near if at <= size), default=None)
    above = min((at for at in near if at >= size), default=None)
    if below is None or above is None:
        if below is None:
            return near[above] if above is not None else 0.0
        return near[below] + slope * (size - below)
    share = (size - below) / (above - below) if above > below else 0.0
    return near[below] + share * (near[above] - near[below])


def measured_costs(heats: Iterable[Heat], shape: Mapping[int, float] | None = None) -> Costs | None:
    """Returns the costs that runs showed; None where they did not time the parts of a round, or there is no run.

    Of each heat the means over its rounds are taken, in steps of its own baseline, so that a heat on a slower machine
    says the same as one on a faster; over the heats the median. A mean over rounds is what a decode rate is made of:
    costs of one race give back the speedup of that race.

    Args:
        heats: Of each heat the run of the baseline and those of drafting lanes, any K. A race of another format is one.
        shape: Time of a forward pass by width in ns, from a probe.
    """
    steps: list[float] = []
    draft: dict[int, list[float]] = {}
    verify: dict[int, list[float]] = {}
    other: list[float] = []
    for base, lanes in heats:
        if base.decode_ns <= 0 or base.count < 2:
            continue
        step = base.decode_ns / (base.count - 1)
        steps.append(step)
        # The baseline's pass is one of width 1: without it, widths below the smallest that was raced would be guesses.
        if base.verify_ns:
            verify.setdefault(1, []).append(base.verify_ns / len(base.rounds) / step)
        sums = _added(lane.by_drafted() for lane in lanes)
        for k, of in _often(sums).items():
            verify.setdefault(k + 1, []).append(of.verify_ns / of.count / step)
            draft.setdefault(k, []).append(of.draft_ns / of.count / step)
        if sums:
            other.append(sum(of.other_ns for of in sums.values()) / sum(of.count for of in sums.values()) / step)
    if not steps or not any(any(seen) for seen in draft.values()) or not all(all(seen) for seen in verify.values()):
        return None
    step = median(steps)
    return Costs(
        step=step,
        draft={k: step * median(seen) for k, seen in draft.items()},
        verify={width: step * median(seen) for width, seen in verify.items()},
        other=step * median(other),
        shape={width: float(value) for width, value in (shape or {}).items()},
    )


def typical_sizes(lane: LaneState) -> dict[int, int]:
    """Returns how many rounds drafted how many tokens, without the few at the end that the limit cut short."""
    return {k: of.count for k, of in _often(lane.by_drafted()).items()}


def _added(each: Iterable[Mapping[int, RoundSums]]) -> dict[int, RoundSums]:
    """The sums of several runs together."""
    found: dict[int, RoundSums] = {}
    for sums in each:
        for k, of in sums.items():
            all_of = found.setdefault(k, RoundSums())
            all_of.count += of.count
            all_of.draft_ns += of.draft_ns
            all_of.verify_ns += of.verify_ns
            all_of.other_ns += of.other_ns
    return found


def _often(sums: Mapping[int, RoundSums]) -> dict[int, RoundSums]:
    """Those that drafted; a number that only a few last rounds drafted is left out where others have more."""
    drafted = {k: of for k, of in sums.items() if k}
    return {k: of for k, of in drafted.items() if of.count >= _ENOUGH} or drafted


def probed_costs(pass_costs: PassCosts, other: float = 0.0) -> Costs:
    """Returns the costs that forward passes measured alone come to.

    Args:
        other: What a round takes besides, in a drafting lane and in the baseline alike, ns.
    """
    forward = {width: float(value) for width, value in pass_costs.forward_ns.items()}
    step = filled(forward, 1, EDGE)[0] + other
    return Costs(step=step, draft={1: float(pass_costs.draft_ns)}, verify=forward, other=other)
