"""What the chess-clock races on record say of the lanes of a race in heats, so that the two can be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from app.library.traces import open_trace
from app.race.fold import speedup
from app.race.formats import recorded_format
from app.race.lanes import LaneSpec
from app.race.problems import DECODE_ERRORS, ProblemError
from app.race.statistics import Interval, paired_interval
from app.race.trace import Header, baseline_id

_LOOKED_AT: Final = 300
"""Newest traces whose first line is read."""
_ENOUGH: Final = 20
"""Races that are read in full: more make the interval hardly narrower."""
_HEAD_BYTES: Final = 1 << 20


def recorded_clocks(folder: Path, header: Header) -> dict[str, Interval]:
    """Returns the speedup of each of the header's drafting lanes in the chess-clock races of ``folder``.

    Only races of the same lanes count: the same files, settings, prompt, app and machine. A lane with no such race is
    left out; one with a single race has no interval.
    """
    ratios: dict[str, list[float]] = {}
    read = 0
    for path in _newest(folder):
        other = _header(path)
        pairs = _same_lanes(header, other) if other is not None else {}
        if not pairs or read >= _ENOUGH:
            continue
        read += 1
        try:
            trace = open_trace(path)
        except ProblemError:
            continue
        base = baseline_id(trace.header)
        if not trace.complete or base is None:
            continue
        lanes = trace.state().lanes
        for lane, its in pairs.items():
            ratio = speedup(lanes[base], lanes[its])
            if ratio is not None:
                ratios.setdefault(lane, []).append(ratio)
    return {lane: found for lane, values in ratios.items() if (found := paired_interval(values)) is not None}


def _newest(folder: Path) -> list[Path]:
    timed = []
    for path in folder.glob("*.ndjson"):
        try:
            timed.append((path.stat().st_mtime_ns, path))
        except OSError:
            continue
    return [path for _, path in sorted(timed, reverse=True)[:_LOOKED_AT]]


def _header(path: Path) -> Header | None:
    """Returns the header of a trace without reading the rest."""
    try:
        with path.open("rb") as stream:
            return msgspec.json.decode(stream.readline(_HEAD_BYTES), type=Header)
    except (OSError, *DECODE_ERRORS):
        return None


def _same_lanes(header: Header, other: Header) -> dict[str, str]:
    """Returns for each drafting lane that raced in both its id in either, empty if the races cannot be compared."""
    if not recorded_format(other.format).steps or _ground(header) != _ground(other):
        return {}
    own, base = {_lane(lane): lane.id for lane in other.lanes}, baseline_id(header)
    if not any(lane.id == base and _lane(lane) in own for lane in header.lanes):
        return {}
    return {lane.id: own[_lane(lane)] for lane in header.lanes if lane.id != base and _lane(lane) in own}


def _ground(header: Header) -> bytes:
    """What must be the same: text, files, app and machine."""
    machine = header.machine
    return msgspec.json.encode(
        [header.pair, header.request, header.files, header.app_version, machine.cpu, machine.cores, machine.gpus]
    )


def _lane(lane: LaneSpec) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(lane, id=""), order="sorted")
