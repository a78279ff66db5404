"""Lists, enumerate and zip."""

from .base import program

program(
    asks=[
        "splits a list into chunks of a given size",
        "cuts a list into pieces of equal length",
        "returns a list in chunks",
    ],
    source='''
def chunk(items: list, size: int) -> list[list]:
    """Split a list into pieces of the given size; the last may be shorter."""
    return [items[i : i + size] for i in range(0, len(items), size)]
''',
    demo="print(chunk([1, 2, 3, 4, 5, 6, 7], 3))",
    names={"chunk": ["split_into_chunks", "chunked"], "items": ["values", "data"], "size": ["length", "n"]},
    checks=["chunk([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]", "chunk([], 2) == []"],
    topic="lists",
    name="chunk_slices",
)

program(
    asks=["flattens a list of lists", "joins nested lists by one level", "turns a list of lists into a single list"],
    source='''
def flatten(lists: list[list]) -> list:
    """Return the items of all lists in one list."""
    return [item for part in lists for item in part]
''',
    demo="print(flatten([[1, 2], [3], [], [4, 5]]))",
    names={"flatten": ["flatten_list", "join_lists"], "lists": ["nested", "parts"], "part": ["inner", "row"]},
    checks=["flatten([[1, 2], [3], []]) == [1, 2, 3]", "flatten([]) == []"],
    topic="lists",
    name="flatten_one_level",
)

program(
    asks=[
        "rotates a list to the left",
        "moves the first items of a list to the end",
        "shifts a list by k places with slices",
    ],
    source='''
def rotate_left(items: list, k: int) -> list:
    """Return the items rotated to the left by k places."""
    if not items:
        return []
    k %= len(items)
    return items[k:] + items[:k]
''',
    demo="print(rotate_left([1, 2, 3, 4, 5], 2))",
    names={"rotate_left": ["rotate", "shift_left"], "items": ["values"], "k": ["steps", "places"]},
    checks=["rotate_left([1, 2, 3], 1) == [2, 3, 1]", "rotate_left([], 3) == []", "rotate_left([1, 2], 4) == [1, 2]"],
    topic="lists",
)

program(
    asks=[
        "transposes a table given as rows",
        "swaps rows and columns of a list of lists",
        "turns columns into rows with zip",
    ],
    source='''
def transpose(rows: list[list]) -> list[list]:
    """Return the columns of a table as rows."""
    return [list(column) for column in zip(*rows)]
''',
    demo="for row in transpose([[1, 2, 3], [4, 5, 6]]):\n    print(row)",
    names={"transpose": ["swap_axes", "columns_to_rows"], "rows": ["matrix", "table"]},
    checks=["transpose([[1, 2, 3], [4, 5, 6]]) == [[1, 4], [2, 5], [3, 6]]", "transpose([]) == []"],
    topic="lists",
    name="transpose_zip",
)

program(
    asks=[
        "removes duplicates from a list and keeps the order",
        "returns each item of a list only once",
        "drops repeated items of a list",
    ],
    source='''
def unique(items: list) -> list:
    """Return the items without repetitions, in their first order."""
    return list(dict.fromkeys(items))
''',
    demo='print(unique([3, 1, 3, 2, 1]))\nprint(unique(["b", "a", "b"]))',
    names={"unique": ["remove_duplicates", "dedupe"], "items": ["values"]},
    checks=["unique([3, 1, 3, 2, 1]) == [3, 1, 2]", "unique([]) == []"],
    topic="lists",
    name="unique_dict",
)

program(
    asks=[
        "removes repeated items with a set of seen items",
        "deduplicates a list in order",
        "keeps only the first occurrence of every item",
    ],
    source='''
def dedupe(items: list) -> list:
    """Return a list without repeated items."""
    seen = set()
    result = []
    for item in items:
        if item not in seen:
            seen.add(item)
            result.append(item)
    return result
''',
    demo="print(dedupe([1, 2, 1, 3, 2]))",
    names={"dedupe": ["without_duplicates", "unique_items"], "seen": ["known"], "result": ["kept"]},
    checks=["dedupe([1, 2, 1, 3, 2]) == [1, 2, 3]"],
    topic="lists",
    name="dedupe_set",
)

program(
    asks=["splits a list in two by a condition", "separates even and odd numbers", "partitions items with a predicate"],
    source='''
from collections.abc import Callable


def partition(items: list, condition: Callable) -> tuple[list, list]:
    """Return the items that meet a condition and those that do not."""
    yes, no = [], []
    for item in items:
        (yes if condition(item) else no).append(item)
    return yes, no
''',
    demo="even, odd = partition([1, 2, 3, 4, 5], lambda n: n % 2 == 0)\nprint(even)\nprint(odd)",
    names={
        "partition": ["separate", "split_by"],
        "condition": ["predicate", "test"],
        "yes": ["matching"],
        "no": ["others"],
    },
    checks=["partition([1, 2, 3], lambda n: n > 1) == ([2, 3], [1])"],
    topic="lists",
    name="partition_by_condition",
)

program(
    asks=[
        "returns all neighbouring pairs of a list",
        "lists the differences between neighbouring numbers",
        "compares each number with the next one",
    ],
    source='''
def differences(numbers: list[int]) -> list[int]:
    """Return the difference of each number and the one before."""
    return [b - a for a, b in zip(numbers, numbers[1:])]
''',
    demo="print(differences([1, 4, 9, 16]))",
    names={"differences": ["steps", "neighbour_differences"], "numbers": ["values"]},
    checks=["differences([1, 4, 9]) == [3, 5]", "differences([5]) == []"],
    topic="lists",
    name="neighbour_differences",
)

program(
    asks=["interleaves two lists", "takes items from two lists in turn", "mixes two lists like a zipper"],
    source='''
def interleave(first: list, second: list) -> list:
    """Take items in turn from two lists; the rest of the longer one follows."""
    result = []
    for a, b in zip(first, second):
        result += [a, b]
    shorter = min(len(first), len(second))
    return result + first[shorter:] + second[shorter:]
''',
    demo="print(interleave([1, 3, 5, 7], [2, 4]))",
    names={"interleave": ["alternate", "mix_lists"], "first": ["left"], "second": ["right"]},
    checks=["interleave([1, 3, 5, 7], [2, 4]) == [1, 2, 3, 4, 5, 7]", "interleave([], [1]) == [1]"],
    topic="lists",
)

program(
    asks=[
        "splits a list at a separator",
        "cuts a list wherever a certain item occurs",
        "separates a list into parts at a marker",
    ],
    source='''
def split_at(items: list, separator: object) -> list[list]:
    """Split a list at each separator."""
    parts: list[list] = [[]]
    for item in items:
        if item == separator:
            parts.append([])
        else:
            parts[-1].append(item)
    return parts
''',
    demo="print(split_at([1, 2, 0, 3, 0, 4], 0))",
    names={"split_at": ["split_list", "cut_list"], "separator": ["marker"], "parts": ["groups", "result"]},
    checks=["split_at([1, 2, 0, 3], 0) == [[1, 2], [3]]", "split_at([], 0) == [[]]"],
    topic="lists",
)

program(
    asks=["prints a numbered list", "numbers the lines of a menu with enumerate", "returns menu entries with numbers"],
    source='''
def numbered(items: list[str], start: int = 1) -> str:
    """Return the items as numbered lines."""
    return "\\n".join(f"{number}. {item}" for number, item in enumerate(items, start=start))
''',
    demo='print(numbered(["Tea", "Coffee", "Juice"]))',
    names={"numbered": ["number_items", "menu"], "items": ["entries", "lines"], "start": ["first"]},
    checks=['numbered(["a", "b"]) == "1. a\\n2. b"'],
    topic="lists",
)

program(
    asks=["combines names and scores with zip", "builds a dictionary from two lists", "pairs keys with values"],
    source='''
def make_dict(keys: list[str], values: list[int]) -> dict[str, int]:
    """Return a dictionary of keys and values; both lists have the same length."""
    return dict(zip(keys, values, strict=True))
''',
    demo='print(make_dict(["Ada", "Bob"], [92, 85]))',
    names={"make_dict": ["pair_up", "zip_to_dict"], "keys": ["names"], "values": ["scores"]},
    checks=['make_dict(["a"], [1]) == {"a": 1}'],
    topic="lists",
)

program(
    asks=[
        "finds all positions of an item in a list",
        "returns the indexes at which a value occurs",
        "lists every index of a value with enumerate",
    ],
    source='''
def positions(items: list, target: object) -> list[int]:
    """Return every index at which an item equals the target."""
    return [index for index, item in enumerate(items) if item == target]
''',
    demo='print(positions(["a", "b", "a", "c", "a"], "a"))',
    names={"positions": ["find_all", "indexes_of"], "target": ["value", "wanted"], "items": ["values"]},
    checks=["positions([1, 2, 1], 1) == [0, 2]", "positions([], 1) == []"],
    topic="lists",
)

program(
    asks=[
        "finds the two largest numbers of a list",
        "returns the largest and the second largest number",
        "picks the top two values",
    ],
    source='''
def top_two(numbers: list[int]) -> tuple[int, int]:
    """Return the largest and the second largest number."""
    first = second = float("-inf")
    for number in numbers:
        if number > first:
            first, second = number, first
        elif number > second:
            second = number
    return first, second
''',
    demo="print(top_two([4, 9, 2, 7]))",
    names={"top_two": ["largest_two", "two_largest"], "numbers": ["values"], "first": ["largest"]},
    checks=["top_two([4, 9, 2, 7]) == (9, 7)", "top_two([5, 5]) == (5, 5)"],
    topic="lists",
)

program(
    asks=[
        "checks whether a list is sorted",
        "tells if numbers are in ascending order",
        "returns True when every number is at most the next",
    ],
    source='''
from itertools import pairwise


def is_ascending(numbers: list[int]) -> bool:
    """Tell whether each number is at most the next one."""
    return all(a <= b for a, b in pairwise(numbers))
''',
    demo="print(is_ascending([1, 2, 2, 5]))\nprint(is_ascending([3, 1]))",
    names={"is_ascending": ["is_sorted", "in_order"], "numbers": ["values"]},
    checks=["is_ascending([1, 2, 2, 5])", "not is_ascending([3, 1])", "is_ascending([])"],
    topic="lists",
)
