"""What a lane that ends its drafts itself costs beside passes: ``python -m tests.bench.policy_cost``.

Two things only such a lane does: it looks at the drafter's logits for the best token's share, where others look for the
best token alone; and it asks its policy. Both are timed in processor time, the look paired with what it replaces, turn
by turn. They are set against rounds that were measured of pairs with 262,144 words: 26B A4B on an H200, the fastest
there is, and a 4-bit E2B on one core; and of the built-in pair here. Written to results/policy_cost.json.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from app.engines.judge import top_share
from app.engines.llama_cpp import LlamaEngine
from app.race.auto_policy import AutoPolicy
from app.race.events import Round, Token
from app.race.known_costs import KnownCosts
from tests.bench.peer import RESULTS, spec
from tests.bench.policies import STAIRS, known_of
from tests.bench.recordings import LONGEST

now = time.thread_time_ns
WORDS = 262_144
ROUNDS_NS = {"26B A4B, H200": {3: 9.2e6, 8: 17.3e6}, "E2B 4-bit, one core": {3: 285e6, 8: 684e6}}
"""Rounds of pairs with so many words, by what they draft."""


def paired_ns(one: Callable[[], object], other: Callable[[], object], turns: int = 60, times: int = 10) -> float:
    """Returns by how much one call takes longer than another, in ns: the median of turns of both."""
    found = []
    for turn in range(turns):
        spent = {}
        for name in (0, 1) if turn % 2 else (1, 0):
            work, began = (one, other)[name], now()
            for _ in range(times):
                work()
            spent[name] = (now() - began) / times
        found.append(spent[0] - spent[1])
    return median(found)


def look_ns(words: int) -> float:
    """Returns what the look at one draft's logits takes beyond finding the best token."""
    row = np.random.default_rng(1).normal(0, 2, words).astype(np.float32)
    row[5] = 24.0
    return paired_ns(lambda: top_share(row), lambda: int(row.argmax()))


def policy_ns(drafts: int, known: KnownCosts, rounds: int = 600) -> float:
    """Returns what asking and telling the policy takes in a round of so many drafts, the mean of many rounds."""
    draw, policy = random.Random(1), AutoPolicy(LONGEST, known)
    made = [[draw.choice((0.999, 0.99, 0.97, 0.8)) for _ in range(drafts)] for _ in range(rounds)]
    tokens = tuple(Token(-1, "") for _ in range(drafts))
    items = [Round(0, 10_000_000, tokens[: max(1, drafts - 1)], drafts, drafts - 2, 600_000, 9_000_000)] * rounds
    spent = 0
    for certainty, item in zip(made, items, strict=True):
        began = now()
        policy.next_k()
        so_far: list[float] = []
        for value in certainty:
            so_far.append(value)
            policy.wants(so_far)
        policy.keep(so_far)
        policy.halt(so_far)
        policy.observe(item)
        spent += now() - began
    return spent / rounds


def round_ns(k: int) -> float:
    """Returns what a round of the built-in pair takes here, by a probe."""
    engine = LlamaEngine()
    engine.load(spec(k, 1))
    found = engine.probe_passes((k + 1,), 128, repeats=9)
    engine.close()
    return float(found.forward_ns[k + 1] + k * found.draft_ns)


def main() -> None:
    known = known_of(STAIRS)
    look, small = look_ns(WORDS), look_ns(8192)
    results: dict[str, float] = {
        "look at a draft, 262,144 words, us": look / 1e3,
        "the same, 8,192 words, us": small / 1e3,
    }
    for drafts in (3, 8):
        asked = policy_ns(drafts, known)
        results[f"policy, a round of {drafts} drafts, us"] = asked / 1e3
        for name, whole in ROUNDS_NS.items():
            results[f"share of a round: {name}, {drafts} drafts"] = (drafts * look + asked) / whole[drafts]
        results[f"share of a round: built-in pair, {drafts} drafts"] = (drafts * small + asked) / round_ns(drafts)
    for name, value in results.items():
        print(f"{name}: {value:.4g}")
    RESULTS.mkdir(exist_ok=True)
    rounded = {name: round(value, 5) for name, value in results.items()}
    (RESULTS / "policy_cost.json").write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
