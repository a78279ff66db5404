"""The numbers of a sweep over a condition as text: one column a value, and the table of all."""

from __future__ import annotations

from app.present.sweep_figures import cell_name, interval_words, speedup_words
from app.present.words import NONE
from app.race.axes import AXES
from app.race.axis_report import axis_lanes, axis_prompts
from app.race.sweep_result import Cell, PromptResult, SweepResult, known


def axis_title(result: SweepResult) -> str:
    """Returns what is called against what, such as ``"Speedup against context depth"``."""
    facts = AXES.get(result.axis)
    name = facts.title if facts else result.axis
    return f"Speedup against {name if name[:2].isupper() else name[:1].lower() + name[1:]}"


def axis_head(result: SweepResult) -> str:
    """Returns what the figures below the chart are of: the lane that gains most, on the first prompt."""
    found = _first(result)
    if not found:
        return ""
    cell = next((cell for _, cell in found if cell is not None), None)
    prompts = axis_prompts(result)
    title = f", {found[0][0].title.partition(',')[0]}" if len(prompts) > 1 else ""
    return f"{cell_name(cell)}{title}" if cell else ""


def axis_rows(result: SweepResult) -> list[tuple[str, list[str]]]:
    """Returns what a speedup rests on: a name, and a text for each value; rows that nobody has are left out."""
    found = _first(result)
    rows = [
        ("accepted a round", [_number(None if cell is None else cell.accepted_per_round, 2) for _, cell in found]),
        ("tok/s", [_number(None if cell is None else cell.decode_tps, 1) for _, cell in found]),
        ("baseline tok/s", [_number(row.baseline_tps, 1) for row, _ in found]),
        ("prefill tok/s", [_number(None if cell is None else cell.prefill_tps, 0) for _, cell in found]),
        ("J a token", [_number(None if cell is None else cell.joules_per_token, 2) for _, cell in found]),
        ("baseline J a token", [_number(row.joules_per_token, 2) for row, _ in found]),
        ("prompt tokens", [f"{row.prompt_tokens:,}" if row.prompt_tokens else NONE for row, _ in found]),
    ]
    return [(name, values) for name, values in rows if any(value != NONE for value in values)]


def _first(result: SweepResult) -> list[tuple[PromptResult, Cell | None]]:
    """The rows of the first prompt, each with the cell of the lane that gains most."""
    lanes, prompts = axis_lanes(result), axis_prompts(result)
    if not lanes or not prompts:
        return []
    rows = next(iter(prompts.values()))
    return [(row, next((cell for cell in row.cells if cell.lane == lanes[0]), None)) for row in rows]


def axis_table(result: SweepResult) -> list[list[str]]:
    """Returns a table with a head: a line for each lane under each condition, the baseline's rates beside it."""
    head = ["", "Lane", "Speedup", "95 % interval", "Accepted", "tok/s", "Baseline", "Prefill"]
    rows = [[AXES[result.axis].title if result.axis in AXES else result.axis, *head[1:]]]
    several = len(axis_prompts(result)) > 1
    for row in result.prompts:
        name = row.title if several else row.condition
        if row.left_out:
            rows.append([name, row.left_out, *([NONE] * 6)])
            continue
        for cell in row.cells:
            rows.append(
                [
                    name,
                    cell_name(cell),
                    speedup_words(cell),
                    interval_words(cell),
                    _number(cell.accepted_per_round, 2),
                    _number(cell.decode_tps, 1),
                    _number(row.baseline_tps, 1),
                    _number(cell.prefill_tps, 0),
                ]
            )
            name = ""
    return rows


def _number(value: float | None, places: int) -> str:
    return f"{value:,.{places}f}" if value is not None and known(value) and (value or places == 2) else NONE
