# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Loops that print tables and patterns, ranges, while loops, recursion, nested lists."""

import random
from collections.abc import Callable
from typing import Any

from .base import Program, make
from .family import family, function, shows
from .wording import infinitive

TERMS: tuple[tuple[str, str, str], ...] = (
    ("square", "{i} * {i}", "squares"), ("square", "{i}**2", "squares"), ("cube", "{i}**3", "cubes"), ("double", "{i} * 2", "doubles"),
    ("triple", "{i} * 3", "triples"), ("power of two", "2**{i}", "powers of two"), ("half", "{i} / 2", "halves"),
    ("negative", "-{i}", "negatives"), ("triangular number", "{i} * ({i} + 1) // 2", "triangular numbers"), ("remainder by three", "{i} % 3", "remainders by three"),
)  # fmt: skip


@family(2)
def term_tables(rng: random.Random) -> Program:
    """prints the numbers from 1 to n and their squares; returns a list of the first n cubes."""
    one, code, many = rng.choice(TERMS)
    i, n = rng.choice(("i", "number", "i")), rng.choice(("n", "limit", "n"))
    term = code.format(i=i)
    draw = rng.random()
    size = rng.choice((4, 5, 6, 8))
    if draw < 0.3:
        result, name = "None", f"print_{many.replace(' ', '_')}"
        asks, body = _printed_terms(rng, one, many, term, i, n)
        demo, checks = f"{name}({size})", [f"{name}(0) is None"]
    else:
        run = eval(f"lambda i: {code.format(i='i')}")
        values = [run(k) for k in range(1, size + 1)]
        result, name, asks, expected, body = rng.choice(_returned_terms(one, many, term, i, n, values))
        demo, checks = shows(name, str(size)), [f"{name}({size}) == {expected!r}"]
    asks = [
        ask.replace("to n", f"to {n}" if n == "n" else "to a limit").replace(
            "and n", "and n" if n == "n" else "and a limit"
        )
        for ask in asks
    ]
    source = function(name, f"({n}: int) -> {result}", infinitive(asks[0]), body)
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=checks,
        topic="loops",
        names={i: ["i", "k", "number"], n: ["n", "limit", "count"]},
        params={n: "The last number."},
    )


def _printed_terms(rng: random.Random, one: str, many: str, term: str, i: str, n: str) -> tuple[list[str], str]:
    """The wordings and the body of a function that prints a table."""
    asks = [
        f"prints the numbers from 1 to n with their {many}",
        f"prints each number from 1 to n together with its {one}",
    ]
    if rng.random() < 0.3:
        asks = [f"{ask} using a while loop" for ask in asks]
        return asks, f"{i} = 1\nwhile {i} <= {n}:\n    print({i}, {term})\n    {i} += 1"
    line = rng.choice((f"print({i}, {term})", f'print(f"{{{i}}}: {{{term}}}")', f'print(f"{{{i}}} -> {{{term}}}")'))
    return asks, f"for {i} in range(1, {n} + 1):\n    {line}"


def _returned_terms(
    one: str, many: str, term: str, i: str, n: str, values: list[Any]
) -> list[tuple[str, str, list[str], Any, str]]:
    """Functions that return something of a table: result, name, wordings, what is returned, and the body."""
    slug = many.replace(" ", "_")
    kind = "float" if one == "half" else "int"
    return [
        (
            f"list[{kind}]",
            f"first_{slug}",
            [
                f"returns a list of the {many} of the numbers from 1 to n",
                f"builds a list with the {one} of each number from 1 to n",
            ],
            values,
            f"return [{term} for {i} in range(1, {n} + 1)]",
        ),
        (
            kind,
            f"sum_of_{slug}",
            [
                f"returns the sum of the {many} of the numbers from 1 to n",
                f"adds up the {many} of all numbers from 1 to n",
            ],
            sum(values),
            f"return sum({term} for {i} in range(1, {n} + 1))",
        ),
        (
            kind,
            f"sum_of_{slug}",
            [f"returns the sum of the {many} of the numbers from 1 to n with a loop"],
            sum(values),
            f"total = 0\nfor {i} in range(1, {n} + 1):\n    total += {term}\nreturn total",
        ),
        (
            f"dict[int, {kind}]",
            f"{slug}_table",
            [
                f"returns a dictionary from each number between 1 and n to its {one}",
                f"maps the numbers from 1 to n to their {many}",
            ],
            dict(enumerate(values, 1)),
            f"return {{{i}: {term} for {i} in range(1, {n} + 1)}}",
        ),
    ]


RANGES = (
    ("even numbers", "even_numbers", "{i} % 2 == 0"), ("odd numbers", "odd_numbers", "{i} % 2 == 1"), ("multiples of {k}", "multiples_of_{k}", "{i} % {k} == 0"),
    ("numbers that are not divisible by {k}", "not_divisible_by_{k}", "{i} % {k} != 0"), ("numbers", "numbers", ""),
    ("numbers that contain the digit {d}", "with_digit_{d}", '"{d}" in str({i})'), ("numbers divisible by {k} or {m}", "divisible_by_{k}_or_{m}", "{i} % {k} == 0 or {i} % {m} == 0"),
    ("numbers divisible by both {k} and {m}", "divisible_by_{k}_and_{m}", "{i} % {k} == 0 and {i} % {m} == 0"), ("palindromic numbers", "palindromic_numbers", "str({i}) == str({i})[::-1]"),
)  # fmt: skip


@family(2.5)
def ranges(rng: random.Random) -> Program:
    """prints or sums or counts or lists the multiples of 3 from a start to an end."""
    what, slug, code = rng.choice(RANGES)
    k, m = rng.sample((2, 3, 4, 5, 7), 2)
    places = {"k": k, "m": m, "d": rng.randint(1, 9), "i": "i"}
    what, slug, test = what.format(**places), slug.format(**places), code.format(**places)
    two = rng.random() < 0.4
    signature, span, phrase = (
        ("start: int, end: int", "range(start, end + 1)", "between a start and an end (both included)")
        if two
        else ("n: int", "range(1, n + 1)", "from 1 to n")
    )
    low, high = (rng.randint(1, 10), rng.randint(20, 40)) if two else (1, rng.choice((10, 15, 20, 30)))
    call = f"{low}, {high}" if two else f"{high}"
    hits = [i for i in range(low, high + 1) if not test or eval(test, {"i": i})]
    kind = rng.choice(("print", "sum", "count", "list", "loop"))
    if kind == "count" and not test:
        kind = "sum"
    condition = f" if {test}" if test else ""
    inner = f"    if {test}:\n        " if test else "    "
    if kind == "print":
        asks, name, result = [f"prints the {what} {phrase}", f"prints all {what} {phrase}"], f"print_{slug}", "None"
        body, demo, checks = f"for i in {span}:\n{inner}print(i)", f"{{name}}({call})", [f"{{name}}({call}) is None"]
    elif kind == "list":
        asks, name, result = [f"returns a list of the {what} {phrase}", f"lists all {what} {phrase}"], slug, "list[int]"
        body = f"return list({span})" if not test else f"return [i for i in {span}{condition}]"
        demo, checks = f"print({{name}}({call}))", [f"{{name}}({call}) == {hits}"]
    elif kind == "count":
        asks, name, result = (
            [f"counts the {what} {phrase}", f"returns how many {what} there are {phrase}"],
            f"count_{slug}",
            "int",
        )
        body = f"return sum(1 for i in {span}{condition})"
        demo, checks = f"print({{name}}({call}))", [f"{{name}}({call}) == {len(hits)}"]
    else:
        asks, name, result = (
            [f"returns the sum of the {what} {phrase}", f"adds up all {what} {phrase}"],
            f"sum_{slug}",
            "int",
        )
        if kind == "sum":
            body = f"return sum({span})" if not test else f"return sum(i for i in {span}{condition})"
        else:
            body = f"total = 0\nfor i in {span}:\n{inner}total += i\nreturn total"
        demo, checks = f"print({{name}}({call}))", [f"{{name}}({call}) == {sum(hits)}"]
    name = f"{name}_between" if two else name
    source = function(name, f"({signature}) -> {result}", infinitive(asks[0]), body)
    demo = demo.replace("{name}", name)
    if kind == "print" and not hits:
        demo = f"{name}(1, 120)" if two else f"{name}(120)"
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=[check.replace("{name}", name) for check in checks],
        topic="loops",
        names={"i": ["number", "n_", "k"], "total": ["result", "result_sum"]},
    )


PATTERNS: tuple[tuple[str, str, str, Callable[[int, str], list[str]]], ...] = (
    ("a right triangle", "triangle", "for i in range(1, {n} + 1):\n    {out}({c} * i)", lambda n, c: [c * i for i in range(1, n + 1)]),
    ("an upside-down triangle", "upside_down_triangle", "for i in range({n}, 0, -1):\n    {out}({c} * i)", lambda n, c: [c * i for i in range(n, 0, -1)]),
    ("a square", "square", "for _ in range({n}):\n    {out}({c} * {n})", lambda n, c: [c * n] * n),
    ("a pyramid", "pyramid", 'for i in range(1, {n} + 1):\n    {out}(" " * ({n} - i) + {c} * (2 * i - 1))', lambda n, c: [" " * (n - i) + c * (2 * i - 1) for i in range(1, n + 1)]),
    ("a right-aligned triangle", "right_triangle", 'for i in range(1, {n} + 1):\n    {out}(" " * ({n} - i) + {c} * i)', lambda n, c: [" " * (n - i) + c * i for i in range(1, n + 1)]),
    ("a staircase", "staircase", 'for i in range({n}):\n    {out}(" " * i + {c} * 2)', lambda n, c: [" " * i + c * 2 for i in range(n)]),
    ("a hollow square", "hollow_square", 'for row in range({n}):\n    if row in (0, {n} - 1):\n        {out}({c} * {n})\n    else:\n        {out}({c} + " " * ({n} - 2) + {c})', lambda n, c: [c * n if r in (0, n - 1) else c + " " * (n - 2) + c for r in range(n)]),
    ("a diagonal line", "diagonal", 'for i in range({n}):\n    {out}(" " * i + {c})', lambda n, c: [" " * i + c for i in range(n)]),
)  # fmt: skip


@family(1.2)
def patterns(rng: random.Random) -> Program:
    """prints a triangle of stars; returns the lines of a pyramid."""
    what, slug, code, run = rng.choice(PATTERNS)
    n = rng.choice(("size", "height", "n"))
    char, word = rng.choice((("*", "stars"), ("#", "hash signs"), ("o", "the letter o"), ("", "a given character")))
    c, extra = (f'"{char}"', "") if char else ("symbol", ", symbol: str")
    call = "4" if char else '4, "+"'
    lines = run(4, char or "+")
    if rng.random() < 0.6:
        asks = [f"prints {what} of {word} with a given {n}", f"draws {what} made of {word}"]
        name, result, body = f"print_{slug}", "None", code.format(n=n, c=c, out="print")
        demo, checks = f"{name}({call})", [f"{name}({call}) is None"]
    else:
        asks = [f"returns the lines of {what} made of {word}", f"builds {what} of {word} as a list of lines"]
        name, result = f"{slug}_lines", "list[str]"
        body = "lines = []\n" + code.format(n=n, c=c, out="lines.append") + "\nreturn lines"
        demo, checks = f"for line in {name}({call}):\n    print(line)", [f"{name}({call}) == {lines!r}"]
    source = function(name, f"({n}: int{extra}) -> {result}", infinitive(asks[0]), body)
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=checks,
        topic="patterns",
        params={n: "The number of lines.", "symbol": "The character to draw with."},
    )


REPEATS = (
    ("counts down from n to 1 and prints each number", "countdown", "n: int", "None", "while n > 0:\n    print(n)\n    n -= 1", "n: int", "3"),
    ("counts down from n and prints Go! at the end", "countdown", "n: int", "None", 'for i in range(n, 0, -1):\n    print(i)\nprint("Go!")', "", "3"),
    ("counts how often a number can be halved until it is less than 1", "count_halvings", "value: float", "int", "steps = 0\nwhile value >= 1:\n    value /= 2\n    steps += 1\nreturn steps", "", "10"),
    ("counts how many times a number can be divided by two without a remainder", "count_twos", "n: int", "int", "count = 0\nwhile n > 0 and n % 2 == 0:\n    n //= 2\n    count += 1\nreturn count", "", "48"),
    ("finds the smallest power of two that is at least n", "next_power_of_two", "n: int", "int", "power = 1\nwhile power < n:\n    power *= 2\nreturn power", "", "100"),
    ("counts the years until a deposit reaches a goal at a given interest rate", "years_to_goal", "amount: float, rate: float, goal: float", "int", "years = 0\nwhile amount < goal:\n    amount *= 1 + rate / 100\n    years += 1\nreturn years", "", "100, 10, 200"),
    ("prints a multiplication table of size n", "multiplication_table", "n: int", "None", 'for row in range(1, n + 1):\n    print(" ".join(f"{row * column:3}" for column in range(1, n + 1)))', "", "4"),
    ("prints the multiplication table of a number up to ten", "times_table", "number: int", "None", 'for i in range(1, 11):\n    print(f"{number} x {i} = {number * i}")', "", "7"),
    ("returns the multiplication table of size n as a list of lists", "multiplication_grid", "n: int", "list[list[int]]", "return [[row * column for column in range(1, n + 1)] for row in range(1, n + 1)]", "", "3"),
    ("prints each item of a list with its position starting at one", "print_numbered", "items: list[str]", "None", 'for number, item in enumerate(items, start=1):\n    print(f"{number}. {item}")', "", '["tea", "milk", "bread"]'),
    ("prints two lists side by side", "print_pairs", "left: list[str], right: list[str]", "None", 'for first, second in zip(left, right):\n    print(f"{first} - {second}")', "", '["a", "b"], ["x", "y"]'),
    ("prints a dictionary with one line for each key", "print_dictionary", "data: dict[str, int]", "None", 'for key, value in data.items():\n    print(f"{key}: {value}")', "", '{"apples": 3, "pears": 5}'),
    ("returns the running totals of a list", "running_totals", "numbers: list[int]", "list[int]", "totals = []\ntotal = 0\nfor number in numbers:\n    total += number\n    totals.append(total)\nreturn totals", "", "[1, 2, 3, 4]"),
    ("returns the differences between neighbors in a list", "differences", "numbers: list[int]", "list[int]", "return [b - a for a, b in zip(numbers, numbers[1:])]", "", "[1, 4, 9, 16]"),
    ("checks whether a list is sorted in ascending order", "is_sorted", "numbers: list[int]", "bool", "return all(a <= b for a, b in zip(numbers, numbers[1:]))", "", "[1, 2, 2, 5]"),
    ("removes duplicates from a list and keeps the order", "unique", "items: list[int]", "list[int]", "result = []\nfor item in items:\n    if item not in result:\n        result.append(item)\nreturn result", "", "[3, 1, 3, 2, 1]"),
    ("returns the items that two lists have in common", "common_items", "left: list[int], right: list[int]", "list[int]", "return [item for item in left if item in right]", "", "[1, 2, 3], [2, 3, 4]"),
    ("returns the items of one list that are not in another", "difference", "left: list[int], right: list[int]", "list[int]", "return [item for item in left if item not in right]", "", "[1, 2, 3], [2]"),
    ("swaps the first and last item of a list", "swap_ends", "items: list[int]", "list[int]", "if len(items) < 2:\n    return items\nreturn [items[-1], *items[1:-1], items[0]]", "", "[1, 2, 3, 4]"),
    ("returns every second item of a list", "every_second", "items: list[int]", "list[int]", "return items[::2]", "", "[1, 2, 3, 4, 5]"),
    ("returns the last n items of a list", "last_items", "items: list[int], n: int", "list[int]", "return items[-n:] if n > 0 else []", "", "[1, 2, 3, 4], 2"),
    ("returns the second largest number of a list, or None", "second_largest", "numbers: list[int]", "int | None", "distinct = sorted(set(numbers))\nreturn distinct[-2] if len(distinct) > 1 else None", "", "[4, 9, 2, 9]"),
    ("returns the difference between the largest and the smallest number of a list", "value_range", "numbers: list[int]", "int", "return max(numbers) - min(numbers)", "", "[4, 9, 2]"),
    ("returns the most common item of a list", "most_common", "items: list[str]", "str", "return max(set(items), key=items.count)", "", '["a", "b", "b"]'),
    ("splits a list into chunks of a given size", "chunks", "items: list[int], size: int", "list[list[int]]", "return [items[i : i + size] for i in range(0, len(items), size)]", "", "[1, 2, 3, 4, 5], 2"),
    ("rotates a list to the right by n places", "rotate_right", "items: list[int], n: int", "list[int]", "if not items:\n    return []\nn %= len(items)\nreturn items[-n:] + items[:-n] if n else list(items)", "", "[1, 2, 3, 4], 1"),
    ("inserts a separator between the items of a list", "intersperse", "items: list[str], separator: str", "list[str]", "result = []\nfor index, item in enumerate(items):\n    if index > 0:\n        result.append(separator)\n    result.append(item)\nreturn result", "", '["a", "b"], "-"'),
    ("repeats every item of a list n times", "repeat_items", "items: list[int], n: int", "list[int]", "return [item for item in items for _ in range(n)]", "", "[1, 2], 3"),
    ("combines two lists into a dictionary", "to_dictionary", "keys: list[str], values: list[int]", "dict[str, int]", "return dict(zip(keys, values))", "", '["a", "b"], [1, 2]'),
    ("returns the index of the largest number in a list", "index_of_largest", "numbers: list[int]", "int", "return numbers.index(max(numbers))", "", "[4, 9, 2]"),
    ("moves all zeros of a list to the end", "zeros_last", "numbers: list[int]", "list[int]", "nonzero = [number for number in numbers if number != 0]\nreturn nonzero + [0] * (len(numbers) - len(nonzero))", "", "[0, 3, 0, 5]"),
    ("adds two lists of numbers item by item", "add_lists", "left: list[int], right: list[int]", "list[int]", "return [a + b for a, b in zip(left, right)]", "", "[1, 2, 3], [10, 20, 30]"),
    ("adds a number to every item of a list", "add_to_all", "numbers: list[int], amount: int", "list[int]", "return [number + amount for number in numbers]", "", "[1, 2, 3], 10"),
    ("multiplies every number of a list by a factor", "scale", "numbers: list[int], factor: int", "list[int]", "return [number * factor for number in numbers]", "", "[1, 2, 3], 10"),
    ("converts a list of strings to integers", "to_integers", "texts: list[str]", "list[int]", "return [int(text) for text in texts]", "", '["1", "20", "3"]'),
    ("converts a list of numbers to strings", "to_strings", "numbers: list[int]", "list[str]", "return [str(number) for number in numbers]", "", "[1, 2, 3]"),
)  # fmt: skip


@family(3)
def list_tasks(rng: random.Random) -> Program:
    """Single loops: countdown, running totals, chunks, neighbors, comparisons of two lists."""
    ask, name, parameters, result, body, _, call = rng.choice(REPEATS)
    source = function(name, f"({parameters}) -> {result}", infinitive(ask), body)
    space: dict[str, Any] = {}
    exec(source, space)
    demo = f"{name}({call})"
    if result == "None":
        checks = [f"callable({name})"]
    else:
        checks, demo = [f"{name}({call}) == {eval(f'{name}({call})', space)!r}"], f"print({demo})"
    asks = [ask] + ([ask.replace(" a list", " a given list", 1)] if " a list" in ask else [])
    names = {
        "items": ["values", "elements"],
        "numbers": ["values", "nums"],
        "left": ["first", "a_list"],
        "right": ["second", "b_list"],
        "result": ["output"],
    }
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=checks,
        topic="lists",
        names={k: v for k, v in names.items() if k in source},
    )


RECURSIVE = (
    ("the sum of a list", "sum_list", "numbers: list[int]", "int", "if not numbers:\n    return 0\nreturn numbers[0] + {f}(numbers[1:])", "[1, 2, 3]"),
    ("the largest number of a list", "largest", "numbers: list[int]", "int", "if len(numbers) == 1:\n    return numbers[0]\nreturn max(numbers[0], {f}(numbers[1:]))", "[4, 9, 2]"),
    ("the length of a list", "length", "items: list[int]", "int", "if not items:\n    return 0\nreturn 1 + {f}(items[1:])", "[4, 9, 2]"),
    ("the reverse of a string", "reverse", "text: str", "str", "if len(text) <= 1:\n    return text\nreturn {f}(text[1:]) + text[0]", '"hello"'),
    ("the sum of the digits of a number", "digit_sum", "n: int", "int", "if n < 10:\n    return n\nreturn n % 10 + {f}(n // 10)", "1234"),
    ("the number of digits of a number", "digit_count", "n: int", "int", "if n < 10:\n    return 1\nreturn 1 + {f}(n // 10)", "1234"),
    ("a power of a number with a whole exponent", "power", "base: int, exponent: int", "int", "if exponent == 0:\n    return 1\nreturn base * {f}(base, exponent - 1)", "2, 10"),
    ("the sum of the numbers from 1 to n", "sum_to", "n: int", "int", "if n == 0:\n    return 0\nreturn n + {f}(n - 1)", "10"),
    ("the factorial of n", "factorial", "n: int", "int", "if n <= 1:\n    return 1\nreturn n * {f}(n - 1)", "5"),
    ("the n-th Fibonacci number", "fibonacci", "n: int", "int", "if n < 2:\n    return n\nreturn {f}(n - 1) + {f}(n - 2)", "10"),
    ("the greatest common divisor of two numbers", "gcd", "a: int, b: int", "int", "if b == 0:\n    return a\nreturn {f}(b, a % b)", "12, 18"),
    ("the product of a list of numbers", "product", "numbers: list[int]", "int", "if not numbers:\n    return 1\nreturn numbers[0] * {f}(numbers[1:])", "[2, 3, 4]"),
    ("the depth of a nested list", "depth", "items: list", "int", "return 1 + max((depth_of for item in items if isinstance(item, list) for depth_of in [{f}(item)]), default=0)", "[1, [2, [3]]]"),
    ("the sum of all numbers in a nested list", "nested_sum", "items: list", "int", "total = 0\nfor item in items:\n    if isinstance(item, list):\n        total += {f}(item)\n    else:\n        total += item\nreturn total", "[1, [2, [3, 4]], 5]"),
    ("how many numbers a nested list holds", "nested_count", "items: list", "int", "count = 0\nfor item in items:\n    if isinstance(item, list):\n        count += {f}(item)\n    else:\n        count += 1\nreturn count", "[1, [2, [3, 4]], 5]"),
    ("the binary digits of a number as a string", "to_binary", "n: int", "str", "if n < 2:\n    return str(n)\nreturn {f}(n // 2) + str(n % 2)", "10"),
    ("how often a character occurs in a text", "count_char", "text: str, char: str", "int", "if not text:\n    return 0\nreturn (text[0] == char) + {f}(text[1:], char)", '"banana", "a"'),
    ("whether a text is a palindrome", "is_palindrome", "text: str", "bool", "if len(text) < 2:\n    return True\nreturn text[0] == text[-1] and {f}(text[1:-1])", '"level"'),
)  # fmt: skip


@family(1.2)
def recursion(rng: random.Random) -> Program:
    """Small results computed by recursion."""
    what, name, parameters, result, body, call = rng.choice(RECURSIVE)
    verb = "checks recursively" if what.startswith("whether") else "computes"
    asks = [
        f"{verb} {what} with recursion" if verb == "computes" else f"{verb} {what}",
        f"uses recursion to {'check' if verb != 'computes' else 'find'} {what}",
        f"recursively {'checks' if verb != 'computes' else 'computes'} {what}",
    ]
    if rng.random() < 0.5:
        name += "_recursive"
    source = function(
        name,
        f"({parameters}) -> {result}",
        f"{'Check' if verb != 'computes' else 'Compute'} {what} recursively",
        body.format(f=name),
    )
    space: dict[str, Any] = {}
    exec(source, space)
    checks = [f"{name}({call}) == {eval(f'{name}({call})', space)!r}"]
    return make(
        asks=asks[:2],
        source=source,
        demo=shows(name, call),
        checks=checks,
        topic="recursion",
        names={"n": ["number", "value"], "numbers": ["values"]},
    )


GRID = (
    ("the sum of all numbers in a grid", "grid_sum", "int", "return sum(sum(row) for row in {g})", lambda g: sum(map(sum, g))),
    ("the largest number in a grid", "grid_max", "int", "return max(max(row) for row in {g})", lambda g: max(map(max, g))),
    ("the smallest number in a grid", "grid_min", "int", "return min(min(row) for row in {g})", lambda g: min(map(min, g))),
    ("the sum of each row of a grid", "row_sums", "list[int]", "return [sum(row) for row in {g}]", lambda g: [sum(r) for r in g]),
    ("the sum of each column of a grid", "column_sums", "list[int]", "return [sum(column) for column in zip(*{g})]", lambda g: [sum(c) for c in zip(*g, strict=True)]),
    ("the largest number of each row of a grid", "row_maxima", "list[int]", "return [max(row) for row in {g}]", lambda g: [max(r) for r in g]),
    ("the average of each row of a grid", "row_averages", "list[float]", "return [sum(row) / len(row) for row in {g}]", lambda g: [sum(r) / len(r) for r in g]),
    ("the main diagonal of a square grid", "diagonal", "list[int]", "return [{g}[i][i] for i in range(len({g}))]", lambda g: [g[i][i] for i in range(len(g))]),
    ("all numbers of a grid as one flat list", "flatten", "list[int]", "return [value for row in {g} for value in row]", lambda g: [v for r in g for v in r]),
    ("the transpose of a grid", "transpose", "list[list[int]]", "return [list(column) for column in zip(*{g})]", lambda g: [list(c) for c in zip(*g, strict=True)]),
    ("a grid with every number doubled", "double_grid", "list[list[int]]", "return [[value * 2 for value in row] for row in {g}]", lambda g: [[v * 2 for v in r] for r in g]),
    ("the first column of a grid", "first_column", "list[int]", "return [row[0] for row in {g}]", lambda g: [r[0] for r in g]),
    ("the last row of a grid", "last_row", "list[int]", "return {g}[-1]", lambda g: g[-1]),
    ("the number of zeros in a grid", "count_zeros", "int", "return sum(row.count(0) for row in {g})", lambda g: sum(r.count(0) for r in g)),
    ("the even numbers of a grid as a list", "even_values", "list[int]", "return [value for row in {g} for value in row if value % 2 == 0]", lambda g: [v for r in g for v in r if v % 2 == 0]),
    ("a grid with its rows in reverse order", "flip_rows", "list[list[int]]", "return {g}[::-1]", lambda g: g[::-1]),
    ("a grid mirrored from left to right", "mirror", "list[list[int]]", "return [row[::-1] for row in {g}]", lambda g: [r[::-1] for r in g]),
)  # fmt: skip


@family(1.3)
def grids(rng: random.Random) -> Program:
    """Reductions over lists of lists."""
    what, name, result, body, run = rng.choice(GRID)
    g, noun = rng.choice(
        (("grid", "a grid"), ("matrix", "a matrix"), ("rows", "a list of lists"), ("table", "a table"))
    )
    what = what.replace("a square grid", f"a square {noun.removeprefix('a ')}").replace("a grid", noun)
    asks = [f"returns {what}", f"{'computes' if 'sum' in what or 'average' in what else 'gives'} {what}"]
    grid = [[rng.randint(0, 9) for _ in range(3)] for _ in range(3)]
    source = function(name, f"({g}: list[list[int]]) -> {result}", infinitive(asks[0]), body.format(g=g))
    demo = f"{g} = {grid}\nprint({name}({g}))" if rng.random() < 0.5 else f"print({name}({grid}))"
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=[f"{name}({grid}) == {run(grid)!r}"],
        topic="grids",
        names={"value": ["item", "number"]},
    )
