"""A sweep as a table: one line for each lane on each prompt, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
import math
from typing import Final

from app.race.sweep_result import Cell, PromptResult, SweepResult

COLUMNS: Final = (
    "pair",
    "prompt",
    "condition",
    "workload",
    "lane",
    "policy",
    "k",
    "speedup",
    "low",
    "high",
    "heats",
    "tokens_per_second",
    "baseline_tokens_per_second",
    "joules_per_token",
    "baseline_joules_per_token",
    "watts",
    "baseline_watts",
    "characters_per_token",
    "prefill_tokens_per_second",
    "baseline_prefill_tokens_per_second",
    "accepted_per_round",
    "mean_k",
    "predicted",
    "break_even",
    "identical",
    "forks",
    "best",
    "position_rates",
)


def sweep_csv(result: SweepResult) -> str:
    """Returns the cells as CSV with a heading. What is not known is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for prompt in result.prompts:
        for cell in prompt.cells:
            writer.writerow(_row(result, prompt, cell))
    return out.getvalue()


def _row(result: SweepResult, prompt: PromptResult, cell: Cell) -> list[str]:
    found = cell.speedup
    return [
        _word(result.pair),
        _word(prompt.prompt),
        _word(prompt.condition),
        _word(prompt.workload),
        _word(cell.lane),
        cell.policy.value,
        str(cell.k),
        _number(found.ratio if found else None),
        _number(found.low if found and found.low > 0 else None),
        _number(found.high if found else None),
        str(len(cell.ratios)),
        _number(cell.decode_tps),
        _number(prompt.baseline_tps),
        _number(cell.joules_per_token),
        _number(prompt.joules_per_token),
        _number(cell.watts),
        _number(prompt.watts),
        _number(prompt.characters_per_token or None),
        _number(cell.prefill_tps or None),
        _number(prompt.prefill_tps or None),
        _number(cell.accepted_per_round),
        _number(cell.mean_k),
        _number(cell.predicted),
        _number(cell.break_even),
        str(cell.identical),
        str(cell.forks),
        "yes" if prompt.best == cell.lane else "",
        " ".join(_number(rate) or "?" for rate in cell.position_rates),
    ]


def _word(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.6g}"
