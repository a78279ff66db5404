"""Is my machine normal? One's own result among those that others published for the same target.

What is compared is the cost of a round in plain steps, (accepted + 1) / speedup: the same acceptance wins where a round
is cheap and loses where it is dear. A lane breaks even where it accepts as many tokens a round as its cost less one.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

import msgspec

from app.race.published import Published, for_target
from app.race.sweep_result import Cell, SweepResult

_FEW: Final = 3
"""Fewer published rounds are named, and no range is made of them."""


class OwnLane(msgspec.Struct, frozen=True, kw_only=True):
    """One of the user's own lanes.

    Attributes:
        name: For people.
        k: Draft tokens a round.
        accepted: Mean accepted draft tokens a round.
        speedup: Times the baseline's decode rate.
    """

    name: str
    k: int
    accepted: float
    speedup: float

    @property
    def round_cost(self) -> float:
        """What a round costs, in plain steps."""
        return (self.accepted + 1) / self.speedup


class Normal(msgspec.Struct, frozen=True, kw_only=True):
    """Where one's own lanes stand.

    Attributes:
        own: One's own lanes.
        others: Published results for the same target with a cost of a round, the cheapest first.
        sentences: One a lane, and one where nothing is published.
    """

    own: tuple[OwnLane, ...]
    others: tuple[Published, ...]
    sentences: tuple[str, ...]


def own_lanes(sweep: SweepResult) -> tuple[OwnLane, ...]:
    """Returns the lanes of a sweep or a suite: the medians over its prompts, since others publish few prompts too."""
    found: dict[str, list[Cell]] = {}
    for cell in (cell for prompt in sweep.prompts for cell in prompt.cells):
        if cell.accepted_per_round is not None and cell.speedup is not None and cell.speedup.ratio > 0:
            found.setdefault(cell.lane, []).append(cell)
    return tuple(
        OwnLane(
            name=cells[0].title,
            k=cells[0].k,
            accepted=median(cell.accepted_per_round or 0.0 for cell in cells),
            speedup=median(cell.speedup.ratio for cell in cells if cell.speedup),
        )
        for cells in found.values()
    )


def normal(target: str, own: Sequence[OwnLane], published: Sequence[Published]) -> Normal:
    """Returns how one's own lanes compare with what is published for the same target.

    Args:
        target: Name of the target's file or folder.
        own: Lanes whose acceptance and speedup are known.
        published: All published results.
    """
    same = [item for item in for_target(published, target) if item.round_cost is not None]
    others = tuple(sorted(same, key=lambda item: item.round_cost or 0.0))
    if not own:
        sentences: tuple[str, ...] = ("No lane here has both a speedup and a number of accepted tokens.",)
    elif not others:
        sentences = (*(_own_words(lane) for lane in own), "Nobody has published rounds of this target yet.")
    else:
        sentences = tuple(_words(lane, others) for lane in own)
    return Normal(own=tuple(own), others=others, sentences=sentences)


def _own_words(lane: OwnLane) -> str:
    cost = lane.round_cost
    accepted, needed = f"{lane.accepted:.2f}", f"{max(0.0, cost - 1):.2f}"
    verdict = "as many as" if accepted == needed else "more than" if lane.accepted > cost - 1 else "less than"
    return (
        f"{lane.name}: a round costs {cost:.2f} plain steps, so it breaks even at {needed} accepted tokens; it "
        f"accepts {accepted}, {verdict} that."
    )


def _words(lane: OwnLane, others: Sequence[Published]) -> str:
    like = [item for item in others if item.k == lane.k] or list(others)
    costs = [item.round_cost or 0.0 for item in like]
    at = f" at K = {lane.k}" if like[0].k == lane.k else ""
    if len(costs) < _FEW:
        told = " and ".join(f"{cost:.2f} ({item.machine})" for cost, item in zip(costs, like, strict=True))
        return f"{_own_words(lane)} Published{at}: {told}."
    low, high = min(costs), max(costs)
    cost = lane.round_cost
    place = (
        "cheaper than all of them" if cost < low else "dearer than all of them" if cost > high else "within their range"
    )
    return (
        f"{_own_words(lane)} {len(costs)} published rounds of this target{at} cost {low:.2f} to {high:.2f} "
        f"(median {median(costs):.2f}): yours is {place}."
    )
