"""What a sweep over a condition says: how the speedup changes with it, no surer than the intervals are."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from app.race.axes import AXES
from app.race.lanes import KPolicy
from app.race.sweep_result import Cell, PromptResult, SweepResult


def axis_lanes(result: SweepResult) -> tuple[str, ...]:
    """Returns the lanes that were measured under any condition, the largest mean speedup first."""
    found: dict[str, list[float]] = {}
    for cell in (cell for row in result.prompts for cell in row.cells):
        if cell.speedup is not None:
            found.setdefault(cell.lane, []).append(cell.speedup.ratio)
    return tuple(sorted(found, key=lambda lane: -fmean(found[lane])))


def axis_prompts(result: SweepResult) -> dict[str, tuple[PromptResult, ...]]:
    """Returns the rows of each prompt in the order of the condition's values, by the prompt's name."""
    found: dict[str, list[PromptResult]] = {}
    for row in result.prompts:
        found.setdefault(row.prompt.rpartition("@")[0], []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}


def axis_sentences(result: SweepResult) -> tuple[str, ...]:
    """Returns what changes with the condition, a few sentences for each prompt; empty without a condition."""
    facts, lanes = AXES.get(result.axis), axis_lanes(result)
    if facts is None or not lanes:
        return ()
    prompts = axis_prompts(result)
    said: list[str] = []
    for rows in prompts.values():
        front = "" if len(prompts) == 1 else f"{rows[0].title.partition(',')[0]}: "
        said += [front + sentence for sentence in _of_rows(facts.row, rows, lanes[0])]
        if result.axis == "thinking" and len({row.prompt_tokens for row in rows if row.prompt_tokens}) == 1:
            said.append(f"{front}The prompt is the same under both: this model's chat template knows no thinking.")
    return tuple(said)


def _of_rows(name: str, rows: Sequence[PromptResult], lane: str) -> list[str]:
    found = [(row, cell) for row in rows for cell in row.cells if cell.lane == lane and cell.speedup is not None]
    if len(found) < 2:
        return []
    ranked = sorted(found, key=lambda item: item[1].speedup.ratio if item[1].speedup else 0.0)
    (low_row, low), (high_row, high) = ranked[0], ranked[-1]
    assert low.speedup is not None
    assert high.speedup is not None
    where = [name.format(value=row.condition) for row in (high_row, low_row)]
    known = "none" not in (low.speedup.method, high.speedup.method)
    sure = known and not high.speedup.meets(low.speedup)
    said = [
        f"{_short(high)} gains most at {where[0]} ({high.speedup.ratio:.2f}×) and least at {where[1]} "
        f"({low.speedup.ratio:.2f}×): {_surely(sure, known)}."
    ]
    if high.accepted_per_round is not None and low.accepted_per_round is not None:
        said.append(
            f"It accepts {high.accepted_per_round:.2f} tokens a round at {where[0]} and {low.accepted_per_round:.2f} "
            f"at {where[1]}."
        )
    losing = [row.condition for row, cell in found if cell.speedup is not None and cell.speedup.high < 1]
    if losing:
        said.append(f"Slower than no drafter at {', '.join(losing)}.")
    return said


def _surely(sure: bool, known: bool) -> str:
    if not known:
        return "a single heat each, so chance may be all of it"
    return "more than chance" if sure else "the intervals overlap, so it may be chance"


def _short(cell: Cell) -> str:
    return f"K = {cell.k}" if cell.policy is KPolicy.FIXED else cell.title
