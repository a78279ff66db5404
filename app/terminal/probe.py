"""``mtp-race probe``: what a forward pass of each width and drafting a token cost on this machine."""

from __future__ import annotations

import argparse

from rich.table import Table

from app.library.prompts import load_prompts
from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.race.choose_k import pass_notes
from app.race.costs import Costs, probed_costs
from app.race.events import Widths
from app.race.lanes import MAX_K
from app.race.problems import Problem, ProblemError
from app.terminal.environment import OK, Environment
from app.worker.request import RaceRequest
from app.worker.widths import probe_widths

_ROOM = 2048


def probe(arguments: argparse.Namespace, env: Environment) -> int:
    """Measures, or says what was measured before."""
    pair = _pair(arguments.pair, env)
    choice = RaceRequest(
        pair,
        load_prompts(env.places)[0],
        context=max(_ROOM, arguments.context + MAX_K + 1),
        threads=arguments.threads,
        engine=arguments.engine,
    )
    pool = env.make_pool()
    try:
        if not arguments.json:
            env.tell(f"Measuring {pair.title} …")
        widths = probe_widths(
            choice, env.places, pool, arguments.context, again=arguments.again, repeats=arguments.repeats
        )
    finally:
        pool.close()
    if arguments.json:
        env.say_json(_fields(pair, widths))
    else:
        _show(widths, env)
    return OK


def _pair(name: str, env: Environment) -> Pair:
    registry = load_registry(places=env.places)
    pair = registry.get(name)
    if pair is None:
        known = ", ".join(item.id for item in registry.pairs)
        raise ProblemError(Problem("pair-unknown", f"There is no pair {name!r}.", action=f"Use: {known}."))
    return pair


def _fields(pair: Pair, widths: Widths) -> dict[str, object]:
    costs = probed_costs(widths)
    return {
        "pair": pair.id,
        "context": widths.context,
        "forward_ns": widths.forward_ns,
        "repeated_ns": widths.repeated_ns,
        "draft_ns": widths.draft_ns,
        "clock": "wall" if widths.on_gpu else "processor",
        "taken_away": widths.taken_away,
        "spread": widths.spread,
        "break_even": {k: round(costs.break_even(k), 4) for k in _drafts(widths)},
    }


def _drafts(widths: Widths) -> list[int]:
    return [width - 1 for width in sorted(widths.forward_ns) if width > 1]


def _show(widths: Widths, env: Environment) -> None:
    costs = probed_costs(widths)
    console = env.console()
    console.print(
        f"Behind {widths.context:,} tokens a single step takes {costs.step / 1e6:.2f} ms and drafting a token "
        f"{widths.draft_ns / 1e6:.2f} ms.",
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("K", "Draft", "Verify", *(("Same token",) if widths.repeated_ns else ()), "Pays from"):
        table.add_column(title, justify="right")
    for k in _drafts(widths):
        table.add_row(*_row(costs, widths, k))
    console.print(table)
    for note in (
        "Pays from: tokens that a round must bring to be as fast as no drafter.",
        *pass_notes(widths),
    ):
        console.print(note, soft_wrap=True)


def _row(costs: Costs, widths: Widths, k: int) -> tuple[str, ...]:
    same = widths.repeated_ns.get(k + 1)
    return (
        str(k),
        f"{costs.draft_ns(k) / 1e6:.2f} ms",
        f"{costs.verify_ns(k + 1) / 1e6:.2f} ms",
        *((f"{same / 1e6:.2f} ms",) if same else ()),
        f"{costs.break_even(k):.2f} tokens",
    )
