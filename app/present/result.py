"""The result of a race as one JSON object: the contract that scripts rely on."""

from __future__ import annotations

from typing import Any

from app.race.fold import NS, LaneState, Phase, RaceState, speedup
from app.race.heats import Heats, race_heats_summary
from app.race.lanes import LaneKind, LaneSpec
from app.race.trace import Header, baseline_id, contender_id
from app.race.verdict import Comparison, compare_tokens

MS = 1_000_000


def race_comparison(header: Header, state: RaceState, noise_floor: float | None = None) -> Comparison | None:
    """Returns the token verdict of the first drafting lane against the baseline; None without such a pair of lanes."""
    base, other = baseline_id(header), contender_id(header)
    if base is None or other is None:
        return None
    return compare_tokens(state.lanes[base], state.lanes[other], noise_floor)


def lane_speedups(header: Header, state: RaceState) -> dict[str, float]:
    """Returns the speedup of each drafting lane that has one over the baseline."""
    base = baseline_id(header)
    if base is None:
        return {}
    found = {lane.id: speedup(state.lanes[base], state.lanes[lane.id]) for lane in header.lanes if lane.id != base}
    return {lane: ratio for lane, ratio in found.items() if ratio is not None}


def race_speedup(header: Header, state: RaceState) -> float | None:
    """Returns the speedup of the first drafting lane over the baseline, if both have a decode rate."""
    base, other = baseline_id(header), contender_id(header)
    if base is None or other is None:
        return None
    return speedup(state.lanes[base], state.lanes[other])


def summarize(
    header: Header,
    state: RaceState,
    trace: str | None,
    noise_floor: float | None = None,
    *,
    heats: Heats | None = None,
) -> dict[str, Any]:
    """Returns the race's result as JSON-ready data.

    Seconds are lane clock seconds, rates are tokens per second: ``decode_tps`` of the shown request, ``total_tps`` of
    all ``requests`` that were sent at once. What could not be measured is None.
    ``speedup``, ``token_verdict`` and ``fork_at`` are those of the first drafting lane; ``speedups`` and
    ``token_verdicts`` have all.

    Args:
        heats: Of a race in heats: ``speedups`` are then their paired ratios, and ``state`` is that of one heat.
    """
    comparison = race_comparison(header, state, noise_floor)
    contender = next((lane for lane in header.lanes if lane.kind is not LaneKind.BASELINE), None)
    base = baseline_id(header)
    ratios = lane_speedups(header, state)
    told: dict[str, Any] = {}
    if heats is not None and base is not None:
        intervals = {lane.id: heats.interval(lane.id, base) for lane in header.lanes if lane.id != base}
        ratios = {lane: item.ratio for lane, item in intervals.items() if item is not None}
        told = {"heats": race_heats_summary(heats)}
    ratio = ratios.get(contender.id) if contender else None
    verdicts = {
        lane.id: compare_tokens(state.lanes[base], state.lanes[lane.id], noise_floor).verdict.value
        for lane in header.lanes
        if base is not None and lane.id != base
    }
    return {
        "format": header.format,
        "pair": header.pair,
        "prompt": header.prompt_name,
        "k": contender.k if contender else 0,
        "requests": header.request.concurrency,
        "lanes": {spec.id: lane_summary(spec, state.lanes[spec.id]) for spec in header.lanes},
        "speedup": None if ratio is None else round(ratio, 4),
        "speedups": {lane: round(value, 4) for lane, value in ratios.items()},
        "token_verdicts": verdicts,
        "token_verdict": comparison.verdict.value if comparison else None,
        "fork_at": comparison.fork_at if comparison else None,
        "fork_gap": comparison.gap if comparison else None,
        "trace": trace,
        **told,
    }


def lane_summary(spec: LaneSpec, lane: LaneState) -> dict[str, Any]:
    """Returns one lane's result as JSON-ready data."""
    result: dict[str, Any] = {
        "tokens": lane.count,
        "clock_s": round(lane.clock_ns / NS, 6),
        "decode_tps": round(lane.decode_tps, 3),
        "total_tps": round(lane.total_tps, 3),
        "ttft_s": round(lane.ttft_ns / NS, 6),
        "prompt_tokens": lane.prompt_tokens,
        "load_s": round(lane.loaded.load_ns / NS, 6) if lane.loaded else None,
        "finish": lane.finish.value if lane.finish else None,
    }
    if spec.kind is not LaneKind.BASELINE:
        mean = lane.accepted_per_round
        result |= {
            "rounds": len(lane.rounds),
            "drafted": lane.drafted,
            "accepted": lane.accepted,
            "accepted_per_round": None if mean is None else round(mean, 4),
            "position_rates": [round(rate, 4) for rate in lane.position_rates],
            "draft_ms": round(lane.draft_ns / MS, 3),
            "verify_ms": round(lane.verify_ns / MS, 3),
        }
    if lane.phase is Phase.FAILED and lane.problem is not None:
        result["problem"] = {
            "kind": lane.problem.kind,
            "sentence": lane.problem.sentence,
            "cause": lane.problem.cause,
            "action": lane.problem.action,
        }
    return result
