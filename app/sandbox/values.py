"""Values as they come out of the sandbox (see inside/values.py): compared with tolerance, and shown as Python."""

from __future__ import annotations

import math
from typing import Any

RELATIVE = 1e-9
ABSOLUTE = 1e-12
_DEPTH = 12
_NUMBERS = ("i", "f", "b")


def close(a: float, b: float) -> bool:
    """Whether two numbers differ by no more than float noise (relative 1e-9, absolute 1e-12); NaN equals NaN."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def same_value(a: Any, b: Any, depth: int = 0) -> bool:
    """Whether two encoded values are equal as Python sees it, floats within noise. Anything malformed is unequal."""
    try:
        if a == b:
            return True
    except RecursionError:
        return False
    if depth > _DEPTH or not _well_formed(a) or not _well_formed(b):
        return False
    if a[0] in _NUMBERS and b[0] in _NUMBERS:
        return _same_number(a, b)
    if a[0] != b[0] or len(a) != len(b) or a[0] in ("s", "y", "n", "cut", "x"):
        return False
    if a[0] == "c":
        return all(_same_number(["f", x], ["f", y]) for x, y in zip(a[1:], b[1:], strict=True))
    if a[0] == "d":
        return _same_pairs(a[1], b[1], depth)
    if a[0] == "o":
        return a[1] == b[1] and _same_pairs(a[2], b[2], depth)
    if a[0] == "a":
        return same_value(a[1], b[1], depth + 1)
    return _same_items(a[1], b[1], depth)


def _well_formed(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def _same_number(a: list[Any], b: list[Any]) -> bool:
    try:
        if "f" not in (a[0], b[0]):
            return int(str(a[1]), 0) == int(str(b[1]), 0) if "b" not in (a[0], b[0]) else _number(a) == _number(b)
        return close(_number(a), _number(b))
    except (ValueError, OverflowError):
        return False


def _number(value: list[Any]) -> float:
    return float(int(value[1])) if isinstance(value[1], bool) else float(value[1])


def _same_items(a: Any, b: Any, depth: int) -> bool:
    if not isinstance(a, list) or not isinstance(b, list) or len(a) != len(b):
        return False
    return all(same_value(x, y, depth + 1) for x, y in zip(a, b, strict=True))


def _same_pairs(a: Any, b: Any, depth: int) -> bool:
    """Pairs of key and value in any order."""
    try:
        left, right = ({repr(key): value for key, value in pairs} for pairs in (a, b))
    except (TypeError, ValueError):
        return False
    return left.keys() == right.keys() and all(same_value(left[k], right[k], depth + 1) for k in left)


def show_value(value: Any, depth: int = 0) -> str:
    """An encoded value as a reader would write it in Python; what cannot be written stands in angle brackets."""
    if depth > _DEPTH or not _well_formed(value):
        return "<...>"
    try:
        return _show(value, depth)
    except (TypeError, ValueError, IndexError):
        return "<...>"


def _show(value: list[Any], depth: int) -> str:
    kind = value[0]
    if kind in ("n", "cut"):
        return "None" if kind == "n" else "<too large>"
    if kind in ("b", "i", "f"):
        return str(value[1])
    if kind == "s":
        return repr(value[1])
    if kind == "y":
        return repr(bytes.fromhex(value[1]))
    if kind == "c":
        return repr(complex(float(value[1]), float(value[2])))
    if kind == "x":
        return f"<{value[1]}>"
    if kind == "d":
        return "{" + ", ".join(f"{show_value(k, depth + 1)}: {show_value(v, depth + 1)}" for k, v in value[1]) + "}"
    if kind == "o":
        return f"{value[1]}({', '.join(f'{name}={show_value(item, depth + 1)}' for name, item in value[2])})"
    if kind == "a":
        return f"array({show_value(value[1], depth + 1)})"
    items = ", ".join(show_value(item, depth + 1) for item in value[1])
    if kind == "t":
        return f"({items},)" if len(value[1]) == 1 else f"({items})"
    if kind == "S":
        return f"{{{items}}}" if value[1] else "set()"
    return f"iterator of [{items}]" if kind == "g" else f"[{items}]"
