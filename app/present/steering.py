"""What a lane did that ends its drafts itself: where it drafted much and where little, and why it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.race.events import Halt, Round
from app.race.language import say
from app.race.steered import Spread

HALT_WORDS: Final = {
    Halt.CERTAINTY: "the next token was too doubtful",
    Halt.COST: "one more would not have paid",
    Halt.LIMIT: "no room for more",
    Halt.NEWER: "for a reason of a newer version",
}
"""Why a draft ended, as it stands behind a round's numbers."""


def round_words(number: int, item: Round) -> str:
    """Returns what a round did, in lines; ``number`` counts from 0."""
    took = f"{(item.end_ns - item.start_ns) / 1e6:.1f} ms"
    why = HALT_WORDS.get(item.halt)
    stopped = "" if why is None else f"\nno more were drafted: {why}"
    if not item.made:
        return f"Step {number + 1}: one token in {took}{stopped}"
    drafted = f"drafted {item.drafted}"
    if item.made > item.drafted:
        drafted = f"drafted {item.made}, tried {item.drafted} of them"
    parts = f"draft {item.draft_ns / 1e6:.1f} ms, verify {item.verify_ns / 1e6:.1f} ms"
    return f"Round {number + 1}: {drafted}, accepted {item.accepted}, {took}\n{parts}{stopped}"


def steering_words(name: str, found: Sequence[Spread], over: tuple[float, int] | None) -> str:
    """Says in one sentence where a lane that ends its drafts itself drafted much and where little.

    Args:
        name: Of the lane.
        found: Where it drafted how much; empty says nothing.
        over: Its rate over that of the best lane of a fixed K that raced beside it with the same drafter, and that K.
    """
    if not found:
        return ""
    drafted = say("{name} drafted {most}", name=name, most=_amount(found[0]))
    if len(found) > 1:
        drafted = say("{drafted}, {least}", drafted=drafted, least=_amount(found[1]))
    if over is None:
        return say("{drafted}.", drafted=drafted)
    ratio, k = over
    told = say("{ratio:.2f}× the best fixed K that raced, K = {k}", ratio=ratio, k=k)
    return say("{drafted}: {over}.", drafted=drafted, over=told)


def _amount(spread: Spread) -> str:
    if not spread.high:
        count = say("nothing")
    elif spread.low == spread.high:
        count = str(spread.low)
    else:
        count = say("{low} to {high}", low=spread.low, high=spread.high)
    if spread.where is None:
        return count
    return say("{count} at {where}", count=count, where=say(spread.where.value))
