"""Is the output the same? Token verdicts, computed from events alone."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.race.events import Finish
from app.race.fold import LaneState
from app.race.language import say

DEFAULT_NOISE_FLOOR = 0.05
"""Logits. Used only until the noise floor of the engine and pair has been measured; the sentence says so."""


class TokenVerdict(StrEnum):
    """How two lanes' token sequences relate."""

    IDENTICAL = "identical"
    NEAR_TIE_FORK = "near-tie fork"
    FORK = "fork"
    UNKNOWN = "unknown"


class Comparison(msgspec.Struct, frozen=True):
    """The token verdict with its evidence.

    Attributes:
        verdict: See :class:`TokenVerdict`.
        compared: Tokens compared so far, from the start.
        fork_at: Index of the first token that differs, from 0; None if none does.
        gap: Top-2 logit gap at the fork, the smaller of both lanes; None if unknown or no fork.
        ids: The two tokens at the fork, baseline first; -1 where one lane had ended.
        noise_floor: Logits; gaps up to this are near ties.
        measured_floor: The noise floor was measured for this pair, not assumed.
        smallest_gap: Smallest gap among the compared tokens, None if unknown; ``smallest_at`` is its index.
        sentence: The verdict in plain words.
    """

    verdict: TokenVerdict
    compared: int
    sentence: str
    fork_at: int | None = None
    gap: float | None = None
    ids: tuple[int, int] | None = None
    noise_floor: float = DEFAULT_NOISE_FLOOR
    measured_floor: bool = False
    smallest_gap: float | None = None
    smallest_at: int | None = None


class TokenComparison:
    """Compares two lanes as their tokens arrive, in constant time a token.

    Args:
        noise_floor: Logits; None takes the one that the drafting lane's events tell.
    """

    def __init__(self, noise_floor: float | None = None) -> None:
        self._given = noise_floor
        self._floor = DEFAULT_NOISE_FLOOR
        self._measured = False
        self._compared = 0
        self._fork: int | None = None
        self._smallest: tuple[float, int] | None = None

    def update(self, baseline: LaneState, lane: LaneState) -> Comparison:
        """Takes in what both lanes have by now and returns the verdict so far."""
        floor = lane.noise_floor if self._given is None else self._given
        self._measured = floor is not None
        self._floor = DEFAULT_NOISE_FLOOR if floor is None else floor
        both = min(len(baseline.tokens), len(lane.tokens))
        while self._fork is None and self._compared < both:
            ours, theirs = baseline.tokens[self._compared], lane.tokens[self._compared]
            if ours.id < 0 or theirs.id < 0:
                return self._unknown(say("This engine does not report token ids, so only the text can be compared."))
            if ours.id != theirs.id:
                self._fork = self._compared
                break
            if ours.gap >= 0 and (self._smallest is None or ours.gap < self._smallest[0]):
                self._smallest = (ours.gap, self._compared)
            self._compared += 1
        if self._fork is None and baseline.over and lane.over:
            if not both:
                return self._unknown(say("There are no tokens to compare."))
            shorter = min(baseline, lane, key=lambda state: len(state.tokens))
            # A lane that chose to end where the other went on differs from it; one that was cut off there does not.
            if shorter.finish is Finish.END and len(baseline.tokens) != len(lane.tokens):
                self._fork = both
        return self._forked(baseline, lane) if self._fork is not None else self._same(baseline, lane)

    def _same(self, baseline: LaneState, lane: LaneState) -> Comparison:
        count = self._compared
        if not count:
            return self._unknown(say("No tokens yet."))
        if not (baseline.over and lane.over):
            sentence = say("Tokens identical so far, {count} of {count}.", count=count)
        elif len(baseline.tokens) == len(lane.tokens):
            sentence = say("Tokens identical, {count} of {count}.", count=count)
        else:
            sentence = say("Tokens identical as far as both lanes went, {count}.", count=count)
        return self._result(TokenVerdict.IDENTICAL, sentence)

    def _forked(self, baseline: LaneState, lane: LaneState) -> Comparison:
        at = self._fork or 0
        pair = [state.tokens[at] if at < len(state.tokens) else None for state in (baseline, lane)]
        gaps = [token.gap for token in pair if token is not None and token.gap >= 0]
        ids = (pair[0].id if pair[0] else -1, pair[1].id if pair[1] else -1)
        gap = min(gaps) if gaps else None
        place = say("The outputs differ from token {at} on", at=at + 1)
        if gap is None:
            sentence = say(
                "{place}; the engine does not report logits, so it cannot be told whether it was a near tie.",
                place=place,
            )
            return self._result(TokenVerdict.FORK, sentence, fork_at=at, ids=ids)
        floor = say(f"{'measured' if self._measured else 'assumed'} noise floor {{floor:.3g}}", floor=self._floor)
        if gap <= self._floor:
            near = "{place}, a near tie: the two best candidates were {gap:.2g} logits apart ({floor})."
            sentence = say(near, place=place, gap=gap, floor=floor)
            return self._result(TokenVerdict.NEAR_TIE_FORK, sentence, fork_at=at, ids=ids, gap=gap)
        far = "{place} without a near tie: {gap:.2g} logits apart ({floor}). The engine or the pair has a bug."
        sentence = say(far, place=place, gap=gap, floor=floor)
        return self._result(TokenVerdict.FORK, sentence, fork_at=at, ids=ids, gap=gap)

    def _unknown(self, sentence: str) -> Comparison:
        return self._result(TokenVerdict.UNKNOWN, sentence)

    def _result(
        self,
        verdict: TokenVerdict,
        sentence: str,
        *,
        fork_at: int | None = None,
        ids: tuple[int, int] | None = None,
        gap: float | None = None,
    ) -> Comparison:
        smallest = self._smallest or (None, None)
        return Comparison(
            verdict=verdict,
            compared=self._compared,
            sentence=sentence,
            fork_at=fork_at,
            gap=gap,
            ids=ids,
            noise_floor=self._floor,
            measured_floor=self._measured,
            smallest_gap=smallest[0],
            smallest_at=smallest[1],
        )


def compare_tokens(baseline: LaneState, lane: LaneState, noise_floor: float | None = None) -> Comparison:
    """Returns the token verdict of two lanes; ``noise_floor`` in logits, None takes the measured one."""
    return TokenComparison(noise_floor).update(baseline, lane)
