"""``mtp-race probe``: what a forward pass of each width and drafting a token cost on this machine."""

from __future__ import annotations

import argparse

from rich.table import Table

from app.library.prompts import load_prompts
from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.race.choose_k import pass_notes
from app.race.costs import Costs, probed_costs
from app.race.events import PassCosts
from app.race.lanes import MAX_K
from app.race.problems import Problem, ProblemError
from app.terminal.environment import OK, Environment
from app.worker.pass_costs import probe_passes
from app.worker.request import RaceRequest

_ROOM = 2048


def probe(arguments: argparse.Namespace, env: Environment) -> int:
    """Measures, or says what was measured before."""
    pair = _pair(arguments.pair, env)
    request = RaceRequest(
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
        pass_costs = probe_passes(
            request, env.places, pool, arguments.context, again=arguments.again, repeats=arguments.repeats
        )
    finally:
        pool.close()
    if arguments.json:
        env.say_json(_fields(pair, pass_costs))
    else:
        _show(pass_costs, env)
    return OK


def _pair(name: str, env: Environment) -> Pair:
    registry = load_registry(places=env.places)
    pair = registry.get(name)
    if pair is None:
        known = ", ".join(item.id for item in registry.pairs)
        raise ProblemError(Problem("pair-unknown", f"There is no pair {name!r}.", action=f"Use: {known}."))
    return pair


def _fields(pair: Pair, pass_costs: PassCosts) -> dict[str, object]:
    costs = probed_costs(pass_costs)
    return {
        "pair": pair.id,
        "context": pass_costs.context,
        "forward_ns": pass_costs.forward_ns,
        "repeated_ns": pass_costs.repeated_ns,
        "draft_ns": pass_costs.draft_ns,
        "clock": "wall" if pass_costs.on_gpu else "processor",
        "taken_away": pass_costs.taken_away,
        "spread": pass_costs.spread,
        "break_even": {k: round(costs.break_even(k), 4) for k in _drafts(pass_costs)},
    }


def _drafts(pass_costs: PassCosts) -> list[int]:
    return [width - 1 for width in sorted(pass_costs.forward_ns) if width > 1]


def _show(pass_costs: PassCosts, env: Environment) -> None:
    costs = probed_costs(pass_costs)
    console = env.console()
    console.print(
        f"Behind {pass_costs.context:,} tokens a single step takes {costs.step / 1e6:.2f} ms and drafting a token "
        f"{pass_costs.draft_ns / 1e6:.2f} ms.",
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("K", "Draft", "Verify", *(("Same token",) if pass_costs.repeated_ns else ()), "Pays from"):
        table.add_column(title, justify="right")
    for k in _drafts(pass_costs):
        table.add_row(*_row(costs, pass_costs, k))
    console.print(table)
    for note in (
        "Pays from: tokens that a round must bring to be as fast as no drafter.",
        *pass_notes(pass_costs),
    ):
        console.print(note, soft_wrap=True)


def _row(costs: Costs, pass_costs: PassCosts, k: int) -> tuple[str, ...]:
    same = pass_costs.repeated_ns.get(k + 1)
    return (
        str(k),
        f"{costs.draft_ns(k) / 1e6:.2f} ms",
        f"{costs.verify_ns(k + 1) / 1e6:.2f} ms",
        *((f"{same / 1e6:.2f} ms",) if same else ()),
        f"{costs.break_even(k):.2f} tokens",
    )
