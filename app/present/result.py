"""The result of a race as one JSON object, the contract that scripts rely on, and as a few lines to copy."""

from __future__ import annotations

from typing import Any

from app.present.figures import clock_text, more_text, rate_text, way_now
from app.present.lane_figures import LaneFigures
from app.present.programs import end_to_end, program_sentences
from app.present.view import LaneView, RaceView
from app.present.words import format_note
from app.race.fold import NS
from app.race.heats import race_heats_summary

MS = 1_000_000


def summarize(view: RaceView, trace: str | None) -> dict[str, Any]:
    """Returns the race's result as JSON-ready data.

    Seconds are lane clock seconds, rates are tokens per second: ``decode_tps`` of the shown request, ``total_tps`` of
    all ``requests`` that were sent at once. Of a race in heats all numbers are over the heats that count, and token
    verdicts are those of the heat that is shown. What could not be measured, or the engine does not tell, is None.
    ``speedup``, ``token_verdict`` and ``fork_at`` are those of the first drafting lane; ``speedups`` and
    ``token_verdicts`` have all. ``winner`` is what every face says of the race. ``end_to_end`` is None before the
    programs ran.
    """
    result = view.result
    first = next(iter(view.contenders), None)
    comparison = view.comparison(first) if first is not None else None
    ratios = {lane.spec.id: ratio for lane in view.contenders if (ratio := view.speedup(lane)) is not None}
    verdicts = {lane.spec.id: item.verdict.value for lane in view.contenders if (item := view.comparison(lane))}
    header = view.header
    return {
        "format": header.format,
        "format_title": view.format_title,
        "format_note": format_note(header.format),
        "pair": header.pair,
        "prompt": header.prompt_name,
        "k": first.spec.k if first else 0,
        "requests": view.requests,
        "lanes": {lane.spec.id: _lane_data(view, lane) for lane in view.lanes},
        "speedup": _rounded(ratios.get(first.spec.id)) if first else None,
        "speedups": {lane: round(value, 4) for lane, value in ratios.items()},
        "winner": {
            "lane": view.lanes[result.lane].spec.id if result.lane >= 0 else None,
            "phrase": result.phrase,
            "ratio": _rounded(result.ratio),
            "low": _rounded(result.low),
            "high": _rounded(result.high),
            "heats": result.heats,
            "sentence": result.sentence,
        },
        "why": view.reason,
        "same": next(iter(view.same_lines), ""),
        "note": view.heats_note,
        "end_to_end": end_to_end_fields(view),
        "token_verdicts": verdicts,
        "token_verdict": comparison.verdict.value if comparison else None,
        "fork_at": comparison.fork_at if comparison else None,
        "fork_gap": comparison.gap if comparison else None,
        "trace": trace,
        **({"heats": race_heats_summary(view.heats)} if view.heats is not None else {}),
    }


def end_to_end_fields(view: RaceView) -> dict[str, Any] | None:
    """Returns the time from the prompt to the programs' results."""
    found = end_to_end(view)
    if found is None:
        return None
    return {
        "lanes": {
            lane: {
                "generate_s": round(time.generate_s, 6),
                "run_s": round(time.run_s, 6),
                "total_s": round(time.total_s, 6),
            }
            for lane, time in zip(found.lanes, found.times, strict=True)
        },
        "ratio": _rounded(found.ratio),
        "sentence": found.sentence,
    }


def _lane_data(view: RaceView, lane: LaneView) -> dict[str, Any]:
    """Returns one lane's result as JSON-ready data."""
    figures = view.figures(lane)
    state = lane.state
    result: dict[str, Any] = {
        "title": lane.title,
        "tokens": figures.tokens,
        "clock_s": round(figures.clock_ns / NS, 6),
        "decode_tps": _rounded(figures.request_tps, 3),
        "total_tps": _rounded(figures.tps, 3),
        "rate_unit": view.rate_unit,
        "characters_per_second": _rounded(figures.characters_per_second, 3),
        "joules_per_token": _rounded(figures.joules_per_token),
        "watts": _rounded(figures.watts, 2),
        "energy_of": figures.energy_of or None,
        "ttft_s": _rounded(figures.ttft_ns, 6, NS),
        "prompt_tokens": figures.prompt_tokens,
        "load_s": round(state.loaded.load_ns / NS, 6) if state.loaded else None,
        "peak_memory_bytes": figures.memory_bytes,
        "finish": state.finish.value if state.finish else None,
        "end": view.end(lane) or None,
    }
    if lane.drafting:
        result |= _draft_data(figures)
    problem = view.problem(lane)
    if problem is not None:
        found, _ = problem
        result["problem"] = {
            "kind": found.kind,
            "sentence": found.sentence,
            "cause": found.cause,
            "action": found.action,
        }
    return result


def _draft_data(figures: LaneFigures) -> dict[str, Any]:
    return {
        "rounds": None if figures.drafted is None else figures.rounds,
        "drafted": figures.drafted,
        "accepted": figures.accepted,
        **(
            {"made": figures.made, "halts": {why.value: count for why, count in figures.halts.items()}}
            if figures.halts
            else {}
        ),
        "accepted_per_round": _rounded(figures.accepted_per_round),
        "drafted_per_round": _rounded(figures.drafted_per_round),
        "acceptance_rate": _rounded(figures.acceptance_rate),
        "position_rates": [round(rate, 4) for rate in figures.position_rates],
        "draft_ms": _rounded(figures.draft_ns, 3, MS),
        "verify_ms": _rounded(figures.verify_ns, 3, MS),
    }


def _rounded(value: float | None, places: int = 4, unit: int = 1) -> float | None:
    return None if value is None else round(value / unit, places)


def verdict_text(view: RaceView) -> str:
    """The result in a few plain lines, with the format named."""
    header = view.header
    lines = [f"{header.pair_title or header.pair}, {header.prompt_name}, {view.format_title}"]
    for lane in view.lanes:
        lines.append(
            f"{lane.title}: {rate_text(view, lane)} {view.rate_unit} · {clock_text(view, lane)} · {way_now(view, lane)}"
        )
        more = more_text(view, lane)
        lines += [f"{lane.title}: {more}"] if more else []
        problem = view.problem(lane)
        if problem is not None:
            lines.append(f"{lane.title} {problem[1]}: {problem[0]}")
    lines.append(f"Result: {view.result.sentence or 'none yet'}")
    lines += [*view.lane_sentences, view.reason, *view.same_lines, view.heats_note, *program_sentences(view)]
    return "\n".join(line for line in lines if line) + "\n"
