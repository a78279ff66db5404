"""Policies against each other on recorded texts: ``python -m tests.bench.policies``.

Each bundled prompt is decoded once, plainly, with a draft of 8 made and thrown away at every token, so that any policy
can be replayed over the text exactly (:mod:`app.race.simulate`). Costs are two tables: this machine's, from a probe,
and those of a 4-bit E2B on a processor, whose passes get cheaper at widths 4 and 8. Written to results/policies.json:
the decode rate of each policy in baselines. The mixed text is three answers one after the other, the hot one all and
two that were drawn with a temperature.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import geometric_mean

import msgspec

from app.engines.judge import Judge
from app.engines.llama_cpp import LlamaEngine
from app.engines.llama_drafters import Drafter
from app.library.prompts import load_prompts
from app.places import find_places
from app.race.events import Halt, PassCosts, Round
from app.race.known_costs import KnownCosts
from app.race.kpolicy import policy_for
from app.race.lanes import KPolicy, Request, Sampling
from app.race.simulate import PassTable, Place, record, simulate
from tests.bench.peer import RESULTS, spec

MOST = 8
SEEDS = 8
STAIRS = PassTable(dict(enumerate((220e6, 425e6, 541e6, 263e6, 469e6, 599e6, 700e6, 511e6, 634e6), start=1)), 8e6)
"""4-bit E2B on two cores of a processor, ns; drafting a token by its size."""


class Recorder:
    """A drafter that drafts, keeps what it drafted and has the target try nothing of it."""

    def __init__(self, drafter: Drafter, judge: Judge) -> None:
        self._drafter, self._judge = drafter, judge
        self.drafts: list[tuple[list[int], tuple[float, ...]]] = []

    def draft(self, last: int, position: int, count: int) -> list[int]:
        self.drafts.append((self._drafter.draft(last, position, MOST), tuple(self._judge.certainty)))
        return []

    def __getattr__(self, name: str) -> object:
        return getattr(self._drafter, name)


class Everything:
    """A gate that wants all that can be drafted, so that its probabilities are looked at."""

    most = MOST

    def wants(self, probabilities: Sequence[float]) -> bool:
        return True

    def halt(self, probabilities: Sequence[float]) -> Halt:
        return Halt.LIMIT

    def keep(self, probabilities: Sequence[float]) -> int:
        return len(probabilities)


def recorded(request: Request, tokens: int) -> tuple[Place, ...]:
    """Decodes a prompt plainly, and drafts at each token."""
    engine = LlamaEngine()
    engine.load(spec(MOST, 1))
    lane = engine._loaded()
    recorder = lane._drafter = Recorder(lane._drafter, lane._judge)  # type: ignore[assignment, arg-type]
    lane.steer(Everything())
    emitted = [engine.prefill(msgspec.structs.replace(request, max_tokens=tokens + MOST + 1)).first.id]
    while isinstance(step := engine.round(), Round):
        emitted += [token.id for token in step.tokens]
    engine.close()
    return record(emitted, recorder.drafts[: tokens - 1])


def oracle_ns(places: tuple[Place, ...], table: PassTable) -> float:
    """Returns the least time in which drafts of any length can decode the text: what no policy can beat."""
    least = [0.0] * (len(places) + 1)
    for at in range(len(places) - 1, -1, -1):
        left = len(places) - at
        least[at] = min(
            table.passes[k + 1] + table.draft * k + table.other + least[at + min(places[at].accepted, k, left - 1) + 1]
            for k in range(MOST + 1)
        )
    return least[0]


def machine_table(context: int = 128) -> PassTable:
    """Returns what passes and drafts of the built-in pair cost here, by a probe."""
    engine = LlamaEngine()
    engine.load(spec(MOST, 1))
    found: PassCosts = engine.probe_passes(tuple(range(1, MOST + 2)), context, repeats=15)
    engine.close()
    return PassTable({width: float(ns) for width, ns in found.forward_ns.items()}, float(found.draft_ns), 1e5)


def compare(places: tuple[Place, ...], table: PassTable) -> dict[str, float]:
    """Returns the decode rate of each policy, in baselines."""
    base = (table.passes[1] + table.other) * sum(1 for _ in places)
    known = KnownCosts(tuple(round(table.passes[width]) for width in sorted(table.passes)), round(table.draft))
    rates = {f"k{k}": base / simulate(places, policy_for(KPolicy.FIXED, k), table).ns for k in range(1, MOST + 1)}
    for policy in (KPolicy.HEURISTIC, KPolicy.COST, KPolicy.AUTO):
        rates[policy.value] = base / simulate(places, policy_for(policy, MOST, known), table).ns
    rates["auto unprobed"] = base / simulate(places, policy_for(KPolicy.AUTO, MOST), table).ns
    return rates | {"oracle": base / oracle_ns(places, table)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--texts", type=Path, help="keep recorded texts here, and use them if they are there")
    arguments = parser.parse_args()
    kept: Path | None = arguments.texts
    if kept is not None and kept.exists():
        texts, table = msgspec.json.decode(kept.read_bytes(), type=tuple[dict[str, tuple[Place, ...]], PassTable])
    else:
        texts = {item.name: recorded(Request(item.text, 1), arguments.tokens) for item in load_prompts(find_places())}
        hot = Request(next(item.text for item in load_prompts(find_places()) if item.name == "haiku"), 1)
        for temperature in (1.0, 2.0):
            found: list[Place] = []
            for seed in range(SEEDS):
                sampling = Sampling(temperature=temperature, seed=seed)
                found += recorded(msgspec.structs.replace(hot, sampling=sampling), arguments.tokens)
            texts[f"haiku at {temperature}, {SEEDS} of them"] = tuple(found)
        texts["mixed"] = tuple(place for name in ("code", "english", "japanese") for place in texts[name])
        texts["mixed, hot"] = tuple(place for name in texts if name not in ("mixed", "pandas") for place in texts[name])
        table = machine_table()
        if kept is not None:
            kept.write_bytes(msgspec.json.encode((texts, table)))
    results = {}
    for title, costs in (("this machine", table), ("4-bit stairs", STAIRS)):
        rows = {name: compare(places, costs) for name, places in texts.items()}
        results[title] = {
            name: {key: round(value, 4) for key, value in row.items()}
            | {
                "tokens": len(texts[name]),
                "best fixed K": max(range(1, MOST + 1), key=lambda k, row=row: row[f"k{k}"]),  # type: ignore[misc]
            }
            for name, row in rows.items()
        }
        print(title, {width: round(ns / 1e6, 2) for width, ns in costs.passes.items()}, "draft", costs.draft / 1e6)
        for name, row in rows.items():
            best = max(row[f"k{k}"] for k in range(1, MOST + 1))
            ways = ", ".join(
                f"{key} {row[key] / best:.3f}" for key in ("heuristic", "cost", "auto", "auto unprobed", "oracle")
            )
            print(f"  {name}: best fixed K {best:.3f} baselines; of that {ways}; auto / baseline {row['auto']:.3f}")
        gains = [row["auto"] / max(row[f"k{k}"] for k in range(1, MOST + 1)) for row in rows.values()]
        print(f"  auto / best fixed K, mean {geometric_mean(gains):.3f}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "policies.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
