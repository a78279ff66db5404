"""How the cost of some work grows with its input: a ratio of processor times, which other load does not move."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence

LARGER = 4
QUADRATIC = LARGER**2
LINEAR = 11.0  # what still counts as linear: more than 4 for noise and n log n, well below the 16 of quadratic cost
_ROUNDS = 4
_TOO_SHORT_S = 0.02


def growth(work: Callable[[str], object], make: Callable[[int], str], size: int) -> float:
    """How many times longer `work` takes for ``make(4 * size)`` than for ``make(size)``; 1.0 if it takes no time."""
    small, large = make(size), make(LARGER * size)
    least = [float("inf"), float("inf")]
    for _ in range(_ROUNDS):
        least = [min(known, _cost(work, text)) for known, text in zip(least, (small, large), strict=True)]
        if least[1] < _TOO_SHORT_S:
            return 1.0
        if least[1] <= LINEAR * least[0]:
            break  # what comes once came without a disturbance
    return least[1] / least[0]


def _cost(work: Callable[[str], object], text: str) -> float:
    gc.disable()  # it grows with what else is in memory
    try:
        started = time.thread_time()
        work(text)
        return time.thread_time() - started
    finally:
        gc.enable()


def repeated(piece: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """A text of about so many characters that repeats `piece`."""
    return lambda size: before + piece * (size // len(piece)) + after


# What degenerating models write by themselves, and what patterns are slow on: one piece again and again.
PIECES: Sequence[str] = (
    *("\n", "\t\n", "1", "1.", "1_", "-", "#", "\\", '"', "'''", "(", "{", "{1,", "<!--", "<|a|>", "<think>", "```\n"),
    *("```python\n", "> ", "- ", "[a](", ">>> x\n", "def f():\n", "@\n", "f'{", "/*\n", "//", 'id="a', "x = 1\n"),
)
