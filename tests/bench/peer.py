"""Our MTP loop against llama.cpp's own: ``python -m tests.bench.peer --peer LIBRARY``.

LIBRARY is made by ``tests.bench.build_peer``: llama.cpp's own speculative decoding, one round a call, on the shared
libraries of the installed llama-cpp-python. Both sides run in this process with the same pair, prompt, K, threads and
draft rule (always K tokens, no confidence limit), in turns: our round n, their round n, their round n+1, our round n+1.
The outputs are the same tokens, so the rounds pair up, and whatever else the machine does hits both. The result is the
median of the ratios of paired rounds, theirs / ours: above 1 our loop is the faster one.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import time
from pathlib import Path
from statistics import median
from typing import Any

from app.engines.llama_cpp import LlamaEngine
from app.places import find_places
from app.race.events import Round
from app.race.lanes import LaneKind, LaneSpec, Request

PROMPTS = {
    "easy": "Write a Python function called merge_sort that sorts a list with the merge sort algorithm.",
    "hard": "Write a Python function called read_config that reads a configuration file and returns a dictionary.",
}
RESULTS = Path(__file__).parent / "results"
CONTEXT = 2048
now = time.perf_counter_ns


def wrap(prompt: str) -> str:
    return f"<|turn>user\n{prompt}<turn|>\n<|turn>model\n"


PROMPT = wrap(PROMPTS["easy"])


def files() -> tuple[str, str]:
    folder = find_places().resources / "nano"
    return str(folder / "nano-target.gguf"), str(folder / "nano-assistant.gguf")


def spec(k: int, threads: int, **options: str) -> LaneSpec:
    target, drafter = files()
    kind = LaneKind.MTP if k else LaneKind.BASELINE
    return LaneSpec("lane", kind, "llama.cpp", target, drafter if k else "", k, threads=threads, options=options)


class Peer:
    """llama.cpp's own loop; see peer_loop.cpp."""

    def __init__(self, library: str, k: int, threads: int) -> None:
        self._library = ctypes.CDLL(library)
        self._library.peer_open.restype = ctypes.c_void_p
        target, drafter = files()
        handle = self._library.peer_open(target.encode(), drafter.encode(), k, threads, CONTEXT)
        assert handle, "the peer cannot load the pair"
        self._handle = ctypes.c_void_p(handle)
        self._emitted = (ctypes.c_int32 * 64)()
        self._drafted = ctypes.c_int()

    def begin(self, tokens: list[int], first: int) -> None:
        assert self._library.peer_begin(self._handle, (ctypes.c_int32 * len(tokens))(*tokens), len(tokens), first) == 0

    def round(self, most: int) -> tuple[list[int], int]:
        count = self._library.peer_round(self._handle, most, self._emitted, ctypes.byref(self._drafted))
        assert count > 0
        return self._emitted[:count], self._drafted.value

    def close(self) -> None:
        self._library.peer_close(self._handle)


def one_run(engine: LlamaEngine, peer: Peer, request: Request, k: int) -> list[tuple[int, int]]:
    """Runs both sides in turns while whole drafts fit; returns our time and their time of each round in ns."""
    first = engine.prefill(request).first.id
    peer.begin(engine._loaded().prompt_tokens(request), first)
    rounds: list[tuple[int, int]] = []
    left = request.max_tokens - 1
    mine: Round | Any = None
    theirs: tuple[list[int], int] = ([], 0)
    while left > k:
        times = {}
        for side in ("ours", "peer") if len(rounds) % 2 == 0 else ("peer", "ours"):
            started = now()
            if side == "ours":
                mine = engine.round()
            else:
                theirs = peer.round(left - 1)
            times[side] = now() - started
        if not isinstance(mine, Round):
            break
        ids = [token.id for token in mine.tokens]
        assert ids == theirs[0][: len(ids)], "the sides emit different tokens"
        assert mine.drafted == theirs[1] == k, "the sides draft different numbers of tokens"
        rounds.append((times["ours"], times["peer"]))
        left -= len(ids)
    return rounds


def interval(values: list[float], draws: int = 2000) -> tuple[float, float]:
    """A 95 % bootstrap interval of the median."""
    generator = random.Random(1)
    medians = sorted(median(generator.choices(values, k=len(values))) for _ in range(draws))
    return medians[int(0.025 * draws)], medians[int(0.975 * draws)]


def compare(library: str, prompt: str, k: int, threads: int, tokens: int, runs: int) -> dict[str, Any]:
    engine, peer = LlamaEngine(), Peer(library, k, threads)
    engine.load(spec(k, threads))
    request = Request(wrap(PROMPTS[prompt]), tokens, raw=True)
    rounds: list[tuple[int, int]] = []
    for run in range(runs + 1):
        found = one_run(engine, peer, request, k)
        rounds += found if run else []  # the first run warms up
    engine.close()
    peer.close()
    ratios = [theirs / ours for ours, theirs in rounds]
    return {
        "prompt": prompt,
        "k": k,
        "threads": threads,
        "rounds": len(rounds),
        "ours_ms": median(ours for ours, _ in rounds) / 1e6,
        "peer_ms": median(theirs for _, theirs in rounds) / 1e6,
        "ratio": median(ratios),
        "interval": interval(ratios),
        "quartiles": (sorted(ratios)[len(ratios) // 4], sorted(ratios)[3 * len(ratios) // 4]),
        "load_average": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="library made by tests.bench.build_peer")
    parser.add_argument("--k", type=int, nargs="+", default=[1, 3, 4, 8])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--runs", type=int, default=4)
    arguments = parser.parse_args()
    found = []
    for prompt in PROMPTS:
        for k in arguments.k:
            found.append(compare(arguments.peer, prompt, k, arguments.threads, arguments.tokens, arguments.runs))
            print(json.dumps(found[-1]), flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "peer.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
