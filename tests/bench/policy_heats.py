"""Policies raced for real, and the simulator held against it: ``python -m tests.bench.policy_heats``.

Each heat decodes a bundled prompt with the built-in pair once for each lane, in mirrored order, in this process:
plainly, with K = 1 to 8, and with each policy. ``mixed`` is code, prose and Japanese, one after the other under one
policy. Times are processor time of the rounds, the policy's own work included, so that a machine with other work gives
usable ratios. Beside them stands what the simulator says of the same text at the costs that the fixed lanes showed.
Written to results/policy_heats.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from app.engines.llama_cpp import LlamaEngine
from app.race.events import Round
from app.race.gate import Gate
from app.race.known_costs import KnownCosts
from app.race.kpolicy import Policy, policy_for
from app.race.lanes import KPolicy, LaneSpec, Request, Sampling
from app.race.simulate import PassTable, Place, simulate
from app.race.statistics import paired_interval
from tests.bench.peer import RESULTS, spec
from tests.bench.policies import known_of, learned
from tests.bench.recordings import LONGEST, MIXED, MOST, RANDOM, bundled_prompts, recorded, recordings, shuffled_drafter

HOT: Final = "haiku at 2.0"
POLICIES: Final = (KPolicy.HEURISTIC, KPolicy.COST, KPolicy.AUTO)
now = time.process_time_ns
Runs = dict[str, list[int]]


def run(engine: LlamaEngine, requests: Sequence[Request], policy: Policy) -> tuple[int, list[Round]]:
    """Returns the processor time of the rounds of answers, one after the other under one policy, and the rounds."""
    engine.steer(policy if isinstance(policy, Gate) else None)
    rounds: list[Round] = []
    spent = 0
    for request in requests:
        engine.prefill(request)
        began = now()
        while True:
            engine.set_k(policy.next_k())
            step = engine.round()
            if not isinstance(step, Round):
                break
            policy.observe(step)
            rounds.append(step)
        spent += now() - began
    return spent, rounds


def asked(name: str, tokens: int) -> list[Request]:
    """Returns what is answered one after the other under one policy."""
    texts = bundled_prompts()
    if name == HOT:
        return [Request(texts["haiku"], tokens, Sampling(temperature=2.0, seed=seed)) for seed in range(4)]
    if name == RANDOM:
        return [Request(texts["code"], tokens)]
    return [Request(texts[item], tokens) for item in (MIXED if name == "mixed" else (name,))]


def race(
    requests: Sequence[Request], lane_spec: LaneSpec, known: KnownCosts, heats: int
) -> tuple[Runs, dict[str, list[Round]]]:
    """Returns each lane's times, heat by heat, and its rounds of the last heat."""
    plain, drafting = LlamaEngine(), LlamaEngine()
    plain.load(spec(0, 1))
    drafting.load(lane_spec)
    times: Runs = {}
    rounds: dict[str, list[Round]] = {}
    lanes = [f"k{k}" for k in range(MOST + 1)] + [item.value for item in POLICIES]
    for heat in range(heats + 1):
        for lane in lanes if heat % 2 else reversed(lanes):
            policy = policy_of(lane, known)
            spent, rounds[lane] = run(plain if lane == "k0" else drafting, requests, policy)
            if heat:  # the first one warms up
                times.setdefault(lane, []).append(spent)
    plain.close()
    drafting.close()
    return times, rounds


def policy_of(lane: str, known: KnownCosts) -> Policy:
    """Returns a new policy by the name of its lane."""
    if lane[1:].isdigit():
        return policy_for(KPolicy.FIXED, int(lane[1:]))
    policy = KPolicy(lane)
    return policy_for(policy, LONGEST if policy is KPolicy.AUTO else MOST, known)


def table_of(times: Runs, rounds: dict[str, list[Round]], known: KnownCosts) -> PassTable:
    """Returns what drafts and passes cost by the fixed lanes: their time over their rounds, in processor time.

    Wider passes cost what the probe says, brought to the level of the widest of these.
    """
    shares = []
    for k in range(1, MOST + 1):
        done = rounds[f"k{k}"]
        share = sum(item.draft_ns for item in done) / sum(item.end_ns - item.start_ns for item in done)
        shares.append(share * times[f"k{k}"][-1] / sum(item.drafted for item in done))
    draft = median(shares)
    passes = {k + 1: median(times[f"k{k}"]) / len(rounds[f"k{k}"]) - k * draft for k in range(MOST + 1)}
    level = median(passes[width] / known.passes[width - 1] for width in range(MOST - 2, MOST + 2))
    wider = {width: level * known.passes[width - 1] for width in range(MOST + 2, LONGEST + 2)}
    return PassTable(passes | wider, draft)


def simulated_ns(
    texts: Sequence[tuple[Place, ...]], lane: str, known: KnownCosts, table: PassTable, tokens: int
) -> float:
    """Returns what a lane would have taken on recorded answers, one after the other under one policy."""
    policy = policy_of(lane, known)
    return sum(simulate(places, policy, table, limited=len(places) == tokens - 1).ns for places in texts)


def told(ratios: list[float]) -> list[float]:
    """Returns a ratio and the ends of its 95 % interval."""
    found = paired_interval(ratios)
    assert found is not None
    return [round(value, 3) for value in (found.ratio, found.low, found.high)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heats", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--prompts", default=f"code,pandas,english,japanese,haiku,json,mixed,{HOT},{RANDOM}")
    parser.add_argument("--texts", type=Path, help="recorded texts: start from what auto learned on those for tuning")
    parser.add_argument("--add", action="store_true", help="keep the results of other prompts in the file")
    arguments = parser.parse_args()
    path = RESULTS / "policy_heats.json"
    results: dict[str, object] = json.loads(path.read_bytes()) if arguments.add and path.exists() else {}
    probing = LlamaEngine()
    probing.load(spec(LONGEST, 1))
    probed = probing.probe_passes(tuple(range(1, LONGEST + 2)), 128, repeats=9)
    probing.close()
    known = KnownCosts(tuple(probed.forward_ns.values()), probed.draft_ns)
    kept = known
    if arguments.texts is not None:
        table = PassTable({width: float(ns) for width, ns in probed.forward_ns.items()}, float(probed.draft_ns), 1e5)
        kept = known_of(table, learned(recordings(arguments.texts).others, table))
    for name in arguments.prompts.split(","):
        requests, lane_spec = asked(name, arguments.tokens), spec(LONGEST, 1)
        if name == RANDOM:
            lane_spec = msgspec.structs.replace(lane_spec, drafter=shuffled_drafter(Path(tempfile.mkdtemp())))
        # What greedy races of the pair showed is not used where the target draws, nor for another drafter.
        begin = known if name in (HOT, RANDOM) else kept
        times, rounds = race(requests, lane_spec, begin, arguments.heats)
        costs = table_of(times, rounds, begin)
        places = [recorded(request, arguments.tokens, lane_spec) for request in requests]
        best = min((f"k{k}" for k in range(1, MOST + 1)), key=lambda lane: median(times[lane]))
        row: dict[str, object] = {"tokens": sum(map(len, places)), "best fixed K": best, "heats": arguments.heats}
        for lane in ("k3", *(item.value for item in POLICIES)):
            said = simulated_ns(places, lane, begin, costs, arguments.tokens)
            row[lane] = {
                "over best fixed K": told([a / b for a, b in zip(times[best], times[lane], strict=True)]),
                "over baseline": told([a / b for a, b in zip(times["k0"], times[lane], strict=True)]),
                "simulated over measured time": round(said / median(times[lane]), 3),
                "drafted": [item.drafted for item in rounds[lane]],
            }
        row["baselines"] = {lane: round(median(times["k0"]) / median(spent), 3) for lane, spent in times.items()}
        results[name] = row
        print(name, json.dumps(row), flush=True)
        RESULTS.mkdir(exist_ok=True)
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
