"""Dictionaries and sets."""

from .base import program

program(
    asks=[
        "merges two dictionaries",
        "combines two dicts so that the second one wins",
        "returns one dictionary made of two",
    ],
    source='''
def merge_dicts(first: dict, second: dict) -> dict:
    """Return a new dictionary; values of the second one win."""
    return {**first, **second}
''',
    demo='print(merge_dicts({"a": 1, "b": 2}, {"b": 3, "c": 4}))',
    names={"merge_dicts": ["combine_dicts", "merge"], "first": ["left"], "second": ["right"]},
    checks=['merge_dicts({"a": 1}, {"a": 2, "b": 3}) == {"a": 2, "b": 3}'],
    topic="dictionaries",
)

program(
    asks=[
        "merges dictionaries and adds up the values of equal keys",
        "sums the values of two dictionaries",
        "adds two dictionaries of counts",
    ],
    source='''
def add_dicts(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    """Return a dictionary with the values of both added up."""
    result = dict(first)
    for key, value in second.items():
        result[key] = result.get(key, 0) + value
    return result
''',
    demo='print(add_dicts({"apples": 2, "pears": 1}, {"apples": 3, "plums": 4}))',
    names={"add_dicts": ["sum_dicts", "merge_counts"], "result": ["total", "merged"]},
    checks=['add_dicts({"a": 1}, {"a": 2, "b": 3}) == {"a": 3, "b": 3}', "add_dicts({}, {}) == {}"],
    topic="dictionaries",
)

program(
    asks=["swaps the keys and values of a dictionary", "inverts a dictionary", "turns values into keys"],
    source='''
def invert_dict(data: dict) -> dict:
    """Return a dictionary with keys and values swapped."""
    return {value: key for key, value in data.items()}
''',
    demo='print(invert_dict({"a": 1, "b": 2}))',
    names={"invert_dict": ["swap_keys", "reverse_dict"], "data": ["mapping", "d"]},
    checks=['invert_dict({"a": 1, "b": 2}) == {1: "a", 2: "b"}'],
    topic="dictionaries",
)

program(
    asks=[
        "inverts a dictionary whose values repeat",
        "lists all keys that have the same value",
        "groups the keys of a dictionary by value",
    ],
    source='''
def keys_by_value(data: dict[str, str]) -> dict[str, list[str]]:
    """Return for each value the list of its keys."""
    result: dict[str, list[str]] = {}
    for key, value in data.items():
        result.setdefault(value, []).append(key)
    return result
''',
    demo='pets = {"Rex": "dog", "Mia": "cat", "Bello": "dog"}\nprint(keys_by_value(pets))',
    names={"keys_by_value": ["group_keys", "invert_multi"], "result": ["groups"], "data": ["mapping"]},
    checks=['keys_by_value({"a": "x", "b": "x"}) == {"x": ["a", "b"]}'],
    topic="dictionaries",
)

program(
    asks=[
        "groups items with a key function",
        "puts the items of a list into groups",
        "returns a dictionary from key to items",
    ],
    source='''
from collections.abc import Callable


def group_by(items: list, key: Callable) -> dict:
    """Group items by what the key function returns."""
    groups: dict = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
''',
    demo="""
print(group_by(["a", "bb", "cc", "d"], len))
print(group_by([1, 2, 3, 4], lambda n: "even" if n % 2 == 0 else "odd"))
""",
    names={"group_by": ["grouped", "make_groups"], "groups": ["result"], "items": ["values"]},
    checks=['group_by(["a", "bb", "c"], len) == {1: ["a", "c"], 2: ["bb"]}'],
    topic="dictionaries",
)

program(
    asks=[
        "reads a value from nested dictionaries by a path",
        "gets a nested key like user.address.city",
        "looks up a dotted path in a dictionary with a default",
    ],
    source='''
def get_path(data: dict, path: str, default: object = None) -> object:
    """Return the value at a dotted path, or a default."""
    current: object = data
    for key in path.split("."):
        if not isinstance(current, dict) or key not in current:
            return default
        current = current[key]
    return current
''',
    demo="""
data = {"user": {"name": "Ada", "address": {"city": "London"}}}
print(get_path(data, "user.address.city"))
print(get_path(data, "user.phone", "unknown"))
""",
    names={"get_path": ["nested_get", "deep_get"], "current": ["value", "node"], "default": ["fallback"]},
    checks=['get_path({"a": {"b": 1}}, "a.b") == 1', 'get_path({}, "a.b", 7) == 7'],
    topic="dictionaries",
)

program(
    asks=[
        "sorts a dictionary by its values",
        "orders the entries of a dictionary from large to small",
        "returns a dictionary sorted by value",
    ],
    source='''
def sort_by_value(data: dict[str, int], reverse: bool = True) -> dict[str, int]:
    """Return the entries in the order of their values."""
    return dict(sorted(data.items(), key=lambda item: item[1], reverse=reverse))
''',
    demo='print(sort_by_value({"a": 2, "b": 5, "c": 1}))',
    names={"sort_by_value": ["sort_dict", "order_by_value"], "data": ["scores", "mapping"], "item": ["pair"]},
    checks=[
        'list(sort_by_value({"a": 2, "b": 5})) == ["b", "a"]',
        'list(sort_by_value({"a": 2, "b": 5}, False)) == ["a", "b"]',
    ],
    topic="dictionaries",
    name="sort_dict_by_value",
)

program(
    asks=[
        "filters a dictionary by its values",
        "keeps the entries whose value is large enough",
        "removes small values from a dictionary",
    ],
    source='''
def filter_dict(data: dict[str, float], minimum: float) -> dict[str, float]:
    """Keep the entries whose value is at least the minimum."""
    return {key: value for key, value in data.items() if value >= minimum}
''',
    demo='prices = {"pen": 2, "book": 15, "lamp": 40}\nprint(filter_dict(prices, 10))',
    names={"filter_dict": ["keep_large", "select_entries"], "minimum": ["limit", "threshold"], "data": ["mapping"]},
    checks=['filter_dict({"a": 1, "b": 5}, 3) == {"b": 5}'],
    topic="dictionaries",
)

program(
    asks=[
        "finds the key with the largest value",
        "returns the key of the maximum in a dictionary",
        "tells who has the highest score",
    ],
    source='''
def key_of_max(data: dict[str, float]) -> str:
    """Return the key with the largest value."""
    return max(data, key=lambda key: data[key])
''',
    demo='print(key_of_max({"Ada": 92, "Bob": 85, "Eve": 97}))',
    names={"key_of_max": ["best_key", "top_scorer"], "data": ["scores", "mapping"]},
    checks=['key_of_max({"a": 1, "b": 3, "c": 2}) == "b"'],
    topic="dictionaries",
)

program(
    asks=[
        "counts the words of a text with a plain dictionary",
        "returns how often each word occurs",
        "builds a dictionary of word counts",
    ],
    source='''
def count_words(text: str) -> dict[str, int]:
    """Count how often each word occurs, without regard to case."""
    counts: dict[str, int] = {}
    for word in text.lower().split():
        word = word.strip(".,!?")
        counts[word] = counts.get(word, 0) + 1
    return counts
''',
    demo='print(count_words("The cat saw the dog. The dog ran!"))',
    names={"count_words": ["word_counts", "word_frequency"], "counts": ["result", "frequencies"]},
    checks=['count_words("A b a.") == {"a": 2, "b": 1}'],
    topic="dictionaries",
    name="count_words_dict",
)

program(
    asks=[
        "compares two dictionaries and lists the differences",
        "tells which keys were added, removed or changed",
        "shows what changed between two versions of a dictionary",
    ],
    source='''
def compare_dicts(old: dict, new: dict) -> dict[str, list[str]]:
    """Return the keys that were added, removed and changed."""
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(key for key in old.keys() & new.keys() if old[key] != new[key]),
    }
''',
    demo='print(compare_dicts({"a": 1, "b": 2}, {"b": 3, "c": 4}))',
    names={"compare_dicts": ["dict_diff", "differences"], "old": ["before"], "new": ["after"]},
    checks=[
        'compare_dicts({"a": 1, "b": 2}, {"b": 3, "c": 4}) == {"added": ["c"], "removed": ["a"], "changed": ["b"]}'
    ],
    topic="dictionaries",
)

program(
    asks=["keeps a phone book", "stores and looks up phone numbers", "implements a phone book with search by prefix"],
    source='''
class PhoneBook:
    """Names and their phone numbers."""

    def __init__(self, numbers: dict[str, str] | None = None) -> None:
        self.numbers = dict(numbers or {})

    def add(self, name: str, number: str) -> None:
        """Store a number."""
        self.numbers[name] = number

    def find(self, prefix: str) -> list[str]:
        """Return the names that begin with a prefix."""
        return sorted(name for name in self.numbers if name.lower().startswith(prefix.lower()))
''',
    demo="""
book = PhoneBook()
book.add("Ada", "555-1234")
book.add("Adam", "555-9876")
book.add("Eve", "555-0000")
print(book.find("ad"))
print(book.numbers["Eve"])
""",
    names={"PhoneBook": ["Contacts", "AddressBook"], ".find": ["search", "names_with"], ".numbers": ["entries"]},
    checks=['PhoneBook({"Ada": "1", "Bob": "2"}).find("a") == ["Ada"]'],
    topic="dictionaries",
)

program(
    asks=[
        "finds the common items of two lists with sets",
        "returns what two lists share",
        "keeps the items of a list that another list also has",
    ],
    source='''
def common_items(first: list, second: list) -> list:
    """Return the items of the first list that are also in the second."""
    others = set(second)
    return [item for item in first if item in others]
''',
    demo="print(common_items([1, 2, 3, 4], [3, 4, 5]))",
    names={"common_items": ["shared", "intersection"], "first": ["left"], "second": ["right"]},
    checks=["common_items([3, 1, 3, 2], [3, 2, 9]) == [3, 3, 2]", "common_items([], [1]) == []"],
    topic="sets",
)

program(
    asks=[
        "lists the items that are in only one of two lists",
        "returns the symmetric difference of two lists",
        "finds what differs between two guest lists",
    ],
    source='''
def only_once(first: list[str], second: list[str]) -> dict[str, list[str]]:
    """Return what is only in the first and only in the second list."""
    left, right = set(first), set(second)
    return {"first": sorted(left - right), "second": sorted(right - left)}
''',
    demo='print(only_once(["Ada", "Bob"], ["Bob", "Eve"]))',
    names={"only_once": ["list_differences", "unmatched"], "left": ["a"], "right": ["b"]},
    checks=['only_once(["a", "b"], ["b", "c"]) == {"first": ["a"], "second": ["c"]}'],
    topic="sets",
)

program(
    asks=[
        "measures how similar two texts are by their words",
        "computes the Jaccard similarity of two sets of words",
        "compares two sentences with sets",
    ],
    source='''
def similarity(first: str, second: str) -> float:
    """Return the share of words that two texts have in common, from 0 to 1."""
    left, right = set(first.lower().split()), set(second.lower().split())
    if not left and not right:
        return 1.0
    return len(left & right) / len(left | right)
''',
    demo='print(similarity("the red car", "the blue car"))',
    names={"similarity": ["jaccard", "word_similarity"], "left": ["a"], "right": ["b"]},
    checks=['similarity("the red car", "the blue car") == 0.5', 'similarity("", "") == 1'],
    topic="sets",
)

program(
    asks=[
        "tells whether a list has duplicates",
        "checks if all items of a list are different",
        "finds the items that occur more than once",
    ],
    source='''
def duplicates(items: list) -> list:
    """Return the items that occur more than once, in order of the repetition."""
    seen = set()
    repeated = []
    for item in items:
        if item in seen and item not in repeated:
            repeated.append(item)
        seen.add(item)
    return repeated
''',
    demo="print(duplicates([1, 2, 3, 2, 1, 2]))\nprint(duplicates([1, 2, 3]))",
    names={"duplicates": ["find_duplicates", "repeated_items"], "seen": ["known"], "repeated": ["result"]},
    checks=["duplicates([1, 2, 3, 2, 1, 2]) == [2, 1]", "duplicates([]) == []"],
    topic="sets",
)
