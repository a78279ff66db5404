"""``mtp-race run --concurrency 1,2,4,8``: the same race at several numbers of requests at once, as a table."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.table import Table

from app.race.concurrency import ConcurrencyRow, rows_of, turning_point
from app.race.events import Finish
from app.race.formats import find_format
from app.race.problems import Problem
from app.race.sweep_words import span_words
from app.terminal.environment import LANE_FAILED, OK, USAGE, Environment
from app.terminal.live import complain_of, race_once, status_of
from app.worker.request import RaceRequest
from app.worker.setup import StartedRace

_WIDTH = 100


def run_levels(arguments: argparse.Namespace, request: RaceRequest, env: Environment) -> int:
    """Races in heats at each number of requests. Servers that are started stay up for all of them."""
    if not find_format(request.format).repeats:
        env.complain(
            Problem(
                "concurrency-format",
                "Several numbers of requests are compared in heats only.",
                action="Leave --format out, and choose a server with --engine.",
            )
        )
        return USAGE
    rows: list[ConcurrencyRow] = []
    traces: list[str] = []
    status = OK
    pool = env.make_pool()
    try:
        for level in arguments.concurrency:
            if not arguments.json:
                env.tell(f"{level} {'request' if level == 1 else 'requests'} at once")
            level_request = msgspec.structs.replace(request, concurrency=level)
            started, view = race_once(level_request, env, pool, _trace(arguments.trace, level), quiet=arguments.json)
            complain_of(started, env)
            traces.append(str(started.trace))
            if view.heats is not None:
                rows += rows_of(view.heats)
            status = status_of(started)
            if status == LANE_FAILED or _stopped(started):
                break
    finally:
        pool.close()
    if arguments.json:
        told = {
            "pair": request.pair.id,
            "prompt": request.prompt.name,
            "format": request.format,
            "verdict": turning_point(rows),
        }
        env.say_json({**told, "levels": [row.data for row in rows], "traces": traces})
        return status
    _print(rows, env)
    for trace in traces:
        env.tell(f"Trace: {trace}")
    return status


def _trace(path: Path | None, level: int) -> Path | None:
    """Each number of requests has a trace of its own."""
    return None if path is None else path.with_name(f"{path.stem}-{level}{path.suffix}")


def _stopped(started: StartedRace) -> bool:
    return any(lane.finish is Finish.STOPPED for lane in started.session.state.lanes.values())


def _print(rows: Sequence[ConcurrencyRow], env: Environment) -> None:
    """Prints the table: it is the result, so it goes to standard output."""
    table = Table(title="Total tokens per second of all requests at once", title_justify="left", title_style="bold")
    table.add_column("at once", justify="right")
    table.add_column("lane")
    for name in ("baseline tok/s", "lane tok/s", "ratio", "95 % interval", "heats"):
        table.add_column(name, justify="right")
    for row in rows:
        item = row.interval
        table.add_row(
            str(row.requests),
            row.title,
            f"{row.baseline_tps:.1f}",
            f"{row.lane_tps:.1f}",
            f"{item.ratio:.2f}\u00d7" if item else "\u2013",
            span_words(item),
            str(item.heats if item else 0),
        )
    console = env.result_console(_WIDTH)
    console.print(table)
    console.print(turning_point(rows), soft_wrap=True)
    console.print("All requests of a race ask the same, so on a mixture of experts they share experts.", soft_wrap=True)
