"""Does a sweep say the same twice: the command of the README, run two times in a row.

python -m tests.bench.sweep_twice [--budget 3m] [--k 1,2,3,4,6,8] [--prompts code,haiku]; writes
results/sweep_twice.json: of each cell both speedups with their intervals, whether each lies in the other's interval,
whether the intervals meet, and how far the prediction was off; of each prompt both best lanes and both sentences of
advice.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

Cell = dict[str, Any]


def sweep(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One sweep as a user runs it, and its JSON."""
    command = [sys.executable, "-m", "app", "sweep", "--pair", "nano", "--json", "--out", str(folder)]
    options = ["--prompts", arguments.prompts, "--k", arguments.k, "--budget", arguments.budget]
    done = subprocess.run([*command, *options], stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def compared(one: Cell, two: Cell) -> Cell:
    """What both sweeps say of one lane on one prompt."""
    a, b = one["speedup"], two["speedup"]
    return {
        "lane": one["title"],
        "speedups": [{key: round(item[key], 4) for key in ("ratio", "low", "high")} for item in (a, b)],
        "heats": [len(one["ratios"]), len(two["ratios"])],
        "each_in_the_other": a["low"] <= b["ratio"] <= a["high"] and b["low"] <= a["ratio"] <= b["high"],
        "meet": a["low"] <= b["high"] and b["low"] <= a["high"],
        "prediction_errors": [round(item["predicted"] / item["speedup"]["ratio"] - 1, 4) for item in (one, two)],
    }


def main() -> None:
    """Runs both, prints and writes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--budget", default="3m")
    parser.add_argument("--k", default="1,2,3,4,6,8")
    parser.add_argument("--prompts", default="code,haiku")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first, second = (sweep(arguments, Path(folder) / str(number)) for number in (1, 2))
    found: dict[str, Any] = {
        "machine": first["machine"],
        "seconds": [first["seconds"], second["seconds"]],
        "prompts": {},
    }
    for one, two in zip(first["prompts"], second["prompts"], strict=True):
        cells = [compared(a, b) for a, b in zip(one["cells"], two["cells"], strict=True)]
        found["prompts"][one["prompt"]] = {
            "best": [one["best"], two["best"]],
            "advice": [one["advice"], two["advice"]],
            "cells": cells,
        }
        print(f"{one['prompt']}: best {one['best']} and {two['best']}. {one['advice']} | {two['advice']}")
        for cell in cells:
            a, b = (f"{x['ratio']:.3f} ({x['low']:.3f} to {x['high']:.3f})" for x in cell["speedups"])
            said = "in each other" if cell["each_in_the_other"] else "meet" if cell["meet"] else "APART"
            print(f"  {cell['lane']}: {a}, {b}, heats {cell['heats']}, {said}; prediction {cell['prediction_errors']}")
    path = Path(__file__).parent / "results" / "sweep_twice.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
