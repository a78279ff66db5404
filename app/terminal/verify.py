"""``mtp-race verify`` and ``mtp-race sandbox``: the programs of both lanes, run where they can do no harm."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.library.traces import open_trace
from app.present.programs import program_sentences
from app.present.result import end_to_end_fields
from app.present.view import RaceView
from app.race.fold import RaceState
from app.race.problems import Problem
from app.race.trace import Header
from app.sandbox.base import find_sandbox
from app.sandbox.behaviour import Behaviour
from app.sandbox.environment import read_ready, setup
from app.sandbox.gate.words import fetched_lines
from app.sandbox.installing import Bringing
from app.sandbox.packages import normal_name, read_wish
from app.sandbox.races import store_behaviour, verify_race
from app.terminal.environment import FAILED, OK, USAGE, Environment


def behaviour_fields(behaviour: Behaviour | None) -> dict[str, Any]:
    """Returns the behaviour verdict as fields of the result's JSON object."""
    if behaviour is None:
        return {"behaviour_verdict": None, "behaviour_reason": None, "data_note": None}
    return {
        "behaviour_verdict": behaviour.verdict.value,
        "behaviour_reason": behaviour.sentence,
        "data_note": behaviour.data_note,
    }


def verify_and_store(
    header: Header,
    state: RaceState,
    trace: Path,
    env: Environment,
    stop: threading.Event | None = None,
    *,
    hosts: Sequence[str] = (),
) -> Behaviour | None:
    """Runs both programs, and stores the verdict beside the trace. A disk that refuses it is told and no more.

    Args:
        stop: Set to give it up; then there is no verdict.
        hosts: What the programs may fetch from, beside what is recorded.
    """
    behaviour = verify_race(header, state, find_sandbox(), stop, trace=trace, hosts=tuple(hosts))
    if stop is not None and stop.is_set():
        return None
    if behaviour is not None:
        try:
            store_behaviour(trace, behaviour)
        except OSError as error:
            sentence = "The verdict could not be stored beside the trace."
            env.complain(Problem("behaviour-unwritable", sentence, f"{error}."))
    return behaviour


def verify(arguments: argparse.Namespace, env: Environment) -> int:
    """Verifies a recorded race."""
    trace = open_trace(arguments.trace)
    if trace.note:
        env.tell(f"mtp-race: {trace.note}")
    behaviour = verify_and_store(trace.header, trace.state(), arguments.trace, env, hosts=arguments.fetch_from)
    view = RaceView.of(trace, behaviour=behaviour)
    if arguments.json:
        details: dict[str, Any] = {} if behaviour is None else json.loads(behaviour.to_json())
        env.say_json({**behaviour_fields(behaviour), "end_to_end": end_to_end_fields(view), "details": details})
    elif behaviour is None:
        env.say("There are no two lanes to compare.")
    else:
        env.say(f"Same behaviour? {behaviour.verdict.value}. {behaviour.sentence}")
        for aspect in behaviour.aspects:
            env.say(f"  {aspect.name:<10} {aspect.sentence}")
        for line in fetched_lines(behaviour.fetched):
            env.say(f"  {'fetched':<10} {line}")
        for example in behaviour.counterexamples:
            for line in (f"  {example.call_a}", f"    baseline: {example.a}", f"    drafted:  {example.b}"):
                env.say(line)
        for sentence in program_sentences(view)[1:]:
            env.say(sentence)
        if behaviour.action:
            env.say(behaviour.action)
    return OK


def sandbox(arguments: argparse.Namespace, env: Environment) -> int:
    """Makes the environment with numpy, pandas and matplotlib, and more packages, in which generated programs run."""
    where = env.places.data / "sandbox"
    found, wrong = read_wish(" ".join(arguments.packages))
    if wrong:
        env.complain(
            Problem("package-name", f"{wrong[0]!r} is no name of a package.", action="Use names such as scipy.")
        )
        return USAGE
    ready = read_ready(where)
    more = [*(ready.names if ready is not None else ()), *found]
    said = ""

    def tell(step: Bringing) -> None:
        nonlocal said
        size = f" ({step.done_mb:.0f} of about {step.total_mb:.0f} MB so far)" if step.done_mb >= 1 else ""
        if step.doing != said:
            said = step.doing
            env.say(f"{step.doing}{size}")

    stop = threading.Event()
    with env.interrupts.calls(stop.set):
        result = setup(tell, where=where, more=more, stop=stop)
    if isinstance(result, Problem):
        env.complain(result)
        return FAILED
    ready = read_ready(where)
    versions = ready.versions if ready is not None else {}
    names = {normal_name(name): f"{name} {version}" for name, version in versions.items()}
    shown = [names.get(normal_name(name), name) for name in (ready.names if ready is not None else ())]
    env.say(f"Generated programs can use these from now on: {', '.join(shown)}.")
    return OK
