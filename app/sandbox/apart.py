"""The process in which a verification runs: ``python -P -m app.sandbox.apart``. See verify.py for the other side."""

from __future__ import annotations

import os
import sys
import threading

import msgspec

from app.sandbox.base import Sandbox, Unavailable, made_again
from app.sandbox.comparison import compare_replies
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
    behaviour = compare_replies(
        order.a, order.b, _sandbox(order), stop, limits=order.limits, seed=order.seed, inputs=order.inputs
    )
    with os.fdopen(output, "wb") as file:
        file.write(behaviour.to_json())


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
