# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Filters and maps that the families on lists of numbers put together."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Filter:
    """plural: "even numbers"; single: "even number"; verb: "are even"; slug: for names; code with {x}; extra parameter."""

    plural: str
    single: str
    verb: str
    slug: str
    code: str
    param: str = ""
    value: int = 0


@dataclass(frozen=True)
class Map:
    phrase: str
    slug: str
    code: str
    result: str = "int"


PLAIN = (
    Filter("even numbers", "even number", "are even", "even", "{x} % 2 == 0"),
    Filter("odd numbers", "odd number", "are odd", "odd", "{x} % 2 != 0"),
    Filter("positive numbers", "positive number", "are positive", "positive", "{x} > 0"),
    Filter("negative numbers", "negative number", "are negative", "negative", "{x} < 0"),
    Filter("nonzero numbers", "nonzero number", "are not zero", "nonzero", "{x} != 0"),
    Filter("single-digit numbers", "single-digit number", "have a single digit", "single_digit", "-10 < {x} < 10"),
    Filter("two-digit numbers", "two-digit number", "have two digits", "two_digit", "10 <= abs({x}) <= 99"),
)


def filters(rng: random.Random) -> Filter:
    """Draws a filter: without numbers, with numbers of its own, or with one that is a parameter."""
    k, low = rng.choice((2, 3, 4, 5, 6, 7, 10)), rng.randint(1, 20)
    high = low + rng.choice((5, 10, 20, 30))
    n = rng.choice((0, 5, 10, 12, 20, 50, 100))
    d = rng.randint(0, 9)
    fixed = [*_of_one_condition(k, n, d, low, high), *_of_two_conditions(n)]
    return rng.choice(rng.choices((PLAIN, fixed, _given(k, n)), weights=(45, 35, 20))[0])


def _of_one_condition(k: int, n: int, d: int, low: int, high: int) -> list[Filter]:
    return [
        Filter(
            f"numbers divisible by {k}",
            f"number divisible by {k}",
            f"are divisible by {k}",
            f"divisible_by_{k}",
            f"{{x}} % {k} == 0",
        ),
        Filter(
            f"multiples of {k}", f"multiple of {k}", f"are multiples of {k}", f"multiples_of_{k}", f"{{x}} % {k} == 0"
        ),
        Filter(
            f"numbers not divisible by {k}",
            f"number not divisible by {k}",
            f"are not divisible by {k}",
            f"not_divisible_by_{k}",
            f"{{x}} % {k} != 0",
        ),
        Filter(
            f"numbers greater than {n}",
            f"number greater than {n}",
            f"are greater than {n}",
            f"above_{n}",
            f"{{x}} > {n}",
        ),
        Filter(f"numbers less than {n}", f"number less than {n}", f"are less than {n}", f"below_{n}", f"{{x}} < {n}"),
        Filter(
            f"numbers of at least {n}", f"number of at least {n}", f"are at least {n}", f"at_least_{n}", f"{{x}} >= {n}"
        ),
        Filter(
            f"numbers between {low} and {high}",
            f"number between {low} and {high}",
            f"lie between {low} and {high}",
            f"between_{low}_and_{high}",
            f"{low} <= {{x}} <= {high}",
        ),
        Filter(
            f"numbers that end in {d}",
            f"number that ends in {d}",
            f"end in {d}",
            f"ending_in_{d}",
            f"abs({{x}}) % 10 == {d}",
        ),
    ]


def _of_two_conditions(n: int) -> list[Filter]:
    return [
        Filter(
            "positive even numbers",
            "positive even number",
            "are positive and even",
            "positive_even",
            "{x} > 0 and {x} % 2 == 0",
        ),
        Filter(
            f"odd numbers above {n}",
            f"odd number above {n}",
            f"are odd and above {n}",
            f"odd_above_{n}",
            f"{{x}} % 2 != 0 and {{x}} > {n}",
        ),
        Filter(
            f"even numbers below {n}",
            f"even number below {n}",
            f"are even and below {n}",
            f"even_below_{n}",
            f"{{x}} % 2 == 0 and {{x}} < {n}",
        ),
    ]


def _given(k: int, n: int) -> list[Filter]:
    """Filters with a parameter, and the number that the demo and the checks give for it."""
    return [
        Filter(
            "numbers greater than a limit",
            "number greater than a limit",
            "are greater than a limit",
            "above",
            "{x} > limit",
            "limit",
            n,
        ),
        Filter(
            "numbers above a threshold",
            "number above a threshold",
            "are above a threshold",
            "above_threshold",
            "{x} > threshold",
            "threshold",
            n,
        ),
        Filter(
            "numbers below a limit", "number below a limit", "are below a limit", "below", "{x} < limit", "limit", n
        ),
        Filter(
            "numbers of at least a minimum",
            "number of at least a minimum",
            "are at least a minimum",
            "at_least",
            "{x} >= minimum",
            "minimum",
            n,
        ),
        Filter(
            "numbers divisible by a given divisor",
            "number divisible by a given divisor",
            "are divisible by a given divisor",
            "divisible",
            "{x} % divisor == 0",
            "divisor",
            k,
        ),
        Filter(
            "numbers different from a given value",
            "number different from a given value",
            "differ from a given value",
            "other_than",
            "{x} != value",
            "value",
            n,
        ),
    ]


MAPS = (
    Map("squares", "squares", "{x} * {x}"),
    Map("squares", "squares", "{x}**2"),
    Map("cubes", "cubes", "{x}**3"),
    Map("doubles", "doubled", "{x} * 2"),
    Map("triples", "tripled", "{x} * 3"),
    Map("absolute values", "absolute", "abs({x})"),
    Map("halves", "halves", "{x} / 2", "float"),
    Map("last digits", "last_digits", "abs({x}) % 10"),
    Map("opposites", "negated", "-{x}"),
    Map("successors", "successors", "{x} + 1"),
)
SAME = Map("", "", "{x}")
