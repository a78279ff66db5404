"""Changes of what a value is, at any depth of a real input: a list where a number was, a table in a table, a null.

Flipped bytes seldom leave JSON or TOML that can be read. Here it stays readable, and only the types are wrong.
"""

from __future__ import annotations

import json
import random
import struct
import tomllib
from collections.abc import Iterator
from typing import Any, Final

WRONG: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1 << 31, 1 << 63, 10**40, 1.5, -0.0, float("nan"), float("inf"), "", "x", "9" * 400),
    *("\ud800", "\0", [], [None], [[]], [[[[1]]]], [{}], ["x", 1], {}, {"": None}, {"x": {}}, {"x": [{"x": []}]}),
)
"""What stands in place of a value."""
Path = tuple[str | int, ...]


def places(value: Any, here: Path = ()) -> Iterator[Path]:
    """Yields where every value of a tree is, the whole tree first."""
    yield here
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*here, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from places(inner, (*here, at))


def replaced(value: Any, where: Path, new: Any) -> Any:
    """Returns a tree with another value in one place."""
    if not where:
        return new
    first, rest = where[0], where[1:]
    if isinstance(value, dict):
        return {name: replaced(inner, rest, new) if name == first else inner for name, inner in value.items()}
    return [replaced(inner, rest, new) if at == first else inner for at, inner in enumerate(value)]


def retyped(data: bytes, chance: random.Random) -> bytes | None:
    """Returns an input in which one to three values are of other types; None if nothing in it is JSON or TOML."""
    for read in (_document, _header, _line, _toml):
        found = read(data, chance)
        if found is not None:
            return found
    return None


def _changed(tree: Any, chance: random.Random) -> Any:
    for _ in range(chance.choice((1, 1, 2, 3))):
        tree = replaced(tree, chance.choice(list(places(tree))), chance.choice(WRONG))
    return tree


def _tree(data: bytes) -> Any:
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict | list) else None


def _document(data: bytes, chance: random.Random) -> bytes | None:
    tree = _tree(data)
    return None if tree is None else json.dumps(_changed(tree, chance)).encode()


def _header(data: bytes, chance: random.Random) -> bytes | None:
    """A header of JSON behind its length, as safetensors has it."""
    length = struct.unpack("<Q", data[:8])[0] if len(data) > 8 else 0
    tree = _tree(data[8 : 8 + length]) if 0 < length <= len(data) - 8 else None
    if tree is None:
        return None
    header = json.dumps(_changed(tree, chance)).encode()
    return struct.pack("<Q", len(header)) + header + data[8 + length :]


def _line(data: bytes, chance: random.Random) -> bytes | None:
    """One line of several, alone or behind ``data:``."""
    lines = data.split(b"\n")
    for number in chance.sample(range(len(lines)), min(len(lines), 8)):
        mark = b"data: " if lines[number].startswith(b"data: ") else b""
        tree = _tree(lines[number].removeprefix(mark))
        if tree is not None:
            lines[number] = mark + json.dumps(_changed(tree, chance)).encode()
            return b"\n".join(lines)
    return None


def _toml(data: bytes, chance: random.Random) -> bytes | None:
    try:
        tree = tomllib.loads(data.decode())
    except ValueError:
        return None
    if not tree:
        return None
    changed = _changed(tree, chance)
    tables = changed.items() if isinstance(changed, dict) else [("x", changed)]
    return "\n".join(f"{_key(name)} = {_value(value)}" for name, value in tables).encode("utf-8", "surrogatepass")


def _key(name: object) -> str:
    return json.dumps(str(name))


def _value(value: Any) -> str:
    """A value as TOML, all in one line; it has no null."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return {"nan": "nan", "inf": "inf"}.get(str(value), str(value))
    return '""' if value is None else json.dumps(value)
