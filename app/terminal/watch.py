"""``mtp-race watch URL``: what a running server drafts for whoever uses it, a line for each reading."""

from __future__ import annotations

import argparse
import threading
from contextlib import ExitStack

from app.present.traffic import traffic_fields, traffic_line
from app.race.problems import Problem, ProblemError
from app.race.watching import ServerReading, traffic
from app.terminal.environment import FAILED, OK, Environment
from app.worker.watching import Watch, follow


def watch(arguments: argparse.Namespace, env: Environment) -> int:
    """Watches until it is stopped or the time is over, then says what happened in all."""
    stop = threading.Event()
    with ExitStack() as stack:
        stack.enter_context(env.interrupts.calls(stop.set))
        try:
            watched = Watch(arguments.url)
            stack.callback(watched.close)
            sink = stack.enter_context(arguments.trace.open("xb")) if arguments.trace is not None else None
        except ProblemError as error:
            env.complain(error.problem)
            return FAILED
        except OSError as error:
            env.complain(
                Problem("watch-file", f"{arguments.trace} cannot be written.", cause=f"{error.strerror or error}.")
            )
            return FAILED
        before = watched.first
        if not arguments.json:
            env.tell(f"Watching {watched.server}. Ctrl+C ends it. No request is sent.")

        def tell(reading: ServerReading) -> None:
            nonlocal before
            if not arguments.json:
                env.say(traffic_line(traffic(before, reading), reading))
            before = reading

        try:
            last = follow(watched, arguments.every, arguments.seconds, stop, tell, sink)
        except ProblemError as error:
            env.complain(error.problem)
            return FAILED
        total = traffic(watched.first, last)
    if arguments.json:
        env.say_json(traffic_fields(watched.server, total))
    else:
        env.say(f"In all: {traffic_line(total, last)}")
    return OK
