"""The K that a race, a sweep or a suite advises, or why to leave the drafter off."""

from __future__ import annotations

from collections import Counter

import msgspec

from app.race.suite import suite_result
from app.race.sweep_result import Cell, SweepResult


class Advised(msgspec.Struct, frozen=True, kw_only=True):
    """What to use for a pair.

    Attributes:
        k: Draft tokens a round; 0 means to leave the drafter off.
        reason: Why, in a sentence.
        target: Name of the target's file or folder, as it was raced.
        drafter: Name of the drafter's; empty where the target drafts with a head of its own, or it is not known.
        adaptive: K is the largest that an adaptive lane chose from; other programs take it as a fixed one.
    """

    k: int
    reason: str
    target: str
    drafter: str = ""
    adaptive: bool = False


def advised_by_sweep(sweep: SweepResult, drafter: str = "") -> Advised:
    """Returns what a sweep advises for all of its prompts together; one of a suite what the suite does.

    Args:
        sweep: Its result.
        drafter: Name of the drafter's file, which a sweep does not keep.
    """
    cells = {cell.lane: cell for prompt in sweep.prompts for cell in prompt.cells}
    if sweep.suite:
        suite = suite_result(sweep)
        return _of(cells.get(suite.best or ""), suite.advice, sweep, drafter)
    best = Counter(prompt.best for prompt in sweep.prompts if prompt.best)
    off = [prompt for prompt in sweep.prompts if prompt.best is None and prompt.baseline_tps]
    if not best or len(off) * 2 > len(sweep.prompts):
        reason = next((prompt.advice for prompt in off), "Nothing was measured yet.")
        return Advised(k=0, reason=reason, target=sweep.target, drafter=drafter)
    lane = min(best, key=lambda name: (-best[name], cells[name].k))
    where = ", ".join(prompt.title for prompt in sweep.prompts if prompt.best == lane)
    what = "conditions" if sweep.axis else "prompts"
    reason = f"It is the best for {best[lane]} of {len(sweep.prompts)} {what}: {where}."
    return _of(cells[lane], reason, sweep, drafter)


def _of(cell: Cell | None, reason: str, sweep: SweepResult, drafter: str) -> Advised:
    k, adaptive = (0, False) if cell is None else (cell.k, cell.policy.value != "fixed")
    return Advised(k=k, reason=reason, target=sweep.target, drafter=drafter, adaptive=adaptive)
