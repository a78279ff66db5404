"""The behaviour verdict of two replies, found in a process of its own.

All that generated programs wrote is parsed there: a parser that is stuck, or an input made to be slow, holds up neither
the window nor the race. That process has a limit of processor time and of memory, and ends when this one ends.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from typing import IO

import msgspec

from app.processes import module_command, safe_environment
from app.sandbox.base import Available, Sandbox, Unavailable
from app.sandbox.behaviour import Behaviour, BehaviourVerdict, from_json
from app.sandbox.plain import plain_line
from app.sandbox.replies import INPUTS, SEED, Fetching, Order
from app.sandbox.replies import Reply as Reply
from app.sandbox.results import Limits

MODULE = "app.sandbox.apart"
POLL_S = 0.05
STOP_S = 10.0  # from a stop to its end, or it is killed
WALL_S = 900.0  # far beyond what all runs together may take
MOST_BYTES = 512 * 1024 * 1024
_BLOCK = 1 << 16


def verify(
    a: Reply,
    b: Reply,
    sandbox: Sandbox | Unavailable,
    stop: threading.Event | None = None,
    *,
    limits: Limits | None = None,
    seed: int = SEED,
    inputs: int = INPUTS,
    fetching: Fetching | None = None,
) -> Behaviour:
    """Whether the programs in two replies do the same. Blocks for some seconds; `stop` ends it early.

    `inputs`: the most inputs for one pair of functions. The same `seed` gives the same inputs and the same chance.
    `fetching`: what the programs may fetch; nothing if None.

    Never raises for what is in the replies, and runs nothing without a working sandbox.
    """
    answer = sandbox if isinstance(sandbox, Unavailable) else sandbox.probe()
    order = Order(a=a, b=b, limits=limits or Limits(), seed=seed, inputs=inputs, fetching=fetching)
    if isinstance(answer, Available) and not isinstance(sandbox, Unavailable):
        order = msgspec.structs.replace(order, recipe=sandbox.recipe())
    elif isinstance(answer, Unavailable):
        order = msgspec.structs.replace(order, unavailable=answer)
    return carry_out(order, stop)


def carry_out(order: Order, stop: threading.Event | None, command: list[str] | None = None) -> Behaviour:
    """Have `order` carried out by a process of its own. `command` may be given for the tests."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                command or module_command(MODULE),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env=safe_environment(),
            )
        except OSError as error:
            return _lost(f"the comparison could not be started ({error.strerror or error})")
        with process:
            try:
                answer = _exchange(process, msgspec.json.encode(order) + b"\n", stop)
            finally:
                process.kill()
        stopped = stop is not None and stop.is_set()
        return _read(answer, process.returncode, _last_line(said), stopped=stopped)


def _exchange(process: subprocess.Popen[bytes], order: bytes, stop: threading.Event | None) -> bytes | None:
    """Send the order and take the answer; None when it did not come in time, or is too large.

    The open input tells the other side to go on: closing it is the stop."""
    assert process.stdin is not None
    assert process.stdout is not None
    answer = bytearray()
    end = time.monotonic() + WALL_S
    with selectors.DefaultSelector() as selector:
        for stream, kind in ((process.stdin, selectors.EVENT_WRITE), (process.stdout, selectors.EVENT_READ)):
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, kind)
        while True:
            for key, _ in selector.select(POLL_S):
                if key.fileobj is process.stdin:
                    order = _send(process.stdin, order)
                    if not order:
                        selector.unregister(process.stdin)
                    continue
                block = os.read(key.fd, _BLOCK)
                if not block:
                    return bytes(answer)
                answer += block
            if stop is not None and stop.is_set():
                end = min(end, time.monotonic() + STOP_S)
                if not order:
                    process.stdin.close()
            if time.monotonic() > end or len(answer) > MOST_BYTES:
                return None


def _send(stream: IO[bytes], data: bytes) -> bytes:
    """Write what fits; the rest. Nothing is left for one that does not listen any more: its answer tells why."""
    try:
        return data[os.write(stream.fileno(), data) :]
    except BrokenPipeError:
        return b""


def _read(answer: bytes | None, status: int, said: str, *, stopped: bool) -> Behaviour:
    """The verdict in the answer, or why there is none."""
    if answer:
        try:
            return from_json(answer)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return _lost("its result could not be read")
    if stopped:
        return _lost("stopped before both programs had been compared")
    if answer is None or status == -getattr(signal, "SIGXCPU", 0):
        return _lost("what the programs wrote takes too long to be compared")
    return _lost(f"the comparison itself ended early ({said or f'status {status}'})")


def _lost(reason: str) -> Behaviour:
    return Behaviour(verdict=BehaviourVerdict.NOT_COMPARABLE, sentence=f"Not comparable: {reason}.")


def _last_line(said: IO[bytes]) -> str:
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - 2000))
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    return plain_line(lines[-1], 200) if lines else ""
