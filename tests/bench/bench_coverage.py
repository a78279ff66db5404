"""How often do intervals hold the truth? 1,000 simulated sweeps with drift and outliers; plain means beside ours.

    python -m tests.bench.bench_coverage [--sweeps 1000]

A simulated sweep runs a baseline and a lane that is 1.3 times as fast. The machine drifts by up to 15 % over the sweep,
every run has 2 % of noise, and some runs are disturbed and take up to twice as long. Ours: heats in ABBA order, paired
ratios, :func:`app.race.statistics.paired_interval`. Plain means: all runs of one lane, then all of the other, as one
would do by hand; the ratio of the two means, with the usual interval from their standard errors.
"""

from __future__ import annotations

import argparse
import json
import math
import sys

import numpy as np

from app.race.heats import lane_order
from app.race.statistics import paired_interval, t_quantile

TRUTH = 1.3


def simulate(random: np.random.Generator, runs: int, disturbed: float) -> np.ndarray:
    """Returns how many times longer than usual each run of a sweep takes."""
    drift = np.linspace(0, random.uniform(-0.15, 0.15), runs)
    noise = random.normal(0, 0.02, runs)
    outliers = np.where(random.random(runs) < disturbed, random.exponential(0.3, runs).clip(0, 0.7), 0)
    return np.exp(drift + noise + outliers)


def ours(slow: np.ndarray, heats: int) -> tuple[float, float]:
    """The interval of heats in ABBA order."""
    ratios, at = [], 0
    for heat in range(heats):
        taken = {}
        for lane in lane_order(["baseline", "mtp"], heat):
            taken[lane] = slow[at] * (1.0 if lane == "baseline" else 1 / TRUTH)
            at += 1
        ratios.append(taken["baseline"] / taken["mtp"])
    found = paired_interval(ratios)
    assert found is not None
    return found.low, found.high


def plain(slow: np.ndarray, heats: int) -> tuple[float, float]:
    """The interval of the ratio of two plain means, one lane after the other."""
    base, lane = 1 / slow[:heats], TRUTH / slow[heats:]
    ratio = lane.mean() / base.mean()
    error = math.sqrt(sum((part.std(ddof=1) / part.mean()) ** 2 / heats for part in (base, lane)))
    half = t_quantile(0.975, 2 * heats - 2) * error * ratio
    return ratio - half, ratio + half


def coverage(method: object, heats: int, sweeps: int, disturbed: float) -> dict[str, float]:
    """Returns the share of sweeps whose interval holds the truth, and the median width of the intervals."""
    random = np.random.default_rng([heats, int(100 * disturbed)])
    found = [method(simulate(random, 2 * heats, disturbed), heats) for _ in range(sweeps)]  # type: ignore[operator]
    held = sum(low <= TRUTH <= high for low, high in found)
    return {"covered": held / sweeps, "width": round(float(np.median([high - low for low, high in found])), 4)}


def main() -> int:
    """Prints a table and returns 0 if every one of our intervals covers 93 to 97 %."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sweeps", type=int, default=1000)
    arguments = parser.parse_args()
    good = True
    rows = []
    for heats in (5, 6, 8, 10, 12, 16, 20):
        for disturbed in (0.0, 0.08):
            row = {"heats": heats, "disturbed": disturbed}
            for name, method in (("ours", ours), ("plain", plain)):
                row |= {
                    f"{name}_{key}": value
                    for key, value in coverage(method, heats, arguments.sweeps, disturbed).items()
                }
            good = good and 0.93 <= row["ours_covered"] <= 0.97
            rows.append(row)
            print(json.dumps(row))
    total = sum(row["ours_covered"] for row in rows) / len(rows)
    print(json.dumps({"ours_covered_mean": round(total, 4), "within_93_to_97": good}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
