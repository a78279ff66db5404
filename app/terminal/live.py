"""A race in the terminal, from start to end: run, drawn meanwhile, and what became of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from rich.live import Live

from app.boundary.unexpected import UNEXPECTED
from app.library.records import recorded_clocks
from app.present.view import RaceView
from app.race.fold import Phase
from app.race.heats import Heats
from app.race.problems import Problem
from app.terminal.environment import FAILED, LANE_FAILED, OK, Environment
from app.terminal.view import render_race, verdict_lines
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from app.worker.setup import StartedRace, start_race

_FRAME_S = 1 / 15
LINES = 14
"""Of each lane's text, at most."""


def race_once(
    request: RaceRequest, env: Environment, pool: WorkerPool, trace: Path | None, *, quiet: bool
) -> tuple[StartedRace, RaceView]:
    """Races from start to end and shows it meanwhile, unless it is to be quiet. Returns the race and what is shown."""

    def tell(sentence: str) -> None:
        if not quiet:
            env.tell(sentence)

    started = start_race(request, env.places, pool, trace, tell=tell)
    with env.interrupts.calls(started.session.stop):
        view = _show_live(started, env, quiet=quiet)
    started.session.join()
    started.finish()
    return started, view


def complain_of(started: StartedRace, env: Environment) -> None:
    """Says what went wrong in a race; a mistake that ended all of it once, and not for each lane again."""
    whole = started.session.trace_problem
    if whole is not None:
        env.complain(whole)
    for lane_id, lane in started.session.state.lanes.items():
        if lane.problem is not None and lane.problem != whole:
            problem = lane.problem
            env.complain(Problem(problem.kind, f"{lane_id}: {problem.sentence}", problem.cause, problem.action))


def status_of(started: StartedRace) -> int:
    """Returns the exit status of a race."""
    lanes, whole = started.session.state.lanes.values(), started.session.trace_problem
    if whole is not None and whole.kind == UNEXPECTED:
        return FAILED
    return LANE_FAILED if any(lane.phase is not Phase.FINISHED for lane in lanes) else OK


def _show_live(started: StartedRace, env: Environment, *, quiet: bool) -> RaceView:
    """Shows the race until it is over, and returns it."""
    session = started.session
    view = RaceView(started.header, live=True)

    def step() -> bool:
        over = session.over
        view.apply(session.drain())
        view.stage = "" if over or session.stage is None else session.stage.sentence
        if over:
            view.finish()
            add_clocks(view.heats, env)
        return over

    if quiet:
        while not step():
            session.join(0.5)
    else:
        animate(view, step, env)
    return view


def animate(view: RaceView, step: Callable[[], bool], env: Environment) -> None:
    """Draws the race until ``step`` says that it was the last frame. A pipe gets only the last one."""
    console = env.console()
    if not console.is_terminal:
        while not step():
            time.sleep(_FRAME_S)
        console.print(*verdict_lines(view), sep="\n", soft_wrap=True)
        return
    with Live(console=console, auto_refresh=False, transient=False) as live:
        over = False
        while not over:
            over = step()
            lines = max(3, min(LINES, shutil.get_terminal_size().lines - 12))
            live.update(render_race(view, width=console.width, lines=lines), refresh=True)
            if not over:
                time.sleep(_FRAME_S)


def add_clocks(heats: Heats | None, env: Environment) -> None:
    """Lays what chess-clock races of the same lanes said beside, so that a contradiction is told."""
    if heats is not None:
        heats.clocks = recorded_clocks(env.places.races, heats.header)
