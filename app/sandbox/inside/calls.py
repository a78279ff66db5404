"""Makes calls of a loaded program and notes what each did: its result, exception, changed arguments, output."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import os
import select
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

from . import values
from .loading import MESSAGE_CHARS, about, new_module

Send = Callable[[dict[str, Any]], None]
LOAD_S = 2.0
PRINTED_CHARS = 2000


class TooSlow(BaseException):
    """Raised by the timer; a BaseException so that `except Exception` in a program does not swallow it."""


def run_all(scenarios: list[dict[str, Any]], tree: ast.Module, code: types.CodeType, send: Send) -> None:
    """Load the program once, then run each scenario in a fork of it, so that all start from the same state."""
    signal.signal(signal.SIGALRM, ring)
    path = code.co_filename
    event: dict[str, Any] = {"loaded": True}
    with silence():
        module = new_module("program", path)
        try:
            with time_limit(LOAD_S):
                exec(code, module.__dict__)
        except BaseException as error:  # noqa: BLE001  whatever the demo does; the definitions may still be fine
            event.update(about(error, path))
            module = new_module("program", path)
            load_definitions(tree, path, module)
    send(event)
    for index, scenario in enumerate(scenarios):
        in_fork(index, scenario, module, send)


def load_definitions(tree: ast.Module, path: str, module: types.ModuleType) -> None:
    """Load what can be loaded when the demo at the top level fails: no loops and bare calls, one by one."""
    skipped = (ast.For, ast.While, ast.With, ast.AsyncFor, ast.AsyncWith, ast.Expr)
    for node in tree.body:
        if isinstance(node, skipped):
            continue
        try:
            with time_limit(LOAD_S / 4):
                exec(compile(ast.Module(body=[node], type_ignores=[]), path, "exec"), module.__dict__)
        except BaseException:  # noqa: BLE001  a name that is missing because of it shows in the calls
            continue


def in_fork(index: int, scenario: dict[str, Any], module: types.ModuleType, send: Send) -> None:
    done_reader, done_writer = os.pipe()
    try:
        child = os.fork()
    except OSError:  # where processes are forbidden the calls share their state with those before
        with silence():
            run_scenario(index, scenario, module, send)
        return
    if child == 0:
        try:
            with silence():
                run_scenario(index, scenario, module, send)
        finally:
            os._exit(0)
    os.close(done_writer)
    select.select([done_reader], [], [], scenario["budget_s"] + scenario["call_s"] + 0.5)
    os.kill(child, signal.SIGKILL)  # not yet reaped, so the number is still the child's
    os.waitpid(child, 0)
    os.close(done_reader)


def run_scenario(index: int, scenario: dict[str, Any], module: types.ModuleType, send: Send) -> None:
    end = time.monotonic() + scenario["budget_s"]
    for call in scenario["calls"]:
        left = end - time.monotonic()
        if left <= 0:
            return
        send({"scenario": index, "outcome": make_call(call, module, min(left, scenario["call_s"]))})


def make_call(call: dict[str, Any], module: types.ModuleType, limit: float) -> dict[str, Any]:
    """One call with fresh arguments, as an Outcome."""
    args = [ast.literal_eval(text) for text in call["args"]]
    kwargs = {name: ast.literal_eval(text) for name, text in call["kwargs"].items()}
    named = {**{str(i): arg for i, arg in enumerate(args)}, **kwargs}
    before = copy.deepcopy(named)
    printed = io.StringIO()
    outcome: dict[str, Any] = {"kind": "returned"}
    try:
        with contextlib.redirect_stdout(printed), time_limit(limit):
            value = getattr(module, call["function"])(*args, **kwargs)
            if isinstance(value, types.CoroutineType):
                import asyncio

                value = asyncio.run(value)
            outcome["value"] = values.encode(value)
    except TooSlow:
        outcome = {"kind": "too_slow"}
    except BaseException as error:  # noqa: BLE001  the exception is the outcome
        found = about(error, module.__dict__["__file__"])["error"]
        outcome = {"kind": "raised", "error": found | {"message": found["message"][:MESSAGE_CHARS]}}
    if outcome["kind"] != "too_slow":
        changed = {name: values.encode(value) for name, value in named.items()}
        outcome["after"] = {name: now for name, now in changed.items() if now != values.encode(before[name])}
        outcome["printed"] = printed.getvalue()[:PRINTED_CHARS]
    return outcome


def ring(number: int, frame: types.FrameType | None) -> None:
    raise TooSlow


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooSlow inside the block after `seconds`, and again and again should the program swallow it."""
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Send what is printed here to nowhere, also when it is printed past sys.stdout."""
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(1), os.dup(2)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for fd, old in zip((1, 2), kept, strict=True):
            os.dup2(old, fd)
            os.close(old)
        os.close(null)
