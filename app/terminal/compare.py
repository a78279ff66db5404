"""``mtp-race compare``: two races, sweeps or suites side by side."""

from __future__ import annotations

import argparse

import msgspec
from rich.table import Table

from app.library.results import measured
from app.present.compare_figures import COMPARE_HEAD, compare_rows
from app.race.compare import compare
from app.terminal.environment import FAILED, OK, Environment


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Compares, prints, and returns the exit status: 1 if a lane is slower than the limit."""
    found = compare(measured(arguments.before), measured(arguments.after))
    slow = found.slower_than(arguments.fail_below) if arguments.fail_below else ()
    if arguments.json:
        data = msgspec.to_builtins(found)
        for lane in data["lanes"]:
            if lane["change"]["method"] == "none":
                lane["change"]["low"] = lane["change"]["high"] = None
        env.say_json({**data, "below_limit": [lane.lane for lane in slow]})
        return FAILED if slow or not found.lanes else OK
    table = Table(*COMPARE_HEAD)
    for row in compare_rows(found):
        table.add_row(*row)
    env.result_console(100).print(table)
    for sentence in found.differs:
        env.say(sentence)
    env.say(found.verdict)
    for lane in slow:
        env.tell(f"mtp-race: {lane.sentence} The limit is {arguments.fail_below:g}.")
    return FAILED if slow or not found.lanes else OK
