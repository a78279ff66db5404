"""Where an axis ends and which of its numbers are written: decided here for window, pictures and films. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

LEAST: Final = 3
"""Numbers on an axis, at least: two of them do not tell how it is divided."""
_STEPS: Final = (5.0, 2.5, 2.0, 1.0)
_TOPS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_ENDS: Final = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 180, 240, 300)
FIRST_END: Final = float(_ENDS[0])
"""Right end of a time axis before there is anything to show, in seconds."""


def ticks(low: float, high: float, most: float, *, whole: bool = False) -> list[float]:
    """Returns evenly spaced round numbers in ``low`` to ``high``.

    Args:
        most: How many there may be; more of them come only where fewer than three would be left otherwise.
        whole: Only whole numbers, for what is counted.
    """
    best: list[float] = []
    for step in _steps(high - low):
        if whole and step != round(step):
            continue
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 > most and len(best) >= LEAST:
            break
        if last - first + 1 >= max(1, len(best)):
            best = [round(number * step, 10) for number in range(first, last + 1)]
    return best


def _steps(span: float) -> Iterator[float]:
    """Round steps for a span, the coarsest first; none for one that is no number or nothing."""
    if not math.isfinite(span) or span <= 0:
        return
    power = math.floor(math.log10(span)) + 1
    for exponent in range(power, power - 4, -1):
        for size in _STEPS:
            yield size * 10.0**exponent


def round_top(value: float) -> float:
    """Returns a round number of at least ``value``, which is positive."""
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in _TOPS if step * power >= value * (1 - 1e-12)), 10 * power)


def number_text(value: float) -> str:
    """Returns a number in few characters: from 1,000 on in thousands."""
    return f"{value:g}" if abs(value) < 1000 else f"{value / 1000:g}k"


def time_end(seconds: float, *, whole: bool = False) -> float:
    """Returns the right end of a time axis that holds ``seconds``: it grows in steps, so that it does not creep.

    ``whole``: no more will come, so the axis of a race of a moment need not leave room for any.
    """
    if whole and 1e-9 <= seconds < FIRST_END:
        return round_top(seconds)
    return float(next((end for end in _ENDS if seconds <= end), math.ceil(seconds / _ENDS[-1]) * _ENDS[-1]))


def time_labels(end: float, most: float) -> list[tuple[float, str]]:
    """Returns places and texts of a time axis from 0 to ``end`` seconds; the last one has the unit."""
    places = ticks(0.0, end, most)
    return [(at, f"{number_text(at)} s" if at == places[-1] else number_text(at)) for at in places]
