"""Which function of one program is which of the other: by name, else by what it takes and looks like. Pure."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from app.sandbox.results import Function

ENOUGH = 0.62
_BY_ROLE = 30  # functions on each side that are tried with each other: every pair of them costs a comparison
_NAME = 40  # characters of a name, and names of a list, that are compared


class Match(msgspec.Struct, frozen=True):
    a: Function
    b: Function
    by: Literal["name", "role"]


def match_functions(
    a: Sequence[Function], b: Sequence[Function]
) -> tuple[tuple[Match, ...], tuple[str, ...], tuple[str, ...]]:
    """The pairs, and the names that are left over in `a` and in `b`."""
    by_name = {function.name: function for function in b}
    pairs = [Match(function, by_name[function.name], "name") for function in a if function.name in by_name]
    taken = {pair.a.name for pair in pairs}
    left = [function for function in a if function.name not in taken]
    right = [function for function in b if function.name not in taken]
    scores = sorted(
        ((similarity(x, y), i, j) for i, x in enumerate(left[:_BY_ROLE]) for j, y in enumerate(right[:_BY_ROLE])),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    used_a: set[int] = set()
    used_b: set[int] = set()
    for score, i, j in scores:
        if score >= ENOUGH and i not in used_a and j not in used_b:
            used_a.add(i)
            used_b.add(j)
            pairs.append(Match(left[i], right[j], "role"))
    rest_a = tuple(function.name for i, function in enumerate(left) if i not in used_a)
    rest_b = tuple(function.name for j, function in enumerate(right) if j not in used_b)
    return tuple(pairs), rest_a, rest_b


def similarity(a: Function, b: Function) -> float:
    """How likely two differently named functions do the same job, 0..1.

    The weighted mean of: the same number and names of parameters, the same hints, like names, like syntax (cosine of
    how often each kind of syntax node occurs). Functions that cannot be called alike have 0.
    """
    if required(a) > accepted(b) or required(b) > accepted(a) or a.coroutine != b.coroutine:
        return 0.0
    same_count = 1.0 if len(a.parameters) == len(b.parameters) else 0.4
    same_names = _ratio([p.name for p in a.parameters], [p.name for p in b.parameters])
    same_hints = _ratio([*(p.hint for p in a.parameters), a.returns], [*(p.hint for p in b.parameters), b.returns])
    like_name = _ratio(a.name.lower(), b.name.lower())
    like_code = cosine(a.shape, b.shape)
    return 0.2 * same_count + 0.15 * same_names + 0.15 * same_hints + 0.15 * like_name + 0.35 * like_code


def _ratio(a: Sequence[str], b: Sequence[str]) -> float:
    return float(difflib.SequenceMatcher(None, a[:_NAME], b[:_NAME]).ratio())


def cosine(a: Mapping[str, int], b: Mapping[str, int]) -> float:
    """Cosine of two count vectors, 0..1; 0 when one is empty."""
    product = sum(count * b.get(name, 0) for name, count in a.items())
    lengths = [math.sqrt(sum(count * count for count in counts.values())) for counts in (a, b)]
    return product / (lengths[0] * lengths[1]) if all(lengths) else 0.0


def required(function: Function) -> int:
    """How many positional arguments it needs at least."""
    return sum(p.kind == "positional" and p.default is None for p in function.parameters)


def accepted(function: Function) -> int:
    """How many positional arguments it takes at most."""
    if any(p.kind == "star" for p in function.parameters):
        return 1000
    return sum(p.kind == "positional" for p in function.parameters)
