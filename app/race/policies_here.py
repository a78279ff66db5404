"""What other policies would have done on the text of a race, at its costs. Pure.

A lane that ends its drafts itself tells what the drafter proposed and how certain it was. Places inside an accepted
draft begin drafts as well, with what is left of it, so most of a recording (:mod:`app.race.simulate`) follows from its
rounds. What does not is how a draft would have gone on where all of it held: the token after it is the target's own.
There the chance of all drafts is taken, spread evenly. So this is a forecast; a recording of every place is exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import msgspec

from app.race.costs import Costs
from app.race.fold import LaneState
from app.race.known_costs import KnownCosts
from app.race.kpolicy import policy_for
from app.race.lanes import ADAPTIVE_K, MAX_K, KPolicy
from app.race.language import say
from app.race.simulate import PassTable, Place, simulate

_FEW: Final = 24
"""Tokens below which nothing is forecast."""
_NAMES: Final = {KPolicy.HEURISTIC: "heuristic", KPolicy.COST: "adaptive", KPolicy.AUTO: "auto"}


class PolicyForecast(msgspec.Struct, frozen=True):
    """What one policy would have done.

    Attributes:
        name: For people, such as ``"K = 3"``.
        policy: How it chooses K; ``k`` is the fixed one, or the largest.
        speedup: Times the baseline's decode rate.
        measured: What its lane ran at in this race; 0 if none did.
    """

    name: str
    policy: KPolicy
    k: int
    speedup: float
    measured: float = 0.0


def places_of(run: LaneState, deep: int = MAX_K) -> tuple[Place, ...]:
    """Returns the places of a text, from the rounds of a lane that told its drafts; nothing if it told none.

    Args:
        deep: Tokens of the drafts to rebuild.
    """
    if run.prefilled is None or not any(item.drafts for item in run.rounds):
        return ()
    ids = [token.id for token in run.tokens]
    heads: dict[int, tuple[tuple[float, ...], int]] = {}
    at = 0
    for item in run.rounds:
        certainty = item.certainty if len(item.certainty) == len(item.drafts) else ()
        heads[at] = (certainty, _held(item.drafts[: len(certainty)], ids[at + 1 :]))
        at += item.emitted
    own, sure, unsure = _own_tokens(heads)
    return tuple(_place(number, heads, own, (sure, unsure), at, deep) for number in range(at))


def _held(drafts: Sequence[int], text: Sequence[int]) -> int:
    """How many drafts from the first the text has."""
    count = 0
    for draft, token in zip(drafts, text, strict=False):
        if draft != token:
            break
        count += 1
    return count


def _own_tokens(heads: dict[int, tuple[tuple[float, ...], int]]) -> tuple[dict[int, bool], float, float]:
    """Tells of each token that the target added behind a draft that held whether a draft of it would have held.

    With it come the usual certainty of drafts that held, and of those that did not.
    """
    hits = [value for certainty, held in heads.values() for value in certainty[:held]]
    misses = [certainty[held] for certainty, held in heads.values() if held < len(certainty)]
    share = len(hits) / (len(hits) + len(misses)) if hits or misses else 0.0
    found, due = {}, 0.5
    for at, (certainty, held) in heads.items():
        if held == len(certainty):
            due += share
            found[at + held + 1] = due >= 1
            due -= due >= 1
    return found, _mean(hits, 1.0), _mean(misses, 0.5)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _place(
    at: int,
    heads: dict[int, tuple[tuple[float, ...], int]],
    own: dict[int, bool],
    usual: tuple[float, float],
    end: int,
    deep: int,
) -> Place:
    found: list[float] = []
    accepted, whole, starts = 0, True, list(heads)
    while whole and len(found) < deep and at < end:
        begin = starts[bisect_right(starts, at) - 1]
        certainty, held = heads[begin]
        found += certainty[at - begin :]
        accepted += held - (at - begin)
        if held < len(certainty):
            break
        at = begin + held + 1
        whole = own.get(at, False)
        found.append(usual[0] if whole else usual[1])
        accepted += whole
    # Behind a miss it does not matter how a draft goes on; it would have gone on as doubtful.
    found += [usual[1]] * (deep - len(found))
    return Place(tuple(found[:deep]), min(accepted, deep))


def forecasts(run: LaneState, costs: Costs, raced: dict[tuple[KPolicy, int], float]) -> tuple[PolicyForecast, ...]:
    """Returns what every fixed K to 8 and each policy would run at on a text; nothing where it cannot be told.

    Args:
        run: Of a lane that told its drafts.
        costs: What decoding cost in the race.
        raced: Speedups of the lanes of the race that draft with the same drafter, by policy and K.
    """
    places = places_of(run)
    if len(places) < _FEW:
        return ()
    table = PassTable(
        {width: costs.verify_ns(width) for width in range(1, MAX_K + 2)},
        costs.draft_ns(ADAPTIVE_K) / ADAPTIVE_K,
        costs.other,
    )
    known = KnownCosts(tuple(round(table.passes[width]) for width in sorted(table.passes)), round(table.draft))
    plain = costs.step * len(places)
    asked = [(KPolicy.FIXED, k) for k in range(1, ADAPTIVE_K + 1)]
    asked += [(KPolicy.HEURISTIC, ADAPTIVE_K), (KPolicy.COST, ADAPTIVE_K), (KPolicy.AUTO, MAX_K)]
    return tuple(
        PolicyForecast(
            _NAMES.get(policy, f"K = {k}"),
            policy,
            k,
            plain / simulate(places, policy_for(policy, k, known), table).ns,
            raced.get((policy, k), 0.0),
        )
        for policy, k in asked
    )


def forecast_words(found: Sequence[PolicyForecast]) -> str:
    """Says in one sentence what the best fixed K and each policy would run at on this text; empty without forecasts."""
    if not found:
        return ""
    fixed = max((item for item in found if item.policy is KPolicy.FIXED), key=lambda item: item.speedup)
    others = [item for item in found if item.policy is not KPolicy.FIXED]
    told = [say("{name} {speedup:.2f}× (the best fixed K)", name=fixed.name, speedup=fixed.speedup)]
    told += [say("{name} {speedup:.2f}×", name=item.name, speedup=item.speedup) for item in others]
    return say("A replay of this text at these costs: {policies}.", policies=", ".join(told))
