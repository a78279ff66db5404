"""Does the prediction hold: the probe's costs and position rates against the measured speedup of K = 1..8.

python -m tests.bench.prediction [--prompts code,haiku] [--heats 5] [--max-tokens 160]; writes results/prediction.json.
All lanes race at once on the chess clock, so every K is paired with the same baseline at the grain of a round. Three
predictions, none of which knows any lane's speedup: the probe's forward passes and draft with each lane's own position
rates; the same with the rates of the K = 8 lane alone; and that with the probe's shape anchored at the costs that the
baseline and the K = 8 lane showed, as the app does for a K that did not race.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from app.library.prompts import load_prompts
from app.models.registry.reader import load_registry
from app.places import find_places
from app.race.costs import Costs, measured_costs, probed_costs
from app.race.events import Finish, PassCosts
from app.race.fold import LaneState, speedup
from app.race.lanes import Contender
from app.race.predict import extended_rates, predict
from app.race.statistics import paired_interval
from app.worker.lane_specs import drafting_specs, lane_specs
from app.worker.pass_costs import probe_passes
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from tests.bench.chess_race import race

MOST = 8
ALLOWED = 0.10
Runs = dict[str, list[LaneState]]


def between_ns(runs: Sequence[LaneState]) -> float:
    """Median time of a round that is neither drafting nor verifying."""
    return float(
        median(item.end_ns - item.start_ns - item.draft_ns - item.verify_ns for run in runs for item in run.rounds)
    )


def compare(runs: Runs, costs: Costs, own: bool) -> list[dict[str, float]]:
    """Returns measured and predicted speedup of each K, with its own position rates or with those of the widest."""
    rows = []
    for k in range(1, MOST + 1):
        source = max(runs[f"mtp-k{k if own else MOST}"], key=lambda run: run.count)
        rates = extended_rates(source.position_rates, MOST)
        ratios = [
            ratio
            for a, b in zip(runs["baseline"], runs[f"mtp-k{k}"], strict=True)
            if (ratio := speedup(a, b)) is not None
        ]
        found = paired_interval(ratios)
        assert found is not None
        guess = predict(costs, rates, k, source.count, source.finish or Finish.LENGTH).speedup
        rows.append(
            {
                "k": k,
                "measured": round(found.ratio, 4),
                "low": round(found.low, 4),
                "high": round(found.high, 4),
                "predicted": round(guess, 4),
                "error": round(guess / found.ratio - 1, 4),
            }
        )
    return rows


def measure(request: RaceRequest, heats: int, pool: WorkerPool, pass_costs: PassCosts) -> dict[str, object]:
    """Races one prompt and returns the predictions of it."""
    baseline, mtp = lane_specs(request, find_places())[:2]
    specs = (baseline, *drafting_specs(mtp, [Contender(k) for k in range(1, MOST + 1)], numbered=True))
    runs: Runs = {spec.id: [] for spec in specs}
    for heat in range(heats + 1):
        lanes = race(request, specs, pool)
        if heat:  # the first one warms up
            for lane, state in lanes.items():
                runs[lane].append(state)
    last = runs[f"mtp-k{MOST}"]
    anchored = measured_costs(
        [(base, [lane]) for base, lane in zip(runs["baseline"], last, strict=True)],
        {width: float(ns) for width, ns in pass_costs.forward_ns.items()},
    )
    assert anchored is not None
    probed = probed_costs(pass_costs, between_ns(last))
    ways = {
        "probe and own rates": (probed, True),
        "probe and rates of K = 8": (probed, False),
        "anchored probe and rates of K = 8": (anchored, False),
    }
    found: dict[str, object] = {"tokens": last[0].count, "rates": [round(rate, 4) for rate in last[0].position_rates]}
    for way, (costs, own) in ways.items():
        rows = compare(runs, costs, own)
        found[way] = rows
        print(f"{request.prompt.name}, {way}:")
        for row in rows:
            print(
                f"  K={row['k']}  measured {row['measured']:.3f} ({row['low']:.3f} to {row['high']:.3f})  "
                f"predicted {row['predicted']:.3f}  error {row['error']:+.1%}"
            )
        worst = max(abs(row["error"]) for row in rows)
        print(f"  worst {worst:.1%}: {'all within' if worst <= ALLOWED else 'NOT all within'} {ALLOWED:.0%}")
    return found


def main() -> None:
    """Probes, races, prints and writes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--prompts", default="code,haiku")
    parser.add_argument("--heats", type=int, default=5)
    parser.add_argument("--max-tokens", type=int, default=160)
    arguments = parser.parse_args()
    places = find_places()
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    prompts = {prompt.name: prompt for prompt in load_prompts(places)}
    pool = WorkerPool()
    result: dict[str, object] = {}
    try:
        for name in arguments.prompts.split(","):
            request = RaceRequest(pair, prompts[name], max_tokens=arguments.max_tokens)
            pass_costs = probe_passes(request, places, pool, again=True, repeats=9)
            result[name] = {"probe_context": pass_costs.context, **measure(request, arguments.heats, pool, pass_costs)}
    finally:
        pool.close()
    path = Path(__file__).parent / "results" / "prediction.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
