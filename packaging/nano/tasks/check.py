"""Run every program and its checks: `PYTHONPATH=packaging/nano python -m tasks.check [programs_a_strings ...]`."""

import contextlib
import importlib
import io
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Any

from .base import PROGRAMS, Program, load_programs

SECONDS = 5


def _alarm(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"ran longer than {SECONDS} s")


def run_code(code: str, checks: Sequence[str]) -> str:
    """Run code as a main program, then its checks. Returns what it printed; raises what went wrong."""
    out = io.StringIO()
    space: dict[str, Any] = {"__name__": "__main__"}
    sys.modules["__main__"].__dict__.setdefault("__file__", "check.py")
    signal.signal(signal.SIGALRM, _alarm)
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(out), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            exec(compile(code, "<answer>", "exec", dont_inherit=True), space)
            for check in checks:
                if not eval(compile(check, "<check>", "eval", dont_inherit=True), space):
                    raise AssertionError(f"not true: {check}")
    finally:
        signal.alarm(0)
    return out.getvalue()


def check_program(entry: Program) -> str:
    """Empty when the canonical program and its demo run and all checks hold, else what is wrong."""
    code = entry.source + ("\n\n" + entry.demo + "\n" if entry.demo else "")
    try:
        printed = run_code(code, entry.checks)
    except (Exception, SystemExit):  # noqa: BLE001 - the text of any error is the result
        return f"{entry.name}: {traceback.format_exc(limit=-3)}"
    if entry.demo and not printed.strip():
        return f"{entry.name}: the demo prints nothing"
    if not entry.checks and entry.main:
        return f"{entry.name}: it has no checks"
    return ""


def main(modules: Sequence[str]) -> int:
    if modules:
        for module in modules:
            importlib.import_module(f"{__package__}.{module}")
        programs: Sequence[Program] = tuple(PROGRAMS.values())
    else:
        programs = load_programs()
    os.environ.setdefault("MPLBACKEND", "Agg")
    problems = [problem for problem in map(check_program, programs) if problem]
    print("\n".join(problems), f"{len(programs)} programs, {len(problems)} broken", sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
