"""Why a lane is faster or slower: where the time per emitted token goes, and what a round must bring to pay."""

from __future__ import annotations

import msgspec

from app.race.fold import LaneState

MS = 1_000_000


class Split(msgspec.Struct, frozen=True):
    """Time per emitted token in ns, split by where it was spent. The first token (from the prefill) is left out."""

    draft_ns: float
    verify_ns: float
    other_ns: float

    @property
    def total_ns(self) -> float:
        """The whole time per token."""
        return self.draft_ns + self.verify_ns + self.other_ns


class Explanation(msgspec.Struct, frozen=True):
    """The comparison of one drafting lane with the baseline.

    Attributes:
        baseline: The baseline's time per token. Its forward pass counts as verifying.
        lane: The drafting lane's time per token.
        tokens_per_round: Mean tokens a round emitted.
        width: Mean tokens a verification fed to the target (drafted + 1).
        verify_steps: Mean verify time of a round, in baseline steps.
        draft_steps: Mean draft time of a round, in baseline steps.
        break_even: Acceptance length from which the lane is as fast as the baseline: round time / step time.
        speedup: Baseline time per token / lane time per token.
        sentence: The reason in plain words.
    """

    baseline: Split
    lane: Split
    tokens_per_round: float
    width: float
    verify_steps: float
    draft_steps: float
    break_even: float
    speedup: float
    sentence: str


def split(lane: LaneState) -> Split | None:
    """Returns the lane's time per token, or None before its first round."""
    tokens = lane.count - 1
    if tokens <= 0 or lane.decode_ns <= 0:
        return None
    draft, verify = lane.draft_ns / tokens, lane.verify_ns / tokens
    return Split(draft, verify, max(0.0, lane.decode_ns / tokens - draft - verify))


def explain(baseline: LaneState, lane: LaneState) -> Explanation | None:
    """Explains ``lane`` against ``baseline``; None until both have rounds to speak of."""
    base, own = split(baseline), split(lane)
    if base is None or own is None or not lane.drafted or not lane.verify_ns:
        return None  # an engine that does not time the parts of a round gives nothing to explain with
    step = base.total_ns
    rounds = len(lane.rounds)
    tokens_per_round = (lane.count - 1) / rounds
    verify_steps = lane.verify_ns / rounds / step
    draft_steps = lane.draft_ns / rounds / step
    width = lane.drafted / rounds + 1
    break_even = lane.decode_ns / rounds / step
    return Explanation(
        baseline=base,
        lane=own,
        tokens_per_round=tokens_per_round,
        width=width,
        verify_steps=verify_steps,
        draft_steps=draft_steps,
        break_even=break_even,
        speedup=step / own.total_ns,
        sentence=_sentence(width, verify_steps, draft_steps, tokens_per_round, break_even),
    )


def _sentence(width: float, verify: float, draft: float, tokens: float, break_even: float) -> str:
    wide = round(width)
    cost = f"Verifying {wide} tokens costs {verify:.1f}× a single step here and drafting {draft:.1f}×"
    ratio = tokens / break_even
    if ratio >= 1.02:
        return f"{cost}; {tokens:.1f} tokens a round pay for that {ratio:.2f} times over."
    if ratio > 0.98:
        return f"{cost}; {tokens:.1f} tokens a round just pay for that."
    return f"{cost}; {tokens:.1f} tokens a round do not pay for that, it would take {break_even:.1f}."
