"""Does the forecast hold: slices against a file of the whole shape, measured and raced on this machine.

python -m tests.bench.forecast CASE FOLDER, with CASE of e2b (all of it), 12b (24 layers), 26b (6 layers). The whole
file is written into FOLDER and stays there for the next time; results/forecast-CASE.json is written. One thread,
processor time. The drafter of the whole knows the next word after 70 % of the words, so what is accepted is known.
"""

from __future__ import annotations

import argparse
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
from app.models.forecast.shape import ModelShape
from app.models.pairs import ModelSource, Pair
from app.places import find_places
from app.race.costs import probed_costs
from app.race.events import PassCosts, Round
from app.race.forecast import FORECAST_WIDTHS, Forecast
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.predict import even_rates, predict
from app.worker.forecast import CONTEXT, ForecastSubject, least_costs, make_forecast
from app.worker.pass_costs import measure_passes
from app.worker.process import WorkerProcess
from tests.shapes.gemma4 import SHAPES, Wanted, write_pair

CASES: Final = {"e2b": ("e2b", 35), "12b": ("12b", 24), "26b": ("26b-a4b", 6)}
PARTS: Final = ("write", "forecast", "whole", "race")
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


class Run(msgspec.Struct):
    """A run: processor time of an emitted token, what each round drafted, tokens a round, time of a full check, ns."""

    token_ns: float
    drafted: list[int]
    a_round: float
    check_ns: float


def raced(spec: LaneSpec, ks: Sequence[int]) -> dict[int, Run]:
    """Runs the pair at each K."""
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
            taken, emitted = time.thread_time_ns() - began, sum(item.emitted for item in rounds)
            checks = [item.verify_ns for item in rounds if item.drafted == k]
            drafted = [item.drafted for item in rounds]
            found[k] = Run(taken / emitted, drafted, emitted / len(rounds), median(checks) if checks else 0.0)
    return found


def speedups(made: Forecast, target: Path, drafter: Path, ks: Sequence[int]) -> dict[int, dict[str, float]]:
    """Measured speedup of each K, and what the forecast's costs give for the very rounds that were run."""
    plain = raced(lane(target, drafter, 0), [0])[0].token_ns
    costs, table = probed_costs(made.costs), {}
    for k, run in raced(lane(target, drafter, 8), ks).items():
        told = costs.step * run.a_round * len(run.drafted) / sum(map(costs.round_ns, run.drafted))
        usual = predict(costs, even_rates(FOLLOW, k), k, TOKENS).speedup
        table[k] = {"measured": plain / run.token_ns, "forecast": told, "at_follow": usual, "check_ns": run.check_ns}
        table[k]["error"] = told * run.token_ns / plain - 1
    return table


def forecast(name: str, shape: ModelShape, folder: Path) -> Forecast:
    """Forecasts the shape, as the app does."""
    pair = Pair(name, shape.name, ("llama.cpp",), ModelSource(), ModelSource())
    with TemporaryDirectory(dir=folder) as home:
        places = find_places({"MTP_RACE_HOME": home})
        subject = ForecastSubject(pair, shape, "Q4_0", "Q8_0")
        began = time.monotonic()
        made = make_forecast(subject, places, (), free_memory(), lambda *_: None, threading.Event())
    print(f"{shape.name}, {shape.layers} layers from {made.slices} in {time.monotonic() - began:.0f} s")
    return made


def show_passes(made: Forecast, whole: PassCosts) -> None:
    """Prints what passes of the whole cost, and what was forecast."""
    for width in FORECAST_WIDTHS:
        real, told = whole.forward_ns[width], made.costs.forward_ns[width]
        line = f"width {width}: {real / 1e6:8.1f} ms  forecast {told / 1e6:8.1f}  {told / real - 1:+6.1%}"
        if whole.repeated_ns:
            same, as_told = whole.repeated_ns[width], made.costs.repeated_ns[width]
            line += f"   same token {same / 1e6:8.1f}  forecast {as_told / 1e6:8.1f}  {as_told / same - 1:+6.1%}"
        print(line)
    print(f"draft: {whole.draft_ns / 1e6:.2f} ms  forecast {made.costs.draft_ns / 1e6:.2f}")


def show_race(made: Forecast, table: dict[int, dict[str, float]]) -> None:
    """Prints the speedup of each K, and what was forecast."""
    for k, row in table.items():
        low, high = made.costs.repeated_ns.get(k + 1), made.costs.forward_ns[k + 1] / 1e6
        bounds = f"{low / 1e6:.1f} to {high:.1f}" if low else f"{high:.1f}"
        print(
            f"K = {k}: {row['measured']:.3f}x  forecast {row['forecast']:.3f}x  {row['error']:+6.1%}   "
            f"check {row['check_ns'] / 1e6:.1f} ms, forecast {bounds}"
        )
    best = max(table, key=lambda k: table[k]["measured"])
    print(f"best K: {best}, forecast {max(table, key=lambda k: table[k]['at_follow'])}")


def main() -> None:
    """Measures a case, prints the table and writes it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ks", default="1,2,3,4,7,8")
    parser.add_argument("--part", choices=PARTS, help="only this, after those before it")
    asked = parser.parse_args()
    name, layers = CASES[asked.case]
    shape = msgspec.structs.replace(SHAPES[name], layers=layers)
    target, drafter = whole_files(shape, asked.folder)
    out = Path("results") / f"forecast-{asked.case}.json"
    for part in PARTS[1:] if asked.part is None else (asked.part,):
        result = msgspec.json.decode(out.read_bytes(), type=Result) if part in ("whole", "race") else None
        if part == "forecast":
            keep(out, Result(forecast(asked.case, shape, asked.folder)))
        elif part == "whole" and result is not None:
            result.whole = whole_passes(lane(target, drafter, 8))
            show_passes(result.forecast, result.whole)
            keep(out, result)
        elif part == "race" and result is not None:
            result.speedups = speedups(result.forecast, target, drafter, [int(k) for k in asked.ks.split(",")])
            show_race(result.forecast, result.speedups)
            keep(out, result)


class Result(msgspec.Struct):
    """What is written down of a case."""

    forecast: Forecast
    whole: PassCosts | None = None
    speedups: dict[int, dict[str, float]] = {}


def keep(out: Path, result: Result) -> None:
    """Writes a result."""
    out.parent.mkdir(exist_ok=True)
    out.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")


if __name__ == "__main__":
    main()
