"""Whether a draft goes on: what the drafter's logits say, and who decides by it."""

from __future__ import annotations

import numpy as np

from app.engines.sampling import Floats
from app.race.gate import Gate

_SMALL = 1 << 15
"""Logits that are summed up whole; more of them cost time that a draft is to save."""
_LINES = 64
"""A large row is looked at as so many lines, one below the other."""
_SAMPLE = 64
"""Columns of which all logits are summed up, to tell what the others come to."""


def top_share(row: Floats, temperature: float = 1.0) -> tuple[int, float]:
    """Returns the best token, the first of equals, and its share after a softmax at a temperature.

    The share is exact in a small vocabulary. In a large one the row is read once, for the largest logit of each column
    of its lines. These columns' best are summed up, so whatever weighs much is in the sum as it is (two tokens that
    weigh share a column once in thousands); the rest is estimated from some columns, to a few percent of the share.
    """
    if len(row) <= _SMALL:
        best = int(row.argmax())
        return best, _share(_weight(row, row[best], temperature))
    columns = len(row) // _LINES
    lines, beyond = row[: columns * _LINES].reshape(_LINES, columns), row[columns * _LINES :]
    peaks = lines.max(axis=0)
    column = int(peaks.argmax())
    top = peaks[column]
    if np.count_nonzero(peaks == top) > 1 or (len(beyond) and beyond.max() >= top):
        best = int(row.argmax())
        top = row[best]
    else:
        best = int(lines[:, column].argmax()) * columns + column
    some = _weight(lines[:, :_SAMPLE], top, temperature) - _weight(peaks[:_SAMPLE], top, temperature)
    rest = max(0.0, some) * columns / _SAMPLE + _weight(beyond, top, temperature)
    return best, _share(_weight(peaks, top, temperature) + rest)


def _weight(logits: Floats, top: np.float32, temperature: float) -> float:
    """What logits weigh in a softmax, where the top one weighs 1."""
    below = logits - top
    if temperature != 1.0:
        below /= np.float32(temperature)
    return float(np.exp(below, out=below).sum())


def _share(total: float) -> float:
    """The share of what weighs 1 in a total; 1 where the logits are no numbers."""
    return min(1.0, 1.0 / total) if total > 0 else 1.0


class Judge:
    """Judges one draft after the other: by a least probability, and by a gate if the lane has one.

    Args:
        min_p: A token below this probability ends its draft and is not part of it; 0 takes any.
    """

    def __init__(self, min_p: float) -> None:
        self._min_p = min_p
        self._temperature = 1.0
        self.gate: Gate | None = None
        self.certainty: list[float] = []

    def run(self, temperature: float) -> None:
        """A run begins in which the target draws at this temperature; 0 takes its best token.

        A draft is accepted if the target draws it, so a gate is told the drafter's share at that temperature.
        """
        self._temperature = temperature if temperature > 0 else 1.0

    def begin(self) -> None:
        """A new draft begins."""
        self.certainty = []

    def pick(self, row: Floats) -> int:
        """Returns the best token of a row of logits, or -1 if it does not become part of the draft."""
        if self._min_p <= 0 and self.gate is None:
            return int(row.argmax())
        best, share = top_share(row, self._temperature if self.gate is not None else 1.0)
        share = round(share, 4)
        if share < self._min_p:
            return -1
        self.certainty.append(share)
        return best

    def wants_more(self) -> bool:
        """Whether to draft another token behind those that were taken."""
        return self.gate is None or self.gate.wants(self.certainty)
