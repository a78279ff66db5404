# ruff: noqa: E501 - tables are easier to read on one line
"""Small tasks on lists: parts of them, neighbours, and conditions with an operation."""

import random
from itertools import pairwise

from .base import Program
from .family import family
from .small_parts import any_numbers, any_words, number_changes, number_tests, small

ORDINAL = {2: "second", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh"}


@family(3)
def small_parts_of_lists(rng: random.Random) -> Program:
    """Which part of a list, a text or the words of a sentence."""
    kind = rng.choice(("list", "text", "words"))
    noun = {"list": "items", "text": "characters", "words": "words"}[kind]
    where = {"list": "a list", "text": "a text", "words": "a sentence"}[kind]
    n, k = rng.choice((2, 3, 4)), rng.choice(tuple(ORDINAL))
    parts = (
        (f"first_{n}", (f"the first {n} {noun}", f"{n} {noun} from the start"), f"{{x}}[:{n}]", lambda x: x[:n]),
        (f"last_{n}", (f"the last {n} {noun}", f"{n} {noun} from the end"), f"{{x}}[-{n}:]", lambda x: x[-n:]),
        (f"after_{n}", (f"everything after the first {n} {noun}", f"all but the first {n} {noun}"), f"{{x}}[{n}:]", lambda x: x[n:]),
        (f"until_{n}", (f"all but the last {n} {noun}", f"everything before the last {n} {noun}"), f"{{x}}[:-{n}]", lambda x: x[:-n]),
        (f"every_{ORDINAL[k]}", (f"every {ORDINAL[k]} one of the {noun}", f"the first of the {noun} and each {ORDINAL[k]} one after it"), f"{{x}}[::{k}]", lambda x: x[::k]),
        ("odd_places", (f"the {noun} at odd positions (counted from 0)", f"the {noun} whose index is odd"), "{x}[1::2]", lambda x: x[1::2]),
        ("turned", (f"the {noun} in reverse order", f"the {noun} from back to front"), "{x}[::-1]", lambda x: x[::-1]),
        ("last_to_front", (f"the {noun}, the last one moved to the front,", f"all {noun}, the last one first,"), "{x}[-1:] + {x}[:-1]", lambda x: x[-1:] + x[:-1]),
        ("first_to_end", (f"the {noun}, the first one moved to the end,", f"all {noun}, the first one last,"), "{x}[1:] + {x}[:1]", lambda x: x[1:] + x[:1]),
        ("thrice", (f"the {noun} three times over", f"all {noun}, then all again twice"), "{x} * 3", lambda x: x * 3),
        ("mirrored", (f"the {noun} followed by the same {noun} backwards", f"the {noun} and then their mirror image"), "{x} + {x}[::-1]", lambda x: x + x[::-1]),
        ("second_half", (f"the second half of the {noun}", f"the {noun} from the middle on"), "{x}[len({x}) // 2 :]", lambda x: x[len(x) // 2 :]),
    )  # fmt: skip
    slug, words, code, of = rng.choice(parts)
    asks = [f"{verb} {phrase} of {where}" for phrase in words for verb in ("returns", "gives back", "picks out")]
    rng.shuffle(asks)
    if kind == "words":
        body = f"words = text.split()\nreturn {code.format(x='words')}"
        signature, outcome = "(text: str) -> list[str]", lambda t: of(t.split())
        inputs = [(" ".join(any_words(rng, 3, 6)),) for _ in range(3)]
    elif kind == "text":
        body, signature, outcome = f"return {code.format(x='text')}", "(text: str) -> str", of
        inputs = [("".join(any_words(rng, 1, 2)),) for _ in range(3)]
    else:
        body, signature, outcome = f"return {code.format(x='items')}", "(items: list[int]) -> list[int]", of
        inputs = [(any_numbers(rng, 3, 7),) for _ in range(3)]
    return small(rng, slug, asks[:3], signature, body, outcome, inputs)


@family(4)
def small_number_lists(rng: random.Random) -> Program:
    """A condition and an operation on numbers, and what becomes of them."""
    test, change = number_tests(rng), number_changes(rng)
    that, made = rng.choice(test.words), rng.choice(change.words)
    each, single = made.format(x="each number"), made.format(x="the number")
    where = rng.choice(("a list", "a list of numbers", "some numbers"))
    condition, code = test.code.format(x="n"), change.code.format(x="n")
    t, f = test.of, change.of
    tasks = (
        ("add", "int", (f"takes the numbers of {where} that {that} and adds up {each}", f"sums {each} over those of {where} that {that}"), f"return sum({code} for n in numbers if {condition})", lambda xs: sum(f(n) for n in xs if t(n))),
        ("list", "list[int]", (f"returns {each} for those of {where} that {that}", f"lists {each}, but only of {where} that {that}"), f"return [{code} for n in numbers if {condition}]", lambda xs: [f(n) for n in xs if t(n)]),
        ("swap", "list[int]", (f"puts {single} in place of the numbers of {where} that {that}", f"returns {where} with {single} for numbers that {that} and the others as they are"), f"return [{code} if {condition} else n for n in numbers]", lambda xs: [f(n) if t(n) else n for n in xs]),
        ("largest", "int | None", (f"finds the largest of {where} among those that {that}, or None", f"returns the biggest of those numbers in {where} that {that}, None if there are none"), f"return max((n for n in numbers if {condition}), default=None)", lambda xs: max((n for n in xs if t(n)), default=None)),
        ("smallest", "int | None", (f"finds the smallest of {where} among those that {that}, or None", f"returns the lowest of those numbers in {where} that {that}, None if there are none"), f"return min((n for n in numbers if {condition}), default=None)", lambda xs: min((n for n in xs if t(n)), default=None)),
        ("front", "list[int]", (f"moves those of {where} to the front that {that}, otherwise in order", f"returns first the numbers of {where} that {that}, then the rest"), f"return sorted(numbers, key=lambda n: not ({condition}))", lambda xs: sorted(xs, key=lambda n: not t(n))),
        ("lead", "list[int]", (f"takes numbers from the start of {where} as long as they {that}", f"returns the numbers at the start of {where}, up to the first one not among those that {that}"), f"result = []\nfor n in numbers:\n    if not ({condition}):\n        break\n    result.append(n)\nreturn result", lambda xs: xs[: next((i for i, n in enumerate(xs) if not t(n)), len(xs))]),
        ("more", "bool", (f"tells whether most of {where} {that}", f"checks if more than half of {where} {that}"), f"return sum(1 for n in numbers if {condition}) > len(numbers) / 2", lambda xs: sum(map(t, xs)) > len(xs) / 2),
        ("spread", "dict[int, int]", (f"maps each of {where} that {that} to {single}", f"builds a dictionary from those of {where} that {that} to {single}"), f"return {{n: {code} for n in numbers if {condition}}}", lambda xs: {n: f(n) for n in xs if t(n)}),
    )  # fmt: skip
    act, result, asks, body, of = rng.choice(tasks)
    middle = f"{change.slug}_" if act in ("add", "list", "swap", "spread") else ""
    inputs = [(any_numbers(rng, 2),) for _ in range(3)]
    return small(rng, f"{act}_{middle}{test.slug}", asks, f"(numbers: list[int]) -> {result}", body, of, inputs)


@family(2)
def small_neighbours(rng: random.Random) -> Program:
    """What holds of two numbers that stand side by side, and what is made of it."""
    d = rng.choice((1, 2, 3, 5))
    relations = (
        ("rises", "is smaller than the second", "a < b", lambda a, b: a < b),
        ("falls", "is larger than the second", "a > b", lambda a, b: a > b),
        ("equal", "equals the second", "a == b", lambda a, b: a == b),
        (f"steps_{d}", f"is exactly {d} below the second", f"b - a == {d}", lambda a, b: b - a == d),
        ("even_sums", "plus the second is even", "(a + b) % 2 == 0", lambda a, b: (a + b) % 2 == 0),
        ("signs", "times the second is negative", "a * b < 0", lambda a, b: a * b < 0),
    )
    values = (
        ("sums", "sum", "a + b", lambda a, b: a + b),
        ("products", "product", "a * b", lambda a, b: a * b),
        ("distances", "distance", "abs(a - b)", lambda a, b: abs(a - b)),
        ("changes", "change", "b - a", lambda a, b: b - a),
        ("larger", "larger one", "max(a, b)", max),
        ("smaller", "smaller one", "min(a, b)", min),
    )
    r, holds, code, test = rng.choice(relations)
    v, named, formula, of = rng.choice(values)
    pairs = rng.choice(("neighbours", "adjacent numbers", "numbers side by side"))
    tasks = (
        (f"has_{r}", "bool", (f"tells whether a list has two {pairs} of which the first {holds}", f"checks if somewhere in a list there are {pairs} where the first {holds}"), f"return any({code} for a, b in zip(numbers, numbers[1:]))", lambda xs: any(test(a, b) for a, b in pairwise(xs))),
        (f"all_{r}", "bool", (f"tells whether for all {pairs} of a list the first {holds}", f"checks if in each pair of {pairs} the first {holds}"), f"return all({code} for a, b in zip(numbers, numbers[1:]))", lambda xs: all(test(a, b) for a, b in pairwise(xs))),
        (f"pairs_{r}", "list[tuple[int, int]]", (f"lists the {pairs} of a list of which the first {holds}", f"returns as pairs the {pairs} where the first {holds}"), f"return [(a, b) for a, b in zip(numbers, numbers[1:]) if {code}]", lambda xs: [(a, b) for a, b in pairwise(xs) if test(a, b)]),
        (f"neighbour_{v}", "list[int]", (f"returns the {named} of each two {pairs} in a list", f"lists the {named} for every pair of {pairs}"), f"return [{formula} for a, b in zip(numbers, numbers[1:])]", lambda xs: [of(a, b) for a, b in pairwise(xs)]),
        (f"total_{v}", "int", (f"adds up the {named} of all {pairs} in a list", f"returns the total of the {named} of each two {pairs}"), f"return sum({formula} for a, b in zip(numbers, numbers[1:]))", lambda xs: sum(of(a, b) for a, b in pairwise(xs))),
        (f"{v}_{r}", "list[int]", (f"returns the {named} of those {pairs} in a list of which the first {holds}", f"lists the {named} of {pairs} where the first {holds}"), f"return [{formula} for a, b in zip(numbers, numbers[1:]) if {code}]", lambda xs: [of(a, b) for a, b in pairwise(xs) if test(a, b)]),
    )  # fmt: skip
    name, result, asks, body, outcome = rng.choice(tasks)
    inputs = [(any_numbers(rng, 3, 6),) for _ in range(3)]
    return small(rng, name, asks, f"(numbers: list[int]) -> {result}", body, outcome, inputs)


@family(2.5)
def small_dictionaries(rng: random.Random) -> Program:
    """A condition and an operation on the values of a dictionary."""
    test, change = number_tests(rng), number_changes(rng)
    that = rng.choice(test.words)
    each = rng.choice(change.words).format(x="each value")
    what = rng.choice(("a dictionary", "a dict", "a dictionary of numbers"))
    condition, code = test.code.format(x="value"), change.code.format(x="value")
    t, f = test.of, change.of
    tasks = (
        ("keep", "dict[str, int]", (f"keeps the entries of {what} whose values {that}", f"returns {what} with only those values that {that}"), f"return {{key: value for key, value in data.items() if {condition}}}", lambda d: {k: v for k, v in d.items() if t(v)}),
        ("keys", "list[str]", (f"lists the keys of {what} whose values {that}", f"returns the keys of {what} for values that {that}"), f"return [key for key, value in data.items() if {condition}]", lambda d: [k for k, v in d.items() if t(v)]),
        ("count", "int", (f"counts the values of {what} that {that}", f"returns how many values of {what} {that}"), f"return sum(1 for value in data.values() if {condition})", lambda d: sum(map(t, d.values()))),
        ("change", "dict[str, int]", (f"returns {what} with {each} under the same key", f"puts {each} in place of the values of {what}"), f"return {{key: {code} for key, value in data.items()}}", lambda d: {k: f(v) for k, v in d.items()}),
        ("total", "int", (f"adds up the values of {what} that {that}", f"sums those values of {what} that {that}"), f"return sum(value for value in data.values() if {condition})", lambda d: sum(v for v in d.values() if t(v))),
        ("drop", "dict[str, int]", (f"removes the entries of {what} whose values {that}", f"drops from {what} all values that {that}"), f"return {{key: value for key, value in data.items() if not ({condition})}}", lambda d: {k: v for k, v in d.items() if not t(v)}),
    )  # fmt: skip
    act, result, asks, body, of = rng.choice(tasks)
    slug = change.slug if act == "change" else test.slug
    inputs = [(dict(zip(any_words(rng, 4, 4), any_numbers(rng, 4, 4), strict=True)),) for _ in range(3)]
    return small(rng, f"{act}_values_{slug}", asks, f"(data: dict[str, int]) -> {result}", body, of, inputs)
