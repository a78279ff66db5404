"""Idioms of itertools and functools, lambdas and sorting keys."""

from .base import program

program(
    asks=["computes running totals", "returns the cumulative sums of numbers", "lists the sum after each number"],
    source='''
from itertools import accumulate


def running_totals(numbers: list[int]) -> list[int]:
    """Return the sum of the numbers so far, for each number."""
    return list(accumulate(numbers))
''',
    demo="print(running_totals([1, 2, 3, 4]))\nprint(running_totals([10, -5, 20]))",
    names={"running_totals": ["cumulative_sums", "prefix_sums"], "numbers": ["values"]},
    checks=["running_totals([1, 2, 3]) == [1, 3, 6]", "running_totals([]) == []"],
    topic="itertools",
)

program(
    asks=[
        "groups equal neighbours and counts them",
        "compresses a text with itertools.groupby",
        "returns each run of equal characters with its length",
    ],
    source='''
from itertools import groupby


def runs(text: str) -> list[tuple[str, int]]:
    """Return each run of equal characters and its length."""
    return [(char, len(list(group))) for char, group in groupby(text)]
''',
    demo='print(runs("aaabccd"))',
    names={"runs": ["count_runs", "run_lengths"], "group": ["items"], "char": ["letter"]},
    checks=['runs("aab") == [("a", 2), ("b", 1)]', 'runs("") == []'],
    topic="itertools",
)

program(
    asks=[
        "lists all pairs of players for a tournament",
        "returns every pairing of a list of names",
        "makes a schedule in which everyone meets everyone",
    ],
    source='''
from itertools import combinations


def pairings(players: list[str]) -> list[tuple[str, str]]:
    """Return every pair of players once."""
    return list(combinations(players, 2))
''',
    demo='for first, second in pairings(["Ada", "Bob", "Eve"]):\n    print(first, "-", second)',
    names={"pairings": ["all_pairs", "matches"], "players": ["names", "teams"]},
    checks=['pairings(["a", "b", "c"]) == [("a", "b"), ("a", "c"), ("b", "c")]'],
    topic="itertools",
)

program(
    asks=[
        "lists all outfits of shirts and trousers",
        "combines every item of one list with every item of another",
        "returns the Cartesian product of two lists as text",
    ],
    source='''
from itertools import product


def combine_all(first: list[str], second: list[str]) -> list[str]:
    """Join each item of the first list with each of the second."""
    return [f"{a} {b}" for a, b in product(first, second)]
''',
    demo='for outfit in combine_all(["red", "blue"], ["shirt", "hat"]):\n    print(outfit)',
    names={"combine_all": ["all_combinations", "outfits"], "first": ["left"], "second": ["right"]},
    checks=['combine_all(["a"], ["b", "c"]) == ["a b", "a c"]'],
    topic="itertools",
)

program(
    asks=["joins several lists into one with chain", "merges a list of lists", "concatenates lists with itertools"],
    source='''
from itertools import chain


def merge_lists(*lists: list) -> list:
    """Return the items of all lists in one list."""
    return list(chain.from_iterable(lists))
''',
    demo="print(merge_lists([1, 2], [3], [4, 5]))",
    names={"merge_lists": ["join_lists", "concatenate"], "lists": ["parts"]},
    checks=["merge_lists([1], [2, 3]) == [1, 2, 3]", "merge_lists() == []"],
    topic="itertools",
)

program(
    asks=[
        "takes numbers from a list while they are small",
        "stops at the first number that is too large",
        "uses takewhile and dropwhile on a list",
    ],
    source='''
from itertools import dropwhile, takewhile


def split_at_limit(numbers: list[int], limit: int) -> tuple[list[int], list[int]]:
    """Split a list before the first number that reaches the limit."""
    before = list(takewhile(lambda number: number < limit, numbers))
    after = list(dropwhile(lambda number: number < limit, numbers))
    return before, after
''',
    demo="before, after = split_at_limit([1, 3, 8, 2, 9], 5)\nprint(before)\nprint(after)",
    names={"split_at_limit": ["split_list", "cut_at"], "limit": ["maximum", "threshold"]},
    checks=["split_at_limit([1, 3, 8, 2], 5) == ([1, 3], [8, 2])"],
    topic="itertools",
)

program(
    asks=[
        "assigns colors to names in turn",
        "deals items to people in a cycle",
        "repeats colors until every name has one",
    ],
    source='''
from itertools import cycle


def assign_colors(names: list[str], colors: list[str]) -> dict[str, str]:
    """Give each name a color; the colors repeat."""
    return dict(zip(names, cycle(colors)))
''',
    demo='print(assign_colors(["Ada", "Bob", "Eve"], ["red", "blue"]))',
    names={"assign_colors": ["give_colors", "color_names"], "colors": ["palette"]},
    checks=['assign_colors(["a", "b", "c"], ["x", "y"]) == {"a": "x", "b": "y", "c": "x"}'],
    topic="itertools",
)

program(
    asks=[
        "takes the first n items of any iterable",
        "returns the beginning of an endless sequence",
        "reads some items from a generator with islice",
    ],
    source='''
from collections.abc import Iterable
from itertools import count, islice


def take(n: int, items: Iterable) -> list:
    """Return the first n items."""
    return list(islice(items, n))
''',
    demo='print(take(5, count(10, 5)))\nprint(take(2, "hello"))',
    names={"take": ["first_items", "head"], "items": ["iterable", "source"], "n": ["amount"]},
    checks=["take(3, count(1)) == [1, 2, 3]", "take(5, [1]) == [1]"],
    topic="itertools",
)

program(
    asks=[
        "multiplies all numbers of a list with reduce",
        "computes the product of a list",
        "returns the product of several numbers",
    ],
    source='''
from functools import reduce
from operator import mul


def product_of(numbers: list[int]) -> int:
    """Return the product of all numbers; 1 for none."""
    return reduce(mul, numbers, 1)
''',
    demo="print(product_of([2, 3, 4]))\nprint(product_of([]))",
    names={"product_of": ["multiply_all", "list_product"], "numbers": ["factors", "values"]},
    checks=["product_of([2, 3, 4]) == 24", "product_of([]) == 1"],
    topic="functools",
)

program(
    asks=[
        "computes Fibonacci numbers with lru_cache",
        "returns the n-th Fibonacci number with a cached recursion",
        "memoizes the Fibonacci function",
    ],
    source='''
from functools import lru_cache


@lru_cache(maxsize=None)
def fibonacci(n: int) -> int:
    """Return the n-th Fibonacci number."""
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)
''',
    demo="print([fibonacci(n) for n in range(10)])\nprint(fibonacci(60))",
    names={"fibonacci": ["fib", "nth_fibonacci"]},
    checks=["fibonacci(10) == 55", "fibonacci(0) == 0"],
    topic="functools",
    name="fibonacci_lru_cache",
)

program(
    asks=[
        "makes new functions with partial",
        "creates power functions with functools.partial",
        "fixes an argument of a function",
    ],
    source='''
from functools import partial


def power(base: float, exponent: float) -> float:
    """Raise a base to an exponent."""
    return base**exponent


square = partial(power, exponent=2)
cube = partial(power, exponent=3)
''',
    demo="print(square(5))\nprint(cube(2))",
    names={"power": ["raise_to"], "square": ["squared"], "cube": ["cubed"]},
    checks=["square(5) == 25", "cube(2) == 8"],
    topic="functools",
)

program(
    asks=[
        "chains functions one after another",
        "composes several functions into one",
        "applies a list of functions in order",
    ],
    source='''
from collections.abc import Callable
from functools import reduce


def pipeline(*steps: Callable) -> Callable:
    """Return a function that applies all steps in order."""

    def run(value: object) -> object:
        return reduce(lambda result, step: step(result), steps, value)

    return run
''',
    demo='clean = pipeline(str.strip, str.lower, lambda text: text.replace(" ", "_"))\nprint(clean("  Hello World "))',
    names={"pipeline": ["compose", "chain_functions"], "steps": ["functions", "stages"], "run": ["apply", "inner"]},
    checks=["pipeline(str.strip, len)(' ab ') == 2", "pipeline()(3) == 3"],
    topic="functools",
    main="pipeline",
)

program(
    asks=[
        "describes values by their type with singledispatch",
        "prints different types differently",
        "dispatches on the type of the argument",
    ],
    source='''
from functools import singledispatch


@singledispatch
def describe(value: object) -> str:
    """Describe a value according to its type."""
    return f"something: {value}"


@describe.register(int)
def _(value: int) -> str:
    return f"the number {value}"


@describe.register(list)
def _(value: list) -> str:
    return f"a list of {len(value)} items"
''',
    demo='print(describe(7))\nprint(describe([1, 2, 3]))\nprint(describe("text"))',
    names={"value": ["thing", "item"]},
    checks=['describe(7) == "the number 7"', 'describe([1]) == "a list of 1 items"', 'describe("a") == "something: a"'],
    topic="functools",
    main="describe",
)

program(
    asks=[
        "sorts words by length and then alphabetically",
        "orders a list of words with a lambda key",
        "sorts strings first by length, then by name",
    ],
    source='''
def sort_words(words: list[str]) -> list[str]:
    """Sort words by length; words of equal length alphabetically."""
    return sorted(words, key=lambda word: (len(word), word))
''',
    demo='print(sort_words(["pear", "fig", "apple", "kiwi", "date"]))',
    names={"sort_words": ["order_words", "by_length"], "words": ["names", "strings"]},
    checks=['sort_words(["bb", "a", "ab"]) == ["a", "ab", "bb"]'],
    topic="sorting",
)

program(
    asks=[
        "ranks players by points and name",
        "sorts a score table from best to worst",
        "orders scores descending and names ascending",
    ],
    source='''
def ranking(scores: dict[str, int]) -> list[str]:
    """Return the names from the most to the fewest points; ties by name."""
    return sorted(scores, key=lambda name: (-scores[name], name))
''',
    demo="""
scores = {"Eve": 12, "Bob": 20, "Ada": 12}
for place, name in enumerate(ranking(scores), start=1):
    print(place, name, scores[name])
""",
    names={"ranking": ["rank_players", "leaderboard"], "scores": ["points", "results"], "name": ["player"]},
    checks=['ranking({"b": 1, "a": 1, "c": 5}) == ["c", "a", "b"]'],
    topic="sorting",
)

program(
    asks=[
        "sorts a list of dictionaries by a key",
        "orders records by one of their fields",
        "sorts dicts with itemgetter",
    ],
    source='''
from operator import itemgetter


def sort_records(records: list[dict], field: str, reverse: bool = False) -> list[dict]:
    """Return the records sorted by a field."""
    return sorted(records, key=itemgetter(field), reverse=reverse)
''',
    demo="""
people = [{"name": "Bob", "age": 41}, {"name": "Ada", "age": 36}]
for person in sort_records(people, "age"):
    print(person["name"], person["age"])
""",
    names={"sort_records": ["sort_dicts", "order_by"], "records": ["rows", "items"], "field": ["column"]},
    checks=['sort_records([{"a": 2}, {"a": 1}], "a") == [{"a": 1}, {"a": 2}]'],
    topic="sorting",
)

program(
    asks=[
        "applies an arithmetic operation given as a symbol",
        "looks up lambdas in a dictionary to calculate",
        "calculates with operators stored in a dict",
    ],
    source='''
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def calculate(a: float, symbol: str, b: float) -> float:
    """Apply the operation of a symbol to two numbers."""
    if symbol not in OPERATIONS:
        raise ValueError(f"unknown operation {symbol}")
    return OPERATIONS[symbol](a, b)
''',
    demo='print(calculate(6, "+", 3))\nprint(calculate(6, "/", 3))',
    names={"calculate": ["compute", "apply_operation"], "symbol": ["operator", "sign"], "OPERATIONS": ["FUNCTIONS"]},
    checks=['calculate(6, "*", 3) == 18', 'calculate(6, "-", 3) == 3'],
    topic="functions",
)
