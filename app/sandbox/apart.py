"""The process in which a verification runs: ``python -P -m app.sandbox.apart``. See verify.py for the other side."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import msgspec

from app.race.problems import ProblemError
from app.sandbox.base import Sandbox, Unavailable, made_again
from app.sandbox.behaviour import Behaviour
from app.sandbox.comparison import compare_replies, not_run
from app.sandbox.replies import Order

CPU_S = 30  # of this process alone; the programs have limits of their own
MEMORY = 3 * 1024 * 1024 * 1024


def main() -> None:
    """Read an order from the input, and write its Behaviour to the output."""
    set_limits()
    output = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    stop = threading.Event()
    threading.Thread(target=_listen, args=(stop,), daemon=True).start()
    behaviour = carried_out(order, stop)
    with os.fdopen(output, "wb") as file:
        file.write(behaviour.to_json())


def carried_out(order: Order, stop: threading.Event) -> Behaviour:
    """The verdict. What was fetched is kept where the order says."""
    gate = None
    if order.fetching is not None:
        from app.sandbox.gate.gate import open_gate  # Few comparisons have one, and its libraries load slowly.

        path = Path(order.fetching.recording) if order.fetching.recording else None
        try:
            gate = open_gate(order.fetching.permission, path)
        except ProblemError as error:
            problem = error.problem
            return not_run(f"{problem.sentence} {problem.cause}", problem.action)
    behaviour = compare_replies(
        *(order.a, order.b, _sandbox(order), stop),
        limits=order.limits,
        seed=order.seed,
        inputs=order.inputs,
        gate=gate,
        live=order.fetching is not None and order.fetching.permission is not None,
    )
    if gate is None or path is None or not gate.live or stop.is_set():
        return behaviour
    try:
        gate.recording.write(path)
    except OSError as error:
        said = f"What was fetched could not be kept beside the trace: {error.strerror or error}."
        return msgspec.structs.replace(behaviour, action=f"{behaviour.action} {said}".strip())
    return behaviour


def set_limits() -> None:
    """Limit what this process may use. Only the softer limit of time: the programs' own may be higher."""
    try:
        import resource
    except ImportError:
        return  # Windows, where no program runs
    for kind, value in ((resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_DATA, MEMORY)):
        hard = resource.getrlimit(kind)[1]
        try:
            resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
        except (OSError, ValueError):
            continue  # macOS refuses some


def _listen(stop: threading.Event) -> None:
    """The input stays open as long as somebody waits for the answer."""
    sys.stdin.buffer.read()
    stop.set()


def _sandbox(order: Order) -> Sandbox | Unavailable:
    if order.recipe is not None:
        return made_again(order.recipe)
    return order.unavailable or Unavailable("there is no sandbox.", "")


if __name__ == "__main__":
    main()
