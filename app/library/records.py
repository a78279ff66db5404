"""What races on record say: of the lanes of a race in heats, and of each pair, so that they can be compared."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from app.library.traces import open_trace
from app.race.fold import speedup
from app.race.formats import recorded_format
from app.race.lanes import KPolicy, LaneKind, LaneSpec
from app.race.problems import DECODE_ERRORS, ProblemError
from app.race.statistics import Interval, paired_interval
from app.race.trace import Header, Machine, baseline_id

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


class PairRecord(msgspec.Struct, frozen=True):
    """What the races of a pair on this machine came to.

    Attributes:
        speedups: Median speedup of the pair's own drafter at each fixed K that raced.
        baseline_tps: Median decode rate of the baseline.
        races: How many there are.
    """

    speedups: dict[int, float]
    baseline_tps: float
    races: int

    @property
    def best_k(self) -> int:
        """The K that was fastest."""
        return max(self.speedups, key=lambda k: (self.speedups[k], -k))


def pair_records(folder: Path, machine: Machine) -> dict[str, PairRecord]:
    """Returns what the newest races of ``folder`` that were run on this machine say of each pair, by its id.

    Races of servers are left out, since their models need not be the pair's, and so are those that were given up.
    """
    ratios: dict[str, dict[int, list[float]]] = {}
    rates: dict[str, list[float]] = {}
    for path in _newest(folder):
        header = _header(path)
        if header is None or _computes(header.machine) != _computes(machine):
            continue
        if len(rates.get(header.pair, ())) >= _ENOUGH or any("://" in lane.target for lane in header.lanes):
            continue
        try:
            trace = open_trace(path)
        except ProblemError:
            continue
        base = baseline_id(header)
        if not trace.complete or base is None:
            continue
        lanes = trace.state().lanes
        found = {lane.k: speedup(lanes[base], lanes[lane.id]) for lane in header.lanes if _fixed(lane)}
        told = {k: ratio for k, ratio in found.items() if ratio is not None}
        rate = lanes[base].decode_tps
        if told and rate:
            rates.setdefault(header.pair, []).append(rate)
            for k, ratio in told.items():
                ratios.setdefault(header.pair, {}).setdefault(k, []).append(ratio)
    return {
        pair: PairRecord({k: median(values) for k, values in sorted(ks.items())}, median(rates[pair]), len(rates[pair]))
        for pair, ks in ratios.items()
    }


def _computes(machine: Machine) -> tuple[object, ...]:
    return machine.cpu, machine.cores, machine.gpus


def _fixed(lane: LaneSpec) -> bool:
    return lane.kind is LaneKind.MTP and lane.policy is KPolicy.FIXED


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
