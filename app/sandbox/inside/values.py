"""Writes any value down as nested lists for JSON, so that it can be compared outside.

["n"] None, ["b", bool], ["i", digits], ["f", repr], ["c", real, imag], ["s", text], ["y", hex], ["l", [..]] list,
["t", [..]] tuple, ["S", [..]] set, ["d", [[k, v]..]] dict, ["g", [..]] iterator, ["a", [..]] array or table,
["o", class, [[attribute, v]..]] object, ["x", type] anything else, ["cut"] past the limits.
"""

from __future__ import annotations

import itertools
from typing import Any

NODES = 3000
DEPTH = 8
CHARS = 4000
ITEMS = 200


def encode(value: Any) -> list[Any]:
    """`value` as above. May run code of the program (iterators, attributes), which is why it runs inside."""
    return _Encoder().encode(value, 0)


class _Encoder:
    def __init__(self) -> None:
        self._nodes = 0

    def encode(self, value: Any, depth: int) -> list[Any]:
        self._nodes += 1
        if depth > DEPTH or self._nodes > NODES:
            return ["cut"]
        simple = scalar(value)
        if simple is not None:
            return simple
        below = depth + 1
        if isinstance(value, list | tuple):
            return ["l" if isinstance(value, list) else "t", [self.encode(item, below) for item in value]]
        if isinstance(value, set | frozenset):
            return ["S", sorted((self.encode(item, below) for item in value), key=repr)]
        if isinstance(value, dict):
            return ["d", [[self.encode(k, below), self.encode(v, below)] for k, v in value.items()]]
        if hasattr(value, "tolist") and type(value).__module__.partition(".")[0] in ("numpy", "pandas"):
            return ["a", self.encode(value.tolist(), below)]
        if type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "to_dict"):
            return ["a", self.encode(value.to_dict("list"), below)]
        if hasattr(value, "__next__"):
            return ["g", [self.encode(item, below) for item in itertools.islice(value, ITEMS)]]
        if isinstance(value, range):
            return ["g", [self.encode(item, below) for item in value[:ITEMS]]]
        return self.thing(value, below)

    def thing(self, value: Any, depth: int) -> list[Any]:
        kind = type(value)
        if isinstance(value, type) or callable(value):
            return ["x", kind.__name__]
        attributes: dict[str, Any] = {}
        for name in getattr(kind, "__slots__", ()):
            if isinstance(name, str) and hasattr(value, name):
                attributes[name] = getattr(value, name)
        attributes.update(getattr(value, "__dict__", {}))
        public = sorted((name, item) for name, item in attributes.items() if not name.startswith("_"))
        if not public:
            return ["x", kind.__name__]
        return ["o", kind.__name__, [[name, self.encode(item, depth)] for name, item in public]]


def scalar(value: Any) -> list[Any] | None:
    if value is None:
        return ["n"]
    if isinstance(value, bool):
        return ["b", bool(value)]
    if isinstance(value, int):
        return ["i", hex(value) if value.bit_length() > 10_000 else str(int(value))]
    if isinstance(value, float):
        return ["f", float.__repr__(value)]
    if isinstance(value, complex):
        return ["c", repr(value.real), repr(value.imag)]
    if isinstance(value, str):
        return ["s", str.__str__(value)[:CHARS]] if len(value) <= CHARS else ["cut"]
    if isinstance(value, bytes | bytearray):
        return ["y", value.hex()] if len(value) <= CHARS else ["cut"]
    return None
