"""The race as a Chrome trace for timeline viewers such as Perfetto.

Format: the Trace Event Format's JSON object form, with complete events ("X"), counters ("C") and metadata ("M");
times in microseconds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.draw.studio import Tell
from app.present.playback import Playback
from app.present.view import LaneView
from app.race.events import Round
from app.video.encoders.base import RaceJob, Usual

_US = 1000
_PROCESS = 1


class Perfetto(Usual):
    """Rounds with their draft and verify parts on one line for each lane, and counters for rate and acceptance."""

    name = "perfetto"
    title = "Timeline (Chrome and Perfetto)"
    endings = (".json",)
    moving = False

    def write(self, job: RaceJob, path: Path, tell: Tell) -> None:
        """Writes the timeline."""
        view = Playback(job.trace, job.options.heat).final()
        title = view.header.pair_title or view.header.pair
        events: list[dict[str, Any]] = [_meta("process_name", 0, f"{title}, {view.format_title.lower()}")]
        for lane in view.lanes:
            events += _lane_events(lane)
        with path.open("w", encoding="utf-8") as out:
            out.write('{"displayTimeUnit":"ms","traceEvents":[\n')
            for number, event in enumerate(events):
                out.write(("" if number == 0 else ",\n") + json.dumps(event, ensure_ascii=False))
            out.write("\n]}\n")
        tell(1, 1)


def _meta(name: str, thread: int, value: str) -> dict[str, Any]:
    return {"ph": "M", "name": name, "pid": _PROCESS, "tid": thread, "args": {"name": value}}


def _slice(name: str, thread: int, start_ns: int, end_ns: int, **args: object) -> dict[str, Any]:
    return {
        "ph": "X",
        "name": name,
        "cat": "race",
        "pid": _PROCESS,
        "tid": thread,
        "ts": start_ns / _US,
        "dur": max(0, end_ns - start_ns) / _US,
        "args": args,
    }


def _lane_events(lane: LaneView) -> list[dict[str, Any]]:
    thread = lane.index + 1
    name = lane.name
    events = [_meta("thread_name", thread, name)]
    first = lane.state.prefilled
    if first is not None:
        events.append(_slice("prefill", thread, first.start_ns, first.end_ns, prompt_tokens=first.prompt_tokens))
    for number, item in enumerate(lane.state.rounds, start=1):
        events += _round_events(item, number, thread, name, lane.drafting)
    for at, rate in zip(lane.rates.at, lane.rates.current, strict=True):
        events.append(_counter(f"tokens per second, {name}", at * 1e6, rate))
    return events


def _round_events(item: Round, number: int, thread: int, name: str, drafting: bool) -> list[dict[str, Any]]:
    text = "".join(token.text for token in item.tokens)
    label = f"round {number}" if drafting else f"step {number}"
    events = [
        _slice(label, thread, item.start_ns, item.end_ns, drafted=item.drafted, accepted=item.accepted, text=text)
    ]
    drafted_ns = min(item.start_ns + item.draft_ns, item.end_ns)
    if item.draft_ns:
        events.append(_slice("draft", thread, item.start_ns, drafted_ns))
    if item.verify_ns:
        what = "verify" if drafting else "forward"
        events.append(_slice(what, thread, drafted_ns, min(drafted_ns + item.verify_ns, item.end_ns)))
    if drafting:
        events.append(_counter(f"accepted, {name}", item.end_ns / _US, item.accepted))
    return events


def _counter(name: str, at_us: float, value: float) -> dict[str, Any]:
    return {"ph": "C", "name": name, "pid": _PROCESS, "ts": at_us, "args": {"value": value}}
