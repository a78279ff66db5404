"""Type hints and example values as Hypothesis strategies. Hints come from generated code: they are parsed, not run."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Strategy = SearchStrategy[Any]
_LETTERS = "abcdefgxyzABC 0123-_.,!?é"
_WORDS = ("", "a", "racecar", "hello world", "Hello, World!", "The quick brown fox", "aabbcc", "12", "level")
_SIZE = 7
_SIZES = (_SIZE, _SIZE, 4, 2, 1)  # of a container, by how many it lies within: all of them multiply
_DEEPEST = 4  # containers within each other; what a deeper hint would give is longer than a call may be

INTEGERS: Strategy = st.integers(-3, 12) | st.integers(-30, 100)
FLOATS: Strategy = st.integers(-20, 100).map(float) | st.integers(-50_000, 50_000).map(lambda n: n / 1000)
TEXTS: Strategy = st.sampled_from(_WORDS) | st.text(_LETTERS, max_size=12)
_SIMPLE: dict[str, Strategy] = {
    "int": INTEGERS,
    "float": FLOATS,
    "complex": FLOATS.map(complex),
    "str": TEXTS,
    "bool": st.booleans(),
    "bytes": st.binary(max_size=8),
    "None": st.none(),
    "object": INTEGERS | TEXTS,
    "Any": INTEGERS | TEXTS,
    "Number": INTEGERS | FLOATS,
    "Real": INTEGERS | FLOATS,
    "Hashable": INTEGERS | TEXTS,
}
_LISTS = {"list", "List", "Sequence", "Iterable", "Collection", "MutableSequence", "Iterator"}
_SETS = {"set", "Set", "FrozenSet", "frozenset", "AbstractSet", "MutableSet"}
_DICTS = {"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict", "Counter"}


def from_hint(hint: str) -> Strategy | None:
    """Values for a type hint such as ``dict[str, list[int]]``; None when it names something that is not known."""
    try:
        return _from_node(ast.parse(hint, mode="eval").body, 0)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _from_node(node: ast.expr, depth: int) -> Strategy | None:
    if depth > _DEEPEST:
        return None
    if isinstance(node, ast.Constant):
        if node.value is None:
            return st.none()
        return _from_node(ast.parse(node.value, mode="eval").body, depth + 1) if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _either([_from_node(node.left, depth + 1), _from_node(node.right, depth + 1)])
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return _generic(_last_name(node.value), inner, depth + 1)
    name = _last_name(node)
    return _SIMPLE[name] if name in _SIMPLE else _generic(name, [], depth + 1)


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _generic(name: str, inner: Sequence[ast.expr], depth: int) -> Strategy | None:
    size = _SIZES[min(depth, len(_SIZES) - 1)]
    if name == "Literal":
        named = [n.value for n in inner if isinstance(n, ast.Constant)]
        return st.sampled_from(named) if named else None
    parts = [_from_node(n, depth) for n in inner if not (isinstance(n, ast.Constant) and n.value is ...)]
    if any(part is None for part in parts):
        return None
    found = [part for part in parts if part is not None]
    if name == "Optional" and found:
        return st.none() | found[0]
    if name in ("Union", "Annotated", "Final") and found:
        return _either(found) if name == "Union" else found[0]
    if name in _LISTS:
        return st.lists(found[0] if found else INTEGERS, max_size=size)
    if name in _SETS:
        return st.sets(found[0] if found else INTEGERS, max_size=size)
    if name in _DICTS:
        keys, values = (found + [TEXTS, INTEGERS][len(found) :])[:2]
        return st.dictionaries(keys, values, max_size=min(size, 5))
    if name in ("tuple", "Tuple"):
        if len(parts) < len(inner) or not found:
            return st.lists(found[0] if found else INTEGERS, max_size=size).map(tuple)
        return st.tuples(*found)
    return None


def _either(parts: Sequence[Strategy | None]) -> Strategy | None:
    found = [part for part in parts if part is not None]
    return st.one_of(found) if found and len(found) == len(parts) else None


def like(values: Sequence[Any]) -> Strategy | None:
    """Values of the kind of the given ones. What all of them have in common is kept: sorted lists stay sorted,
    tables stay rectangular, dicts keep their keys; None when there is nothing to go by."""
    kinds = {type(value) for value in values}
    if not kinds:
        return None
    parts = [_like_one_kind(kind, [v for v in values if type(v) is kind]) for kind in sorted(kinds, key=str)]
    return _either(parts)


def _like_one_kind(kind: type, values: list[Any]) -> Strategy | None:
    if kind is int:
        low, high = min(values), max(values)
        wide = st.integers(low - 3, min(high, low + 10**6) + 10) | st.sampled_from(values)
        return wide | INTEGERS if low < 0 else wide
    if kind is float:
        return FLOATS | st.sampled_from(values)
    if kind is str:
        return TEXTS | st.sampled_from(values)
    if kind in (bool, bytes):
        return st.booleans() if kind is bool else st.binary(max_size=8)
    if kind in (type(None), complex):
        return st.sampled_from(values)
    if kind is dict:
        return _like_dicts(values)
    if kind is tuple and len({len(value) for value in values}) == 1:
        columns = [like(column) for column in zip(*values, strict=True)]
        found = [column for column in columns if column is not None]
        return st.tuples(*found) if len(found) == len(columns) else None
    return _like_lists(kind, values)


def _like_lists(kind: type, values: list[Any]) -> Strategy | None:
    items = [item for value in values for item in value]
    known = like(items)
    inside = INTEGERS if known is None else known
    size = max(_SIZE, *(min(len(value) + 2, 20) for value in values))
    if kind is set:
        return st.sets(inside, max_size=size)
    long = [list(value) for value in values if len(value) > 1]
    plain = len({type(item) for item in items}) == 1 and type(items[0]) in (int, float, str)
    ordered = bool(long) and plain and all(value == sorted(value) for value in long)
    # Without repeats only where they are sorted too: that is what a search relies on. A sort must bear repeats.
    unique = ordered and all(len(set(value)) == len(value) for value in long)
    lists = st.lists(inside, max_size=size, unique=unique)
    if ordered:
        lists = lists.map(sorted)
    square = _like_rows(values, inside)
    if square is not None:
        return square
    return lists.map(tuple) if kind is tuple else lists


def _like_rows(values: list[Any], inside: Strategy) -> Strategy | None:
    """Lists of lists of equal length stay tables, which is what code for matrices relies on."""
    if not all(value and all(type(row) is list and row for row in value) for value in values):
        return None
    if not all(len({len(row) for row in value}) == 1 for value in values):
        return None
    cells = like([cell for value in values for row in value for cell in row])
    if cells is None:
        return None
    square = all(len(value) == len(value[0]) for value in values)

    def table(columns: int) -> Strategy:
        rows = st.lists(cells, min_size=columns, max_size=columns)
        return st.lists(rows, min_size=columns if square else 1, max_size=columns if square else 4)

    return st.integers(1, 4).flatmap(table)


def _like_dicts(values: list[Any]) -> Strategy | None:
    keys = list(values[0])
    if (
        keys
        and all(list(value) == keys for value in values)
        and all(type(key) is str for key in keys)
        and len(keys) < 30
    ):
        columns = {key: like([value[key] for value in values]) for key in keys}
        found = {key: column for key, column in columns.items() if column is not None}
        if len(found) == len(columns) and (len(values) > 1 or len({type(v) for v in values[0].values()}) > 1):
            return st.fixed_dictionaries(found).map(lambda made: {key: made[key] for key in keys})
    inner = like([key for value in values for key in value]), like([v for value in values for v in value.values()])
    return None if inner[0] is None or inner[1] is None else st.dictionaries(inner[0], inner[1], max_size=6)
