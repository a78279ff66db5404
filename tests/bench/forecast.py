"""Does the forecast hold: slices against a file of the whole shape, measured and raced on this machine.

python -m tests.bench.forecast CASE FOLDER, with CASE of e2b (all of it), 12b (24 layers), 26b (6 layers). The whole
file is written into FOLDER and stays there for the next time; results/forecast-CASE.json is written. One thread,
processor time. The drafter of the whole knows the next word after 70 % of the words, so what is accepted is known.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from app.engines.cores import default_threads
from app.engines.llama_cpp import LlamaEngine
from app.models.fit.memory import free_memory
from app.models.forecast.shape import ModelShape, plan_slices
from app.models.pairs import ModelSource, Pair
from app.places import find_places
from app.race.costs import probed_costs
from app.race.events import PassCosts, Round
from app.race.forecast import FORECAST_WIDTHS, Forecast
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.predict import even_rates, extended_rates, predict
from app.worker.forecast import CONTEXT, ForecastSubject, least_costs, make_forecast
from app.worker.pass_costs import measure_passes
from app.worker.process import WorkerProcess
from tests.shapes.gemma4 import SHAPES, Wanted, write_pair

CASES: Final = {"e2b": ("e2b", 35), "12b": ("12b", 24), "26b": ("26b-a4b", 6)}
FOLLOW: Final = 0.7
TOKENS: Final = 40
REQUEST: Final = Request("Go on.", max_tokens=TOKENS)


def whole_files(shape: ModelShape, folder: Path) -> tuple[Path, Path]:
    """Returns the files of the whole pair, written if they are not there."""
    target, drafter = folder / f"{shape.name}-Q4_0.gguf", folder / f"mtp-{shape.name}-Q4_0.gguf"
    if not target.exists() or not drafter.exists():
        write_pair(folder, shape, Wanted(follow=FOLLOW))
    return target, drafter


def lane(target: Path, drafter: Path, k: int) -> LaneSpec:
    """A lane of the whole pair."""
    return LaneSpec(
        id="lane",
        kind=LaneKind.MTP if k else LaneKind.BASELINE,
        engine="llama.cpp",
        target=str(target),
        drafter=str(drafter) if k else "",
        k=k,
        context=512,
        threads=default_threads(),
        options={"memory_check": "off"},
    )


def whole_passes(spec: LaneSpec) -> PassCosts:
    """What passes of the whole file cost, measured as the slices are."""
    worker = WorkerProcess()
    worker.start(spec)
    try:
        return least_costs([measure_passes(worker, CONTEXT, FORECAST_WIDTHS, repeats=3) for _ in range(2)])
    finally:
        worker.quit()
        worker.wait(5)


def raced(spec: LaneSpec, ks: Sequence[int]) -> dict[int, tuple[float, list[float], float]]:
    """For each K: processor time of an emitted token, position rates, and the median time of a full check, ns."""
    found = {}
    with closing(LlamaEngine()) as engine:
        engine.load(spec)
        for k in ks:
            engine.set_k(k)
            engine.prefill(REQUEST)
            rounds: list[Round] = []
            began = time.thread_time_ns()
            while isinstance(step := engine.round(), Round):
                rounds.append(step)
            taken = time.thread_time_ns() - began
            full = [item for item in rounds if item.drafted == k]
            rates = [sum(item.accepted > place for item in full) / max(1, len(full)) for place in range(k)]
            check = median(item.verify_ns for item in full) if full else 0.0
            found[k] = (taken / sum(item.emitted for item in rounds), rates, check)
    return found


def speedups(made: Forecast, target: Path, drafter: Path, ks: Sequence[int]) -> dict[int, dict[str, float]]:
    """Measured and forecast speedup of each K, at the position rates of its own run."""
    plain = raced(lane(target, drafter, 0), [0])[0][0]
    costs, table = probed_costs(made.costs), {}
    for k, (token_ns, rates, check) in raced(lane(target, drafter, 8), ks).items():
        forecast = predict(costs, extended_rates(rates, k), k, TOKENS).speedup
        usual = predict(costs, even_rates(FOLLOW, k), k, TOKENS).speedup
        table[k] = {"measured": plain / token_ns, "forecast": forecast, "at_follow": usual, "check_ns": check}
        table[k]["error"] = forecast * token_ns / plain - 1
    return table


def main() -> None:
    """Measures a case, prints the table and writes it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ks", default="1,2,3,4,7,8")
    parser.add_argument("--only-write", action="store_true", help="write the whole file and measure nothing")
    asked = parser.parse_args()
    name, layers = CASES[asked.case]
    shape = msgspec.structs.replace(SHAPES[name], layers=layers)
    target, drafter = whole_files(shape, asked.folder)
    if asked.only_write:
        return
    pair = Pair(asked.case, shape.name, ("llama.cpp",), ModelSource(), ModelSource())
    with TemporaryDirectory(dir=asked.folder) as home:
        places = find_places({"MTP_RACE_HOME": home})
        subject = ForecastSubject(pair, shape, "Q4_0", "Q8_0")
        began = time.monotonic()
        made = make_forecast(subject, places, (), free_memory(), lambda *_: None, threading.Event())
        seconds = time.monotonic() - began
    whole = whole_passes(lane(target, drafter, 8))
    print(f"{shape.name}, {layers} layers from {made.slices} in {seconds:.0f} s, plan {_plan_bytes(shape):,} bytes")
    errors = {}
    for width in FORECAST_WIDTHS:
        real, told = whole.forward_ns[width], made.costs.forward_ns[width]
        errors[width] = told / real - 1
        same = f"   same token {whole.repeated_ns[width] / 1e6:8.1f}" if whole.repeated_ns else ""
        print(f"width {width}: {real / 1e6:8.1f} ms  forecast {told / 1e6:8.1f}  {errors[width]:+6.1%}{same}")
    print(f"draft: {whole.draft_ns / 1e6:.2f} ms  forecast {made.costs.draft_ns / 1e6:.2f}")
    table = speedups(made, target, drafter, [int(k) for k in asked.ks.split(",")])
    for k, row in table.items():
        bounds = f"{made.costs.repeated_ns.get(k + 1, 0) / 1e6:.1f} to {made.costs.forward_ns[k + 1] / 1e6:.1f} ms"
        print(
            f"K = {k}: {row['measured']:.3f}x  forecast {row['forecast']:.3f}x  {row['error']:+6.1%}   "
            f"check {row['check_ns'] / 1e6:.1f} ms, forecast {bounds}"
        )
    best = max(table, key=lambda k: table[k]["measured"])
    told_best = max(table, key=lambda k: table[k]["at_follow"])
    print(f"best K: {best}, forecast {told_best}")
    out = Path("results") / f"forecast-{asked.case}.json"
    out.parent.mkdir(exist_ok=True)
    result = {
        "shape": shape.name, "layers": layers, "slices": made.slices, "seconds": seconds, "errors": errors,
        "whole": msgspec.to_builtins(whole), "forecast": msgspec.to_builtins(made.costs), "speedups": table,
        "best_k": best, "forecast_best_k": told_best,
    }  # fmt: skip
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _plan_bytes(shape: ModelShape) -> int:
    return plan_slices(shape, "Q4_0", "Q8_0").bytes


if __name__ == "__main__":
    main()
