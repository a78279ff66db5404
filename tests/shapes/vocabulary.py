"""The cycle through the words of a vocabulary that greedy text follows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WORDS_AT = 238 + 256 + 2
"""The first word, behind special tokens, bytes, the line's end and the space."""


def came_before(first: int, end: int, seed: int) -> NDArray[np.int64]:
    """Returns which token comes before each one below ``end``, in a cycle through all from ``first`` on."""
    words = np.random.default_rng(seed).permutation(np.arange(first, end))
    before = np.arange(end)
    before[np.roll(words, -1)] = words
    return before
