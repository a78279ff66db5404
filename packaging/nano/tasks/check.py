"""Run every program in all styles, and many family tasks, with their checks.

`PYTHONPATH=packaging/nano python -m tasks.check [--topic strings] [--families 2000] [--variants 6]`

Each piece of code runs in a worker process with limits on memory and time, in a fresh namespace and an empty folder.
"""

import argparse
import contextlib
import importlib
import io
import os
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import FrameType
from typing import Any

from .base import Example, Program, load_programs
from .families import load_families, sample_program
from .style import Style, render
from .variants import variants

SECONDS = 5
MEMORY = 4 << 30


def _alarm(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"ran longer than {SECONDS} s")


def run_code(code: str, checks: Sequence[str], probe: Callable[[dict[str, Any]], None] | None = None) -> str:
    """Run code as a main program, then its checks. Returns what it printed; raises what went wrong.

    `probe` looks at what the program defined, under the same limits, and may raise too.
    """
    out = io.StringIO()
    space: dict[str, Any] = {"__name__": "__main__"}
    signal.signal(signal.SIGALRM, _alarm)
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(out), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            exec(compile(code, "<answer>", "exec", dont_inherit=True), space)
            for check in checks:
                if not eval(compile(check, "<check>", "eval", dont_inherit=True), space):
                    raise AssertionError(f"not true: {check}")
            if probe:
                probe(space)
    finally:
        signal.alarm(0)
    return out.getvalue()


def _problem(name: str, code: str, checks: Sequence[str]) -> tuple[str, str]:
    """What is wrong (or "") and what was printed."""
    try:
        return "", run_code(code, checks)
    except (Exception, SystemExit):  # noqa: BLE001 - the text of any error is the result
        return f"{name}: {traceback.format_exc(limit=-2)}\n{code}", ""


def styles(entry: Program) -> Iterator[Style]:
    """One style for each kind of rewriting, then each rename alone and the first renames together."""
    for docstring in ("none", "line", "args"):
        yield Style(docstring=docstring, demo="guard")
    yield Style(hints=False, docstring="none", comments="none", demo="plain")
    yield Style(hints=False, docstring="args", comments="more", demo="main" if entry.main != "main" else "guard")
    for old, options in entry.names.items():
        for new in options:
            yield Style(renames={old: new}, demo="plain")
    yield Style(renames={old: options[0] for old, options in entry.names.items() if options}, hints=False, demo="guard")


def code_of(example: Example) -> str:
    """The code of an answer's fenced block."""
    return example.answer.split("```python\n", 1)[1].split("```", 1)[0]


def check_program(entry: Program, count: int = 0) -> str:
    """Empty when the canonical program, all styles of it and `count` variants run and hold, else what is wrong."""
    code = entry.source + ("\n\n" + entry.demo + "\n" if entry.demo else "")
    problem, printed = _problem(entry.name, code, entry.checks)
    if problem:
        return problem
    if entry.demo and not printed:
        return f"{entry.name}: the demo prints nothing\n{code}"
    if not entry.checks and entry.main:
        return f"{entry.name}: it has no checks"
    if not count:
        return ""
    rendered = [render(entry, style) for style in styles(entry)]
    rng = random.Random(entry.name)
    examples = [variants(entry, rng) for _ in range(count)]
    rendered += [(code_of(example), example.checks) for example in examples]
    for code, checks in rendered:
        problem, _ = _problem(entry.name, code, checks)
        if problem:
            return problem
    return ""


def check_family(family: str, count: int) -> tuple[list[str], set[str]]:
    """Problems among `count` tasks of a family, each canonical and in one variant, and the distinct requests."""
    rng = random.Random(f"check/{family}")
    problems, tasks = [], set()
    for _ in range(count):
        entry = sample_program(rng, family)
        tasks.add(entry.asks[0])
        problem = check_program(entry)
        example = variants(entry, rng)
        problem = problem or _problem(family, code_of(example), example.checks)[0]
        if problem:
            problems.append(f"{family}: {problem}")
    return problems, tasks


def _limit() -> None:
    os.environ["MPLBACKEND"] = "Agg"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for library in ("numpy", "pandas", "matplotlib.pyplot"):  # their first import takes longer than a task may
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    load_programs()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--topic", help="only the programs of this topic")
    parser.add_argument("--variants", type=int, default=4, help="random variants of each program")
    parser.add_argument("--families", type=int, default=0, help="tasks of each family")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    programs = tuple(entry for entry in load_programs() if options.topic in (None, entry.topic))
    with ProcessPoolExecutor(options.workers, initializer=_limit) as pool:
        found = pool.map(check_program, programs, [options.variants] * len(programs), chunksize=8)
        problems = [problem for problem in found if problem]
        names = load_families()[0] if options.families else ()
        for family, (wrong, tasks) in zip(
            names, pool.map(check_family, names, [options.families] * len(names)), strict=True
        ):
            print(f"{family}: {len(tasks)} distinct tasks of {options.families}, {len(wrong)} broken")
            problems += wrong
    print("\n\n".join(problems))
    print(f"{len(programs)} programs in all styles, {len(names)} families, {len(problems)} broken")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
