"""Do the chess clock and the heats agree: the same lanes raced both ways, in turn.

python -m tests.bench.clock_and_heats [--races 6] [--k 3] [--max-tokens 120]; writes results/clock_and_heats.json. A
race on the chess clock and a heat (each lane alone) alternate, so that drift hits both alike.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app.library.prompts import load_prompts
from app.models.registry.reader import load_registry
from app.places import find_places
from app.race.fold import LaneState, speedup
from app.race.heats import disagreement, lane_order
from app.race.statistics import Interval, paired_interval
from app.worker.lane_specs import lane_specs
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from tests.bench.chess_race import race


def ratio(lanes: dict[str, LaneState]) -> float:
    """The MTP lane's speedup."""
    found = speedup(lanes["baseline"], lanes["mtp"])
    assert found is not None, {lane: str(state.problem) for lane, state in lanes.items()}
    return found


def fields(found: Interval, ratios: list[float]) -> dict[str, object]:
    """The interval as JSON."""
    return {
        "speedup": round(found.ratio, 4),
        "low": round(found.low, 4),
        "high": round(found.high, 4),
        "ratios": [round(item, 4) for item in ratios],
    }


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--races", type=int, default=6)
    parser.add_argument("--k", type=int, default=3)
    parser.add_argument("--max-tokens", type=int, default=120)
    arguments = parser.parse_args()
    places = find_places()
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    request = RaceRequest(pair, load_prompts(places)[0], k=arguments.k, max_tokens=arguments.max_tokens)
    specs = lane_specs(request, places)
    by_id = {spec.id: spec for spec in specs}
    pools = {"clock": WorkerPool(), **{spec.id: WorkerPool() for spec in specs}}
    ratios: dict[str, list[float]] = {"clock": [], "heats": []}
    try:
        for number in range(arguments.races + 1):
            together = ratio(race(request, specs, pools["clock"]))
            alone: dict[str, LaneState] = {}
            for lane in lane_order(list(by_id), number):
                alone |= race(request, (by_id[lane],), pools[lane])
            if number:  # the first one warms up
                ratios["clock"].append(together)
                ratios["heats"].append(ratio(alone))
                print(f"race {number}: chess clock {together:.3f}, heat {ratios['heats'][-1]:.3f}")
    finally:
        for pool in pools.values():
            pool.close()
    clock, heats = (paired_interval(ratios[way]) for way in ("clock", "heats"))
    assert clock is not None
    assert heats is not None
    for name, found in (("chess clock", clock), ("heats", heats)):
        print(f"{name}: {found.ratio:.3f}, 95 % interval {found.low:.3f} to {found.high:.3f}")
    warning = disagreement(clock, heats)
    print(warning or "The intervals meet: the chess clock and the heats agree.")
    result = {
        "clock": fields(clock, ratios["clock"]),
        "heats": fields(heats, ratios["heats"]),
        "meet": clock.meets(heats),
        "warning": warning,
    }
    path = Path(__file__).parent / "results" / "clock_and_heats.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
