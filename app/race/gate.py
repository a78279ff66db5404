"""Who decides how long a draft is while it is made: what a lane asks, and a policy answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from app.race.events import Halt


@runtime_checkable
class Gate(Protocol):
    """Decides draft by draft how long a draft is, and how much of it is tried.

    What it is told are the drafter's probabilities of the tokens drafted so far in the round, 0..1.
    """

    @property
    def most(self) -> int:
        """The longest draft that it may want."""
        ...

    def wants(self, probabilities: Sequence[float]) -> bool:
        """Whether to draft one more; asked after each draft."""
        ...

    def halt(self, probabilities: Sequence[float]) -> Halt:
        """Why no more are drafted."""
        ...

    def keep(self, probabilities: Sequence[float]) -> int:
        """How many of the drafts, from the first, the target is to be given; asked once a round, after the draft."""
        ...
