"""``mtp-race compare``: two races, sweeps or suites side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
from rich.table import Table

from app.library.sweeps import load_sweep
from app.library.traces import open_trace
from app.race.compare import MeasuredResult, compare, measured_race, measured_sweep
from app.race.statistics import Interval
from app.terminal.environment import FAILED, OK, Environment


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Compares, prints, and returns the exit status: 1 if a lane is slower than the limit."""
    found = compare(_measured(arguments.before), _measured(arguments.after))
    slow = found.slower_than(arguments.fail_below) if arguments.fail_below else ()
    if arguments.json:
        data = msgspec.to_builtins(found)
        for lane in data["lanes"]:
            if lane["change"]["method"] == "none":
                lane["change"]["low"] = lane["change"]["high"] = None
        env.say_json({**data, "below_limit": [lane.lane for lane in slow]})
        return FAILED if slow or not found.lanes else OK
    table = Table("Lane", "Before", "After", "Times before", "95 % interval")
    for lane in found.lanes:
        name = f"{lane.lane} → {lane.other}" if lane.other else lane.lane
        rates = (f"{lane.before:.1f} tok/s", f"{lane.after:.1f} tok/s")
        table.add_row(name, *rates, f"{lane.change.ratio:.2f}×", _span(lane.change))
    env.result_console(100).print(table)
    for sentence in found.differs:
        env.say(sentence)
    env.say(found.verdict)
    for lane in slow:
        env.tell(f"mtp-race: {lane.sentence} The limit is {arguments.fail_below:g}.")
    return FAILED if slow or not found.lanes else OK


def _span(change: Interval) -> str:
    return "–" if change.method == "none" else f"{change.low:.2f} to {change.high:.2f}"


def _measured(path: Path) -> MeasuredResult:
    if path.is_dir() or path.suffix.lower() == ".json":
        return measured_sweep(load_sweep(path))
    return measured_race(open_trace(path))
