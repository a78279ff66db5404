"""What a sweep over a condition says. The sweeps are synthetic."""

from __future__ import annotations

import msgspec

from app.race.axis_report import axis_lanes, axis_prompts, axis_sentences
from app.race.statistics import Interval
from app.race.sweep_result import SweepResult
from tests.draw.sweeps import sweep, sweep_over


def with_speedups(*speedups: tuple[float, float, float], method: str = "bootstrap") -> SweepResult:
    """A sweep over depths whose K = 4 lane has these speedups and intervals."""
    base = sweep_over()
    rows = tuple(
        msgspec.structs.replace(
            row,
            cells=tuple(
                msgspec.structs.replace(cell, speedup=Interval(*found, 6, method)) for cell in row.cells if cell.k == 4
            ),
        )
        for row, found in zip(base.prompts, speedups, strict=True)
    )
    return msgspec.structs.replace(base, prompts=rows)


def test_the_lane_that_gains_most_is_spoken_of() -> None:
    result = sweep_over()
    assert axis_lanes(result) == ("mtp-k4", "mtp-k1")
    assert list(axis_prompts(result)) == ["code"]
    assert [row.condition for row in axis_prompts(result)["code"]] == ["0", "256", "1k"]


def test_a_difference_beyond_the_intervals_is_more_than_chance() -> None:
    said = axis_sentences(with_speedups((1.9, 1.8, 2.0), (1.5, 1.4, 1.6), (0.8, 0.7, 0.9)))
    assert said[0] == (
        "K = 4 gains most at 0 tokens before (1.90×) and least at 1k tokens before (0.80×): more than chance."
    )
    assert said[1].startswith("It accepts ")
    assert said[2] == "Slower than no drafter at 1k."


def test_intervals_that_meet_are_called_so() -> None:
    said = axis_sentences(with_speedups((1.9, 1.2, 2.6), (1.5, 1.1, 2.0), (1.4, 1.0, 2.0)))
    assert said[0].endswith("the intervals overlap, so it may be chance.")
    assert len(said) == 2


def test_a_single_heat_is_called_so() -> None:
    said = axis_sentences(with_speedups((1.9, 0, 9), (1.5, 0, 9), (1.4, 0, 9), method="none"))
    assert "a single heat each" in said[0]


def test_each_prompt_has_its_own_sentences() -> None:
    said = axis_sentences(sweep_over(prompts=2))
    assert list(dict.fromkeys(sentence.partition(":")[0] for sentence in said)) == ["Code", "English"]


def test_thinking_that_changes_no_prompt_is_told() -> None:
    base = sweep_over()
    rows = tuple(msgspec.structs.replace(row, prompt_tokens=20) for row in base.prompts)
    result = msgspec.structs.replace(base, axis="thinking", prompts=rows)
    assert axis_sentences(result)[-1].startswith("The prompt is the same under both")


def test_a_sweep_over_k_alone_says_nothing_of_conditions() -> None:
    assert axis_sentences(sweep()) == ()
    assert axis_sentences(SweepResult(axis="context")) == ()
