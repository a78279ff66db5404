"""Words for lanes and intervals of sweeps: for the advice that is kept with one, and for every face that shows it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from app.race.lanes import POLICY_WORDS, KPolicy
from app.race.language import say
from app.race.statistics import Interval

NONE: Final = "–"
"""Stands where nothing is known."""


def policy_word(policy: KPolicy, k: int) -> str:
    """Returns how a lane is named on an axis: its K, or how it chooses K."""
    return str(k) if policy is KPolicy.FIXED else POLICY_WORDS.get(policy, policy.value)


def k_name(policy: KPolicy, k: int) -> str:
    """Returns a lane in a word or two, such as ``"K = 3"`` or ``"adaptive K"``."""
    return f"K = {k}" if policy is KPolicy.FIXED else say("{word} K", word=say(policy_word(policy, k)))


def span_words(found: Interval | None) -> str:
    """Returns the ends of an interval, such as ``"1.37 to 1.46"``; a dash where nothing is known of them."""
    if found is None or not (math.isfinite(found.low) and math.isfinite(found.high) and found.low > 0):
        return NONE
    return say("{low:.2f} to {high:.2f}", low=found.low, high=found.high)


def listed(words: Sequence[str]) -> str:
    """Returns at least one word as a list, such as ``"1, 2 and 3"``."""
    if len(words) == 1:
        return words[0]
    return say("{first} and {last}", first=say(", ").join(words[:-1]), last=words[-1])
