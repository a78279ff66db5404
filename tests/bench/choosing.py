"""What choosing a token costs, against sorting everything: ``python -m tests.bench.choosing``.

Rows of 262,144 logits, as Gemma 4 has, in processor time, the two ways in turns. ``spread`` is the standard deviation
of the logits, ``peak`` how large the largest one is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from app.engines.sampling import Choice, Floats, choose
from app.race.lanes import Sampling
from tests.engines.plain_sampling import choose_plainly

VOCABULARY = 262_144
WAYS = {
    "greedy": Sampling(),
    "1.0 / 64 / 0.95": Sampling(1.0, 64, 0.95, 3),
    "0.7 / 20 / 1": Sampling(0.7, 20, 1.0, 3),
    "1.0 / 0 / 0.95": Sampling(1.0, 0, 0.95, 3),
}


def seconds(way: Callable[[Floats, Sampling, int], Choice], row: Floats, sampling: Sampling, position: int) -> float:
    """Returns the processor time of one choice in seconds."""
    began = time.process_time_ns()
    way(row, sampling, position)
    return (time.process_time_ns() - began) / 1e9


def main() -> None:
    """Prints a line for each kind of row and sampling."""
    random = np.random.default_rng(1)
    print(f"{'spread':>6} {'peak':>5}  {'sampling':16} {'sorting all':>12} {'now':>9}  times")
    for spread, peak in ((3.0, 0.0), (3.0, 14.0), (3.0, 20.0), (2.0, 12.0)):
        row = (random.standard_normal(VOCABULARY) * spread).astype(np.float32)
        row[77] = max(row.max(), peak)
        for name, sampling in WAYS.items():
            plain: list[float] = []
            fast: list[float] = []
            for position in range(25):
                plain.append(seconds(choose_plainly, row, sampling, position))
                fast += [seconds(choose, row, sampling, position) for _ in range(3)]
            before, after = median(plain) * 1e3, median(fast) * 1e3
            print(f"{spread:6} {peak:5}  {name:16} {before:9.3f} ms {after:6.3f} ms  {before / after:.1f}x")


if __name__ == "__main__":
    main()
