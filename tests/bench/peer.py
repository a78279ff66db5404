"""Our MTP loop against llama.cpp's own, paired and interleaved: ``python -m tests.bench.peer --peer PROGRAM``.

PROGRAM is ``llama-speculative-simple``, built from the llama.cpp source inside llama-cpp-python's source package and
linked against the libraries of the installed llama-cpp-python, so that both sides run the very same kernels. Both get
the same pair, prompt, K, thread count and draft rule (always K tokens, no confidence limit), each run in a process of
its own, in ABBA order. The rate is decoded tokens per second without prompt processing, as each side measures it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

from app.engines.llama_cpp import LlamaEngine
from app.models.places import find_places
from app.race.events import Round
from app.race.lanes import LaneKind, LaneSpec, Request

PROMPT = (
    "<|turn>user\nWrite a Python function called merge_sort that sorts a list with the merge sort algorithm. "
    "Include type hints.<turn|>\n<|turn>model\n"
)
RESULTS = Path(__file__).parent / "results"


def files() -> tuple[str, str]:
    folder = find_places().resources / "nano"
    return str(folder / "nano-target-q8_0.gguf"), str(folder / "nano-assistant-q8_0.gguf")


def spec(k: int, threads: int, **options: str) -> LaneSpec:
    target, drafter = files()
    kind = LaneKind.MTP if k else LaneKind.BASELINE
    return LaneSpec("lane", kind, "llama.cpp", target, drafter if k else "", k, threads=threads, options=options)


def run_ours(k: int, threads: int, tokens: int) -> dict[str, object]:
    engine = LlamaEngine()
    engine.load(spec(k, threads))
    engine.prefill(Request(prompt=PROMPT, max_tokens=8, raw=True))  # the other side warms up too
    while isinstance(engine.round(), Round):
        pass
    first = engine.prefill(Request(prompt=PROMPT, max_tokens=tokens + 1, raw=True)).first
    rounds = []
    while isinstance(step := engine.round(), Round):
        rounds.append(step)
    engine.close()
    return {
        "tokens": sum(step.emitted for step in rounds),
        "seconds": sum(step.end_ns for step in rounds) / 1e9,
        "drafted": sum(step.drafted for step in rounds),
        "accepted": sum(step.accepted for step in rounds),
        "text": first.text + "".join(token.text for step in rounds for token in step.tokens),
    }


def run_peer(program: str, k: int, threads: int, tokens: int, prompt: Path) -> dict[str, object]:
    target, drafter = files()
    command = [program, "-m", target, "-md", drafter, "--spec-type", "draft-mtp", "--spec-draft-n-max", str(k)]
    command += ["--spec-draft-p-min", "0", "-f", str(prompt), "--no-escape", "-n", str(tokens), "-t", str(threads)]
    done = subprocess.run([*command, "-c", "2048", "--temp", "0"], capture_output=True, text=True, check=True)
    found = re.search(r"decoded +(\d+) tokens in +([\d.]+) seconds", done.stderr)
    counts = {name: int(number) for name, number in re.findall(r"n_(drafted|accept) += (\d+)", done.stderr)}
    assert found
    text = done.stdout.partition("<|turn>model\n")[2].strip("\n")
    return {
        "tokens": int(found[1]),
        "seconds": float(found[2]),
        "drafted": counts["drafted"],
        "accepted": counts["accept"],
        "text": text,
    }


def interval(values: list[float], draws: int = 4000) -> tuple[float, float]:
    """A 95 % bootstrap interval of the median."""
    generator = random.Random(1)
    medians = sorted(median(generator.choices(values, k=len(values))) for _ in range(draws))
    return medians[int(0.025 * draws)], medians[int(0.975 * draws)]


def compare(program: str, k: int, threads: int, tokens: int, pairs: int, prompt: Path) -> dict[str, object]:
    rates: list[tuple[float, float]] = []
    ours: dict[str, object] = {}
    peer: dict[str, object] = {}
    for number in range(pairs):
        for side in ("ours", "peer") if number % 2 == 0 else ("peer", "ours"):
            if side == "ours":
                command = [sys.executable, "-m", "tests.bench.peer", "--ours", str(k), str(threads), str(tokens)]
                ours = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            else:
                peer = run_peer(program, k, threads, tokens, prompt)
        rates.append(tuple(side["tokens"] / side["seconds"] for side in (ours, peer)))  # type: ignore[operator,arg-type]
        print(f"K={k} pair {number + 1}: ours {rates[-1][0]:.1f} tok/s, llama.cpp's own {rates[-1][1]:.1f}", flush=True)
    ratios = [mine / other for mine, other in rates]
    shorter = min(len(str(ours["text"])), len(str(peer["text"])))
    return {
        "k": k,
        "threads": threads,
        "ours_tps": median(rate for rate, _ in rates),
        "peer_tps": median(rate for _, rate in rates),
        "ratio": median(ratios),
        "interval": interval(ratios),
        "ratios": ratios,
        "same_text": str(ours["text"])[:shorter].strip() == str(peer["text"])[:shorter].strip(),
        "ours": {name: ours[name] for name in ("tokens", "drafted", "accepted")},
        "peer": {name: peer[name] for name in ("tokens", "drafted", "accepted")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="path of llama-speculative-simple")
    parser.add_argument("--k", type=int, nargs="+", default=[3])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--ours", type=int, nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ours:
        json.dump(run_ours(*arguments.ours), sys.stdout)
        return
    if not arguments.peer:
        parser.error("--peer is needed: see the top of this file")
    RESULTS.mkdir(exist_ok=True)
    prompt = RESULTS / "peer-prompt.txt"
    prompt.write_text(PROMPT, encoding="utf-8")
    try:
        found = [
            compare(arguments.peer, k, arguments.threads, arguments.tokens, arguments.pairs, prompt)
            for k in arguments.k
        ]
    finally:
        prompt.unlink()
    (RESULTS / "peer.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for result in found:
        print(json.dumps({name: value for name, value in result.items() if name != "ratios"}))


if __name__ == "__main__":
    main()
