"""Run all attacks and print what became of them. With --json: one JSON object for each, for another program."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.table import Table

from app.sandbox.base import Unavailable, find_sandbox
from tests.sandbox.attacks import ATTACKS, Outcome, carry_out
from tests.sandbox.attacks.world import World


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="", help="part of an attack's name")
    arguments = parser.parse_args()
    sandbox = find_sandbox()
    if isinstance(sandbox, Unavailable):
        print(f"not run: {sandbox.reason} {sandbox.action}", file=sys.stderr)
        return 2
    chosen = [attack for attack in ATTACKS if arguments.only in attack.name]
    started = time.monotonic()
    with World() as world, ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(lambda attack: carry_out(attack, world, sandbox), chosen))
    if arguments.json:
        for outcome in outcomes:
            print(json.dumps({"attack": outcome.attack, "ended": outcome.ended, "problems": outcome.problems}))
    else:
        show(outcomes, time.monotonic() - started)
    return 1 if any(outcome.problems for outcome in outcomes) else 0


def show(outcomes: list[Outcome], seconds: float) -> None:
    table = Table(title=f"Attacks as user {os.geteuid()}")
    for column in ("", "attack", "outcome", "the run", "s"):
        table.add_column(column, overflow="fold")
    for number, outcome in enumerate(outcomes, 1):
        verdict = "contained" if not outcome.problems else "; ".join(outcome.problems)
        table.add_row(str(number), outcome.attack, verdict, outcome.ended, f"{outcome.seconds:.1f}")
    console = Console(width=120)
    console.print(table)
    held = sum(not outcome.problems for outcome in outcomes)
    console.print(f"{held} of {len(outcomes)} contained, in {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
