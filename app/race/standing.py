"""Who is faster, as far as it can be told: the one place that says what is level, what is too few and what is sure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.race.language import say
from app.race.statistics import FEW, Interval

LEVEL_BELOW: Final = 1.005
"""Below this ratio of two rates neither is called faster: it would read 1.00."""
_NARROW: Final = 0.03
"""An interval around 1 of at most this half width says that two lanes are equally fast."""


class Standing(StrEnum):
    """How a lane stands against the baseline."""

    FASTER = "faster"
    SLOWER = "slower"
    LEVEL = "level"
    TOO_FEW = "too few"  # repeats to tell
    UNSURE = "unsure"  # it was repeated enough, and still cannot be told


def standing(ratio: float) -> Standing:
    """Returns how a lane stands that decodes at ``ratio`` times the baseline's rate, from one run of each."""
    if ratio >= LEVEL_BELOW:
        return Standing.FASTER
    return Standing.SLOWER if ratio <= 1 / LEVEL_BELOW else Standing.LEVEL


def sure_standing(interval: Interval) -> Standing:
    """Returns how a lane stands after repeats, no surer than their interval is."""
    if interval.method == "none":
        return Standing.TOO_FEW
    around = interval.holds(1.0)
    if (around and interval.spread <= _NARROW) or (not around and standing(interval.ratio) is Standing.LEVEL):
        return Standing.LEVEL
    if not around:
        return Standing.FASTER if interval.low > 1 else Standing.SLOWER
    return Standing.TOO_FEW if interval.heats < FEW else Standing.UNSURE


def verdict(interval: Interval | None, name: str = "MTP", unit: str = "heats") -> str:
    """Says who is faster and by how much, no surer than the interval is."""
    if interval is None:
        return say("No heat was finished by both lanes, so there is nothing to compare.")
    found = sure_standing(interval)
    if interval.method == "none":
        alone = "{name} ran at {ratio:.2f}× the baseline in one heat: too few repeats to tell."
        return say(alone, name=name, ratio=interval.ratio)
    values = {"name": name, "ratio": interval.ratio, "span": _span(interval.low, interval.high, interval.heats, unit)}
    if found is Standing.FASTER:
        return say("{name} is {ratio:.2f}× faster, {span}.", **values)
    if found is Standing.SLOWER:
        values |= {
            "ratio": 1 / interval.ratio,
            "span": _span(1 / interval.high, 1 / interval.low, interval.heats, unit),
        }
        return say("The baseline is {ratio:.2f}× faster than {name}, {span}.", **values)
    if found is Standing.LEVEL:
        return say("{name} and the baseline are equally fast: {ratio:.2f}×, {span}.", **values)
    if found is Standing.TOO_FEW:
        return say("Too few repeats to tell who is faster: {ratio:.2f}×, {span}.", **values)
    return say("It cannot be told who is faster: {ratio:.2f}×, {span}.", **values)


def _span(low: float, high: float, count: int, unit: str) -> str:
    return say("95 % interval {low:.2f} to {high:.2f}, {count} {unit}", low=low, high=high, count=count, unit=say(unit))
