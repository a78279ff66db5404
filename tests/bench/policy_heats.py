"""Policies raced for real, and the simulator held against it: ``python -m tests.bench.policy_heats``.

Each heat decodes a bundled prompt with the built-in pair once for each lane, in mirrored order, in this process:
plainly, with K = 1 to 8, and with each policy. Times are processor time of the rounds, the policy's own work included,
so that a machine with other work gives usable ratios. Beside them stands what the simulator says of the same text at
the costs that the fixed lanes showed. Written to results/policy_heats.json, with what a policy's own work costs.
"""

from __future__ import annotations

import argparse
import json
import time
from statistics import median

import numpy as np

from app.engines.judge import top_probability
from app.engines.llama_cpp import LlamaEngine
from app.library.prompts import load_prompts
from app.places import find_places
from app.race.auto_policy import AutoPolicy
from app.race.events import Round
from app.race.gate import Gate
from app.race.known_costs import KnownCosts
from app.race.kpolicy import Policy, policy_for
from app.race.lanes import KPolicy, Request
from app.race.simulate import PassTable, simulate
from app.race.statistics import paired_interval
from tests.bench.peer import RESULTS, spec
from tests.bench.policies import MOST, recorded

now = time.process_time_ns
Runs = dict[str, list[int]]


def run(engine: LlamaEngine, request: Request, policy: Policy) -> tuple[int, list[Round]]:
    """Returns the processor time of a run's rounds, and the rounds."""
    engine.steer(policy if isinstance(policy, Gate) else None)
    engine.prefill(request)
    rounds: list[Round] = []
    began = now()
    while True:
        engine.set_k(policy.next_k())
        step = engine.round()
        if not isinstance(step, Round):
            return now() - began, rounds
        policy.observe(step)
        rounds.append(step)


def race(request: Request, known: KnownCosts, heats: int) -> tuple[Runs, dict[str, list[Round]]]:
    """Returns each lane's times, heat by heat, and its rounds of the last heat."""
    plain, drafting = LlamaEngine(), LlamaEngine()
    plain.load(spec(0, 1))
    drafting.load(spec(MOST, 1))
    times: Runs = {}
    rounds: dict[str, list[Round]] = {}
    lanes = [f"k{k}" for k in range(MOST + 1)] + [
        item.value for item in (KPolicy.HEURISTIC, KPolicy.COST, KPolicy.AUTO)
    ]
    for heat in range(heats + 1):
        for lane in lanes if heat % 2 else reversed(lanes):
            policy = (
                policy_for(KPolicy.FIXED, int(lane[1:]))
                if lane[1:].isdigit()
                else policy_for(KPolicy(lane), MOST, known)
            )
            spent, rounds[lane] = run(plain if lane == "k0" else drafting, request, policy)
            if heat:  # the first one warms up
                times.setdefault(lane, []).append(spent)
    plain.close()
    drafting.close()
    return times, rounds


def table_of(times: Runs, rounds: dict[str, list[Round]], draft: float) -> PassTable:
    """Returns what a round of each K costs by the fixed lanes: their time over their rounds, less the drafts."""
    passes = {k + 1: median(times[f"k{k}"]) / len(rounds[f"k{k}"]) - k * draft for k in range(MOST + 1)}
    return PassTable(passes, draft)


def own_work() -> dict[str, float]:
    """Returns the time of what only a policy needs, in microseconds."""
    row = np.random.default_rng(1).normal(0, 2, 262_144).astype(np.float32)
    row[5] = 24.0
    began, looks = time.thread_time_ns(), 1000
    for _ in range(looks):
        top_probability(row, 5)
    look_ns = (time.thread_time_ns() - began) / looks
    policy = AutoPolicy(MOST, KnownCosts(tuple(10_000 + 2_000 * width for width in range(9)), 600))
    made, count = 0, 400
    began = time.thread_time_ns()
    for number in range(count):
        certainty = [0.99, 0.97, 0.99, 0.6, 0.9][: 1 + number % 5]
        policy.next_k()
        for length in range(1, len(certainty) + 1):
            policy.wants(certainty[:length])
        tried = policy.keep(certainty)
        policy.halt(certainty)
        policy.observe(Round(0, 20_000, (), tried, tried // 2, 600, 15_000, certainty=tuple(certainty)))
        made += len(certainty)
    spent = time.thread_time_ns() - began
    return {
        "probability of one draft, 262,144 words": look_ns / 1e3,
        "policy a round": spent / count / 1e3,
        "drafts a round there": made / count,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heats", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--prompts", default="code,pandas,english,japanese,haiku,json")
    arguments = parser.parse_args()
    results: dict[str, object] = {"own work, microseconds": (own := own_work())}
    print(own)
    probing = LlamaEngine()
    probing.load(spec(MOST, 1))
    pass_costs = probing.probe_passes(tuple(range(1, MOST + 2)), 128, repeats=9)
    probing.close()
    known = KnownCosts(tuple(pass_costs.forward_ns.values()), pass_costs.draft_ns)
    texts = {item.name: item.text for item in load_prompts(find_places())}
    for name in arguments.prompts.split(","):
        request = Request(texts[name], arguments.tokens)
        times, rounds = race(request, known, arguments.heats)
        table = table_of(times, rounds, float(pass_costs.draft_ns))
        places = recorded(request, arguments.tokens)
        limited = len(places) == arguments.tokens - 1
        best = min((f"k{k}" for k in range(1, MOST + 1)), key=lambda lane: median(times[lane]))
        row: dict[str, object] = {"tokens": len(places) + 1, "best fixed K": best}
        for policy in (KPolicy.HEURISTIC, KPolicy.COST, KPolicy.AUTO):
            said = simulate(places, policy_for(policy, MOST, known), table, limited=limited).ns
            against = paired_interval([a / b for a, b in zip(times[best], times[policy.value], strict=True)])
            base = paired_interval([a / b for a, b in zip(times["k0"], times[policy.value], strict=True)])
            row[policy.value] = {
                "over best fixed K": against
                and [round(value, 3) for value in (against.ratio, against.low, against.high)],
                "over baseline": base and [round(value, 3) for value in (base.ratio, base.low, base.high)],
                "simulated over measured time": round(said / median(times[policy.value]), 3),
                "drafted": [item.drafted for item in rounds[policy.value]],
            }
        row["baselines"] = {lane: round(median(times["k0"]) / median(spent), 3) for lane, spent in times.items()}
        results[name] = row
        print(name, json.dumps(row), flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "policy_heats.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
