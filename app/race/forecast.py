"""What MTP will bring on this machine before a model is here: from passes of slices of its true shape. Pure.

A pass costs what the head and the tables cost, and for each layer something in proportion to the weights that a token
is multiplied with there. Two slices of different depth tell both, for every width apart, since costs jump from width to
width. How many drafts are accepted depends on the text; that is taken from what others published, as a band.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Final

import msgspec

from app.race.choose_k import USUAL_ACCEPTANCE
from app.race.costs import Costs, probed_costs
from app.race.events import PassCosts
from app.race.predict import even_rates, predict
from app.race.published import Published, same_model
from app.race.whatif import fitted_acceptance

FORECAST_WIDTHS: Final = tuple(range(1, 10))
"""Widths of passes that a forecast measures: K from 1 to 8."""
_TOKENS: Final = 256
_USUAL_BAND: Final = (0.5, 0.9)
_ANY: Final = "any text"
_MIXED: Final = "mixed"


class SliceCosts(msgspec.Struct, frozen=True):
    """A slice that was measured.

    Attributes:
        weight: Weights of its layers that one token is multiplied with.
        costs: What its passes cost.
    """

    weight: float
    costs: PassCosts


class WorkloadRates(msgspec.Struct, frozen=True):
    """How many drafts are accepted in one kind of text, as others published it.

    Attributes:
        workload: Class of the text.
        low, high: Chance of a draft token to be accepted, given that the one before it was; the least and the most that
            was published.
        sources: Who published it; empty where nothing is published and the usual is taken.
        same: Of the same model; otherwise of other models of its family.
    """

    workload: str
    low: float
    high: float
    sources: tuple[str, ...] = ()
    same: bool = True


class ForecastK(msgspec.Struct, frozen=True):
    """What one K is forecast to bring.

    Attributes:
        k: Draft tokens a round.
        low, high: Times the baseline's decode rate, at the least and at the most that is expected.
        middle: The same at the middle of the acceptance, at the dearer cost.
        break_even: Tokens that a round must bring to be as fast as the baseline, at the dearer cost.
    """

    k: int
    low: float
    high: float
    middle: float
    break_even: float


class ForecastText(msgspec.Struct, frozen=True):
    """What is forecast for one kind of text.

    Attributes:
        rates: The acceptance that it stands on.
        ks: Every K that was looked at, in rising order.
        best_k: The K that is fastest at the middle of the band.
    """

    rates: WorkloadRates
    ks: tuple[ForecastK, ...]
    best_k: int

    @property
    def best(self) -> ForecastK:
        """What the best K is forecast to bring."""
        return next(item for item in self.ks if item.k == self.best_k)


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What is forecast for a pair on a machine.

    Attributes:
        pair: Id of the pair, or what was asked for.
        title: For people.
        machine: Processor or GPU.
        threads: CPU threads.
        created: UTC time, ISO 8601.
        app_version: Version of the app.
        shape_source: Where the widths and kinds of its layers come from.
        weights: Type that most of the target's weights have.
        layers: Of the whole model.
        slices: Layers of each slice that was measured.
        experts: Whether it is a mixture of experts.
        memory_bytes: Of a race of both lanes, 0 if unknown.
        memory: Whether that fits here, a sentence.
        costs: What passes and drafts of the whole are forecast to cost; ``repeated_ns`` is the cheaper bound of a
            mixture of experts.
        baseline_tps: Tokens a second without a drafter.
        texts: For each kind of text; the first one for any text.
    """

    pair: str
    title: str
    machine: str
    threads: int
    created: str
    app_version: str
    shape_source: str
    weights: str
    layers: int
    slices: tuple[int, ...]
    experts: bool = False
    memory_bytes: int = 0
    memory: str = ""
    costs: PassCosts
    baseline_tps: float
    texts: tuple[ForecastText, ...]

    @property
    def best(self) -> ForecastK:
        """What the best K brings in any text."""
        return self.texts[0].best


def whole_costs(slices: Sequence[SliceCosts], weight: float) -> PassCosts:
    """Returns what passes of the whole model cost, from slices of at least two depths.

    Args:
        slices: As they were measured, at the same context and widths.
        weight: Weights of all layers of the whole that one token is multiplied with.
    """
    deepest = max(slices, key=lambda item: item.weight).costs
    return msgspec.structs.replace(
        deepest,
        forward_ns=_extrapolated([(item.weight, item.costs.forward_ns) for item in slices], weight),
        repeated_ns=_extrapolated([(item.weight, item.costs.repeated_ns) for item in slices], weight),
        draft_ns=int(median(item.costs.draft_ns for item in slices)),
        taken_away=max(item.costs.taken_away for item in slices),
        spread=max(item.costs.spread for item in slices),
    )


def _extrapolated(points: Sequence[tuple[float, Mapping[int, int]]], weight: float) -> dict[int, int]:
    """Continues the cost of each width that all slices have; a layer costs something, and so do the tables."""
    shared = set.intersection(*(set(costs) for _, costs in points))
    across = fmean(at for at, _ in points)
    spread = sum((at - across) ** 2 for at, _ in points)
    found = {}
    for width in sorted(shared):
        up = fmean(costs[width] for _, costs in points)
        slope = sum((at - across) * (costs[width] - up) for at, costs in points) / spread if spread else 0.0
        slope = min(max(0.0, slope), up / across if across else 0.0)  # neither a layer nor the tables come for less
        found[width] = int(up + slope * (weight - across))
    return found


def published_rates(published: Iterable[Published], target: str) -> tuple[WorkloadRates, ...]:
    """Returns the acceptance that others published, first for any text and then by kind of text.

    Rows of the same model count; where there is none of a kind of text, those of other models of the family do. Only
    rows of MTP, one request at a time, with an acceptance that is of that text.
    """
    rows = [row for row in published if row.accepted is not None and row.k and row.requests == 1]
    rows = [row for row in rows if row.drafter == "MTP"]
    own = [row for row in rows if same_model(row.target, target)]
    kinds = sorted(
        {row.workload for row in rows if not row.rough and not row.workload.startswith("prompt ")} - {_MIXED}
    )
    found = [_rates(_ANY, own or rows, bool(own))]
    for kind in kinds:
        same = [row for row in own if row.workload == kind and not row.rough]
        found.append(_rates(kind, same or [row for row in rows if row.workload == kind and not row.rough], bool(same)))
    return tuple(found)


def _rates(workload: str, rows: Sequence[Published], same: bool) -> WorkloadRates:
    if not rows:
        return WorkloadRates(workload, *_USUAL_BAND, same=False)
    chances = [chance(row) for row in rows]
    return WorkloadRates(workload, min(chances), max(chances), tuple(dict.fromkeys(row.source for row in rows)), same)


def chance(row: Published) -> float:
    """Returns the chance of each draft token that brings as many accepted tokens a round as a published row has."""
    k = row.k or 1
    return fitted_acceptance([(row.accepted or 0.0) / k] * k)


def forecast_texts(costs: PassCosts, rates: Sequence[WorkloadRates]) -> tuple[ForecastText, ...]:
    """Returns what every K brings in each kind of text."""
    dear = probed_costs(costs)
    cheap = probed_costs(msgspec.structs.replace(costs, forward_ns=costs.repeated_ns)) if costs.repeated_ns else dear
    ks = [width - 1 for width in sorted(costs.forward_ns) if width > 1]
    return tuple(_text(dear, cheap, ks, item) for item in rates)


def _text(dear: Costs, cheap: Costs, ks: Sequence[int], rates: WorkloadRates) -> ForecastText:
    middle = middle_chance(rates)
    found = []
    for k in ks:
        both = [_speedup(costs, at, k) for costs in (dear, cheap) for at in (rates.low, rates.high)]
        found.append(ForecastK(k, min(both), max(both), _speedup(dear, middle, k), dear.break_even(k)))
    best = max(found, key=lambda item: (round(item.middle, 3), -item.k))
    return ForecastText(rates, tuple(found), best.k)


def middle_chance(rates: WorkloadRates) -> float:
    """Returns the chance that is taken to pick one K: the usual one where nothing is published, else the middle."""
    return (rates.low + rates.high) / 2 if rates.sources else USUAL_ACCEPTANCE


def _speedup(costs: Costs, accepted: float, k: int) -> float:
    return predict(costs, even_rates(accepted, k), k, _TOKENS).speedup
