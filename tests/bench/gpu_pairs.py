"""Pairs of true shapes on a machine with one NVIDIA GPU: what early starts of kernels bring, and the probe's truth.

python3 -m tests.bench.gpu_pairs OUT.json [--shapes 26b,e4b] [--minutes 8]

From the project's root; needs no network and no weights, but a CUDA build of llama_cpp, and gguf, jinja2, msgspec,
platformdirs and psutil. Writes slices with random weights in Q4_0, as many layers as there is time for, and measures
with ``GGML_CUDA_PDL`` 1 and 0 (it is read once a process, so each is a process): the loop's tok/s at K = 0 to 8,
whether texts are the baseline's, accepted drafts, the probe's costs and the speedups predicted from them against the
measured ones, and what choosing a token takes. Then what the app does where the variable is not set, and the rates of a
native loop (``--peer``, a library as of ``tests.bench.build_peer``, with ``peer_plain``). OUT.json is written after
every step.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import llama_cpp  # before numpy, which a CUDA build of it needs  # isort: skip

if importlib.util.find_spec("platformdirs") is None:  # a bare machine without a network has pip's own copy
    sys.modules["platformdirs"] = importlib.import_module("pip._vendor.platformdirs")
import msgspec

from app.engines.base import Probing
from app.engines.llama_cpp import LlamaEngine
from app.engines.sampling import choose
from app.models.forecast.weights import Kind, Weights
from app.race.costs import probed_costs
from app.race.events import Done, Loaded, PassCosts, Round
from app.race.fold import LaneState
from app.race.lanes import ONE_COPY, LaneKind, LaneSpec, Request, Sampling
from app.race.predict import extended_rates, predict
from tests.shapes.gemma4 import SHAPES, Wanted, write_pair

NAMES = {"26b": "26b-a4b"}
KS = (0, 1, 2, 3, 4, 8)  # measured in turns
MORE_KS = (5, 6, 7)  # measured for the prediction
MOST = 8
REPEATS = 3
SETTLED = 4  # rounds until llama.cpp runs passes as graphs
CONTEXT = 2048
PDL = "GGML_CUDA_PDL"
# Bytes of the whole file without its layers, and of one layer, about: only to plan how many are written.
PLAN = {"e2b": (1.0e9, 6e7), "e4b": (1.2e9, 9e7), "12b": (1.3e9, 1.3e8), "26b-a4b": (1.4e9, 4.6e8), "31b": (2.4e9, 3e8)}
PROMPT = "<|turn>user\nWrite a Python function that computes Fibonacci numbers with memoization.<turn|>\n<|turn>model\n"
MARK = "RESULT "
PEERS: tuple[dict[str, str], ...] = (
    {"PEER_TARGET_GPU": "1"},
    {"PEER_TARGET_GPU": "1", "PEER_GREEDY": "1"},
    {},
)
now = time.perf_counter_ns
Found = dict[str, Any]
Say = Callable[..., None]


@dataclass
class Run:
    """One run: its fold, and the tokens' ids."""

    state: LaneState = field(default_factory=LaneState)
    ids: list[int] = field(default_factory=list)
    other_ns: list[int] = field(default_factory=list)

    @property
    def settled_tps(self) -> float:
        """Tokens a second once passes run as graphs."""
        rounds = self.state.rounds[SETTLED:] or self.state.rounds
        return sum(item.emitted for item in rounds) * 1e9 / (rounds[-1].end_ns - rounds[0].start_ns)


def run(engine: LlamaEngine, tokens: int) -> Run:
    """Runs the prompt, timed around each round as a worker does."""
    found = Run()
    began = engine.prefill(Request(PROMPT, tokens, Sampling(), raw=True))
    found.state.apply(began)
    found.ids.append(began.first.id)
    clock = began.end_ns
    while True:
        started = now()
        step = engine.round()
        taken = now() - started
        if not isinstance(step, Round):
            found.state.apply(Done(clock, step))
            return found
        found.state.apply(msgspec.structs.replace(step, start_ns=clock, end_ns=clock + taken))
        found.other_ns.append(taken - step.draft_ns - step.verify_ns)
        found.ids += [token.id for token in step.tokens]
        clock += taken


def load(asked: argparse.Namespace, k: int) -> tuple[LlamaEngine, Loaded]:
    """Loads a lane; all lanes of the process share one copy of the model."""
    target, drafter = asked.files
    kind = LaneKind.MTP if k else LaneKind.BASELINE
    options = {"memory_check": "off", ONE_COPY: "on"}
    spec = LaneSpec(f"k{k}", kind, "llama.cpp", target, drafter if k else "", k, context=CONTEXT, options=options)
    engine = LlamaEngine()
    threads = 0 if asked.gpu_layers else 1
    return engine, engine.load(msgspec.structs.replace(spec, gpu_layers=asked.gpu_layers, threads=threads))


def child_rates(asked: argparse.Namespace, say: Say) -> None:
    """Rates, texts and accepted drafts of each K; then the probe, the prediction, and choosing a token."""
    base, loaded = load(asked, 0)
    mtp, drafting = load(asked, MOST)
    say(model=loaded.model, device=loaded.device, notes=drafting.notes, threads=loaded.threads)
    runs: dict[int, list[Run]] = {}

    def one(k: int, *, keep: bool = True) -> None:
        mtp.set_k(k or 1)
        found = run(mtp if k else base, asked.tokens)
        if keep:
            runs.setdefault(k, []).append(found)

    one(0, keep=False)
    one(3, keep=False)
    for repeat in range(REPEATS):
        for k in KS:
            if time.time() < asked.until or not repeat:
                one(k)
        if not repeat:
            say(rates={k: rates_of(runs[k], runs[0]) for k in sorted(runs)})
    for k in (*MORE_KS, *MORE_KS):
        if time.time() < asked.until:
            one(k)
    say(rates={k: rates_of(runs[k], runs[0]) for k in sorted(runs)})
    context = max(1, loaded_prompt(runs) + asked.tokens // 2)
    assert isinstance(mtp, Probing)
    pass_costs = mtp.probe_passes(tuple(range(1, MOST + 2)), context, 9)
    say(probe=msgspec.to_builtins(pass_costs, str_keys=True), prediction=predictions(runs, pass_costs))
    say(choosing_us=choosing(mtp, context))
    for engine in (mtp, base):
        engine.close()


def loaded_prompt(runs: dict[int, list[Run]]) -> int:
    """Tokens of the prompt."""
    return runs[0][0].state.prompt_tokens


def rates_of(runs: list[Run], plain: list[Run]) -> Found:
    """What the runs of one K show."""
    state = runs[-1].state
    return {
        "tps": round(median(item.state.decode_tps for item in runs), 1),
        "tps_all": [round(item.state.decode_tps, 1) for item in runs],
        "settled_tps": round(median(item.settled_tps for item in runs), 1),
        "same_text": all(item.ids == plain[0].ids for item in runs),
        "text": hashlib.sha256(str(runs[-1].ids).encode()).hexdigest()[:12],
        "tokens": state.count,
        "drafted": state.drafted,
        "accepted": state.accepted,
        "accepted_all": [item.state.accepted for item in runs],
        "accepted_per_round": round(state.accepted_per_round or 0.0, 3),
        "round_us": round(median(item.end_ns - item.start_ns for item in state.rounds) / 1e3, 1),
        "draft_us": round(median(item.draft_ns for item in state.rounds) / 1e3, 1),
        "verify_us": round(median(item.verify_ns for item in state.rounds) / 1e3, 1),
        "other_us": round(median(runs[-1].other_ns) / 1e3, 1),
    }


def predictions(runs: dict[int, list[Run]], pass_costs: PassCosts) -> dict[int, Found]:
    """Speedups that the probe promises against the measured ones, of whole runs and once passes are graphs.

    The rest of a round comes from the runs, position rates from those of the same K.
    """
    other = median(value for k, some in runs.items() if k for item in some for value in item.other_ns)
    curves = {"distinct": pass_costs}
    if pass_costs.repeated_ns:
        curves["repeated"] = msgspec.structs.replace(pass_costs, forward_ns=pass_costs.repeated_ns)
    rows: dict[int, Found] = {}
    for k in (k for k in sorted(runs) if k):
        state = runs[k][-1].state
        row: Found = {
            "measured": median(item.state.decode_tps for item in runs[k])
            / median(item.state.decode_tps for item in runs[0]),
            "settled": median(item.settled_tps for item in runs[k]) / median(item.settled_tps for item in runs[0]),
        }
        for name, curve in curves.items():
            for way, rest in (("", other), ("_bare", 0.0)):
                costs = probed_costs(curve, rest)
                guess = predict(costs, extended_rates(state.position_rates, MOST), k, state.count).speedup
                row[name + way] = guess
                row[f"{name}{way}_error_percent"] = 100 * (guess / row["measured"] - 1)
                row[f"{name}{way}_error_percent_of_settled"] = 100 * (guess / row["settled"] - 1)
        rows[k] = {key: round(value, 4) for key, value in row.items()}
    return rows


def choosing(engine: LlamaEngine, context: int) -> Found:
    """Median time to choose a token from a true row of logits, in microseconds."""
    row = engine._loaded().forward([1000], context)[0].copy()
    found: Found = {"logits": len(row)}
    for name, sampling in {"greedy": Sampling(), "1.0 / 64 / 0.95": Sampling(1.0, 64, 0.95, 3)}.items():
        times = []
        for position in range(60):
            started = now()
            choose(row, sampling, position)
            times.append(now() - started)
        found[name] = round(median(times[5:]) / 1e3, 1)
    return found


def child_unset(asked: argparse.Namespace, say: Say) -> None:
    """What loading decides where the variable is not set, by the lane's notes."""
    engine, loaded = load(asked, 3)
    say(notes=loaded.notes, load_s=round(loaded.load_ns / 1e9, 2), variable=os.environ.get(PDL))
    engine.close()


def child_peer(asked: argparse.Namespace, say: Say) -> None:
    """Whole runs of both loops in turns, K = 0 and 3. Ours over theirs is above 1 where ours is the faster one."""
    ours = {0: load(asked, 0)[0], 3: load(asked, 3)[0]}
    library = ctypes.CDLL(asked.peer)
    library.peer_open.restype = ctypes.c_void_p
    opened = library.peer_open(asked.files[0].encode(), asked.files[1].encode(), 3, 1, CONTEXT)
    if not opened:
        say(error="the native loop cannot load the pair")
        return
    handle = ctypes.c_void_p(opened)
    prompt = ours[0]._loaded().prompt_tokens(Request(PROMPT, asked.tokens, raw=True))
    for k, engine in ours.items():
        mine: list[float] = []
        theirs: list[float] = []
        same = True
        for repeat in range(REPEATS + 2):
            found = run(engine, asked.tokens)
            ids, tps = native_run(library, handle, prompt, found.ids[0], k, asked.tokens)
            same = same and ids == found.ids[: len(ids)]
            if repeat:
                mine.append(found.state.decode_tps)
                theirs.append(tps)
            if time.time() > asked.until and repeat:
                break
        ratio = median(a / b for a, b in zip(mine, theirs, strict=True))
        say(**{f"k{k}": {"ours_tps": mine, "native_tps": theirs, "ours_over_native": round(ratio, 4), "same": same}})


def native_run(
    library: ctypes.CDLL, handle: ctypes.c_void_p, prompt: list[int], first: int, k: int, tokens: int
) -> tuple[list[int], float]:
    """Returns the tokens of a native run and its tokens a second."""
    emitted, drafted = (ctypes.c_int32 * 64)(), ctypes.c_int()
    assert library.peer_begin(handle, (ctypes.c_int32 * len(prompt))(*prompt), len(prompt), first) == 0
    ids = [first]
    started = now()
    while (left := tokens - len(ids)) > 0:
        if k and left > 1:
            count = library.peer_round(handle, left - 1, emitted, ctypes.byref(drafted))
        else:
            count = library.peer_plain(handle, emitted)
        assert count > 0, "the native loop failed"
        ids += emitted[:count]
    return ids, (len(ids) - 1) * 1e9 / (now() - started)


CHILDREN = {"rates": child_rates, "unset": child_unset, "peer": child_peer}


class Report:
    """What was found, written to a file after every piece."""

    def __init__(self, path: Path) -> None:
        self._path, self._began, self.found = path, time.time(), {}

    found: Found

    def put(self, shape: str, step: str, found: Found) -> None:
        """Adds to what a step of a shape found, and writes the file anew."""
        self.found.setdefault(shape, {}).setdefault(step, {}).update(found)
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(self.found, indent=1) + "\n", encoding="utf-8")
        part.replace(self._path)
        print(f"[{time.time() - self._began:5.0f} s] {shape}, {step}: {json.dumps(found)[:400]}", flush=True)


def step(
    report: Report, shape: str, name: str, asked: argparse.Namespace, until: float, mode: str, **variables: str
) -> None:
    """Runs one step as a process of its own, until it ends or is out of time; what it said is kept."""
    env = {key: value for key, value in os.environ.items() if key != PDL} | variables
    words = ["--child", mode, "--until", str(until), "--tokens", str(asked.tokens), "--peer", asked.peer]
    words += ["--gpu-layers", str(asked.gpu_layers), "--files", *asked.files]
    command = [sys.executable, "-m", "tests.bench.gpu_pairs", "-", *words]
    with tempfile.TemporaryFile() as log:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=env, text=True) as process:
            assert process.stdout is not None
            out_of_time = _kill_at(process, until + 30)
            for line in process.stdout:
                if line.startswith(MARK):
                    report.put(shape, name, json.loads(line[len(MARK) :]))
            out_of_time.cancel()
        if process.returncode:
            log.seek(0)
            tail = log.read()[-1500:].decode("utf-8", "replace")
            report.put(shape, name, {"exit": process.returncode, "stderr": tail})


def _kill_at(process: subprocess.Popen[str], until: float) -> threading.Timer:
    timer = threading.Timer(max(5.0, until - time.time()), process.kill)
    timer.daemon = True
    timer.start()
    return timer


def planned_layers(shape: str, folder: Path, seconds: float) -> int:
    """Returns how many layers can be written within so many seconds and the space there is; 0 for all."""
    began, size = time.time(), 0
    with (folder / "speed").open("wb") as file:
        for chunk in Weights(1).chunks(Kind.Q4_0, 1 << 28, 0.02):
            chunk.tofile(file)
            size += chunk.nbytes
    room = min(size / (time.time() - began) * seconds, shutil.disk_usage(folder).free * 0.8)
    (folder / "speed").unlink()
    fixed, each = PLAN[shape]
    layers = max(4, int((room - fixed) / each))
    return 0 if layers >= SHAPES[shape].layers else layers


def measure(report: Report, name: str, asked: argparse.Namespace, until: float) -> None:
    """All steps of one shape."""
    shape = NAMES.get(name, name)
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.folder) as place:
        folder, began = Path(place), time.time()
        layers = asked.layers or planned_layers(shape, folder, (until - began) * 0.3)
        wanted = Wanted(layers, Kind.Q4_0, vocabulary=asked.vocabulary, follow=asked.follow, thin=asked.thin)
        files = write_pair(folder, SHAPES[shape], wanted)
        asked.files = [str(path) for path in files]
        sizes = {path.name: path.stat().st_size for path in files}
        taken = round(time.time() - began, 1)
        report.put(name, "files", {"layers": layers or "all", "of": SHAPES[shape].layers, **sizes, "seconds": taken})
        left = until - time.time()
        step(report, name, "pdl_on", asked, time.time() + left * 0.35, "rates", **{PDL: "1"})
        step(report, name, "pdl_off", asked, time.time() + left * 0.3, "rates", **{PDL: "0"})
        report.put(name, "pdl", pdl_gain(report.found[name]))
        step(report, name, "pdl_not_set", asked, until, "unset")
        for variables in PEERS if Path(asked.peer).exists() else ():
            if time.time() < until:
                title = " ".join(variables) or "as it comes"
                step(report, name, f"native, {title}", asked, until, "peer", **{PDL: "1"}, **variables)


def pdl_gain(found: Found) -> Found:
    """Rates with PDL over those without, and whether texts and accepted drafts agree."""
    on, off = (found.get(step, {}).get("rates", {}) for step in ("pdl_on", "pdl_off"))
    return {
        k: {
            "gain": round(on[k]["tps"] / off[k]["tps"], 4),
            "same_text": on[k]["text"] == off[k]["text"],
            "same_accepted": on[k]["accepted_all"][0] == off[k]["accepted_all"][0],
        }
        for k in on
        if k in off
    }


def gpu() -> str:
    """The GPU and its driver, as NVIDIA's own tool says."""
    query = ["nvidia-smi", "--query-gpu=name,driver_version,clocks.sm,power.limit", "--format=csv,noheader"]
    try:
        return subprocess.run(query, capture_output=True, text=True, timeout=20, check=False).stdout.strip()
    except OSError:
        return ""


def parser() -> argparse.ArgumentParser:
    """The command line, of the script and of its own processes."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("out", type=Path)
    made.add_argument("--shapes", default="26b,e4b")
    made.add_argument("--minutes", type=float, default=8)
    made.add_argument("--follow", type=float, default=0.7)
    made.add_argument("--layers", type=int, default=0, help="default: as many as there is time to write")
    made.add_argument("--tokens", type=int, default=160)
    made.add_argument("--gpu-layers", type=int, default=-1)
    made.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where slices are written")
    made.add_argument("--vocabulary", type=int, default=262_144)
    made.add_argument("--thin", type=int, default=1, help="divides feed forward widths and experts, to try the script")
    made.add_argument("--peer", default="/tmp/peer.so")
    made.add_argument("--child", choices=CHILDREN, help=argparse.SUPPRESS)
    made.add_argument("--until", type=float, default=0, help=argparse.SUPPRESS)
    made.add_argument("--files", nargs=2, default=[], help=argparse.SUPPRESS)
    return made


def main() -> None:
    """Measures shape by shape, or runs one step as a process of its own."""
    asked = parser().parse_args()
    if asked.child:
        CHILDREN[asked.child](asked, lambda **found: print(MARK + json.dumps(found), flush=True))
        return
    report, began = Report(asked.out), time.time()
    report.put("machine", "gpu", {"name": gpu(), "llama_cpp": llama_cpp.__version__, "cores": os.cpu_count()})
    shapes = asked.shapes.split(",")
    for number, name in enumerate(shapes):
        measure(report, name, asked, began + asked.minutes * 60 * (number + 1) / len(shapes))
    print(f"wrote {asked.out}")


if __name__ == "__main__":
    main()
