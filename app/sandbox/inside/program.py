"""Runs the program itself, in the child of the supervisor, and says how it ended."""

from __future__ import annotations

import _sitebuiltins
import ast
import builtins
import json
import os
import sys
import traceback
import types

from . import describe, hooks, record
from .loading import MESSAGE_CHARS, about, new_module

TYPE_CHECKING = False  # type checkers take it for typing.TYPE_CHECKING; importing typing would cost every run 10 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Send = Callable[[dict[str, Any]], None]


def main(job: dict[str, Any], report_fd: int) -> None:
    """Run the demo, or make the calls of the job's scenarios."""

    mark = job["key"].encode() + b" "

    def send(event: dict[str, Any]) -> None:
        view = memoryview(mark + json.dumps(event).encode() + b"\n")
        while view:
            view = view[os.write(report_fd, view) :]

    path = job["path"]
    prepare(job, path)
    hooks.install(job["seed"], send)
    source = job["source"]
    try:
        tree = ast.parse(source, path)
        code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        send({"error": {"type": type(error).__name__, "message": str(error)[:MESSAGE_CHARS], "line": line}})
        traceback.print_exception(type(error), error, None)
        sys.exit(1)
    send(describe.describe(tree))
    if job["scenarios"]:
        from . import calls

        calls.run_all(job["scenarios"], tree, code, send)
        sys.stdout.flush()
        os._exit(0)
    run_demo(code, path, send)


def load(job: dict[str, Any]) -> None:
    """Import what `main` needs for this job beside what is imported above, while the path is still the app's own."""
    if job["scenarios"]:
        from . import calls  # noqa: F401


def prepare(job: dict[str, Any], path: str) -> None:
    """Make this process look like one that was started with the program as its script."""
    os.chdir(job["work"])
    sys.argv = [path]
    sys.path[:] = [job["work"], *(p for p in sys.path if p != job["runner"]), *job["site"]]
    # What the module site gives to every program; without it exit() is a NameError. See site.setquit.
    for name in ("exit", "quit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]


def run_demo(code: types.CodeType, path: str, send: Send) -> None:
    module = new_module("__main__", path)
    recorder = record.Recorder(path)
    recorder.start()
    status: Any = 0
    event: dict[str, Any] = {}
    try:
        exec(code, module.__dict__)
    except SystemExit as leave:
        status = leave.code
    except BaseException as error:  # noqa: BLE001  the program's own exceptions are what is reported
        recorder.stop()
        event.update(about(error, path))
        show(error, path)
        status = 130 if isinstance(error, KeyboardInterrupt) else 1
    recorder.stop()
    event["demo_calls"] = recorder.calls()
    event["loaded"] = True
    send(event)
    sys.exit(status)


def show(error: BaseException, path: str) -> None:
    """Print the traceback as Python would, from the program's first frame on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    sys.stdout.flush()
    try:
        traceback.print_exception(type(error), error, trace)
    except Exception:  # noqa: BLE001  a hostile __str__ or __repr__
        sys.stderr.write(f"{type(error).__name__}\n")
