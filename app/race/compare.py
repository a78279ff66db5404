"""Did it get slower? Two races, sweeps or suites side by side: what differs, the ratio of each lane, and a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from app.race.heats import Heats
from app.race.lanes import LaneKind, lane_name
from app.race.statistics import Interval, paired_interval, t_quantile, typical
from app.race.sweep_result import SweepResult, known
from app.race.trace import Machine, Trace

_BASELINE: Final = "Baseline"
_SAME: Final = 0.005
"""Changes of less than half a per cent are none."""


class MeasuredResult(msgspec.Struct, frozen=True, kw_only=True):
    """What two results are compared by.

    Attributes:
        kind: ``"race"``, ``"sweep"`` or ``"suite"``.
        facts: What it was measured with, by name.
        rates: Decode rates in tokens per second, by the lane's name and then by prompt: one a heat, or one alone.
        drafting: The names of the drafting lanes.
    """

    kind: str
    facts: dict[str, str]
    rates: dict[str, dict[str, tuple[float, ...]]]
    drafting: tuple[str, ...] = ()


class LaneChange(msgspec.Struct, frozen=True, kw_only=True):
    """One lane before and after.

    Attributes:
        lane: Its name; ``other`` is its name afterwards, where that differs.
        before, after: Typical decode rate, tokens per second.
        change: How many times as fast as before, with its 95 % interval; its ``heats`` are the values that it rests on.
        sentence: The same for people.
    """

    lane: str
    other: str = ""
    before: float
    after: float
    change: Interval
    sentence: str


class SideBySide(msgspec.Struct, frozen=True, kw_only=True):
    """Two results side by side.

    Attributes:
        differs: What is not the same, in sentences; the reason for a change may be among them.
        lanes: One a lane that both have, the baseline first.
        verdict: The whole in a sentence.
    """

    differs: tuple[str, ...]
    lanes: tuple[LaneChange, ...]
    verdict: str

    def slower_than(self, limit: float) -> tuple[LaneChange, ...]:
        """Returns the lanes that run at less than ``limit`` times their rate of before, and not by chance alone.

        A lane whose interval has no end (a single run) counts by its ratio.
        """
        return tuple(lane for lane in self.lanes if lane.change.ratio < limit and not _chance(lane.change))


def _chance(change: Interval) -> bool:
    return change.method != "none" and change.holds(1.0)


def measured_race(trace: Trace) -> MeasuredResult:
    """Returns what a recorded race is compared by."""
    header = trace.header
    heats = Heats.of(header, trace.records)
    rates = {}
    for spec in header.lanes:
        runs = tuple(run.total_tps for run in heats.runs(spec.id).values() if run.total_tps > 0)
        if runs:
            rates[lane_name(spec)] = {header.prompt_name: runs}
    base = header.lanes[0] if header.lanes else None
    engines = [lane.loaded.engine for state in heats.states.values() for lane in state.lanes.values() if lane.loaded]
    sampling = header.request.sampling
    facts = {
        "pair": header.pair_title or header.pair,
        "files": ", ".join(f"{file.name} {file.digest[:8]}".strip() for file in header.files),
        "engine": engines[0] if engines else (base.engine if base else ""),
        "version of MTP Race": header.app_version,
        "machine": _machine(header.machine),
        "race format": header.format,
        "prompt": header.prompt_name,
        "most tokens": str(header.request.max_tokens),
        "temperature": f"{sampling.temperature:g}",
        "context": str(base.context) if base else "",
        "threads": str(base.threads) if base else "",
        "requests at once": str(header.request.concurrency),
    }
    drafting = tuple(lane_name(spec) for spec in header.lanes if spec.kind is not LaneKind.BASELINE)
    return MeasuredResult(kind="race", facts=facts, rates=rates, drafting=drafting)


def measured_sweep(sweep: SweepResult) -> MeasuredResult:
    """Returns what a sweep or a suite is compared by."""
    rates: dict[str, dict[str, tuple[float, ...]]] = {}
    names = []
    for prompt in sweep.prompts:
        if prompt.baseline_tps > 0:
            rates.setdefault(_BASELINE, {})[prompt.prompt] = (prompt.baseline_tps,)
        for cell in prompt.cells:
            name = cell.title.partition(" (")[0] or cell.lane
            names.append(name)
            if cell.decode_tps > 0:
                rates.setdefault(name, {})[prompt.prompt] = (cell.decode_tps,)
    facts = {
        "pair": sweep.pair_title or sweep.pair,
        "target": sweep.target,
        "engine": sweep.engine,
        "version of MTP Race": sweep.app_version,
        "machine": _machine(sweep.machine),
    }
    kind = "suite" if sweep.suite else "sweep"
    return MeasuredResult(kind=kind, facts=facts, rates=rates, drafting=tuple(dict.fromkeys(names)))


def _machine(machine: Machine) -> str:
    return ", ".join([machine.cpu, *machine.gpus])


def compare(before: MeasuredResult, after: MeasuredResult) -> SideBySide:
    """Returns the second result measured by the first: 0.9 means that it runs at nine tenths of the rate."""
    differs = [
        f"Another {name}: {before.facts.get(name) or 'not told'}, then {after.facts.get(name) or 'not told'}."
        for name in dict.fromkeys([*before.facts, *after.facts])
        if before.facts.get(name) != after.facts.get(name) and name in before.facts and name in after.facts
    ]
    if before.kind != after.kind:
        differs.insert(0, f"A {before.kind}, then a {after.kind}.")
    pairs = [(name, name) for name in before.rates if name in after.rates]
    own, others = (
        [name for name in side.drafting if name in side.rates and name not in dict(pairs)] for side in (before, after)
    )
    if len(own) == len(others) == 1:  # One drafter on either side is the same contestant with other settings.
        pairs.append((own[0], others[0]))
        differs.append(f"Another drafting lane: {own[0]}, then {others[0]}.")
    lanes = []
    missing: set[str] = set()
    for name, other in pairs:
        first, second = before.rates[name], after.rates[other]
        if len(first) == len(second) == 1:  # Two races: the prompt's name was compared above.
            first, second = dict(zip(second, first.values(), strict=True)), second
        shared = [prompt for prompt in first if prompt in second]
        missing |= set(first) ^ set(second)
        if shared:
            lanes.append(_change(name, other, first, second, shared))
    if missing:
        differs.append(f"{len(missing)} prompt{'s' if len(missing) > 1 else ''} only in one of them, not counted.")
    return SideBySide(differs=tuple(differs), lanes=tuple(lanes), verdict=_verdict(lanes))


def _change(
    name: str,
    other: str,
    first: Mapping[str, Sequence[float]],
    second: Mapping[str, Sequence[float]],
    shared: Sequence[str],
) -> LaneChange:
    if len(shared) > 1:
        change = paired_interval([typical(second[item]) / typical(first[item]) for item in shared])
        assert change is not None
    else:
        change = unpaired_interval(first[shared[0]], second[shared[0]])
    before = typical([typical(first[item]) for item in shared])
    return LaneChange(
        lane=name,
        other=other if other != name else "",
        before=before,
        after=typical([typical(second[item]) for item in shared]),
        change=change,
        sentence=f"{other} runs at {_ratio_words(change)}.",
    )


def unpaired_interval(before: Sequence[float], after: Sequence[float]) -> Interval:
    """Returns the ratio of two independent sets of rates with its interval: Welch's t (1947) on their logarithms."""
    ratio = typical(after) / typical(before)
    count = min(len(before), len(after))
    if count < 2:
        return Interval(ratio, 0.0, math.inf, count, "none")
    spreads, freedoms = [], []
    for values in (before, after):
        logs = [math.log(value) for value in values]
        mean = sum(logs) / len(logs)
        spreads.append(sum((item - mean) ** 2 for item in logs) / (len(logs) - 1) / len(logs))
        freedoms.append(len(logs) - 1)
    total = sum(spreads)
    if total == 0:
        return Interval(ratio, ratio, ratio, count, "t")
    freedom = total**2 / sum(spread**2 / free for spread, free in zip(spreads, freedoms, strict=True))
    half = t_quantile(0.975, max(1, int(freedom))) * math.sqrt(total)
    return Interval(ratio, ratio * math.exp(-half), ratio * math.exp(half), count, "t")


def _ratio_words(change: Interval) -> str:
    span = f" ({change.low:.2f} to {change.high:.2f})" if known(change.high) and change.low > 0 else ""
    return f"{change.ratio:.2f} times its rate of before{span}"


def _verdict(lanes: Sequence[LaneChange]) -> str:
    if not lanes:
        return "They have no lane and prompt in common, so nothing can be compared."
    sure = [lane for lane in lanes if lane.change.method != "none"]
    slower = [lane for lane in sure if lane.change.high < 1 - _SAME]
    faster = [lane for lane in sure if lane.change.low > 1 + _SAME]
    parts = []
    if slower:
        parts.append(f"Slower: {_names(slower)}.")
    if faster:
        parts.append(f"Faster: {_names(faster)}.")
    unsure = [lane for lane in lanes if lane not in slower and lane not in faster]
    if unsure and not sure:
        return f"One run each cannot tell a change from chance: {_names(unsure)}. Race in heats."
    if unsure:
        parts.append(f"No sure change: {_names(unsure)}.")
    return " ".join(parts)


def _names(lanes: Sequence[LaneChange]) -> str:
    return ", ".join(f"{lane.other or lane.lane} {lane.change.ratio:.2f}×" for lane in lanes)
