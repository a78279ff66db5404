"""Did a change make it slower? Another checkout and this one in turns, each figure in processor time.

    python -m tests.bench.before_after ../older --python ../older/.venv/bin/python --rounds 7

Every measure runs in a process of its own in each tree, A B A B and so on, so that a machine whose speed drifts meets
both alike. Printed and written to results/before_after.json: the median of the ratios this/other of neighbours, their
quartiles, and both medians. Below 1 is faster than before. The figures are processor time but for the rest of a round,
which is the time between two passes of one thread, and for ``window up``, which is what a user waits.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

HERE = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"

READ = """
try:
    from app.library.traces import open_trace
except ImportError:
    from app.models.traces import open_trace
from pathlib import Path
from time import process_time
trace = open_trace(Path("tests/video/data/fibonacci.ndjson"))
events = [(record.lane, record.e) for record in trace.records]
"""

# Each prints one number for each name of its key. They use only what both trees have under the same name.
MEASURES: dict[tuple[str, ...], str] = {
    ("fold, us an event",): READ
    + """
from app.race.fold import RaceState
best = []
for _ in range(60):
    state = RaceState.of([lane.id for lane in trace.header.lanes])
    begun = process_time()
    for lane, event in events:
        state.apply(lane, event)
    best.append((process_time() - begun) / len(events) * 1e6)
print(sorted(best)[len(best) // 2])
""",
    ("pipe, us an event",): READ
    + """
from app.worker.protocol import pack, unpack_event
best = []
for _ in range(60):
    begun = process_time()
    for lane, event in events:
        unpack_event(pack(event)[4:])
    best.append((process_time() - begun) / len(events) * 1e6)
print(sorted(best)[len(best) // 2])
""",
    ("rest of a round, us",): """
from tests.bench.round_loop import measure
print(measure(3, 1, 0.0, 64)["other_us"])
""",
    ("window at 200 tok/s a lane, share of a core",): """
import json, subprocess, sys
done = subprocess.run([sys.executable, "-m", "tests.bench.ui_cpu", "--rate", "200", "--seconds", "4"],
                      capture_output=True, text=True, check=True)
print(json.loads(done.stdout[done.stdout.index("{"):])["cpu_share_of_a_core"])
""",
    ("window up, processor s", "window up, s"): """
from tests.bench.startup import one_run
times = one_run(0.0)
print(times["up_cpu"], times["up"])
""",
    ("film, processor s a second of film",): """
from tests.bench.export import BUNDLED, measure
found = measure(BUNDLED, "1280x720", 30, ".mp4", 1.0)
print(found["cpu_s_per_film_s"])
""",
}


def run(code: str, tree: Path, python: str) -> list[float]:
    """Runs one measure in a tree and returns its numbers."""
    env = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run([python, "-c", code], cwd=tree, env=env, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise SystemExit(f"{tree}: {done.stderr[-2000:]}")
    return [float(word) for word in done.stdout.split()]


class Row(NamedTuple):
    """One measure: the median of the ratios after/before of neighbours, their quartiles, and both medians."""

    measure: str
    ratio: float
    low: float
    high: float
    before: float
    after: float
    pairs: int


def compare(names: tuple[str, ...], other: Path, python: str, rounds: int) -> list[Row]:
    """Runs one measure in both trees in turns, and returns a row for each of its names."""
    pairs = []
    for number in range(rounds + 1):
        trees = [(other, python), (HERE, sys.executable)]
        found = [run(MEASURES[names], *tree) for tree in (trees if number % 2 else reversed(trees))]
        pair = found if number % 2 else found[::-1]
        if number:  # the first one warms both up
            pairs.append(pair)
    rows: list[Row] = []
    for at, name in enumerate(names):
        before, after = [pair[0][at] for pair in pairs], [pair[1][at] for pair in pairs]
        ratios = [mine / theirs for mine, theirs in zip(after, before, strict=True)]
        low, _, high = quantiles(ratios, n=4)
        rows.append(Row(name, median(ratios), low, high, median(before), median(after), len(pairs)))
    return rows


def main() -> None:
    """Measures, prints a line for each figure and keeps them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="the other checkout")
    parser.add_argument("--python", default=sys.executable, help="the other checkout's Python")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="measures whose name has this in it")
    options = parser.parse_args()
    rows: list[Row] = []
    for names in MEASURES:
        if any(options.only in name for name in names):
            rows += compare(names, options.other.resolve(), options.python, options.rounds)
            for row in rows[-len(names) :]:
                print(
                    f"{row.measure}: {row.ratio:.3f} ({row.low:.3f} to {row.high:.3f}), "
                    f"{row.before:.4g} before, {row.after:.4g} now",
                    flush=True,
                )
    if not options.only:
        (RESULTS / "before_after.json").write_text(
            json.dumps([row._asdict() for row in rows], indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
