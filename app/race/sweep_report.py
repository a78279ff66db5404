"""What the heats of a sweep say: cells, predictions and one sentence of advice a prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.race.costs import Costs, measured_costs
from app.race.fold import NS, LaneState
from app.race.heats import warnings
from app.race.lanes import Contender, KPolicy, LaneSpec, lane_title
from app.race.predict import predict
from app.race.statistics import Interval, typical
from app.race.sweep import BASELINE, LEAST, PromptHeats
from app.race.sweep_result import Cell, PromptResult
from app.race.sweep_words import k_name, listed, span_words
from app.race.verdict import TokenVerdict, compare_tokens

AS_FAST: Final = 0.98
"""Lanes whose rates differ by less than this are equally good to a user."""


def prompt_result(
    prompt: PromptHeats, contenders: Sequence[Contender], widths: Mapping[int, int] | None = None
) -> PromptResult:
    """Returns what the heats of one prompt say.

    Args:
        widths: Time of a forward pass by its width, ns, from a probe; gives costs their shape between measured widths.
    """
    by_lane = {item.lane: item for item in contenders}
    lanes = [(lane, by_lane[lane]) for lane in prompt.lanes]
    cells = tuple(_cell(prompt, lane, contender, by_lane, widths or {}) for lane, contender in lanes)
    best = best_lane(prompt)
    base = list(prompt.heats.runs(BASELINE).values())
    return PromptResult(
        prompt=prompt.prompt.name,
        title=prompt.prompt.title,
        workload=prompt.prompt.workload,
        language=prompt.prompt.language,
        baseline_tps=_baseline_tps(prompt),
        baseline_s=_clock_s(base),
        condition=prompt.condition,
        prefill_tps=_prefill_tps(base),
        joules_per_token=_typical(run.joules_per_token for run in base),
        watts=_typical(run.energy.watts if run.energy else None for run in base),
        characters_per_token=sum(run.characters_per_token for run in base) / len(base) if base else 0.0,
        prompt_tokens=max((run.prefilled.prompt_tokens for run in base if run.prefilled), default=0),
        tokens=sum(run.count for run in base) / len(base) if base else 0.0,
        cells=cells,
        best=best,
        advice=advice(prompt, {cell.lane: cell for cell in cells}, best),
        left_out=prompt.left_out or (_NO_RATE if prompt.done and not any(cell.ratios for cell in cells) else ""),
    )


_NO_RATE: Final = "The answer has a single token, so it has no decode rate."


def _clock_s(runs: Iterable[LaneState]) -> float:
    """Typical lane clock of runs, s; 0 without one."""
    found = [run.clock_ns / NS for run in runs if run.clock_ns > 0]
    return typical(found) if found else 0.0


def _typical(values: Iterable[float | None]) -> float | None:
    """The typical value; None unless every run has one."""
    found = list(values)
    known = [value for value in found if value is not None and value > 0]
    return typical(known) if known and len(known) == len(found) else None


def _prefill_tps(runs: Iterable[LaneState]) -> float:
    """Typical prefill rate of runs, tokens per second; 0 without one."""
    found = [run.prefill_tps for run in runs if run.prefill_tps > 0]
    return typical(found) if found else 0.0


def _cell(
    prompt: PromptHeats,
    lane: str,
    contender: Contender,
    by_lane: Mapping[str, Contender],
    widths: Mapping[int, int],
) -> Cell:
    runs = prompt.heats.runs(lane)
    base = prompt.heats.runs(BASELINE)
    interval = prompt.interval(lane)
    rounds = sum(len(run.rounds) for run in runs.values())
    told = any(run.drafted or run.verify_ns for run in runs.values())
    counts = Counter(min(item.accepted, item.drafted) for run in runs.values() for item in run.rounds)
    verdicts = [compare_tokens(base[heat], run).verdict for heat, run in runs.items() if heat in base]
    costs = _costs(prompt, [name for name in by_lane if name != lane], widths)
    whole = _costs(prompt, list(by_lane), widths)
    fixed = contender.policy is KPolicy.FIXED
    rates = {"The baseline": [run.decode_tps for run in base.values()], _title(contender): _tps(runs)}
    conditions = [item for heat in sorted(runs) for item in prompt.heats.conditions.get(heat, [])]
    return Cell(
        prompt=prompt.prompt.name,
        lane=lane,
        title=_title(contender),
        k=contender.k,
        policy=contender.policy,
        speedup=interval,
        ratios=tuple(prompt.heats.ratios(lane, BASELINE)),
        decode_tps=_baseline_tps(prompt) * interval.ratio if interval else 0.0,
        accepted_per_round=sum(run.accepted for run in runs.values()) / rounds if rounds and told else None,
        mean_k=sum(run.drafted for run in runs.values()) / rounds if rounds else 0.0,
        position_rates=tuple(position_rates(runs.values())),
        accepted_counts=tuple(counts[number] for number in range(max(counts, default=-1) + 1)),
        predicted=_predicted(prompt, list(runs.values()), contender.k, costs) if fixed and costs else None,
        break_even=whole.break_even(contender.k) if fixed and whole else None,
        identical=verdicts.count(TokenVerdict.IDENTICAL),
        forks=verdicts.count(TokenVerdict.FORK) + verdicts.count(TokenVerdict.NEAR_TIE_FORK),
        clock_s=_clock_s(runs.values()),
        prefill_tps=_prefill_tps(runs.values()),
        joules_per_token=_typical(run.joules_per_token for run in runs.values()),
        watts=_typical(run.energy.watts if run.energy else None for run in runs.values()),
        traces=tuple(prompt.files[heat] for heat in sorted(runs) if heat in prompt.files),
        warnings=tuple(warnings(interval, rates, conditions)),
    )


def _baseline_tps(prompt: PromptHeats) -> float:
    """The typical rate of the baseline; a lane's is that times its paired ratio, so that a table's numbers agree."""
    rates = _tps(prompt.heats.runs(BASELINE))
    return typical(rates) if rates else 0.0


def _tps(runs: Mapping[int, LaneState]) -> list[float]:
    return [run.decode_tps for run in runs.values()]


def _title(contender: Contender) -> str:
    return lane_title(LaneSpec("", contender.kind, "", "", k=contender.k, policy=contender.policy))


def position_rates(runs: Iterable[LaneState]) -> list[float]:
    """Returns the position rates of several runs together."""
    drafted: Counter[int] = Counter()
    accepted: Counter[int] = Counter()
    for run in runs:
        drafted.update(dict(enumerate(run.position_drafted)))
        accepted.update(dict(enumerate(run.position_accepted)))
    return [accepted[at] / drafted[at] for at in range(len(drafted))]


def _costs(prompt: PromptHeats, lanes: Sequence[str], widths: Mapping[int, int]) -> Costs | None:
    heats = [
        (base, [run for lane in lanes if (run := prompt.heats.state(heat).lanes.get(lane)) is not None])
        for heat, base in prompt.heats.runs(BASELINE).items()
    ]
    return measured_costs(heats, {width: float(ns) for width, ns in widths.items()})


def _predicted(prompt: PromptHeats, runs: Sequence[LaneState], k: int, costs: Costs) -> float | None:
    """Predicts a lane from its position rates and what the *other* lanes' rounds cost, its own left out."""
    base = list(prompt.heats.runs(BASELINE).values())
    if not base or not runs or base[0].finish is None:
        return None
    return predict(costs, position_rates(runs), k, base[0].count, base[0].finish).speedup


def best_lane(prompt: PromptHeats) -> str | None:
    """Returns the lane to use, or None where none is surely faster than the baseline, or few heats were run.

    Of all lanes that are as fast as the fastest within ``AS_FAST``, it is the one with the smallest K: it wastes the
    least where the text turns out harder. An adaptive lane is taken only if it beats every fixed one by more.
    """
    leader = prompt.leader()
    if leader is None or prompt.done < LEAST:
        return None
    fastest = prompt.interval(leader)
    for lane in prompt.lanes:
        interval = prompt.interval(lane)
        if interval is None or fastest is None or interval.method == "none":
            continue
        if interval.low > 1 and interval.ratio >= fastest.ratio * AS_FAST:
            return lane
    return None


def advice(prompt: PromptHeats, cells: Mapping[str, Cell], best: str | None) -> str:
    """Returns one sentence or two on what to use, no surer than the intervals are."""
    leader = prompt.leader()
    if leader is None or prompt.done == 0:
        return "Nothing was measured yet."
    found = prompt.interval(leader)
    assert found is not None
    if prompt.done < LEAST:
        return f"Too few heats to tell: {_short(cells[leader])} leads with {found.ratio:.2f}×. Use more repeats."
    if best is None:
        return _no_gain(cells, leader, found)
    chosen = cells[best]
    assert chosen.speedup is not None
    said = f"{_short(chosen)}, {chosen.speedup.ratio:.2f}× ({span_words(chosen.speedup)})."
    said += _round_words(chosen)
    equal = [_short(cells[lane]) for lane in prompt.contending() if lane != best]
    if equal:
        said += f" No sure difference to {listed(equal)}."
    losing = [cell for cell in cells.values() if cell.speedup is not None and cell.speedup.high < 1]
    if losing:
        said += f" Slower than no drafter: {listed([_short(cell) for cell in losing])}."
    return said


def _short(cell: Cell) -> str:
    return k_name(cell.policy, cell.k)


def _no_gain(cells: Mapping[str, Cell], leader: str, found: Interval) -> str:
    cell = cells[leader]
    if found.high < 1:
        said = f"Leave the drafter off: even {_short(cell)} runs at {found.ratio:.2f}× ({span_words(found)})."
        return said + _round_words(cell)
    return f"It cannot be told whether drafting helps: {_short(cell)} runs at {found.ratio:.2f}× ({span_words(found)})."


def _round_words(cell: Cell) -> str:
    """Why: what a round costs and what it brings; empty where that was not measured."""
    if cell.break_even is None or cell.accepted_per_round is None:
        return ""
    return f" A round costs {cell.break_even:.1f} steps and brings {1 + cell.accepted_per_round:.1f} tokens."
