"""How much a lane loses by taking turns: its rate on the chess clock against the same lane racing alone.

python -m tests.bench.chess_clock [--runs 5] [--threads 2]; writes results/chess_clock.json beside it, or
chess_clock_2_threads.json where threads are given (the default is physical cores minus one). Runs are interleaved, so
that a busy machine hits both alike; quote the ratios and not the rates.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import median

from app.library.prompts import load_prompts
from app.models.registry.reader import load_registry
from app.places import find_places
from app.race.lanes import LaneSpec
from app.worker.lane_specs import lane_specs
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from tests.bench.chess_race import race


def rates(request: RaceRequest, specs: tuple[LaneSpec, ...], pool: WorkerPool) -> dict[str, float]:
    """Races these lanes on the chess clock and returns their decode rates."""
    return {lane_id: lane.decode_tps for lane_id, lane in race(request, specs, pool).items()}


def main() -> None:
    """Measures, prints and writes the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    runs, threads = arguments.runs, arguments.threads
    places = find_places()
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    request = RaceRequest(pair, load_prompts(places)[0], max_tokens=120, threads=threads)
    specs = lane_specs(request, places)
    pools = {"turns": WorkerPool(), **{spec.id: WorkerPool() for spec in specs}}
    found: dict[str, list[float]] = {spec.id: [] for spec in specs}
    for run in range(runs + 1):
        together = rates(request, specs, pools["turns"])
        alone = {spec.id: rates(request, (spec,), pools[spec.id])[spec.id] for spec in specs}
        if run:  # the first one warms up
            for lane, ratios in found.items():
                ratios.append(together[lane] / alone[lane])
                print(f"{lane}: in turns {together[lane]:.1f}, alone {alone[lane]:.1f} tok/s, ratio {ratios[-1]:.3f}")
    for pool in pools.values():
        pool.close()
    result = {
        lane: {"median": round(median(ratios), 4), "ratios": [round(ratio, 4) for ratio in ratios]}
        for lane, ratios in found.items()
    }
    print(json.dumps(result))
    name = f"chess_clock_{threads}_threads.json" if threads else "chess_clock.json"
    path = Path(__file__).parent / "results" / name
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
