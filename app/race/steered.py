"""Where in a text a lane that ends its drafts itself drafted much, and where little. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from app.race.fold import LaneState

_ENOUGH: Final = 4
"""Rounds of a kind of text, below which nothing is said of it."""
_TAIL: Final = 40
_WORD: Final = re.compile(r"[^\W\d_]+")
_APART: Final = 1.0
"""Mean drafts by which two kinds must differ to be told apart."""


class Where(StrEnum):
    """What a round began with."""

    SIGNS = "signs and spaces"
    NUMBERS = "numbers"
    WORDS = "words written before"
    NEW = "new words"
    CJK = "Chinese or Japanese"


class Spread(msgspec.Struct, frozen=True):
    """How much was drafted and tried in rounds of one kind: the middle half of them, from the least to the most.

    Attributes:
        where: The kind; None for all rounds.
        low, high: Draft tokens.
        mean: Draft tokens.
    """

    where: Where | None
    low: int
    high: int
    mean: float


def spreads(runs: Iterable[LaneState], prompt: str) -> tuple[Spread, ...]:
    """Returns how much was drafted at the kind of text with the most drafts and at that with the fewest.

    One spread of all rounds where no two kinds differ; nothing where there are too few rounds. A word counts as new if
    neither the prompt nor the text before the round has it.
    """
    found: dict[Where, list[int]] = {}
    for run in runs:
        seen = set(_WORD.findall(prompt.lower()))
        end = run.prefilled.first.text if run.prefilled is not None else ""
        for item in run.rounds:
            own = "".join(token.text for token in item.tokens)
            seen.update(_WORD.findall(end.lower()))
            found.setdefault(_where(own, seen), []).append(item.drafted)
            end = end[-_TAIL:] + own  # a word may have begun in the round before
    kinds = sorted(
        (_spread(where, counts) for where, counts in found.items() if len(counts) >= _ENOUGH),
        key=lambda spread: -spread.mean,
    )
    if len(kinds) > 1 and kinds[0].mean - kinds[-1].mean >= _APART:
        return kinds[0], kinds[-1]
    everywhere = [count for counts in found.values() for count in counts]
    return (_spread(None, everywhere),) if len(everywhere) >= _ENOUGH else ()


def _where(text: str, seen: set[str]) -> Where:
    begin = text.lstrip()
    if not begin or not begin[0].isalnum():
        return Where.SIGNS
    if begin[0].isdigit():
        return Where.NUMBERS
    if "\u3040" <= begin[0] <= "\u9fff":
        return Where.CJK
    word = _WORD.match(begin.lower())
    return Where.NEW if word is not None and word[0] not in seen else Where.WORDS


def _spread(where: Where | None, counts: list[int]) -> Spread:
    ordered = sorted(counts)
    last = len(ordered) - 1
    return Spread(where, ordered[round(0.25 * last)], ordered[round(0.75 * last)], sum(ordered) / len(ordered))
