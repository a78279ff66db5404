"""Where the time of a round goes besides drafting and verifying: ``python -m tests.bench.round_loop``.

The rest of a round is choosing tokens from the logits, text, and bookkeeping. Printed and written to results/ as the
share of the round, greedy and with a temperature, with 1 and 2 threads.
"""

from __future__ import annotations

import argparse
import json
from statistics import median

from app.engines.llama_cpp import LlamaEngine
from app.race.events import Round
from app.race.lanes import Request, Sampling
from tests.bench.peer import PROMPT, RESULTS, spec


def measure(k: int, threads: int, temperature: float, tokens: int) -> dict[str, object]:
    engine = LlamaEngine()
    engine.load(spec(k, threads))
    request = Request(PROMPT, tokens, Sampling(temperature=temperature, seed=1), raw=True)
    rounds: list[Round] = []
    for repeat in range(3):
        engine.prefill(request)
        while isinstance(step := engine.round(), Round):
            if repeat:
                rounds.append(step)
    engine.close()
    other = [step.end_ns - step.draft_ns - step.verify_ns for step in rounds]
    seconds = sum(step.end_ns for step in rounds) / 1e9
    return {
        "k": k,
        "threads": threads,
        "temperature": temperature,
        "tps": sum(step.emitted for step in rounds) / seconds,
        "accepted_per_round": sum(step.accepted for step in rounds) / len(rounds),
        "draft_ms": median(step.draft_ns for step in rounds) / 1e6,
        "verify_ms": median(step.verify_ns for step in rounds) / 1e6,
        "other_us": median(other) / 1e3,
        "other_share": median(other) / median(step.end_ns for step in rounds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--k", type=int, nargs="+", default=[0, 1, 3, 8])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--tokens", type=int, default=96)
    arguments = parser.parse_args()
    found = []
    for threads in arguments.threads:
        for k in arguments.k:
            for temperature in (0.0, 0.8):
                found.append(measure(k, threads, temperature, arguments.tokens))
                print(
                    "{threads} threads K={k} T={temperature}: {tps:.1f} tok/s, draft {draft_ms:.2f} ms, verify "
                    "{verify_ms:.2f} ms, rest {other_us:.0f} us = {other_share:.2%}".format_map(found[-1]),
                    flush=True,
                )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "round_loop.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
