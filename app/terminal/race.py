"""``mtp-race run``, ``replay`` and ``show``."""

from __future__ import annotations

import argparse
import threading
import time
from pathlib import Path

from app.library.prompts import find_prompt
from app.library.traces import open_trace
from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.present.playback import Playback
from app.present.programs import program_sentences
from app.present.result import summarize
from app.present.view import RaceView
from app.race.fold import Phase
from app.race.formats import find_format
from app.race.heats import Plan
from app.race.lanes import Contender, Sampling
from app.race.problems import Problem, ProblemError
from app.race.prompts import Prompt, custom_prompt
from app.race.trace import Trace
from app.sandbox.behaviour import Behaviour
from app.sandbox.races import stored_behaviour, to_be_verified
from app.terminal.concurrency import run_levels
from app.terminal.environment import OK, USAGE, Environment
from app.terminal.fork import show_fork
from app.terminal.live import LINES, add_clocks, animate, complain_of, race_once, status_of
from app.terminal.texts import read_text
from app.terminal.verify import behaviour_fields, verify_and_store
from app.terminal.view import render_race
from app.terminal.what_if import show_what_if
from app.worker.contenders import make_contenders
from app.worker.lane_specs import default_format
from app.worker.pass_costs import first_k, measure_for_auto
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest, request_with
from app.worker.setup import StartedRace


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Races in the terminal. Returns the exit status."""
    try:
        request = _request(arguments, env)
    except ProblemError as error:
        env.complain(error.problem)
        return USAGE
    if len(arguments.concurrency) > 1:
        return run_levels(arguments, request, env)
    pool = env.make_pool()
    try:
        request = _measured(arguments, request, env, pool)
        started, view = race_once(request, env, pool, arguments.trace, quiet=arguments.json)
    finally:
        pool.close()
    complain_of(started, env)
    behaviour = _verify(arguments, started, env)
    view.add_behaviour(behaviour)
    if arguments.json:
        found = summarize(view, str(started.trace)) | behaviour_fields(behaviour)
        env.say_json(found)
    else:
        for sentence in program_sentences(view):
            env.tell(f"Runs? {sentence}")
        env.tell(f"Trace: {started.trace}")
    return status_of(started)


def _measured(arguments: argparse.Namespace, request: RaceRequest, env: Environment, pool: WorkerPool) -> RaceRequest:
    """Puts in the K that measured passes speak for, where none is asked for, and the limit of an adaptive one."""
    adaptive = any(item.policy.learns_costs for item in request.contenders)
    if arguments.no_probe or (arguments.k is not None and not adaptive):
        return request
    stop = threading.Event()
    tell = (lambda _: None) if arguments.json else env.tell
    with env.interrupts.calls(stop.set):
        measure_for_auto(request, env.places, pool, tell, stop)
        found = first_k(request, env.places, pool, tell, stop)
    if found is None:
        return request
    if not arguments.json:
        env.tell(found.sentence)
    return request_with(request, found, pick=arguments.k is None)


def _verify(arguments: argparse.Namespace, started: StartedRace, env: Environment) -> Behaviour | None:
    """Runs the programs of a race that has some in the sandbox, unless a lane failed or the user does not want it."""
    whole = all(lane.phase is Phase.FINISHED for lane in started.session.state.lanes.values())
    if arguments.no_verify or not whole or started.trace is None:
        return None
    if not to_be_verified(started.header, started.session.state):
        return None
    if env.interrupts.wanted:
        return None
    stop = threading.Event()
    with env.interrupts.calls(stop.set):
        state = started.session.state
        return verify_and_store(started.header, state, started.trace, env, stop, hosts=arguments.fetch_from)


def find_pair(name: str, env: Environment) -> Pair:
    """Returns the pair of that id; complains about what is wrong with the registry. Raises :class:`ProblemError`."""
    registry = load_registry(places=env.places)
    for error in registry.errors:
        env.tell(f"mtp-race: {error}")
    pair = registry.get(name)
    if pair is None:
        known = ", ".join(item.id for item in registry.pairs)
        raise ProblemError(Problem("pair-unknown", f"There is no pair {name!r}.", action=f"Use: {known}."))
    return pair


def _request(arguments: argparse.Namespace, env: Environment) -> RaceRequest:
    pair = find_pair(arguments.pair, env)
    race_format = arguments.format or default_format(arguments.engine or pair.engines[0])
    if arguments.one_loaded and not find_format(race_format).repeats:
        raise ProblemError(
            Problem(
                "format-unfit",
                "Lanes that are loaded one at a time can only race in heats.",
                action="Add --format heats.",
            )
        )
    return RaceRequest(
        pair=pair,
        prompt=_prompt(arguments, env),
        contenders=make_contenders(
            arguments.k or (Contender(pair.recommended_k),), arguments.drafter, pair, env.places, arguments.engine
        ),
        max_tokens=arguments.max_tokens,
        sampling=Sampling(arguments.temperature, arguments.top_k, arguments.top_p, arguments.seed),
        format=race_format,
        one_loaded=arguments.one_loaded,
        one_copy=arguments.one_copy,
        plan=heats_plan(arguments.repeats, arguments.enough, arguments.cool_down),
        context=arguments.context,
        threads=arguments.threads,
        engine=arguments.engine,
        servers=tuple(arguments.servers),
        server_model=arguments.server_model,
        thinking=arguments.thinking,
        concurrency=arguments.concurrency[0],
        slots=arguments.concurrency[-1],
    )


def heats_plan(repeats: int | None, enough: float | None, cool_down_s: float) -> Plan:
    """Returns the plan of a race in heats; None takes the usual."""
    usual = Plan()
    return Plan(
        repeats=usual.repeats if repeats is None else repeats,
        enough=usual.enough if enough is None else enough,
        cool_down_s=cool_down_s,
    )


def _prompt(arguments: argparse.Namespace, env: Environment) -> Prompt:
    if arguments.prompt_text is not None:
        return custom_prompt(arguments.prompt_text)
    if arguments.prompt_file is not None:
        return custom_prompt(read_text(arguments.prompt_file))
    return find_prompt(env.places, arguments.prompt or "code")


def replay(arguments: argparse.Namespace, env: Environment) -> int:
    """Plays a trace again in the terminal."""
    player = Playback(_open(arguments.trace, env))
    add_clocks(player.view.heats, env)
    start = time.monotonic_ns()

    def step() -> bool:
        now = int((time.monotonic_ns() - start) * arguments.speed)
        player.at(now)
        return now >= player.duration_ns

    animate(player.view, step, env)
    return OK


def show(arguments: argparse.Namespace, env: Environment) -> int:
    """Shows a trace's result, or one lane's text and nothing else."""
    view = RaceView.of(_open(arguments.trace, env), behaviour=stored_behaviour(arguments.trace))
    add_clocks(view.heats, env)
    if arguments.text is not None:
        lane = view.state.lanes.get(arguments.text)
        if lane is None:
            known = ", ".join(view.state.lanes)
            env.complain(Problem("lane-unknown", f"The race has no lane {arguments.text!r}.", action=f"Use: {known}."))
            return USAGE
        env.say_raw(lane.text)
        return OK
    if arguments.what_if:
        return show_what_if(view, env)
    if arguments.fork:
        return show_fork(view.header, view.state, env)
    if arguments.json:
        found = summarize(view, str(arguments.trace))
        env.say_json(found | behaviour_fields(view.behaviour))
        return OK
    console = env.console()
    console.print(render_race(view, width=console.width, lines=LINES))
    return OK


def _open(path: Path, env: Environment) -> Trace:
    trace = open_trace(path)
    if trace.note:
        env.tell(f"mtp-race: {trace.note}")
    return trace
