"""How a lane chooses K for its next round. Pure: what happened goes in, K comes out."""

from __future__ import annotations

from typing import Protocol

from app.race.auto_policy import AutoPolicy
from app.race.cost_policy import CostPolicy
from app.race.events import Round
from app.race.known_costs import NOTHING_KNOWN, KnownCosts
from app.race.lanes import KPolicy


class Policy(Protocol):
    """Chooses K round by round."""

    def next_k(self) -> int:
        """Returns K for the round to come."""
        ...

    def observe(self, item: Round) -> None:
        """Takes in the round that was just decoded."""
        ...


class Fixed:
    """The same K in every round."""

    def __init__(self, k: int) -> None:
        self._k = k

    def next_k(self) -> int:
        """Returns the one K."""
        return self._k

    def observe(self, item: Round) -> None:
        """Learns nothing."""


class Heuristic:
    """Two more after a round that was accepted whole, one less otherwise, within 1..``most``.

    Source: the ``heuristic`` schedule of ``num_assistant_tokens_schedule`` in transformers.
    """

    def __init__(self, most: int, first: int = 5) -> None:
        self._most = most
        self._k = min(first, most)

    def next_k(self) -> int:
        """Returns the current K."""
        return self._k

    def observe(self, item: Round) -> None:
        """Grows or shrinks K."""
        if item.drafted and item.accepted == item.drafted:
            self._k = min(self._most, self._k + 2)
        elif item.drafted:
            self._k = max(1, self._k - 1)


def policy_for(policy: KPolicy, k: int, known: KnownCosts = NOTHING_KNOWN) -> Policy:
    """Returns a new policy; ``k`` is the fixed K, or the largest that an adaptive policy may choose.

    Args:
        known: What passes and drafts are known to cost, where they were measured.

    Raises:
        ValueError: the policy is one of a newer version.
    """
    match policy:
        case KPolicy.FIXED:
            return Fixed(k)
        case KPolicy.HEURISTIC:
            return Heuristic(k)
        case KPolicy.COST:
            return CostPolicy(k, known.rounds)
        case KPolicy.AUTO:
            return AutoPolicy(k, known)
        case KPolicy.NEWER:
            raise ValueError("a policy of a newer version can be shown and not run")
