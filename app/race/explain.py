"""Why a lane is faster or slower: where the time per emitted token goes, and what a round must bring to pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from app.race.costs import measured_costs, typical_sizes
from app.race.fold import LaneState
from app.race.language import say
from app.race.standing import Standing, standing


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
        tokens_per_round: Mean tokens a round emitted.
        width: Mean tokens a verification fed to the target (drafted + 1).
        break_even: Acceptance length from which such rounds are as fast as the baseline.
        speedup: Times the baseline's decode rate.
        sentence: The reason in plain words.
    """

    tokens_per_round: float
    width: float
    break_even: float
    speedup: float
    sentence: str


def explain(runs: Sequence[tuple[LaneState, LaneState]], speedup: float | None) -> Explanation | None:
    """Explains a lane against the baseline, with the costs that a what-if of the same runs stands on.

    Args:
        runs: The baseline's run and the lane's, of each heat; of a race of another format one of both.
        speedup: Times the baseline's decode rate, as it is shown beside the explanation.

    Returns None until both have rounds to speak of, and where the engine does not time the parts of a round.
    """
    costs = measured_costs((baseline, [lane]) for baseline, lane in runs)
    sizes: Counter[int] = Counter()
    for _, lane in runs:
        sizes.update(typical_sizes(lane))
    if costs is None or speedup is None or not sizes:
        return None
    rounds = sizes.total()

    def typical(of: Callable[[int], float]) -> float:
        return sum(count * of(k) for k, count in sizes.items()) / rounds

    tokens = sum(lane.count - 1 for _, lane in runs) / sum(len(lane.rounds) for _, lane in runs)
    width = typical(lambda k: k + 1)
    verify = typical(lambda k: costs.verify_ns(k + 1)) / costs.step
    draft = typical(costs.draft_ns) / costs.step
    break_even = typical(costs.break_even)
    words = _sentence(width, verify, draft, tokens, break_even, speedup)
    return Explanation(tokens, width, break_even, speedup, words)


def _sentence(width: float, verify: float, draft: float, tokens: float, break_even: float, ratio: float) -> str:
    found = standing(ratio)
    if found is Standing.FASTER:
        end = "{tokens:.1f} tokens a round pay for that {ratio:.2f} times over."
    elif found is Standing.LEVEL:
        end = "{tokens:.1f} tokens a round just pay for that."
    else:
        end = "{tokens:.1f} tokens a round do not pay for that, it would take {break_even:.1f}."
    values = {"tokens": tokens, "ratio": ratio, "break_even": break_even}
    cost = "Verifying {wide} tokens costs {verify:.1f}× a single step here and drafting {draft:.1f}×"
    return say(f"{cost}; {end}", wide=round(width), verify=verify, draft=draft, **values)
