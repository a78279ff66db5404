"""Synthetic sweeps for tests and pictures: made up from a formula, labelled as such. No model made these numbers."""

from __future__ import annotations

import math

import msgspec

from app.race.lanes import KPolicy
from app.race.predict import even_rates
from app.race.statistics import Interval
from app.race.sweep_result import Cell, PromptResult, SweepResult
from app.race.trace import Machine

NAMES = ("code", "english", "japanese", "haiku", "json", "pandas")
CHANCE = (0.92, 0.78, 0.66, 0.52, 0.88, 0.84)


def sweep(
    prompts: int = 4, ks: tuple[int, ...] = (1, 2, 3, 4, 6, 8), *, heats: int = 6, adaptive: bool = True
) -> SweepResult:
    """Returns a made-up sweep; a single heat has no intervals."""
    results = []
    for index in range(prompts):
        name, chance = NAMES[index % 6], CHANCE[index % 6]
        cells = [_cell(name, k, chance, heats, KPolicy.FIXED) for k in ks]
        if adaptive and ks:
            cells.append(_cell(name, max(ks), chance, heats, KPolicy.HEURISTIC))
        best = max(cells, key=lambda cell: cell.speedup.ratio if cell.speedup else 0.0, default=None)
        results.append(
            PromptResult(
                prompt=name,
                title=name.capitalize(),
                workload=name,
                language="en",
                baseline_tps=100.0,
                cells=tuple(cells),
                best=best.lane if best else None,
                advice=f"K = {best.k}, {best.speedup.ratio:.2f}×." if best and best.speedup else "",
            )
        )
    return SweepResult(
        created="2026-01-02T03:04:05+00:00",
        pair="synthetic",
        pair_title="Synthetic (made up for tests)",
        target="gemma-4-26B-A4B-it-Q4_K_M.gguf",
        engine="synthetic",
        machine=Machine(cpu="none"),
        heats=heats * prompts,
        planned=heats * prompts,
        prompts=tuple(results),
        widths={width: round(8e6 * (1 + 0.28 * (width - 1))) for width in range(1, 18)},
        draft_ns=900_000,
    )


def sweep_over(prompts: int = 1, *, heats: int = 6) -> SweepResult:
    """Returns a made-up sweep over context depths: each prompt under three of them, with two lanes."""
    plain = sweep(1, (1, 4), heats=heats, adaptive=False)
    rows = [
        msgspec.structs.replace(
            plain.prompts[0],
            prompt=f"{NAMES[prompt]}@{word}",
            title=f"{word} tokens before" if prompts == 1 else f"{NAMES[prompt].capitalize()}, {word} tokens before",
            condition=word,
            prompt_tokens=20 + depth,
            prefill_tps=900.0,
            cells=tuple(_cell(f"{NAMES[prompt]}@{word}", k, chance, heats, KPolicy.FIXED) for k in (1, 4)),
        )
        for prompt in range(prompts)
        for word, depth, chance in (("0", 0, 0.9), ("256", 256, 0.7), ("1k", 1024, 0.4))
    ]
    return msgspec.structs.replace(plain, axis="context", prompts=tuple(rows), heats=heats * len(rows))


def suite(prompts: int = 12) -> SweepResult:
    """Returns a made-up suite: many prompts of several kinds, each raced once with two lanes."""
    rows = []
    for number in range(prompts):
        kind, chance = NAMES[number % 6], min(0.97, max(0.1, CHANCE[number % 6] - 0.3 + 0.05 * (number % 11)))
        name = f"{number:04}-{kind}"
        cells = tuple(_cell(name, k, chance, 1, KPolicy.FIXED) for k in (1, 4))
        rows.append(
            PromptResult(
                prompt=name,
                title=f"{kind} {number}",
                workload=kind,
                language="en",
                baseline_tps=100.0,
                baseline_s=2.0,
                tokens=160.0,
                cells=tuple(
                    msgspec.structs.replace(cell, clock_s=2.0 / cell.speedup.ratio) for cell in cells if cell.speedup
                ),
            )
        )
    return msgspec.structs.replace(sweep(1), suite="mine.jsonl", prompts=tuple(rows), heats=prompts, planned=prompts)


def _cell(name: str, k: int, chance: float, heats: int, policy: KPolicy) -> Cell:
    rates = even_rates(chance, k)
    ratio = (1 + sum(rates)) / (1 + 0.28 * k) * (1.03 if policy is not KPolicy.FIXED else 1.0)
    low, high = (ratio * 0.96, ratio * 1.05) if heats > 1 else (0.0, math.inf)
    counts = [1 - rates[0], *(a - b for a, b in zip(rates, [*rates[1:], 0.0], strict=True))]
    adaptive = policy is not KPolicy.FIXED
    return Cell(
        prompt=name,
        lane=f"mtp-{policy.value}" if adaptive else f"mtp-k{k}",
        title=f"MTP adaptive K ≤ {k}" if adaptive else f"MTP K={k} (block {k + 1})",
        k=k,
        policy=policy,
        speedup=Interval(ratio, low, high, heats, "bootstrap" if heats > 4 else "none"),
        ratios=(ratio,) * heats,
        decode_tps=100 * ratio,
        accepted_per_round=sum(rates),
        mean_k=float(k),
        position_rates=tuple(rates),
        accepted_counts=tuple(round(share * 400) for share in counts),
        predicted=ratio * 1.03,
        break_even=1 + 0.28 * k,
        identical=heats,
        traces=tuple(f"{name}-{heat:03}.ndjson" for heat in range(heats)),
    )
