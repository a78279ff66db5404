"""A suite as a sweep of a few rows, where there is no room for each prompt: all prompts, and each kind of them."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final

import msgspec

from app.present.advice import kind_words
from app.present.suite_figures import shown_lane
from app.race.statistics import Interval
from app.race.suite import SuiteLane, SuiteResult, suite_result
from app.race.sweep_result import Cell, PromptResult, SweepResult

_MOST_KINDS: Final = 5


def by_kind(result: SweepResult) -> SweepResult:
    """Returns the suite with a row for all prompts and one for each of its largest kinds; another sweep as it is."""
    if not result.suite:
        return result
    suite = suite_result(result)
    shown = shown_lane(suite)
    if shown is None:
        return msgspec.structs.replace(result, prompts=())
    rows = [_row(result, suite, "All prompts", "", suite.advice, lambda lane: lane.speedup, suite.best)]
    for kind in sorted(shown.kinds, key=lambda kind: (-kind.prompts, kind.workload))[:_MOST_KINDS]:
        sure = kind.speedup.method != "none" and kind.speedup.low > 1
        name = kind.workload

        def of_kind(lane: SuiteLane, name: str = name) -> Interval | None:
            return next((item.speedup for item in lane.kinds if item.workload == name), None)

        said = f"{kind_words(shown, kind)}."
        rows.append(_row(result, suite, name.capitalize(), name, said, of_kind, shown.lane if sure else None))
    return msgspec.structs.replace(result, prompts=tuple(rows))


def _row(
    result: SweepResult,
    suite: SuiteResult,
    title: str,
    kind: str,
    advice: str,
    speedup: Callable[[SuiteLane], Interval | None],
    best: str | None,
) -> PromptResult:
    prompts = [prompt for prompt in result.prompts if (not kind or prompt.workload == kind) and prompt.baseline_tps]
    cells = []
    for lane in suite.lanes:
        found = [cell for prompt in prompts for cell in prompt.cells if cell.lane == lane.lane]
        cells.append(
            Cell(
                prompt=title,
                lane=lane.lane,
                title=lane.title,
                k=lane.k,
                policy=lane.policy,
                speedup=speedup(lane),
                identical=sum(cell.identical for cell in found),
                forks=sum(cell.forks for cell in found),
            )
        )
    return PromptResult(
        prompt=title,
        title=title,
        workload=kind,
        language="",
        baseline_tps=median(prompt.baseline_tps for prompt in prompts) if prompts else 0.0,
        cells=tuple(cells),
        best=best,
        advice=advice,
    )
