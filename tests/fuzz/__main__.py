"""``python -m tests.fuzz [READER ...] [--seconds 60] [--seed 1]``: tries readers on changed inputs, a minute each.

Prints a line a reader. An input that made one fall is kept in --keep and named; it becomes a test. Exits 1 on a fall.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
from pathlib import Path

from tests.fuzz.campaign import run
from tests.fuzz.readers import READERS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Tries readers on changed inputs.")
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"of {', '.join(READERS)}; all if none is named")
    parser.add_argument("--seconds", type=float, default=60, help="for each reader (60)")
    parser.add_argument("--seed", type=int, default=1, help="of all chance (1)")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"), help="folder for inputs that made one fall")
    asked = parser.parse_args()
    if unknown := [name for name in asked.readers if name not in READERS]:
        parser.error(f"there is no reader {unknown[0]}")
    logging.getLogger("mtp_race").addHandler(logging.NullHandler())
    logging.getLogger("mtp_race").propagate = False
    fell = 0
    for name in asked.readers or READERS:
        outcome = run(READERS[name], seed=asked.seed, seconds=asked.seconds)
        fell += len(outcome.falls)
        print(f"{name:<16} {outcome.tried:>8,} inputs, {len(outcome.falls)} fell, slowest {outcome.slowest:.2f} s")
        for last, trace, data in outcome.falls:
            asked.keep.mkdir(parents=True, exist_ok=True)
            path = asked.keep / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
            path.write_bytes(data)
            print(f"  {last}\n  kept as {path}\n{trace}")
    return 1 if fell else 0


if __name__ == "__main__":
    sys.exit(main())
