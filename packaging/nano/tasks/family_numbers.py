"""Filter, map and reduce over lists of numbers."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .base import Program, make
from .family import family, function, shows
from .number_parts import MAPS, SAME, Filter, Map, filters


def data_for(rng: random.Random, fine: str) -> list[list[int]]:
    pools = [
        list(range(1, 11)),
        [rng.randint(-20, 40) for _ in range(rng.randint(5, 8))],
        [rng.randint(1, 120) for _ in range(6)],
    ]
    rng.shuffle(pools)
    return [*pools[:2], []]


def expression(test: str, change: str, x: str, source: str) -> str:
    value = change.format(x=x)
    condition = f" if {test.format(x=x)}" if test else ""
    return f"{value} for {x} in {source}{condition}"


def loop(start: str, update: str, test: str, x: str, source: str, end: str) -> str:
    if test:
        return f"{start}\nfor {x} in {source}:\n    if {test.format(x=x)}:\n        {update}\n{end}"
    return f"{start}\nfor {x} in {source}:\n    {update}\n{end}"


Body = Callable[[str, Map, str, str, random.Random], str]


def _sum(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    if rng.random() < 0.6:
        inner = expression(test, change.code, x, xs)
        return f"return sum({xs})" if inner == f"{x} for {x} in {xs}" else f"return sum({inner})"
    return loop("total = 0", f"total += {change.code.format(x=x)}", test, x, xs, "return total")


def _list(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    if rng.random() < 0.65:
        return f"return [{expression(test, change.code, x, xs)}]"
    return loop("result = []", f"result.append({change.code.format(x=x)})", test, x, xs, "return result")


def _count(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.5:
        return f"return sum(1 for {x} in {xs} if {test.format(x=x)})"
    if draw < 0.7:
        return f"return len([{x} for {x} in {xs} if {test.format(x=x)}])"
    return loop("count = 0", "count += 1", test, x, xs, "return count")


def _product(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return loop("product = 1", f"product *= {change.code.format(x=x)}", test, x, xs, "return product")


def _average(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    inner = expression(test, change.code, x, xs)
    first = f"chosen = [{inner}]\n" if inner != f"{x} for {x} in {xs}" else ""
    name = "chosen" if first else xs
    return f"{first}if not {name}:\n    return 0.0\nreturn sum({name}) / len({name})"


def _extreme(which: str) -> Body:
    def body(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
        inner = expression(test, change.code, x, xs)
        if rng.random() < 0.6:
            return f"return {which}(({inner}), default=None)"
        return f"chosen = [{inner}]\nreturn {which}(chosen) if chosen else None"

    return body


def _any(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    if rng.random() < 0.65:
        return f"return any({test.format(x=x)} for {x} in {xs})"
    return f"for {x} in {xs}:\n    if {test.format(x=x)}:\n        return True\nreturn False"


def _all(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    if rng.random() < 0.65 or " and " in test or "<=" in test:
        return f"return all({test.format(x=x)} for {x} in {xs})"
    return f"for {x} in {xs}:\n    if not {test.format(x=x)}:\n        return False\nreturn True"


def _first(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return f"for {x} in {xs}:\n    if {test.format(x=x)}:\n        return {x}\nreturn None"
    return f"return next(({x} for {x} in {xs} if {test.format(x=x)}), None)"


def _last(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return f"for {x} in reversed({xs}):\n    if {test.format(x=x)}:\n        return {x}\nreturn None"


def _positions(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return f"return [index for index, {x} in enumerate({xs}) if {test.format(x=x)}]"


def _sorted(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return f"return sorted({expression(test, change.code, x, xs)})"


def _descending(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return f"return sorted(({expression(test, change.code, x, xs)}), reverse=True)"


def _distinct(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return f"return {{{expression(test, change.code, x, xs)}}}"


def _remove(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    if " and " in test or " <= {x}" in test or "< {x} <" in test:
        return f"return [{x} for {x} in {xs} if not ({test.format(x=x)})]"
    flips = {" == 0": " != 0", " != 0": " == 0", " > ": " <= ", " >= ": " < ", " < ": " >= "}
    for old, new in flips.items():
        if old in test:
            return f"return [{x} for {x} in {xs} if {test.replace(old, new).format(x=x)}]"
    return f"return [{x} for {x} in {xs} if not {test.format(x=x)}]"


def _partition(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return (
        f"matching = []\nothers = []\nfor {x} in {xs}:\n    if {test.format(x=x)}:\n        matching.append({x})\n"
        f"    else:\n        others.append({x})\nreturn matching, others"
    )


def _share(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return f"if not {xs}:\n    return 0.0\nreturn sum(1 for {x} in {xs} if {test.format(x=x)}) / len({xs})"


def _mapping(test: str, change: Map, x: str, xs: str, rng: random.Random) -> str:
    return f"return {{{x}: {expression(test, change.code, x, xs)}}}"


@dataclass(frozen=True)
class Reduce:
    """asks use {of} ("squares of the even numbers" or "even numbers"), {single}, {verb}, {seq} ("a list")."""

    asks: tuple[str, ...]
    slug: str
    result: str
    body: Body
    run: Callable[[list[Any], list[int], list[int]], Any]
    maps: bool = True
    bare: bool = True


def _mean(values: list[Any]) -> float:
    return sum(values) / len(values) if values else 0.0


REDUCES = (
    Reduce(
        (
            "returns the sum of the {of} in a list",
            "adds up the {of} of a list",
            "sums the {of} in a list of numbers",
            "computes the sum of all {of} in a list",
        ),
        "sum_{s}",
        "num",
        _sum,
        lambda m, c, xs: sum(m),
    ),
    Reduce(
        (
            "returns the {of} of a list",
            "returns a list of the {of} in a list",
            "collects the {of} from a list of numbers",
            "takes a list of numbers and returns the {of}",
        ),
        "{s}_only",
        "list",
        _list,
        lambda m, c, xs: m,
        bare=False,
    ),
    Reduce(
        (
            "counts the {of} in a list",
            "tells how many numbers in a list {verb}",
            "returns how many {of} a list contains",
            "returns the number of {of} in a list",
        ),
        "count_{s}",
        "int",
        _count,
        lambda m, c, xs: len(c),
        maps=False,
        bare=False,
    ),
    Reduce(
        (
            "multiplies the {of} of a list",
            "returns the product of the {of} in a list",
            "computes the product of all {of} in a list",
        ),
        "product_of_{s}",
        "num",
        _product,
        lambda m, c, xs: math.prod(m),
    ),
    Reduce(
        (
            "returns the average of the {of} in a list, or 0 if there are none",
            "computes the mean of the {of} of a list and returns 0 if there are none",
        ),
        "average_{s}",
        "float",
        _average,
        lambda m, c, xs: _mean(m),
    ),
    Reduce(
        (
            "returns the largest of the {of} in a list, or None if there is none",
            "finds the maximum of the {of} in a list and returns None if there are none",
        ),
        "largest_{s}",
        "optional",
        _extreme("max"),
        lambda m, c, xs: max(m, default=None),
    ),
    Reduce(
        (
            "returns the smallest of the {of} in a list, or None if there is none",
            "finds the minimum of the {of} in a list and returns None if there are none",
        ),
        "smallest_{s}",
        "optional",
        _extreme("min"),
        lambda m, c, xs: min(m, default=None),
    ),
    Reduce(
        (
            "finds the largest {single} in a list, or None",
            "returns the biggest {single} in a list or None if there is none",
        ),
        "largest_{s}",
        "optional",
        _extreme("max"),
        lambda m, c, xs: max(m, default=None),
        maps=False,
        bare=False,
    ),
    Reduce(
        (
            "finds the smallest {single} in a list, or None",
            "returns the smallest {single} in a list or None if there is none",
        ),
        "smallest_{s}",
        "optional",
        _extreme("min"),
        lambda m, c, xs: min(m, default=None),
        maps=False,
        bare=False,
    ),
    Reduce(
        (
            "checks whether a list contains {a_single}",
            "returns True if any number in a list is {a_single}",
            "tells whether there is {a_single} in a list",
        ),
        "has_{s}",
        "bool",
        _any,
        lambda m, c, xs: bool(c),
        maps=False,
        bare=False,
    ),
    Reduce(
        (
            "checks whether all numbers in a list {verb}",
            "returns True if all numbers of a list {verb}",
            "tells whether every number in a list is {a_single}",
        ),
        "all_{s}",
        "bool",
        _all,
        lambda m, c, xs: len(c) == len(xs),
        maps=False,
        bare=False,
    ),
    Reduce(
        (
            "returns the first {single} in a list, or None",
            "finds the first {single} of a list and returns None if there is none",
        ),
        "first_{s}",
        "optional",
        _first,
        lambda m, c, xs: c[0] if c else None,
        maps=False,
        bare=False,
    ),
    Reduce(
        (
            "returns the last {single} in a list, or None",
            "finds the last {single} of a list and returns None if there is none",
        ),
        "last_{s}",
        "optional",
        _last,
        lambda m, c, xs: c[-1] if c else None,
        maps=False,
        bare=False,
    ),
    Reduce(
        (
            "returns the positions of the {of} in a list",
            "finds the indices of all {of} in a list",
            "returns the indexes of the {of}",
        ),
        "positions_of_{s}",
        "list",
        _positions,
        lambda m, c, xs: None,
        maps=False,
        bare=False,
    ),
    Reduce(
        (
            "returns the {of} of a list in ascending order",
            "sorts the {of} of a list from small to large",
            "returns a sorted list of the {of} in a list",
        ),
        "sorted_{s}",
        "list",
        _sorted,
        lambda m, c, xs: sorted(m),
        bare=False,
    ),
    Reduce(
        ("returns the {of} of a list in descending order", "sorts the {of} of a list from large to small"),
        "{s}_descending",
        "list",
        _descending,
        lambda m, c, xs: sorted(m, reverse=True),
        bare=False,
    ),
    Reduce(
        ("returns the set of the {of} in a list", "returns the distinct {of} of a list as a set"),
        "distinct_{s}",
        "set",
        _distinct,
        lambda m, c, xs: set(m),
        bare=False,
    ),
    Reduce(
        ("removes the {of} from a list", "returns a list without the {of}", "drops all {of} from a list of numbers"),
        "remove_{s}",
        "list",
        _remove,
        lambda m, c, xs: [x for x in xs if x not in c],
        maps=False,
        bare=False,
    ),
    Reduce(
        ("splits a list into the {of} and the rest", "separates the {of} of a list from the others"),
        "split_{s}",
        "pair",
        _partition,
        lambda m, c, xs: (c, [x for x in xs if x not in c]),
        maps=False,
        bare=False,
    ),
    Reduce(
        ("returns the share of the {of} in a list", "computes which fraction of the numbers in a list {verb}"),
        "share_of_{s}",
        "float",
        _share,
        lambda m, c, xs: len(c) / len(xs) if xs else 0.0,
        maps=False,
        bare=False,
    ),
)
RESULTS = {
    "list": "list[{n}]",
    "int": "int",
    "float": "float",
    "num": "{n}",
    "optional": "{n} | None",
    "bool": "bool",
    "set": "set[{n}]",
    "pair": "tuple[list[int], list[int]]",
}


@family(6)
def number_lists(rng: random.Random) -> Program:
    """returns the sum of the squares of the even numbers in a list, and thousands like it."""
    reduce = rng.choice(REDUCES)
    chosen = filters(rng)
    change = rng.choice(MAPS) if reduce.maps and rng.random() < 0.45 else SAME
    if change is not SAME and rng.random() < 0.3:
        chosen = Filter("numbers", "number", "", "", "")
    x, xs = (
        rng.choice(("n", "x", "number", "value", "number")),
        rng.choice(("numbers", "numbers", "values", "items", "nums")),
    )
    x = "item" if chosen.param == "value" and x == "value" else x
    of = f"{change.phrase} of the {chosen.plural}" if change.phrase else chosen.plural
    slug = "_".join(part for part in (chosen.slug, change.slug) if part)
    if not slug.endswith(
        ("squares", "cubes", "halves", "digits", "successors", "ed", "absolute")
    ) and reduce.slug.startswith(
        ("count", "sum", "sorted", "remove", "split", "positions", "product", "average", "distinct", "share")
    ):
        slug += "_numbers" if not any(c.isdigit() for c in slug) else ""
    name = reduce.slug.format(s=slug)
    asks = [
        ask.format(of=of, single=chosen.single, verb=chosen.verb, a_single=_a(chosen.single)) for ask in reduce.asks
    ]
    number = change.result
    result = RESULTS[reduce.result].format(n=number)
    parameter = f", {chosen.param}: int" if chosen.param else ""
    body = reduce.body(chosen.code, change, x, xs, rng)
    doc = _doc(asks[0])
    source = function(name, f"({xs}: list[int]{parameter}) -> {result}", doc, body)
    test = eval(f"lambda x, {chosen.param or 'unused'}: {chosen.code.format(x='x') or 'True'}")
    changed = eval(f"lambda x: {change.code.format(x='x')}")
    calls, checks = [], []
    for data in data_for(rng, chosen.param):
        kept = [item for item in data if test(item, chosen.value)]
        expected = reduce.run([changed(item) for item in kept], kept, data)
        if reduce.slug.startswith("positions"):
            expected = [place for place, item in enumerate(data) if test(item, chosen.value)]
        call = f"{data}" + (f", {chosen.value}" if chosen.param else "")
        calls.append(call)
        checks.append(f"{name}({call}) == {expected!r}")
    return make(
        asks=asks,
        source=source,
        demo=shows(name, *calls[: rng.randint(1, 2)]),
        checks=checks,
        topic="number lists",
        names={
            x: ["n", "x", "number", "num", "item"],
            xs: ["numbers", "values", "items", "nums", "data"],
            "result": ["output", "found"],
        },
        params={xs: "The numbers to look at."}
        | ({chosen.param: f"The {chosen.param} to use."} if chosen.param else {}),
    )


def _a(phrase: str) -> str:
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase


def _doc(ask: str) -> str:
    from .wording import infinitive

    return infinitive(ask)
