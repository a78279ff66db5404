"""The hand-written programs, and the shape of one training example.

`programs.toml` has a table for each small task. Everything else (wordings of the request, style of
the answer) is derived from that one canonical source.
"""

import ast
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

KINDS = ("code", "english", "japanese", "haiku", "json")


@dataclass(frozen=True)
class Example:
    """One request and its answer.

    `task` names what was asked (the same for every wording of it). `checks` are Python expressions that are true after
    the answer's code block ran in a fresh namespace; only code has them.
    """

    prompt: str
    answer: str
    kind: str
    task: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Program:
    """A small task with one canonical, typed and documented solution.

    asks: third person verb phrases ("counts the vowels in a text"). main: the function or class that the request names,
    or "" for a script. params: descriptions of parameters for an Args section. returns: sentence for a Returns section.
    requests: whole requests, with {n} where the asked name stands.
    """

    name: str
    asks: tuple[str, ...]
    source: str
    demo: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    topic: str = ""
    needs: tuple[str, ...] = ()
    main: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    returns: str = ""
    requests: tuple[str, ...] = ()

    @property
    def is_class(self) -> bool:
        return self.main[:1].isupper()


def make(
    *,
    asks: Sequence[str],
    source: str,
    demo: str = "",
    names: Mapping[str, Sequence[str]] | None = None,
    checks: Sequence[str] = (),
    topic: str = "",
    needs: Sequence[str] = (),
    main: str | None = None,
    name: str | None = None,
    params: Mapping[str, str] | None = None,
    returns: str = "",
) -> Program:
    """Build a Program. `main` is by default the last function or class at top level."""
    source = source.strip("\n") + "\n"
    if main is None:
        main = main_name(source)
    return Program(
        name=name or main,
        asks=tuple(asks),
        source=source,
        demo=demo.strip("\n"),
        names={key: tuple(value) for key, value in (names or {}).items()},
        checks=tuple(checks),
        topic=topic,
        needs=tuple(needs),
        main=main,
        params=dict(params or {}),
        returns=returns,
    )


def main_name(source: str) -> str:
    """The last function or class defined at top level, or "" for a script."""
    found = ""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found = node.name
    return found


@lru_cache(maxsize=1)
def written_programs() -> dict[str, Program]:
    """The programs of programs.toml, by name.

    Keys of `names` are functions, classes, parameters or locals; a key that starts with "." renames an attribute or
    method everywhere it follows a dot, and where it is defined.
    """
    tables = tomllib.loads((Path(__file__).parent / "programs.toml").read_text(encoding="utf-8"))
    return {name: make(name=name, **table) for name, table in tables.items()}


@lru_cache(maxsize=1)
def load_programs() -> tuple[Program, ...]:
    """All programs in a fixed order: those of programs.toml and of the plain texts.

    Raises ValueError where two have one name, or requests name a program that is not there.
    """
    from .plain import further_requests, small_programs  # here, since it builds on this module

    known = dict(written_programs())
    for entry in small_programs():
        if entry.name in known:
            raise ValueError(f"two programs are named {entry.name}")
        known[entry.name] = entry
    for name, requests in further_requests().items():
        if name not in known:
            raise ValueError(f"there are requests for {name}, which is no program")
        known[name] = replace(known[name], requests=known[name].requests + requests)
    return tuple(known[key] for key in sorted(known))
