"""Whether a draft goes on: what the drafter's logits say, and who decides by it."""

from __future__ import annotations

import numpy as np

from app.engines.sampling import Floats
from app.race.gate import Gate

_SMALL = 1 << 15
"""Logits that are summed up whole; more of them cost time that a draft is to save."""
_NEAR = 11.0
"""Logits nearer to the best than this are summed up each."""
_STRIDE = 16
"""Of those further away one in so many is looked at: each weighs 1.7e-5 at most, so they can be estimated."""
_MANY = 4096
"""If so many are near, all are summed up: it is slow, but such a draft ends here."""
_GROUP = 8
"""Comparisons that are looked at in one machine word."""


def top_probability(row: Floats, best: int) -> float:
    """Returns the best token's share after a softmax: exact in a small vocabulary, to a few percent in a large one."""
    top = row[best]
    whole = len(row) // _GROUP * _GROUP
    near = row[:whole] > top - _NEAR
    if len(row) <= _SMALL or np.count_nonzero(near) > _MANY:
        return min(1.0, 1.0 / float(np.exp(row - top).sum()))
    groups = row[:whole].reshape(-1, _GROUP)[np.flatnonzero(near.view(np.uint64))]
    each = float(np.exp(groups - top).sum() + np.exp(row[whole:] - top).sum())
    some = np.exp(np.minimum(row[:whole:_STRIDE] - top, -_NEAR))
    far = float(some.sum()) - np.count_nonzero(near[::_STRIDE]) * float(np.exp(-_NEAR))
    return min(1.0, 1.0 / (each + _STRIDE * max(0.0, far)))


class Judge:
    """Judges one draft after the other: by a least probability, and by a gate if the lane has one.

    Args:
        min_p: A token below this probability ends its draft and is not part of it; 0 takes any.
    """

    def __init__(self, min_p: float) -> None:
        self._min_p = min_p
        self.gate: Gate | None = None
        self.certainty: list[float] = []

    def begin(self) -> None:
        """A new draft begins."""
        self.certainty = []

    def takes(self, row: Floats, best: int) -> bool:
        """Whether the token becomes part of the draft."""
        if self._min_p <= 0 and self.gate is None:
            return True
        probability = round(top_probability(row, best), 4)
        if probability < self._min_p:
            return False
        self.certainty.append(probability)
        return True

    def wants_more(self) -> bool:
        """Whether to draft another token behind those that were taken."""
        return self.gate is None or self.gate.wants(self.certainty)
