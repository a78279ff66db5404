"""Small tasks and whole requests in plain text: tasks of a few lines, and requests as different people type them.

`small.txt` holds tasks, `requests.txt` further requests for tasks of either kind. The first sign
of a line tells what it is:

    == name, other_name          a task begins: its function or class, then other names that say the same
    - counts the odd numbers     a wording, a verb in the third person
    > name([1, 2, 3]) == 2       a check
    ? I need {n}: it counts ...  a whole request; {n} is the asked name, \\n a line break
    anything else                the code
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from .base import Program, make

FOLDER = Path(__file__).parent
DEMOS = 2


@dataclass
class Entry:
    """One section of a file, as written."""

    names: list[str]
    asks: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)


def parse(text: str) -> Iterator[Entry]:
    """The sections of a file. Raises ValueError for text before the first."""
    entry: Entry | None = None
    for line in text.split("\n"):
        if line.startswith("== "):
            if entry:
                yield entry
            entry = Entry([name.strip() for name in line[3:].split(",")])
        elif entry is None:
            if line.strip():
                raise ValueError(f"no task begins before: {line}")
        elif line.startswith("- "):
            entry.asks.append(line[2:].strip())
        elif line.startswith("> "):
            entry.checks.append(line[2:].strip())
        elif line.startswith("? "):
            entry.requests.append(line[2:].strip().replace("\\n", "\n"))
        else:
            entry.code.append(line)
    if entry:
        yield entry


def calls(entry: Entry) -> list[str]:
    """The calls that the checks compare with something, to be printed as a demo."""
    found = []
    for check in entry.checks:
        tree = ast.parse(check, mode="eval").body
        left = tree.left if isinstance(tree, ast.Compare) else tree
        if isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == entry.names[0]:
            found.append(ast.get_source_segment(check, left) or "")
    return found[:DEMOS]


def build(entry: Entry) -> Program:
    """A section with code as a program. Raises SyntaxError or ValueError where it is none."""
    name, *others = entry.names
    source = "\n".join(entry.code).strip("\n") + "\n"
    found = make(
        asks=entry.asks,
        source=source,
        demo="\n".join(f"print({call})" for call in calls(entry)),
        names={name: others},
        checks=entry.checks,
        topic="small",
    )
    if found.main != name or not entry.asks or not entry.checks:
        raise ValueError(f"{name}: needs wordings, checks and code that defines it")
    return replace(found, requests=tuple(entry.requests))


@lru_cache(maxsize=1)
def small_programs() -> tuple[Program, ...]:
    """The tasks of small.txt."""
    return tuple(build(entry) for entry in parse((FOLDER / "small.txt").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def further_requests() -> dict[str, tuple[str, ...]]:
    """Whole requests for registered programs, by program."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in parse((FOLDER / "requests.txt").read_text(encoding="utf-8")):
        found[entry.names[0]] = found.get(entry.names[0], ()) + tuple(entry.requests)
    return found
