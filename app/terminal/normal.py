"""``mtp-race normal``: one's own result among those that others published for the same target."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
from rich.table import Table

from app.library.sweeps import load_sweep
from app.library.traces import open_trace
from app.present.view import RaceView
from app.race.normal import Normal, OwnLane, normal, own_lanes
from app.race.published import read_published
from app.terminal.environment import OK, Environment


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Prints where the result stands. Returns the exit status."""
    published = read_published((env.places.resources / "published-results.toml").read_text(encoding="utf-8"))
    target, own = _own(arguments.result)
    found = normal(target, own, published)
    if arguments.json:
        env.say_json(_json(found))
        return OK
    if found.others:
        table = Table("Whose", "Workload", "K", "Accepted", "Speedup", "Round costs", title="Cheapest round first")
        rows = [(lane.round_cost, ("yours", lane.name, lane.k, lane.accepted, lane.speedup, False)) for lane in own]
        rows += [
            (cost, (item.machine, item.workload, item.k or 0, item.accepted or 0.0, item.speedup, item.rough))
            for item in found.others
            if (cost := item.round_cost) is not None
        ]
        for cost, (whose, what, k, accepted, speedup, rough) in sorted(rows, key=lambda row: row[0]):
            words = (str(k or "–"), f"{accepted:.2f}", f"{speedup:.2f}×", f"{cost:.2f}{' (rough)' if rough else ''}")
            table.add_row(whose, what, *words, style="bold" if whose == "yours" else "")
        env.result_console(120).print(table)
    for sentence in found.sentences:
        env.say(sentence)
    return OK


def _own(path: Path) -> tuple[str, list[OwnLane]]:
    if path.is_dir() or path.suffix.lower() == ".json":
        sweep = load_sweep(path)
        return sweep.target, list(own_lanes(sweep))
    view = RaceView.of(open_trace(path))
    own = []
    for lane, spec in zip(view.lanes, view.header.lanes, strict=True):
        ratio = view.speedup(lane) if spec.kind.facts.drafts else None
        rounds = len(lane.state.rounds)
        if ratio and rounds and lane.state.drafted:
            own.append(OwnLane(name=lane.name, k=spec.k, accepted=lane.state.accepted / rounds, speedup=ratio))
    return view.header.lanes[0].target if view.header.lanes else "", own


def _json(found: Normal) -> dict[str, object]:
    own = [{**msgspec.to_builtins(item), "round_cost": item.round_cost} for item in found.own]
    others = [{**msgspec.to_builtins(item), "round_cost": item.round_cost} for item in found.others]
    return {"own": own, "others": others, "sentences": list(found.sentences)}
