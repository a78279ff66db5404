"""What if more drafts were accepted, or K were another: a race's costs with another acceptance put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final

import msgspec

from app.race.costs import Costs, Heat, measured_costs
from app.race.events import Finish, PassCosts
from app.race.fold import LaneState
from app.race.lanes import MAX_K, KPolicy, LaneKind, LaneSpec, lane_title
from app.race.predict import Prediction, even_rates, extended_rates, predict

ALL_K: Final = tuple(range(1, MAX_K + 1))
_HALVINGS: Final = 40
_KEPT: Final = 8
"""Curves: of the race, and of the last places of a slider."""
CLOSE: Final = 0.05
"""A prediction this near to what raced, as a share of it, is not spoken of."""


class Measured(msgspec.Struct, frozen=True):
    """One drafting lane as it raced.

    Attributes:
        index: Place of the lane in the race; picks its colour.
        name: For people, such as ``"MTP K=3"``.
        k: Draft tokens a round; of an adaptive lane the mean.
        fixed: Whether K was one and the same.
        speedup: Times the baseline's decode rate.
        rates: Position rates.
    """

    index: int
    name: str
    k: float
    fixed: bool
    speedup: float
    rates: tuple[float, ...]


class Ground(msgspec.Struct, frozen=True, dict=True):
    """What a what-if starts from.

    Attributes:
        costs: What decoding cost in the race.
        lanes: The drafting lanes, the fastest first.
        tokens: Tokens that the run emitted.
        finish: How it ended.
        probed: Context of the probe that gave the shape of the cost; 0 without one.
    """

    costs: Costs
    lanes: tuple[Measured, ...]
    tokens: int
    finish: Finish
    probed: int = 0

    @property
    def acceptance(self) -> float:
        """The chance of a draft token that brings as many tokens a round as the fastest lane had, 0..1."""
        first = self.lanes[0]
        return fitted_acceptance(first.rates)

    @property
    def k(self) -> int:
        """K of the fastest lane."""
        return min(MAX_K, max(1, round(self.lanes[0].k)))

    @property
    def known(self) -> list[int]:
        """The K whose cost was measured; that of the others is inferred."""
        return [k for k in ALL_K if self.costs.measured(k)]

    def curve(self, acceptance: float) -> list[Prediction]:
        """Returns the prediction of K = 1..16 if every draft token had this chance."""
        return self._curve(tuple(even_rates(acceptance, MAX_K)))

    def measured_curve(self) -> list[Prediction]:
        """Returns the prediction of K = 1..16 at the position rates that the fastest lane had."""
        return self._curve(tuple(extended_rates(self.lanes[0].rates, MAX_K)))

    @cached_property
    def _curve(self) -> Callable[[tuple[float, ...]], list[Prediction]]:
        """Makes the curve of position rates. It takes milliseconds, and every paint asks for the same ones."""

        @lru_cache(maxsize=_KEPT)
        def curve(rates: tuple[float, ...]) -> list[Prediction]:
            return [predict(self.costs, rates, k, self.tokens, self.finish) for k in ALL_K]

        return curve

    def best(self, curve: Sequence[Prediction]) -> Prediction:
        """Returns the fastest of the K whose cost was measured: what was not measured is never called best."""
        known = [item for item in curve if self.costs.measured(item.k)]
        return max(known or curve[:1], key=lambda item: item.speedup)

    def misses(self) -> list[tuple[Measured, float]]:
        """Returns each lane of one K that raced, and the speedup that these costs give it."""
        return [
            (lane, predict(self.costs, lane.rates, round(lane.k), self.tokens, self.finish).speedup)
            for lane in self.lanes
            if lane.fixed and 1 <= lane.k <= MAX_K
        ]


def ground(
    heats: Sequence[Heat],
    lanes: Sequence[Measured],
    longest: LaneState | None,
    pass_costs: PassCosts | None = None,
) -> Ground | None:
    """Returns what a what-if of this race starts from, or None if the race did not time the parts of its rounds.

    Args:
        heats: The runs of the baseline, each with those of the lanes.
        lanes: The drafting lanes.
        longest: The run whose length and end are taken.
        pass_costs: Of forward passes measured alone, where they are known.
    """
    costs = measured_costs(heats, pass_costs.forward_ns if pass_costs else None)
    order = tuple(sorted(lanes, key=lambda lane: -lane.speedup))
    if costs is None or longest is None or not order or not order[0].rates:
        return None
    finish = longest.finish or Finish.LENGTH
    return Ground(costs, order, longest.count, finish, pass_costs.context if pass_costs else 0)


def race_ground(
    lanes: Sequence[LaneSpec],
    runs: Mapping[str, Mapping[int, LaneState]],
    speedups: Mapping[str, float],
    pass_costs: PassCosts | None = None,
) -> Ground | None:
    """Returns what a what-if of a whole race starts from, or None if there is nothing to start from.

    The costs of two drafters cannot be mixed: only the lanes that draft as the fastest one does are taken.

    Args:
        lanes: Of the race, in its order.
        runs: The runs of each lane, by its id and by heat; a race of another format has one heat.
        speedups: Times the baseline's decode rate, by lane.
        pass_costs: Of forward passes measured alone, where they are known.
    """
    base = next((lane for lane in lanes if lane.kind is LaneKind.BASELINE), None)
    found: list[tuple[LaneSpec, Measured]] = []
    for index, lane in enumerate(lanes):
        ratio, own = speedups.get(lane.id), runs.get(lane.id, {})
        if lane.kind is not LaneKind.BASELINE and ratio is not None:
            measured = measured_lane(index, lane_title(lane).split(" (block")[0], lane, list(own.values()), ratio)
            if measured is not None:
                found.append((lane, measured))
    if base is None or not found:
        return None
    fastest = max(found, key=lambda item: item[1].speedup)[0]
    alike = [(lane, measured) for lane, measured in found if _drafting(lane) == _drafting(fastest)]
    heats = [
        (run, [runs[lane.id][heat] for lane, _ in alike if heat in runs[lane.id]])
        for heat, run in runs.get(base.id, {}).items()
    ]
    longest = max(runs[fastest.id].values(), key=lambda run: run.count, default=None)
    return ground(heats, [measured for _, measured in alike], longest, pass_costs)


def _drafting(lane: LaneSpec) -> tuple[object, ...]:
    return lane.kind, lane.engine, lane.drafter, lane.threads, lane.gpu_layers


def measured_lane(index: int, name: str, spec: LaneSpec, runs: Sequence[LaneState], speedup: float) -> Measured | None:
    """Returns what is marked of a lane, None if it drafted nothing."""
    rounds = sum(len(run.rounds) for run in runs)
    drafted = sum(run.drafted for run in runs)
    if not rounds or not drafted:
        return None
    fixed = spec.policy is KPolicy.FIXED
    most = max(len(run.position_drafted) for run in runs)
    rates = []
    for place in range(most):
        tried = sum(run.position_drafted[place] for run in runs if place < len(run.position_drafted))
        hit = sum(run.position_accepted[place] for run in runs if place < len(run.position_accepted))
        rates.append(hit / tried if tried else 0.0)
    return Measured(index, name, float(spec.k) if fixed else drafted / rounds, fixed, speedup, tuple(rates))


def fitted_acceptance(rates: Sequence[float]) -> float:
    """Returns the one chance for every draft token that brings as many accepted tokens a round as ``rates`` do."""
    wanted, k = sum(rates), len(rates)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(even_rates(middle, k)) < wanted else (low, middle)
    return (low + high) / 2


def paying_acceptance(costs: Costs, k: int) -> float | None:
    """Returns the chance of a draft token from which K = ``k`` is as fast as the baseline; None if none is enough."""
    needed = costs.break_even(k) - 1
    if needed > k:
        return None
    return fitted_acceptance([max(0.0, needed) / k] * k)


def cost_sentence(costs: Costs, k: int) -> str:
    """Says what a round of this K costs and from where it pays, and where that is no more than a guess."""
    parts = [("draft", costs.draft_ns(k)), ("verify", costs.verify_ns(k + 1)), ("other", costs.other)]
    told = " + ".join(f"{name} {part / 1e6:.1f}" for name, part in parts if part >= 50_000)
    pays = paying_acceptance(costs, k)
    share = f", an acceptance of {pays:.0%}" if pays is not None else ", more than it can ever get"
    costs_it = "costs" if costs.measured(k) else "was not measured and may cost"
    return (
        f"A round of K = {k} {costs_it} {told} = {costs.round_ns(k) / 1e6:.1f} ms and pays from "
        f"{costs.break_even(k):.1f} tokens{share}."
    )


def prediction_words(found: Ground, acceptance: float, k: int) -> str:
    """Says what this acceptance and this K would bring, and which K of those that were measured would be best."""
    curve = found.curve(acceptance)
    best, here = found.best(curve), curve[k - 1]
    as_raced = abs(acceptance - found.acceptance) < 1e-9
    start = f"At the acceptance of this race, {acceptance:.0%}, "
    if not as_raced:
        start = f"If {acceptance:.0%} of the draft tokens were accepted, "
    if not found.costs.measured(k):
        return (
            f"{start}K = {k} might run at about {here.speedup:.1f}× the baseline, but what it costs was not measured; "
            f"of the K that were, K = {best.k} would be best, at {best.speedup:.2f}×."
        )
    if best.k == k and len(found.known) == 1:
        return f"{start}K = {k} would run at {here.speedup:.2f}× the baseline; no other K was measured."
    if best.speedup <= 1.02:
        way = "pay" if best.speedup < 0.98 else "gain"
        rest = f"the best, K = {best.k}, is predicted at {best.speedup:.2f}× the baseline."
        return f"{start}no K{_limit(found, ' of')} would {way}: {rest}"
    if best.k == k:
        return f"{start}K = {k} would be best{_limit(found)}, at {here.speedup:.2f}× the baseline."
    if best.speedup - here.speedup <= 0.02 * best.speedup:
        return f"{start}K = {k} would run at {here.speedup:.2f}× the baseline, about as fast as the best K."
    return (
        f"{start}K = {k} would run at {here.speedup:.2f}× the baseline; "
        f"K = {best.k} would be best{_limit(found)}, at {best.speedup:.2f}×."
    )


def _limit(found: Ground, word: str = " of K =") -> str:
    """Says among which K a K is the best, where that is not all of them."""
    return "" if len(found.known) == MAX_K else f"{word} {_ranges(found.known)}"


def _ranges(ks: Sequence[int]) -> str:
    """Returns whole numbers in rising order as ``"1 to 4, 8"``."""
    runs: list[list[int]] = []
    for k in ks:
        if runs and runs[-1][-1] == k - 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def miss_words(found: Ground) -> str:
    """Says by how much the prediction misses the race that it stands on; empty where it is close."""
    worst = max(found.misses(), key=lambda item: abs(item[1] / item[0].speedup - 1), default=None)
    if worst is None:
        return ""
    lane, predicted = worst
    miss = predicted / lane.speedup - 1
    if abs(miss) <= CLOSE:
        return ""
    return (
        f"These predictions miss their own race: {lane.name} is predicted at {predicted:.2f}× and ran at "
        f"{lane.speedup:.2f}×, so expect them to be about {abs(miss):.0%} too {'high' if miss > 0 else 'low'}."
    )


def ground_words(found: Ground, pair: str) -> str:
    """Says where the costs come from, and for which K they were measured; ``pair`` is its id."""
    if found.probed:
        start = f"Costs are of this race, and of passes measured alone after {found.probed} tokens of text."
    else:
        start = "Costs are of this race."
    if len(found.known) < MAX_K:
        start += (
            f" They were measured for K = {_ranges(found.known)}; elsewhere (dashed) they are taken to go on growing. "
            f"The command mtp-race probe --pair {pair} measures them."
        )
    return " ".join(part for part in (start, miss_words(found)) if part)
