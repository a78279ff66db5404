from __future__ import annotations

import msgspec

from app.race.advised import Advised, advised_by_sweep
from app.race.lanes import KPolicy
from app.race.statistics import Interval
from app.race.suite import suite_result
from app.race.sweep_result import Cell, PromptResult, SweepResult


def prompt(number: int, best: str | None, *, rate: float = 9.0, adaptive: bool = False) -> PromptResult:
    """A prompt with the lanes mtp-k2 and mtp-k4, and an adaptive one of up to 6."""
    cells = [Cell(prompt=f"p{number}", lane=f"mtp-k{k}", title=f"K={k}", k=k) for k in (2, 4)]
    if adaptive:
        cells.append(Cell(prompt=f"p{number}", lane="mtp-auto", title="auto", k=6, policy=KPolicy.HEURISTIC))
    return PromptResult(
        prompt=f"p{number}",
        title=f"Prompt {number}",
        workload="code",
        language="",
        baseline_tps=rate,
        cells=tuple(cells),
        best=best,
        advice=f"Leave it off for {number}.",
    )


def sweep(*prompts: PromptResult) -> SweepResult:
    return SweepResult(target="t.gguf", prompts=prompts)


def test_the_lane_that_is_best_most_often_is_advised_with_where_it_is() -> None:
    found = advised_by_sweep(sweep(prompt(0, "mtp-k4"), prompt(1, "mtp-k2"), prompt(2, "mtp-k4")), "d.gguf")
    assert found == Advised(
        k=4, reason="It is the best for 2 of 3 prompts: Prompt 0, Prompt 2.", target="t.gguf", drafter="d.gguf"
    )
    assert not found.adaptive


def test_of_two_that_are_best_equally_often_the_smaller_drafts_less() -> None:
    assert advised_by_sweep(sweep(prompt(0, "mtp-k4"), prompt(1, "mtp-k2"))).k == 2
    assert advised_by_sweep(sweep(prompt(0, "mtp-k2"), prompt(1, "mtp-k4"))).k == 2


def test_an_adaptive_lane_says_so_and_gives_its_largest_k() -> None:
    found = advised_by_sweep(sweep(prompt(0, "mtp-auto", adaptive=True)))
    assert (found.k, found.adaptive, found.drafter) == (6, True, "")


def test_it_is_left_off_where_it_loses_on_more_than_half_of_the_prompts() -> None:
    half = sweep(prompt(0, "mtp-k2"), prompt(1, None))
    assert advised_by_sweep(half).k == 2
    most = sweep(prompt(0, "mtp-k2"), prompt(1, None), prompt(2, None))
    off = Advised(k=0, reason="Leave it off for 1.", target="t.gguf", drafter="d.gguf")
    assert advised_by_sweep(most, "d.gguf") == off


def test_a_prompt_that_was_not_measured_is_no_reason_to_leave_it_off() -> None:
    unmeasured = sweep(prompt(0, "mtp-k2"), prompt(1, None, rate=0.0), prompt(2, None, rate=0.0))
    assert advised_by_sweep(unmeasured).k == 2
    nothing = sweep(prompt(0, None, rate=0.0))
    assert advised_by_sweep(nothing) == Advised(k=0, reason="Nothing was measured yet.", target="t.gguf")


def measured(number: int, ratio: float) -> PromptResult:
    """A prompt of a suite, measured once."""
    cells = [
        msgspec.structs.replace(
            cell,
            speedup=Interval(ratio - 0.01 * cell.k, 0.0, 9.0, 1, "none"),
            ratios=(ratio - 0.01 * cell.k,),
            clock_s=2 / (ratio - 0.01 * cell.k),
        )
        for cell in prompt(number, None).cells
    ]
    return msgspec.structs.replace(prompt(number, None), baseline_s=2.0, tokens=100, cells=tuple(cells))


def test_a_suite_advises_as_its_result_does() -> None:
    for ratio in (1.8, 0.6):
        run = SweepResult(
            suite="mine.jsonl", target="t.gguf", prompts=tuple(measured(n, ratio + n / 100) for n in range(8)), heats=8
        )
        result = suite_result(run)
        assert (result.best is not None) == (ratio > 1)
        k = {None: 0, "mtp-k2": 2, "mtp-k4": 4}[result.best]
        expected = Advised(k=k, reason=result.advice, target="t.gguf", drafter="d.gguf")
        assert advised_by_sweep(run, "d.gguf") == expected
