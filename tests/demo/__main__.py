"""Races the prompt ``stocks`` without a network and without a model: ``python -m tests.demo [--trace FILE] [--json]``.

Two servers play answers that were written by hand, at the pace of the article's machine or faster; the programs in them
really run, and fetch invented prices from the recording that comes with the app. Everything else is the app as it is.
"""

from __future__ import annotations

import argparse
import sys

from app.cli import main as mtp_race
from tests.demo.answers import BASELINE, DRAFTED
from tests.demo.server import serving


def main() -> int:
    """Races, and returns the command's exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--trace", default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pace", type=float, default=0.03, help="seconds a round of the baseline (default 0.03)")
    arguments = parser.parse_args()
    slow = serving(BASELINE, arguments.pace, drafts=False)
    fast = serving(DRAFTED, arguments.pace * 1.6, drafts=True)
    with slow as plain, fast as drafting:
        words = ["run", "--engine", "llama-server", "--servers", plain, drafting, "--prompt", "stocks", "--k", "3"]
        words += ["--repeats", "1", "--max-tokens", "2000"]
        words += ["--trace", arguments.trace] if arguments.trace else []
        return mtp_race([*words, "--json"] if arguments.json else words)


if __name__ == "__main__":
    sys.exit(main())
