"""Which K to begin with: from what passes cost on this machine, and what acceptance is usual. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from app.race.costs import Costs, probed_costs
from app.race.events import PassCosts
from app.race.lanes import ADAPTIVE_K
from app.race.predict import even_rates, predict

USUAL_ACCEPTANCE: Final = 0.7
"""Chance of a draft token to be accepted, given that the one before it was, before anything is known of the text."""
FIRST_WIDTHS: Final = tuple(range(1, ADAPTIVE_K + 2))
"""Widths that are measured before a first race; each of them, since costs jump."""
FIRST_SENTENCE: Final = "Measuring what passes cost here, once, to choose K …"
_TOKENS: Final = 256
_DROP: Final = 0.9
_JUMP: Final = 1.2
_DISTURBED: Final = 0.15


class KChoice(msgspec.Struct, frozen=True):
    """The K that measured costs speak for.

    Attributes:
        k: From 1.
        speedup: What it is expected to bring, times the baseline, at the usual acceptance.
        limit: The largest K that is worth trying: even where all drafts are accepted, none above it is better.
        sentence: What was found, in words.
    """

    k: int
    speedup: float
    limit: int
    sentence: str


def choose_k(measured: PassCosts, quantization: str = "", acceptance: float = USUAL_ACCEPTANCE) -> KChoice:
    """Returns the K to begin with. Only K whose pass was measured are looked at.

    A mixture of experts is taken at its dearer bound, where all tokens of a pass differ.

    Args:
        measured: Of width 1 and of others, measured alone.
        quantization: Of the target, such as ``"Q4_0"``, to say why costs fall or jump.
        acceptance: Chance of each draft token, given that the one before it was accepted.
    """
    costs = probed_costs(measured)
    ks = [width - 1 for width in sorted(measured.forward_ns) if width > 1]
    speeds = {k: predict(costs, even_rates(acceptance, k), k, _TOKENS).speedup for k in ks}
    best = max(ks, key=lambda k: (round(speeds[k], 3), -k))
    return KChoice(best, speeds[best], _limit(costs, ks), _sentence(costs, best, speeds[best], measured, quantization))


def _limit(costs: Costs, ks: list[int]) -> int:
    """The K that is best where all drafts are accepted: a token costs least there."""
    return min(ks, key=lambda k: (costs.round_ns(k) / (k + 1), k))


def _sentence(costs: Costs, k: int, speedup: float, measured: PassCosts, quantization: str) -> str:
    pays = costs.break_even(k)
    if speedup > 1.02:
        said = f"K = {k} is the one to begin with here: a round costs {pays:.2f} single steps."
    else:
        said = f"No K is likely to gain here: even with K = {k} a round costs {pays:.2f} single steps."
    return " ".join([said, *special(measured, quantization)])


def special(measured: PassCosts, quantization: str = "") -> Iterator[str]:
    """Says what is special about the costs of passes on this machine, in sentences."""
    costs, passes = probed_costs(measured), measured.forward_ns
    drops = {w: passes[w] / passes[w - 1] for w in passes if w - 1 in passes and w > 2 and passes[w - 1]}
    deepest = min(drops, key=lambda w: drops[w], default=0)
    if deepest and drops[deepest] < _DROP:
        k = deepest - 1
        why = _rows_at_a_time([w for w, ratio in drops.items() if ratio < _DROP], quantization)
        yield f"{why}K = {k} costs {_share(costs.round_ns(k) / costs.round_ns(k - 1))} K = {k - 1}."
    elif 9 in drops and drops[9] > _JUMP:
        yield f"Passes of more than 8 tokens run slower kernels here: K = 8 costs {drops[9]:.2f} times K = 7."
    if measured.repeated_ns and 4 in passes and 4 in measured.repeated_ns and passes.get(1):
        low, high = sorted((measured.repeated_ns[4] / measured.repeated_ns.get(1, passes[1]), passes[4] / passes[1]))
        yield (
            f"Experts decide: a check of 4 tokens costs {high:.2f} single steps where they differ, "
            f"{low:.2f} where they are alike."
        )


def _rows_at_a_time(falls: list[int], quantization: str) -> str:
    if not all(width % 4 == 0 for width in falls):
        return ""
    bits = "4-bit weights" if "4" in quantization else "These weights"
    return f"{bits} are worked 4 rows at a time here: "


def _share(ratio: float) -> str:
    return "half of" if 0.45 <= ratio <= 0.55 else f"{ratio:.0%} of"


def pass_notes(measured: PassCosts) -> Iterator[str]:
    """Says how passes were timed, and whether something disturbed it."""
    if measured.repeated_ns:
        yield "Same token: a pass of one token again and again, which loads the fewest experts. Text lies between."
    if measured.taken_away > _DISTURBED:
        yield (
            f"Other programs took {measured.taken_away:.0%} of the time meanwhile. Costs are processor time, "
            "so that is not in them."
        )
    if measured.spread > _DISTURBED:
        yield f"Passes of one width differed by {measured.spread:.0%}: something disturbed. Measure again with --again."
