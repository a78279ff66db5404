"""The numbers of a suite as text."""

from __future__ import annotations

from app.present.words import NONE
from app.race.suite import SuiteKind, SuiteLane, SuiteResult, seconds_words
from app.race.sweep_result import known
from app.race.sweep_words import span_words


def median_words(lane: SuiteLane | SuiteKind) -> str:
    """Returns the median speedup of a lane, a dash without one."""
    return f"{lane.speedup.ratio:.2f}×" if lane.speedup else NONE


def losing_words(lane: SuiteLane) -> str:
    """Returns how many prompts lose, such as ``"3 of 50 (6 %)"``."""
    return f"{lane.losing} of {len(lane.dots)} ({lane.losing_share:.0%})".replace("%", " %") if lane.dots else NONE


def saved_words(lane: SuiteLane) -> str:
    """Returns the time that the whole suite saves or loses."""
    if lane.total is None:
        return NONE
    return f"{seconds_words(abs(lane.saved_s))} {'saved' if lane.saved_s >= 0 else 'lost'}"


def kind_sentence(lane: SuiteLane, kind: SuiteKind) -> str:
    """Says how one kind of prompt did in a lane."""
    verb = "wins" if kind.speedup.low > 1 else "loses" if kind.speedup.high < 1 else "not sure either way"
    if not known(kind.speedup.high):
        verb = "too few to tell"
    span = f", {span_words(kind.speedup)}" if span_words(kind.speedup) != NONE else ""
    accepted = f", {kind.accepted_per_round:.2f} accepted a round" if kind.accepted_per_round is not None else ""
    slower = f", {kind.losing} slower" if kind.losing else ""
    return f"{kind.workload} ({kind.prompts}): {verb}, median {median_words(kind)}{span}{accepted}{slower}"


def shown_lane(result: SuiteResult) -> SuiteLane | None:
    """Returns the lane that is spoken of in detail: the advised one, else the fastest."""
    lanes = [lane for lane in result.lanes if lane.speedup]
    return next(
        (lane for lane in lanes if lane.lane == result.best),
        max(lanes, key=lambda lane: lane.speedup.ratio if lane.speedup else 0.0, default=None),
    )
